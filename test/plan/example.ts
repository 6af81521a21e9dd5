import { plan } from '../../lib/plan';
import { isSingleServer, singleServerOnly } from '../../lib/plan/forms';
import type { ScaledPlan, SingleServerPlan } from '../../lib/plan/plan';
import type { Deployment, Spec } from '../../lib/spec/types';

/** The smallest spec: what a test changes stands in the test. */
export const smallest: Deployment = {
  name: 'demo',
  cloud: 'aws',
  region: 'us-east-1',
  models: ['Qwen/Qwen3-8B'],
  traffic: { concurrentUsers: 100 },
};

export const planned = (changes: Partial<Deployment> = {}): SingleServerPlan =>
  singleServerOnly(plan({ ...smallest, ...changes }), 'the test');

export function scaled(changes: Partial<Deployment> = {}): ScaledPlan {
  const made = plan({ ...smallest, architecture: 'scaled', ...changes });
  if (isSingleServer(made)) throw new Error('the test asks for a scaled plan');
  return made as ScaledPlan;
}

/** The one model of the smallest spec, parsed. */
export function smallestModel(): Spec['models'][number] {
  const [model] = planned().spec.models;
  if (model === undefined) throw new Error('the smallest spec has no model');
  return model;
}
