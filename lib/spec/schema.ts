import * as z from 'zod/mini';
import { application } from './application';
import { batch } from './batch';
import { capacity, rollout } from './capacity';
import { cache, database, modelStore } from './data';
import { optional, required, section, sectionWhenWritten } from './fields';
import { gateway } from './gateway';
import { account, identityFields, images } from './identity';
import { model } from './model';
import { budget, monitoring } from './monitoring';
import { network } from './network';
import { reliability, security } from './security';
import { traffic } from './traffic';

/** The long form of a spec: what the parser gives and everything after it sees. */
export const specSchema = section('Spec', 'One LLM deployment.', {
  ...identityFields,
  account: sectionWhenWritten(account, { description: 'The account that pays.' }),
  images: sectionWhenWritten(images, { description: 'Overrides of container and machine images.' }),
  network,
  models: required(z.tuple([model], model), {
    description: 'The models that are served, at most 8.',
    wanted: 'a list of models, such as `[Qwen/Qwen3-8B]`',
  }),
  application: optional(z.lazy(application), {
    description: 'A container of yours beside the gateway; without it there is none.',
  }),
  traffic,
  batch: optional(z.lazy(batch), {
    description:
      'Files of requests that nobody waits for: queue, buckets and workers; without it there are none.',
  }),
  capacity,
  gateway,
  database,
  cache,
  modelStore,
  monitoring,
  budget: optional(z.lazy(budget), { description: 'Money alerts; without it there are none.' }),
  security,
  reliability,
  rollout: optional(z.lazy(rollout), {
    description: 'How machines change when the spec changes; left out, one by one.',
  }),
});
