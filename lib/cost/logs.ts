import type { Plan } from '../plan/plan';
import { batchLines } from './batch';
import { combine, mapRange, type Range } from './line';
import { overGroups } from './machines';
import { objectRequests } from './storage';
import { bytesPerGB } from './traffic';

/** Log lines of one request: gateway (JSON), engine and balancer check. */
export const logBytesPerRequest: Range = { low: 500, expected: 2_000, high: 6_000 };
/** Boot, system, containers and health checks of one machine, whatever the load. */
export const machineLogsGB: Range = { low: 0.2, expected: 1, high: 4 };

/** GB of machine logs a month. */
export function logsGB(plan: Plan): Range {
  const requests = mapRange(
    logBytesPerRequest,
    (bytes) => ((plan.decisions.load.requestsPerMonth + batchLines(plan)) * bytes) / bytesPerGB,
  );
  const machines = overGroups(plan, ({ running }) => combine(running, machineLogsGB, (a, b) => a * b));
  return combine(requests, machines, (a, b) => a + b);
}

/** One event of CloudTrail about an object, as JSON. */
export const eventBytes = 1_500;

/** GB a month that the audit log writes into its log group. */
export function auditLogGB(plan: Plan): Range {
  return mapRange(objectRequests(plan), (events) => (events * eventBytes) / bytesPerGB);
}
