import type { SingleServerPlan } from '../../lib/plan/plan';
import type { Deployment } from '../../lib/spec/types';
import { plan } from '../single-server';

/** Clients' name of the model in every plan here. */
export const model = 'qwen3-8b';

/**
 * A single server on AWS. Ten seconds is the least that a spec may give an answer: every timeout below follows
 * from it, so that tests see them pass. Two workers are enough to see what workers share; one starts sooner.
 */
export function planned(
  gateway: Deployment['gateway'],
  changes: Partial<Deployment> = {},
  mostWorkers = 2,
): SingleServerPlan {
  const made = plan({
    name: 'demo',
    cloud: 'aws',
    region: 'us-east-1',
    architecture: 'single-server',
    models: ['Qwen/Qwen3-8B'],
    traffic: { concurrentUsers: 100 },
    gateway: { timeoutSeconds: 10, ...gateway },
    ...changes,
  });
  const { gateway: decided } = made.decisions;
  const workers = Math.min(decided.workers, mostWorkers);
  return { ...made, decisions: { ...made.decisions, gateway: { ...decided, workers } } };
}
