import type { Plan } from '../../lib/plan/plan';
import { deployments, planOf } from './plan-fixture';
import { scaledDeployments, scaledPlanOf } from './scaled-fixture';
import { type Written, written, writtenOf } from './synthesize';

export interface Deployed {
  plan: Plan;
  /** Made at the first call. */
  template: () => Written;
}

/** Every deployment of the fixtures, of both architectures, by a name of its own. */
export function everyDeployment(): Record<string, Deployed> {
  const singles = Object.keys(deployments) as (keyof typeof deployments)[];
  const fleets = Object.keys(scaledDeployments) as (keyof typeof scaledDeployments)[];
  return Object.fromEntries([
    ...singles.map((name) => [
      `single server, ${name}`,
      { plan: planOf(name), template: () => writtenOf(name) },
    ]),
    ...fleets.map((name) => {
      const plan = scaledPlanOf(name);
      let made: Written | undefined;
      const template = () => {
        made ??= written(plan);
        return made;
      };
      return [`scaled, ${name}`, { plan, template }];
    }),
  ]);
}
