import * as z from 'zod/mini';
import { matching, optional, required, section, text, withDefault } from './fields';

const region = text(64, 'a region such as `us-east-1`');

/** Fields that stand at the top of the document beside the sections. */
export const identityFields = {
  version: withDefault(z.literal(1), 1, { description: 'Version of this format.' }),
  name: required(
    matching(
      /^[a-z][a-z0-9-]{0,18}[a-z0-9]$/,
      'a name of 2 to 20 characters `a-z 0-9 -` that begins with a letter and does not end with `-`',
    ),
    {
      description:
        'First part of every resource name: 2 to 20 lower-case letters, digits and hyphens, beginning with a letter.',
    },
  ),
  cloud: required(z.enum(['aws']), { description: 'Cloud that it is deployed to.' }),
  environment: withDefault(z.enum(['dev', 'staging', 'prod']), 'prod', {
    description:
      'Picks the defaults for backups, log retention and deletion protection; part of every resource name, so all three can share an account.',
  }),
  regions: required(z.tuple([region], region), {
    description: "Where it runs, by the cloud's own name for the region.",
  }),
  architecture: optional(z.enum(['single-server', 'scaled']), {
    description: 'Form of the deployment. An explicit value is obeyed or refused with the numbers.',
    computedDefault:
      "`scaled` above 3.3 requests/s at peak (200 people at a chat's pace), for an availability of 99.9 % and more, and where all models are managed; else `single-server`",
  }),
  timeZone: optional(text(64, 'a time zone such as `Europe/Berlin`'), {
    description: 'Of `capacity.schedule` and `batch.startAt`, by its IANA name: `Europe/Berlin`.',
    computedDefault: '`UTC`',
  }),
  tags: withDefault(
    z.record(text(128), z.string().check(z.maxLength(256))),
    {},
    { description: 'Put on every billable resource, beside `name`, `environment` and `managed-by`.' },
  ),
};

export const account = () =>
  section('Account', 'The account that pays.', {
    id: optional(matching(/^\d{12}$/, 'the 12 digits of an AWS account'), {
      description: 'AWS account: 12 digits, in quotes.',
      computedDefault: 'the account of the credentials',
    }),
  });

export const digest = /^[a-z0-9][a-zA-Z0-9._/:-]*@sha256:[0-9a-f]{64}$/;

export const digestWords = 'an image reference that ends in `@sha256:` and 64 hexadecimal digits';

const image = (what: string) =>
  optional(matching(digest, digestWords), {
    description: `Container image of ${what}, by a reference that ends in \`@sha256:\` and its digest.`,
    computedDefault: 'pinned in the image table',
  });

export const images = () =>
  section('Images', 'Where container and machine images come from.', {
    registry: optional(
      matching(
        /^[a-z0-9][a-z0-9.-]*(:\d+)?(\/[a-z0-9._/-]+)?$/,
        'a host and path without `https://`, such as `registry.example.com/mirror`',
      ),
      {
        description: 'Host and path of a private mirror that every container image is pulled from.',
        computedDefault: 'the public registries',
      },
    ),
    gateway: image('the gateway'),
    engine: image('the serving engine'),
    database: image('the embedded Postgres'),
    cache: image('the embedded Valkey'),
    telemetry: image('the telemetry agent'),
    machine: optional(
      matching(/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/, 'an AMI id such as `ami-0123456789abcdef0`'),
      {
        description: 'Machine image (AMI id) of the GPU machine.',
        computedDefault: "the vendor's newest GPU image, so that a redeploy may change it",
      },
    ),
  });
