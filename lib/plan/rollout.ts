import type { Spec } from '../spec/types';
import type { RolloutDecision } from './plan';

/** Where the spec says nothing. */
export const usualChange = { strategy: 'rolling', maxSurge: 1 } as const;

const usualRollout = {
  canarySteps: [10, 50],
  bakeMinutes: 15,
  // not `latency-p99`: long answers under load redden it without a fault, and red alarms keep a change from beginning
  abortOn: ['error-rate', 'no-healthy-target'],
} as const;

/** How machines change when the spec changes. */
export function rolloutDecision({ rollout }: Spec): RolloutDecision {
  const { strategy, maxSurge } = rollout ?? usualChange;
  const bakeMinutes = strategy === 'rolling' ? 0 : (rollout?.bakeMinutes ?? usualRollout.bakeMinutes);
  const canarySteps = strategy === 'canary' ? (rollout?.canarySteps ?? [...usualRollout.canarySteps]) : [];
  const because = {
    rolling:
      maxSurge === 0
        ? 'machine by machine in its own place, so the capacity dips: there is no spare GPU'
        : `machine by machine, ${maxSurge} more at a time, so the capacity stays`,
    'blue-green': `as many new machines beside the old ones, which go once the new ones answer; ${bakeMinutes} min later the change is done`,
    canary: `new machines take the place of ${canarySteps.join(', ')} and then 100 % of the old ones, and so of their requests, ${bakeMinutes} min each`,
  }[strategy];
  return {
    strategy,
    maxSurge,
    canarySteps,
    bakeMinutes,
    abortOn: rollout?.abortOn ?? [...usualRollout.abortOn],
    because: `${because}; an alarm rolls it back`,
  };
}
