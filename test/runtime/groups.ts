import type { ScaledPlan } from '../../lib/plan/plan';
import { fleetBundle, gatewayBundle } from '../../lib/runtime/bundle';
import type { Deployment } from '../../lib/spec/types';
import { scaled } from '../plan/example';
import type { Installed } from './sandbox';

/** Two versions of a chat model and a small one: three fleets, two gateways and more. */
export const groups = (changes: Partial<Deployment> = {}): ScaledPlan =>
  scaled({
    traffic: { concurrentUsers: 1000 },
    models: [
      {
        name: 'chat',
        versions: [
          { name: 'old', source: 'Qwen/Qwen3-8B', weightPercent: 90 },
          { name: 'new', source: 'Qwen/Qwen3-8B', revision: 'v2', weightPercent: 10 },
        ],
      },
      { name: 'small', source: 'Qwen/Qwen3-4B' },
    ],
    ...changes,
  });

export const installedGateway = (plan: ScaledPlan): Installed => ({
  role: 'gateway',
  bundle: gatewayBundle(plan, 'aws'),
});

/** A machine of one of the types that a fleet may start. */
export function installedFleet(plan: ScaledPlan, index = 0, type = 0): Installed {
  const fleet = plan.decisions.fleets[index];
  const machine = fleet?.machines[type];
  if (fleet === undefined || machine === undefined) throw new Error(`no type ${type} in fleet ${index}`);
  return { role: 'fleet', bundle: fleetBundle(plan, fleet, 'aws'), instanceType: machine.instanceType };
}

/** The plan with so many engines on each machine of its fleets, and GPUs for them. */
export function withCopies(plan: ScaledPlan, copies: number): ScaledPlan {
  const { decisions } = plan;
  return {
    ...plan,
    decisions: {
      ...decisions,
      images: { ...decisions.images, front: 'docker.io/library/nginx:1.30.4-alpine' },
      fleets: decisions.fleets.map((fleet) => ({
        ...fleet,
        machines: fleet.machines.map((machine) => ({
          ...machine,
          copies,
          gpuCount: copies * machine.tensorParallel,
        })),
      })),
    },
  };
}
