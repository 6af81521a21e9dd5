import type { Plan } from '../plan/plan';
import { series } from '../plan/signals';
import { combine, exactly, mapRange, type Range, type Usage } from './line';
import { logsGB } from './logs';
import { bytesPerGB, hoursPerMonth } from './traffic';

/** Stored log bytes over ingested ones: logs are kept compressed. https://aws.amazon.com/cloudwatch/pricing/ (2024-07) */
export const compressedShare = 0.15;
/** Flow log records of a machine and a balancer, whatever the load. */
export const idleFlowLogsGB: Range = { low: 0.05, expected: 0.3, high: 1 };
/** Flow log bytes of one request: records of both sides of the balancer and of the machine, about 120 bytes each. */
export const flowLogBytesPerRequest: Range = { low: 60, expected: 500, high: 1_000 };
const daysPerMonth = 365 / 12;

/** Logs, metrics, alarms and the dashboard. */
export function observabilityUsage(plan: Plan): Usage[] {
  return [...logUsage(plan), ...metricUsage(plan), ...alarmUsage(plan)];
}

function logUsage(plan: Plan): Usage[] {
  const { monitoring, network } = plan.decisions;
  const ownNetwork = network.existing === undefined;
  const ingested = ownNetwork ? combine(logsGB(plan), flowLogsGB(plan), (a, b) => a + b) : logsGB(plan);
  const keptMonths = monitoring.logRetentionDays / daysPerMonth;
  return [
    {
      id: 'log-ingest',
      label: 'Logs, taken in',
      category: 'Monitoring',
      resource: 'log-group',
      count: 0,
      quantity: ingested,
      rate: 'log-ingest',
      because: `machine and request logs${ownNetwork ? ', network flow logs' : ''}; prompts and answers are not in them`,
    },
    {
      id: 'log-storage',
      label: 'Logs, kept',
      category: 'Monitoring',
      resource: 'log-group',
      count: 0,
      quantity: mapRange(ingested, (gb) => gb * compressedShare * keptMonths),
      rate: 'log-storage',
      because: `${monitoring.logRetentionDays} days, compressed to ${compressedShare * 100} %`,
    },
  ];
}

function flowLogsGB(plan: Plan): Range {
  const requests = mapRange(
    flowLogBytesPerRequest,
    (bytes) => (plan.decisions.load.requestsPerMonth * bytes) / bytesPerGB,
  );
  return combine(requests, idleFlowLogsGB, (a, b) => a + b);
}

/** A series is charged by the hours in which it is sent. */
function metricUsage(plan: Plan): Usage[] {
  const count = Object.keys(series).length;
  const { hoursPerMonth: runningHours } = plan.decisions.machine;
  return [
    {
      id: 'custom-metric',
      label: 'Metrics of the machine',
      category: 'Monitoring',
      resource: 'custom-metric',
      count: 0,
      quantity: exactly((count * runningHours) / hoursPerMonth),
      rate: 'custom-metric',
      because: `${count} series with one dimension each`,
    },
    {
      id: 'metric-request',
      label: 'Metrics, calls',
      category: 'Monitoring',
      resource: 'custom-metric',
      count: 0,
      quantity: exactly((runningHours * 60) / 1000),
      rate: 'metric-request',
      because: 'one call a minute carries all series',
    },
  ];
}

function alarmUsage(plan: Plan): Usage[] {
  const { alarms } = plan.decisions.monitoring;
  return [
    {
      id: 'alarm',
      label: 'Alarms',
      category: 'Monitoring',
      resource: 'alarm',
      count: alarms.length,
      quantity: exactly(alarms.length),
      rate: 'alarm',
      because: `${alarms.length} alarms on one series each`,
    },
    {
      id: 'dashboard',
      label: 'Dashboard',
      category: 'Monitoring',
      resource: 'dashboard',
      count: 1,
      quantity: exactly(1),
      rate: 'dashboard',
      because: '1 dashboard',
    },
  ];
}
