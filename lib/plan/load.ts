import { decimal } from '../decimal';
import { activeShareOfUsers } from '../spec/traffic';
import type { Spec } from '../spec/types';

const hoursPerMonth = 730;

/** The interactive load before a machine is chosen. */
export interface Demand {
  concurrentUsers?: number;
  peakRequestsPerSecond: number;
  meanRequestsPerSecond: number;
  requestsPerMonth: number;
  inputTokens: number;
  outputTokens: number;
  /** The way from the spec's words to these numbers, a line each. */
  steps: string[];
}

/** Turns users, a rate or a monthly volume into requests per second, at the peak and in the mean. */
export function demand(
  traffic: NonNullable<Spec['traffic']>,
  task: 'chat' | 'completion' | 'embedding',
): Demand {
  const steps: string[] = [];
  const concurrentUsers = activeUsers(traffic, steps);
  const monthSeconds = hoursPerMonth * 3600;
  const { peakFactor } = traffic;

  let peak: number;
  if (concurrentUsers !== undefined) {
    peak = (concurrentUsers * traffic.requestsPerUserPerMinute) / 60;
    steps.push(
      `${concurrentUsers} concurrent users x ${traffic.requestsPerUserPerMinute} requests a minute = ${rate(peak)} requests/s at peak`,
    );
  } else if (traffic.requestsPerSecond !== undefined) {
    peak = traffic.requestsPerSecond;
    steps.push(`${rate(peak)} requests/s at peak, as written`);
  } else {
    const monthly = traffic.requestsPerMonth as number; // rule `needs-load`: one of the four is there
    peak = (monthly / monthSeconds) * peakFactor;
    steps.push(
      `${count(monthly)} requests a month x peak factor ${peakFactor} = ${rate(peak)} requests/s at peak`,
    );
  }

  const mean =
    traffic.requestsPerMonth === undefined ? peak / peakFactor : traffic.requestsPerMonth / monthSeconds;
  const requestsPerMonth = Math.round(mean * monthSeconds);
  steps.push(
    traffic.requestsPerMonth === undefined
      ? `peak / peak factor ${peakFactor} = ${rate(mean)} requests/s in the mean, ${count(requestsPerMonth)} a month`
      : `${count(requestsPerMonth)} requests a month = ${rate(mean)} requests/s in the mean`,
  );

  const tokens = meanTokens(traffic, task);
  steps.push(`${tokens.inputTokens} tokens in and ${tokens.outputTokens} out per request, in the mean`);
  return {
    concurrentUsers,
    peakRequestsPerSecond: peak,
    meanRequestsPerSecond: mean,
    requestsPerMonth,
    ...tokens,
    steps,
  };
}

function activeUsers(traffic: NonNullable<Spec['traffic']>, steps: string[]): number | undefined {
  if (traffic.users === undefined) return traffic.concurrentUsers;
  const active = Math.max(1, Math.ceil(traffic.users * activeShareOfUsers));
  steps.push(
    `${traffic.users} users with access, ${activeShareOfUsers * 100} % active at once = ${active} concurrent users`,
  );
  return active;
}

/** Means per request where the spec gives none: a chat turn with history, or a short text to embed. */
function meanTokens(traffic: NonNullable<Spec['traffic']>, task: string) {
  const usual = task === 'embedding' ? { input: 300, output: 0 } : { input: 1000, output: 300 };
  return {
    inputTokens: traffic.inputTokens ?? usual.input,
    outputTokens: traffic.outputTokens ?? usual.output,
  };
}

const rate = (perSecond: number) => perSecond.toPrecision(3).replace(/\.?0+$/, '');
const count = (value: number) => decimal(value, 0);
