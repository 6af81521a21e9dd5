import * as z from 'zod/mini';
import { addressRange } from './address-range';
import {
  list,
  matching,
  optional,
  section,
  sectionWhenWritten,
  sectionWithDefaults,
  whole,
  withDefault,
} from './fields';

export const database = sectionWhenWritten(
  () =>
    section('Database', 'Postgres for keys, budgets and the spend log.', {
      postgres: optional(z.enum(['embedded', 'managed']), {
        description: '`embedded`: on the data disk of the machine, with snapshots. `managed`: RDS.',
        computedDefault: '`embedded`; scaled: `managed`',
      }),
      highAvailability: optional(z.boolean(), {
        description: 'Standby in another zone; managed only.',
        computedDefault: 'managed: `true` in prod, else `false`',
      }),
      backupDays: optional(whole(1, 35), {
        description:
          'Point-in-time restore of a managed database, or days of snapshots kept of an embedded one.',
        unit: 'days',
        computedDefault: '35 in prod, else 7',
      }),
      allowedCidrs: optional(list(addressRange()), {
        description:
          'Private IPv4 ranges of applications of yours that may connect to the managed databases, with a user of their own.',
        computedDefault: 'the gateway alone',
      }),
      documents: optional(z.boolean(), {
        description:
          'Also a MongoDB-compatible store (Amazon DocumentDB) for applications of yours; the gateway does not use it.',
        computedDefault: '`false`',
      }),
    }),
  {
    description: 'Postgres for keys, budgets and the spend log. `database: managed` is short for `postgres`.',
  },
);

export const cache = sectionWhenWritten(
  () =>
    section('Cache', 'Valkey for shared limits, cooldowns and cached answers.', {
      valkey: optional(z.enum(['managed', 'embedded', 'none']), {
        description: '`embedded`: on the machine. `managed`: ElastiCache.',
        computedDefault: '`embedded`; scaled: `managed`',
      }),
    }),
  { description: 'Valkey for shared limits and cached answers. `cache: none` is short for `valkey`.' },
);

export const modelStore = sectionWithDefaults(
  section('ModelStore', 'The bucket where weights live, so that the hub is asked only once.', {
    bucket: optional(
      matching(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of a bucket, without `s3://`'),
      {
        description: 'Name of an existing bucket in the same region.',
        computedDefault: 'a new, versioned one',
      },
    ),
    import: withDefault(z.enum(['job', 'manual']), 'job', {
      description:
        '`job`: the first machine fills the bucket. `manual`: you fill it, with `llm-constructs import`; machines wait for it.',
    }),
    hubTokenSecret: optional(
      matching(/^[\w/+=.@-]{1,512}$/, 'the name of a secret, such as `hub-token` (never the secret itself)'),
      {
        description:
          'Name of an existing secret in Secrets Manager that holds the hub token; for gated models.',
      },
    ),
    keepRevisions: withDefault(whole(1, 20), 2, {
      description:
        'Revisions of a model that stay, the current one included: in a new bucket older ones are deleted after the import of another, in a bucket of yours nothing is. The data disk has room for 2 at most.',
    }),
    diskGiB: optional(whole(100, 16384), {
      description:
        'Least size of the data disk, which holds the weights and Postgres. A disk can grow and never shrink: before a smaller model comes, write the size that the disk has.',
      unit: 'GiB',
      computedDefault:
        'room for Postgres and up to 2 revisions of the weights, in steps: 100, 150, 200, 300, ...',
    }),
  }),
  { description: 'The bucket where weights live.' },
);
