import { days as week } from './capacity';
import type { Spec } from './types';

type Window = Pick<NonNullable<Spec['capacity']['schedule']>[number], 'days' | 'from' | 'to'>;

export const minutesPerWeek = 7 * 1440;
const minutesPerDay = 1440;

/** Minutes of the week that a window covers; Monday begins at 0. */
export function minutesOf(window: Window): number[] {
  const [from, to] = [clockMinutes(window.from), clockMinutes(window.to)];
  const length = from === to ? 0 : (to - from + minutesPerDay) % minutesPerDay;
  return daysOf(window.days).flatMap((day) =>
    Array.from({ length }, (_, minute) => (day * minutesPerDay + from + minute) % (7 * minutesPerDay)),
  );
}

function clockMinutes(clock: string): number {
  const [hours, minutes] = clock.split(':').map(Number) as [number, number];
  return hours * 60 + minutes;
}

/** Places in the week; a range may go over its end. */
function daysOf(days: string): number[] {
  const at = (name: string | undefined) => week.indexOf(name as (typeof week)[number]);
  return days.split(',').flatMap((part) => {
    const [first, last = first] = part.split('-');
    const length = ((at(last) - at(first) + 7) % 7) + 1;
    return Array.from({ length }, (_, day) => (at(first) + day) % 7);
  });
}
