import type { SingleServerPlan } from '../../plan/plan';

/** Something that the spec asks of the cloud and that is another thing on a machine of your own. */
export interface Difference {
  what: string;
  here: string;
}

export function gpus(plan: SingleServerPlan): string {
  const { gpu } = plan.decisions.machine;
  const count = plan.decisions.models.reduce((sum, model) => sum + model.copies * model.tensorParallel, 0);
  return `${count} x ${gpu}`;
}

export const models = (plan: SingleServerPlan) =>
  [...new Set(plan.decisions.models.map(({ name }) => name))].join(', ');
