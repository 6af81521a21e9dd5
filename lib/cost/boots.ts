import type { Plan } from '../plan/plan';
import type { Range } from './line';

/** New machines a month: none, a release or a repair, and one a week. */
export const bootsPerMonth: Range = { low: 0, expected: 1, high: 4 };
/** Copies of the weights from the hub a month: none, one for a first start or a new revision, two. */
export const importsPerMonth: Range = { low: 0, expected: 1, high: 2 };
/** GB pulled from registries by a new machine: the engine image is 10 to 20 GB, the rest about 1 GB. */
export const imagesGB: Range = { low: 10, expected: 15, high: 21 };
/** Parts in which weights are written to a bucket, and read from it. */
export const partMiB = 64;
/** Secrets that a new machine reads, each a few times while it starts. */
export const secretReadsPerBoot = 50;

/** GiB of weights that pass from the hub through the machine; 0 where the user uploads them. */
export function importedGiB(plan: Plan): number {
  if (plan.decisions.modelStore.import === 'manual') return 0;
  return hubWeightsGiB(plan);
}

function hubWeightsGiB(plan: Plan): number {
  return plan.decisions.models
    .filter((model) => model.origin === 'hub')
    .reduce((sum, model) => sum + model.weightsGiB, 0);
}
