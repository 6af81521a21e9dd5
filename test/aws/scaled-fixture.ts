import { plan } from '../../lib/plan';
import { isSingleServer } from '../../lib/plan/forms';
import type { FleetDecision, ScaledPlan } from '../../lib/plan/plan';
import type { Deployment } from '../../lib/spec/types';

const base = {
  name: 'chat',
  cloud: 'aws',
  regions: 'eu-central-1',
  architecture: 'scaled',
  models: ['Qwen/Qwen3-8B'],
  traffic: { concurrentUsers: 1000 },
} satisfies Deployment;

/** The smallest scaled production deployment with other fields. */
export function scaledWith(changes: Partial<Deployment> = {}): ScaledPlan {
  const made = plan({ ...base, ...changes });
  if (isSingleServer(made)) throw new Error('the test asks for a scaled plan');
  return made as ScaledPlan;
}

export function fleetOf(changes: Partial<Deployment> = {}): FleetDecision {
  const [fleet] = scaledWith(changes).decisions.fleets;
  if (fleet === undefined) throw new Error('the plan has no fleet');
  return fleet;
}
