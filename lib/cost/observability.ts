import { isSingleServer } from '../plan/forms';
import type { Plan, ScaledPlan } from '../plan/plan';
import { deploymentSeries, fleetSeries, type Series, series } from '../plan/signals';
import { combine, exactly, mapRange, type Range, type Usage } from './line';
import { auditLogGB, logsGB } from './logs';
import { overGroups } from './machines';
import { bytesPerGB, daysPerMonth, hoursPerMonth } from './traffic';

/** Stored log bytes over ingested ones: logs are kept compressed. https://aws.amazon.com/cloudwatch/pricing/ (2024-07) */
export const compressedShare = 0.15;
/** Flow log records of a machine and a balancer, whatever the load. */
export const idleFlowLogsGB: Range = { low: 0.05, expected: 0.3, high: 1 };
/** Flow log bytes of one request: records of both sides of the balancer and of the machine, about 120 bytes each. */
export const flowLogBytesPerRequest: Range = { low: 60, expected: 500, high: 1_000 };
/** One record of the web firewall: the request's headers without keys, labels, rule matches. */
export const firewallLogBytesPerRequest: Range = { low: 1_000, expected: 1_500, high: 3_000 };
/** Of an instance of managed Postgres: its own log, and figures of its operating system once a minute. */
export const databaseLogsGB: Range = { low: 0.1, expected: 0.5, high: 2 };
/** Metrics that a machine's own monitoring by the minute adds (EC2 detailed monitoring;
 * infracost@95ba4f4 internal/providers/terraform/aws/testdata/instance_test). */
export const machineMetricCount = 7;

/** Logs, metrics, alarms and the dashboard. */
export function observabilityUsage(plan: Plan): Usage[] {
  return [...logUsage(plan), ...metricUsage(plan), ...alarmUsage(plan)];
}

/** What log groups take in; that of the audit log is not among them, as it is copied nowhere. */
function logKinds(plan: Plan): { name: string; gb: Range }[] {
  const { network, entry, database } = plan.decisions;
  const instances = database.serverless?.instances ?? 1;
  return [
    { name: 'machine and request logs', gb: logsGB(plan), there: true },
    { name: 'network flow logs', gb: flowLogsGB(plan), there: network.existing === undefined },
    { name: 'web firewall logs', gb: perRequestGB(plan, firewallLogBytesPerRequest), there: entry.waf },
    {
      name: 'database logs',
      gb: mapRange(databaseLogsGB, (gb) => gb * instances),
      there: database.postgres === 'managed',
    },
  ].filter(({ there }) => there);
}

const sumOf = (parts: readonly { gb: Range }[]) =>
  parts.map(({ gb }) => gb).reduce((sum, gb) => combine(sum, gb, (a, b) => a + b));

/** GB a month that is copied where a law asks for copies. */
export const ingestedLogsGB = (plan: Plan): Range => sumOf(logKinds(plan));

function logUsage(plan: Plan): Usage[] {
  const { monitoring, compliance } = plan.decisions;
  const audited = compliance?.auditLog === undefined ? [] : [{ name: 'audit log', gb: auditLogGB(plan) }];
  const kinds = [...logKinds(plan), ...audited];
  const ingested = sumOf(kinds);
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
      because: `${kinds.map(({ name }) => name).join(', ')}; prompts and answers are not in them`,
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
  return combine(perRequestGB(plan, flowLogBytesPerRequest), idleFlowLogsGB, (a, b) => a + b);
}

function perRequestGB(plan: Plan, bytesPerRequest: Range): Range {
  return mapRange(bytesPerRequest, (bytes) => (plan.decisions.load.requestsPerMonth * bytes) / bytesPerGB);
}

/** Series that machines send for the deployment: the share of slow requests only where an alarm gives "slow" a limit. */
export function sentSeries(plan: Plan): Series[] {
  const limited = plan.decisions.monitoring.alarms.flatMap(({ metric, limitMs }) =>
    metric.sentBy === 'machine' && limitMs !== undefined ? [metric.series] : [],
  );
  return (Object.keys(series) as Series[]).filter(
    (name) => knows(plan, name) && (!slowShares.includes(name) || limited.includes(name)),
  );
}

/** Whether some machine of the plan could send it: the gateways know no GPU. */
function knows({ decisions: { fleets } }: Plan, name: Series): boolean {
  if (fleets === undefined) return true;
  const all: readonly Series[] = [
    ...deploymentSeries.gateway,
    ...(fleets.length > 0 ? deploymentSeries.fleet : []),
  ];
  return all.includes(name);
}

const slowShares: Series[] = ['llm_latency_slow_percent', 'llm_ttft_slow_percent'];

/** A series is charged by the hours in which it is sent; all machines send into the same ones. */
function metricUsage(plan: Plan): Usage[] {
  const sent = sentSeries(plan).length;
  const { fleets = [] } = plan.decisions;
  const running = overGroups(plan, (group) => group.running);
  const ofFleets = fleets.length * fleetSeries.length;
  const monthShare = isSingleServer(plan) ? plan.decisions.machine.hoursPerMonth / hoursPerMonth : 1;
  return [
    {
      id: 'custom-metric',
      label: 'Serving metrics',
      category: 'Monitoring',
      resource: 'custom-metric',
      count: 0,
      quantity: exactly(sent * monthShare + ofFleets),
      rate: 'custom-metric',
      because: `${sent} series with one dimension each${ofFleets === 0 ? '' : `, and ${fleetSeries.length} with two for each of ${fleets.length} ${fleets.length === 1 ? 'fleet' : 'fleets'}`}`,
    },
    {
      id: 'machine-metric',
      label: 'Machine metrics by the minute',
      category: 'Monitoring',
      resource: 'custom-metric',
      count: 0,
      quantity: mapRange(running, (machines) => machineMetricCount * machines),
      rate: 'custom-metric',
      because: `${machineMetricCount} metrics of detailed monitoring, each charged like a custom metric`,
    },
    {
      id: 'metric-request',
      label: 'Serving metrics, calls',
      category: 'Monitoring',
      resource: 'custom-metric',
      count: 0,
      quantity: mapRange(running, (machines) => (machines * hoursPerMonth * 60) / 1000),
      rate: 'metric-request',
      because: 'one call a minute carries all series',
    },
  ];
}

/**
 * Metrics that alarms watch to scale a group: one to add machines, which Auto Scaling makes for itself, and two in an
 * alarm of ours to take one away. https://aws.amazon.com/cloudwatch/pricing/ (2024-07)
 */
export const scalingAlarmMetrics = 3;

/** The gateways, and fleets whose size may change. */
function scalingGroups(plan: Plan): number {
  if (isSingleServer(plan)) return 0;
  const { fleets } = (plan as ScaledPlan).decisions;
  const scaling = fleets.filter((fleet) =>
    [fleet, ...fleet.scaling.schedule].some(({ min, max }) => min !== max),
  );
  return 1 + scaling.length;
}

/** Both ways of the machines that a queue asks for: jobs that wait, jobs with workers, and the size of the group. */
const queueAlarms = 2;

function alarmUsage(plan: Plan): Usage[] {
  const { alarms } = plan.decisions.monitoring;
  const groups = scalingGroups(plan);
  const ofFiles = plan.decisions.batch?.own === undefined ? 0 : queueAlarms;
  return [
    {
      id: 'alarm',
      label: 'Alarms',
      category: 'Monitoring',
      resource: 'alarm',
      count: alarms.length + groups + ofFiles,
      quantity: exactly(alarms.length + (groups + ofFiles) * scalingAlarmMetrics),
      rate: 'alarm',
      because: `${alarms.length} alarms on one series each${groups === 0 ? '' : `, and for the scaling of ${groups} ${groups === 1 ? 'group' : 'groups'} ${scalingAlarmMetrics} metrics each`}${ofFiles === 0 ? '' : `, and ${ofFiles} that start and end the machines of files, on ${scalingAlarmMetrics} each`}`,
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
