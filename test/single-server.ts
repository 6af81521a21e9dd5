import { plan as planOf, planFile as planOfFile } from '../lib/plan';
import { singleServerOnly } from '../lib/plan/forms';
import type { SingleServerPlan } from '../lib/plan/plan';
import type { Deployment } from '../lib/spec/types';

/** Plans of one machine, for tests of what is built for it alone. */
export const plan = (deployment: Deployment): SingleServerPlan =>
  singleServerOnly(planOf(deployment), 'the test');

export const planFile = (path: string): SingleServerPlan => singleServerOnly(planOfFile(path), 'the test');
