import { minutesOf, minutesPerWeek } from '../spec/schedule';
import type { FleetDecision } from './plan';

/** A time of some days at which other bounds begin to hold. */
export interface BoundsChange {
  /** 0 is Monday. */
  days: number[];
  hour: number;
  minute: number;
  /** Machines. */
  min: number;
  max: number;
}

const minutesPerDay = 1440;

/**
 * The windows of the week as changes, each time of the week at most once.
 *
 * Where one window ends as the next begins there is one change and not two, of which a cloud may take either last.
 */
export function boundsChanges({
  min,
  max,
  scaling,
}: Pick<FleetDecision, 'min' | 'max'> & {
  scaling: Pick<FleetDecision['scaling'], 'schedule'>;
}): BoundsChange[] {
  const bounds = Array.from({ length: minutesPerWeek }, () => ({ min, max }));
  for (const window of scaling.schedule) {
    for (const minute of minutesOf(window)) bounds[minute] = { min: window.min, max: window.max };
  }
  const changes = new Map<string, BoundsChange>();
  for (const [at, now] of bounds.entries()) {
    const before = bounds[(at + minutesPerWeek - 1) % minutesPerWeek] ?? now;
    if (before.min === now.min && before.max === now.max) continue;
    const [hour, minute] = [Math.floor((at % minutesPerDay) / 60), at % 60];
    const key = [hour, minute, now.min, now.max].join();
    const known = changes.get(key) ?? { days: [], hour, minute, ...now };
    known.days.push(Math.floor(at / minutesPerDay));
    changes.set(key, known);
  }
  return [...changes.values()];
}
