import { plan } from '../../lib/plan';
import type { Plan } from '../../lib/plan/plan';
import type { Deployment, Spec } from '../../lib/spec/types';

/** The smallest spec: what a test changes stands in the test. */
export const smallest: Deployment = {
  name: 'demo',
  cloud: 'aws',
  region: 'us-east-1',
  models: ['Qwen/Qwen3-8B'],
  traffic: { concurrentUsers: 100 },
};

export const planned = (changes: Partial<Deployment> = {}): Plan => plan({ ...smallest, ...changes });

/** The one model of the smallest spec, parsed. */
export function smallestModel(): Spec['models'][number] {
  const [model] = planned().spec.models;
  if (model === undefined) throw new Error('the smallest spec has no model');
  return model;
}
