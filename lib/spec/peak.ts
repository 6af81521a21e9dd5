import { activeShareOfUsers } from './traffic';
import type { Spec } from './types';

const secondsPerMonth = 730 * 3600;

type Load = Pick<
  Spec['traffic'],
  'users' | 'concurrentUsers' | 'requestsPerSecond' | 'requestsPerMonth' | 'requestsPerUserPerMinute'
> & { peakFactor?: number };

/** Requests a second in the busiest minute, by the field that gives the load; 0 where none does. */
export function peakPerSecond(load: Load): number {
  const { users, concurrentUsers, requestsPerSecond, requestsPerMonth, peakFactor = 1 } = load;
  if (requestsPerSecond !== undefined) return requestsPerSecond;
  if (users === undefined && concurrentUsers === undefined && requestsPerMonth !== undefined) {
    return (requestsPerMonth / secondsPerMonth) * peakFactor;
  }
  const active = users === undefined ? (concurrentUsers ?? 0) : Math.ceil(users * activeShareOfUsers);
  return (active * load.requestsPerUserPerMinute) / 60;
}
