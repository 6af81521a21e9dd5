import * as z from 'zod/mini';
import { laws } from '../catalog/laws';
import {
  matching,
  number,
  optional,
  section,
  sectionWhenWritten,
  sectionWithDefaults,
  text,
  whole,
  withDefault,
} from './fields';

export const security = sectionWithDefaults(
  section('Security', 'Laws, encryption and the web firewall.', {
    compliance: withDefault(z.array(z.enum(laws)), [], {
      description:
        'Laws whose defaults and rules hold: longer logs, an audit log, own keys, refusals. docs/compliance.md says what each changes and what it leaves to you.',
    }),
    residency: optional(z.enum(['none', 'regions', 'eu', 'us']), {
      description:
        'Where data stays: in `regions`, or in the zone. Regions, keys, certificates and the profiles of managed models are checked; buckets and registries of yours are not.',
      computedDefault: '`eu` with `gdpr` and a region in the European Economic Area, else `none`',
    }),
    encryption: optional(z.enum(['provider-managed', 'customer-managed']), {
      description: 'Whose keys encrypt disks, databases, buckets and logs.',
      computedDefault: '`customer-managed` with `hipaa` or `soc2`, else `provider-managed`',
    }),
    encryptionKey: optional(
      matching(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/, 'the ARN of a KMS key'),
      {
        description:
          'ARN of an existing KMS key in the same region, for `customer-managed`; docs/aws.md lists the statements that its policy needs.',
        computedDefault: 'a new key',
      },
    ),
    waf: optional(z.boolean(), {
      description: 'Web firewall in front of the balancer that lets prompts pass.',
      computedDefault: '`true` with `ingress: public`, except in dev',
    }),
    ipRequestsPerMinute: withDefault(whole(10, 2000000000), 600, {
      description: 'Limit of the web firewall per client address; raise it when all users share one.',
    }),
  }),
  { description: 'Laws, encryption and the web firewall.' },
);

export const reliability = sectionWhenWritten(
  () =>
    section('Reliability', 'What survives mistakes and failures.', {
      availabilityPercent: optional(number(90, 99.99), {
        description:
          'Share of the time in which requests are answered. From 99.9 on no machine, database or zone may be alone: `scaled`.',
        unit: 'percent',
        computedDefault: 'none is promised; one machine gives about 99 %',
      }),
      deletionProtection: optional(z.boolean(), {
        description: 'Guards databases, buckets, disks and balancers against deletion.',
        computedDefault: '`true` in prod, else `false`',
      }),
      recoveryPointMinutes: optional(whole(60, 10080), {
        description: 'Data that may be lost: the interval of snapshots of the data disk.',
        unit: 'minutes',
        computedDefault: '1440',
      }),
      backupRegion: optional(text(64, 'a region such as `eu-west-1`'), {
        description:
          'Region that keeps a copy of each daily backup of the managed databases, as long as the backups themselves. You make the vault there once; `plan` prints the command.',
        computedDefault: 'backups stay in the region',
      }),
    }),
  { description: 'What survives mistakes and failures.' },
);
