import { minutesPerWeek } from '../../lib/spec/schedule';
import type { Group } from './facts';

export interface Bounds {
  min: number;
  max: number;
}

const minutesPerDay = 1440;

/** Bounds of a group in each minute of the week, which begins on Monday. */
export function weekOf({ min, max, schedule }: Pick<Group, 'min' | 'max' | 'schedule'>): Bounds[] {
  const changes = schedule
    .flatMap((change) =>
      change.days.map((day) => ({ ...change, at: day * minutesPerDay + change.hour * 60 + change.minute })),
    )
    .sort((one, other) => one.at - other.at);
  const bounds: Bounds[] = [];
  // before the first change of a week the last one of the week before holds
  let now: Bounds = changes.at(-1) ?? { min, max };
  let next = 0;
  for (let minute = 0; minute < minutesPerWeek; minute++) {
    for (; changes[next]?.at === minute; next++) now = changes[next] as Bounds;
    bounds.push({ min: now.min, max: now.max });
  }
  return bounds;
}

/** Machines of the planned type that run in the mean: half-way between the bounds of each minute. */
export function meanMachines(group: Group, within: (bounds: Bounds) => Bounds = (bounds) => bounds): number {
  const week = weekOf(group).map(within);
  const units = week.reduce((sum, { min, max }) => sum + (min + max) / 2, 0) / week.length;
  return units / unitsOf(group);
}

/** Machines of the planned type at most, in any minute. */
export const mostMachines = (group: Group): number =>
  Math.max(...weekOf(group).map(({ max }) => max)) / unitsOf(group);

export const unitsOf = ({ types: [planned] }: Group): number => planned?.weight ?? 1;
