import { issuesError } from '../errors';
import type { Plan, ScaledPlan, SingleServerPlan } from './plan';

export function isSingleServer(plan: Plan): plan is SingleServerPlan {
  return plan.decisions.machine !== undefined;
}

/** Engines on machines without a gateway: those of fleets and those of files. */
export function hasEngineMachines({ decisions: { fleets = [], batch } }: Plan): boolean {
  return fleets.length > 0 || batch?.own !== undefined;
}

/** The plan as one of a single server. Throws a UserError for another. */
export function singleServerOnly(plan: Plan, what: string): SingleServerPlan {
  if (isSingleServer(plan)) return plan;
  throw issuesError([
    {
      path: 'architecture',
      rule: 'wrong-form',
      message: `${what} is for \`single-server\`, and this is a plan of \`scaled\`: write \`architecture: single-server\` where one machine holds the load`,
    },
  ]);
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
