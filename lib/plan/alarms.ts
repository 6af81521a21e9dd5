import type { Spec } from '../spec/types';
import type { BatchDecision, FleetDecision } from './plan';
import type { Alarm, Series } from './signals';

/** What decides which alarms there are and where they stand. */
export interface AlarmContext {
  thresholds: Spec['monitoring']['thresholds'];
  slo: { ttftMs: number; interTokenMs: number };
  outputTokens: number;
  /** Engines at most; 0 where all models are managed. */
  copies: number;
  streams: boolean;
  balancer: boolean;
  managedCertificate: boolean;
  /** Absent: no queue. */
  batch?: Pick<BatchDecision, 'deadlineHours' | 'startAt'> | undefined;
  /** Absent: one machine holds everything. */
  fleets?: readonly WatchedFleet[] | undefined;
  /** `storageGiB` 0: it grows by itself. */
  managedDatabase: { connectionLimit: number; storageGiB: number } | undefined;
}

/** What an alarm must know of a fleet. */
type WatchedFleet = Pick<FleetDecision, 'name' | 'min' | 'scaling' | 'loadSeconds'>;

type Row = Omit<Alarm, 'signal' | 'threshold' | 'limitMs'> & {
  signal: keyof Spec['monitoring']['thresholds'];
  /** Default in the unit of the spec's `monitoring.thresholds`. */
  limit: number;
  /** The spec's value is a time that a share of requests may exceed: allowed share in percent. */
  shareOver?: number;
  when: boolean;
};

/** The alarms of a deployment: the table below, thresholds settled, what does not apply left out. */
export function alarms(context: AlarmContext): Alarm[] {
  const settled = table(context)
    .filter((row) => row.when && context.thresholds[row.signal] !== 'off')
    .map(({ limit, shareOver, when, ...alarm }) => {
      const wanted = context.thresholds[alarm.signal];
      const value = typeof wanted === 'number' ? wanted : limit;
      return shareOver === undefined
        ? { ...alarm, threshold: value }
        : { ...alarm, threshold: shareOver, limitMs: alarm.unit === 's' ? value * 1000 : value };
    });
  const watched = (context.fleets ?? []).filter(alwaysRuns);
  return [...settled, ...watched.flatMap((fleet) => noEngines(fleet, context)), ...watched.map(metricLost)];
}

/** No scaling out, and nothing else says so: the machines may serve well without their telemetry. */
const leastLostMinutes = 15;

/** One that sleeps has no machine and is silent by plan: no alarm could tell that from loss. */
function alwaysRuns({ min, scaling }: WatchedFleet): boolean {
  return [min, ...scaling.schedule.map((window) => window.min)].every((machines) => machines > 0);
}

/** The gateways answer while their models do not. Only people are told: it ends no change, which may mend it. */
function noEngines({ name }: WatchedFleet, { thresholds }: AlarmContext): Alarm[] {
  const wanted = thresholds['no-healthy-target'] ?? 1;
  if (wanted === 'off') return [];
  return [
    {
      signal: 'no-healthy-target',
      title: `The fleet ${name} has no healthy machine`,
      metric: { sentBy: 'cloud', metric: 'balancer-healthy-targets', fleet: name },
      statistic: 'minimum',
      comparison: 'below',
      threshold: wanted,
      unit: 'targets',
      forMinutes: 5,
      severity: 'critical',
      whenMissing: 'alarm',
      runbook:
        'Its models answer by their fallbacks or not at all: look at the activity of its group (no GPU to be had?), then at the log of its machines.',
    },
  ];
}

function metricLost({ name, scaling, loadSeconds }: WatchedFleet): Alarm {
  return {
    signal: 'fleet-metric-lost',
    title: `The fleet ${name} does not say how busy it is`,
    metric: { sentBy: 'machine', series: scalingSeries[scaling.signal], fleet: name },
    statistic: 'minimum',
    comparison: 'below',
    threshold: 0,
    unit: '',
    // the only machine of a fleet may be replaced
    forMinutes: Math.max(leastLostMinutes, Math.ceil(loadSeconds / 60) + 5),
    severity: 'warning',
    whenMissing: 'alarm',
    runbook:
      'The fleet keeps its size until it is back: look at the log streams `telemetry/...` of its machines, and whether it has any.',
  };
}

/** What a fleet is scaled on. */
export const scalingSeries = {
  'in-flight-ratio': 'llm_in_flight_ratio',
  'waiting-requests': 'llm_waiting_requests',
} as const satisfies Record<FleetDecision['scaling']['signal'], Series>;

/** Signals whose alarm cannot be switched off: without them an outage is silent. */
export const criticalSignals: (keyof Spec['monitoring']['thresholds'])[] = [
  'availability',
  'error-rate',
  'gpu-xid',
  'disk-space',
  'no-healthy-target',
  'database-storage',
];

function table(context: AlarmContext): Row[] {
  const { slo } = context;
  // several machines send what one does otherwise: one bad machine is not to vanish in a mean, nor to speak for all
  const group = context.fleets !== undefined;
  const wholeAnswerSeconds = (slo.ttftMs + context.outputTokens * slo.interTokenMs) / 1000;
  const machine = (series: Extract<Alarm['metric'], { sentBy: 'machine' }>['series']): Alarm['metric'] => ({
    sentBy: 'machine',
    series,
  });
  const cloud = (metric: Extract<Alarm['metric'], { sentBy: 'cloud' }>['metric']): Alarm['metric'] => ({
    sentBy: 'cloud',
    metric,
  });
  const always = { when: true };
  return [
    {
      signal: 'availability',
      title: 'The API does not answer',
      metric: machine('llm_up'),
      // one gateway of several that answers is enough
      statistic: group ? 'maximum' : 'minimum',
      comparison: 'below',
      limit: 1,
      unit: '',
      forMinutes: 5,
      severity: 'critical',
      whenMissing: 'alarm',
      ...always,
      runbook:
        'Look at the machine log group for the step that failed; the group replaces a machine that stays unhealthy.',
    },
    {
      signal: 'error-rate',
      title: 'Requests fail',
      metric: machine('llm_error_percent'),
      statistic: 'average',
      comparison: 'above',
      limit: 5,
      unit: '%',
      forMinutes: 5,
      severity: 'critical',
      whenMissing: 'ignore',
      ...always,
      runbook:
        'Read the gateway log: 503 means the engine queue is full (more load than planned), 500 an engine fault.',
    },
    {
      signal: 'latency-p99',
      title: 'Answers take too long',
      metric: machine('llm_latency_slow_percent'),
      statistic: 'average',
      comparison: 'above',
      limit: Math.max(10, Math.ceil(1.5 * wholeAnswerSeconds)),
      shareOver: 1,
      unit: 's',
      forMinutes: 5,
      severity: 'warning',
      whenMissing: 'ignore',
      ...always,
      runbook:
        'Compare requests in flight with the plan: above it, plan for more users or lower the key limits.',
    },
    {
      signal: 'ttft-p95',
      title: 'First token comes late',
      metric: machine('llm_ttft_slow_percent'),
      statistic: 'average',
      comparison: 'above',
      limit: slo.ttftMs,
      shareOver: 5,
      unit: 'ms',
      forMinutes: 10,
      severity: 'warning',
      whenMissing: 'ignore',
      when: context.streams,
      runbook:
        'Prompts are longer or more at once than planned: look at waiting requests, then at input tokens.',
    },
    {
      signal: 'inter-token-latency',
      title: 'Tokens come slowly',
      metric: machine('llm_inter_token_ms'),
      statistic: group ? 'maximum' : 'average',
      comparison: 'above',
      limit: slo.interTokenMs,
      unit: 'ms',
      forMinutes: 10,
      severity: 'warning',
      whenMissing: 'ignore',
      when: context.streams,
      runbook: 'The batch is larger than planned: look at requests in flight.',
    },
    {
      signal: 'waiting-requests',
      title: 'Requests queue in the engine',
      metric: machine('llm_waiting_requests'),
      statistic: group ? 'maximum' : 'average',
      comparison: 'above',
      // a machine of a fleet sends the mean of its engines
      limit: group ? 5 : 5 * context.copies,
      unit: 'requests',
      forMinutes: 5,
      severity: 'warning',
      whenMissing: 'ignore',
      when: context.copies > 0,
      runbook: group
        ? 'More load than the fleet holds, or than it has machines for yet: look whether it grows, then at its `max` and the quota.'
        : 'More load than one machine holds: raise the planned users and look at what `plan` then chooses.',
    },
    {
      signal: 'kv-cache-use',
      title: 'KV cache is full',
      metric: machine('llm_kv_cache_percent'),
      statistic: group ? 'maximum' : 'average',
      comparison: 'above',
      limit: 95,
      unit: '%',
      forMinutes: 10,
      severity: 'warning',
      whenMissing: 'ignore',
      when: context.copies > 0,
      runbook: 'Requests are preempted and recomputed: fewer or shorter requests, or a GPU with more memory.',
    },
    {
      signal: 'gpu-memory',
      title: 'GPU memory is above what the engine was given',
      metric: machine('llm_gpu_memory_percent'),
      statistic: group ? 'maximum' : 'average',
      comparison: 'above',
      limit: 98,
      unit: '%',
      forMinutes: 5,
      severity: 'warning',
      whenMissing: 'ignore',
      when: context.copies > 0,
      runbook:
        'The engine reserves its share at start, so growth means something else uses the GPU: look at nvidia-smi.',
    },
    {
      signal: 'gpu-xid',
      title: 'GPU error in the kernel log',
      metric: machine('llm_gpu_xid_errors'),
      statistic: 'maximum',
      comparison: 'above',
      limit: 0,
      unit: 'errors',
      forMinutes: 1,
      severity: 'critical',
      whenMissing: 'ignore',
      when: context.copies > 0,
      runbook:
        "Look up the XID in NVIDIA's catalogue; replace the machine (terminate it, the group starts another) when it repeats.",
    },
    {
      signal: 'disk-space',
      title: 'A disk is nearly full',
      metric: machine('llm_disk_percent'),
      statistic: 'maximum',
      comparison: 'above',
      limit: 85,
      unit: '%',
      forMinutes: 10,
      severity: 'critical',
      whenMissing: 'ignore',
      ...always,
      runbook: 'Old images on the root disk or spend log on the data disk: prune, or grow the volume.',
    },
    {
      signal: 'rate-limited',
      title: 'Keys run into their limits',
      metric: machine('llm_rate_limited_per_minute'),
      // each gateway counts its own
      statistic: group ? 'sum' : 'average',
      comparison: 'above',
      limit: 10,
      unit: 'requests a minute',
      forMinutes: 10,
      severity: 'warning',
      whenMissing: 'ignore',
      ...always,
      runbook: 'A client sends more than its key allows: raise its limit or ask it to slow down.',
    },
    {
      signal: 'no-healthy-target',
      title: 'The balancer has no healthy machine',
      metric: cloud('balancer-healthy-targets'),
      statistic: 'minimum',
      comparison: 'below',
      limit: 1,
      unit: 'targets',
      forMinutes: 5,
      severity: 'critical',
      whenMissing: 'alarm',
      when: context.balancer,
      runbook: 'A new machine needs its boot time; if it stays, look at the machine log group.',
    },
    {
      signal: 'queue-age',
      title: 'Files wait longer than planned',
      metric: cloud('queue-age-hours'),
      statistic: 'maximum',
      comparison: 'above',
      limit: longestWaitHours(context.batch),
      unit: 'hours',
      forMinutes: 15,
      severity: 'warning',
      whenMissing: 'ignore',
      when: context.batch !== undefined,
      runbook:
        'Read the log of the workers: `waiting` tells what they wait for (users, a limit, a model that is away). Where they are busy, more lines came than planned.',
    },
    {
      signal: 'dead-letters',
      title: 'A file was given up',
      metric: cloud('dead-letters'),
      statistic: 'maximum',
      comparison: 'above',
      limit: 0,
      unit: 'jobs',
      forMinutes: 1,
      severity: 'warning',
      whenMissing: 'ignore',
      when: context.batch !== undefined,
      runbook:
        'The attribute `reason` of the dead letter tells why, as does `rejected.json` beside the results: mend it and send the message again (docs/batch.md), then delete the letter.',
    },
    {
      signal: 'certificate-expiry',
      title: 'The certificate expires soon',
      metric: cloud('certificate-days-left'),
      statistic: 'minimum',
      comparison: 'below',
      limit: 21,
      unit: 'days',
      forMinutes: 1440,
      severity: 'warning',
      whenMissing: 'ignore',
      when: context.managedCertificate,
      runbook: 'The validation record is missing from the zone, so renewal fails: put it back.',
    },
    {
      signal: 'database-connections',
      title: 'The database is short of connections',
      metric: cloud('database-connections'),
      statistic: 'average',
      comparison: 'above',
      limit: (context.managedDatabase?.connectionLimit ?? 0) * 2,
      unit: 'connections',
      forMinutes: 10,
      severity: 'warning',
      whenMissing: 'ignore',
      when: context.managedDatabase !== undefined,
      runbook: "More than the gateway's pool is connected: somebody else uses this database.",
    },
    {
      signal: 'database-storage',
      title: 'The database disk is nearly full',
      metric: cloud('database-free-storage-gib'),
      statistic: 'minimum',
      comparison: 'below',
      limit: Math.ceil((context.managedDatabase?.storageGiB ?? 0) * 0.15),
      unit: 'GiB',
      forMinutes: 10,
      severity: 'critical',
      whenMissing: 'ignore',
      when: (context.managedDatabase?.storageGiB ?? 0) > 0,
      runbook: 'The spend log grew: shorten its retention or grow the storage.',
    },
  ];
}

/** A day's lines are done by then; a file that comes when no machine may start waits for the next day. */
function longestWaitHours(batch: AlarmContext['batch']): number {
  if (batch === undefined) return 0;
  return batch.startAt === undefined ? batch.deadlineHours : 24;
}
