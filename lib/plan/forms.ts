import { type Issue, issuesError } from '../errors';
import type { Plan, ScaledPlan, SingleServerPlan } from './plan';

export function isSingleServer(plan: Plan): plan is SingleServerPlan {
  return plan.decisions.machine !== undefined;
}

/** What of a plan is built for one machine alone: `what` in words, such as `the template`. */
export function scaledNotBuilt(plan: Plan, what: string): Issue[] {
  if (isSingleServer(plan)) return [];
  return [
    {
      path: 'architecture',
      rule: 'not-built-yet',
      message: `${what} of \`scaled\` is not built yet, while its plan and its bill are: write \`architecture: single-server\` where one machine holds the load`,
    },
  ];
}

/** The plan as one of a single server. Throws a UserError for another. */
export function singleServerOnly(plan: Plan, what: string): SingleServerPlan {
  if (isSingleServer(plan)) return plan;
  throw issuesError(scaledNotBuilt(plan, what));
}

/** The plan as one of fleets. Throws a UserError for another. */
export function scaledOnly(plan: Plan, what: string): ScaledPlan {
  if (!isSingleServer(plan)) return plan as ScaledPlan;
  throw issuesError([
    {
      path: 'architecture',
      rule: 'wrong-form',
      message: `${what} is for \`scaled\`, and this is a plan of \`single-server\`: write \`architecture: scaled\`, or take \`SingleServer\``,
    },
  ]);
}
