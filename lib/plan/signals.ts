/**
 * The one table of signals: what machines send, what wakes people, and what to do then.
 *
 * Ratios are computed on the machine, so every alarm is one gauge, one threshold and one duration on all
 * clouds. "p95 over the limit" is sent as the share of requests over the limit: it is the same as > 5 %.
 */
export const telemetryNamespace = 'LLMServing';
/** Dimension of every series; its value is `identity.name`. */
export const telemetryDimension = 'deployment';
/** Second dimension of what a machine of a fleet also sends for its fleet; its value is `fleets[].name`. */
export const fleetDimension = 'fleet';

/** Series that telemetry sends each minute; the value is the unit. */
export const series = {
  llm_up: '1 when a request could be served, else 0',
  llm_error_percent: 'percent of requests that ended in 5xx, last 5 minutes, of at least 20',
  llm_latency_slow_percent: 'percent of requests longer than the latency limit',
  llm_ttft_slow_percent: 'percent of requests whose first token came after the limit',
  llm_inter_token_ms: 'mean milliseconds between tokens',
  llm_in_flight_ratio: 'requests running and waiting over the planned sequences in flight',
  // of a fleet's machine the mean of its engines
  llm_waiting_requests: 'requests waiting in the engine',
  llm_requests_per_second: 'requests per second',
  llm_tokens_per_second: 'output tokens per second',
  llm_rate_limited_per_minute: 'requests refused with 429 a minute',
  llm_kv_cache_percent: 'percent of the KV cache in use',
  llm_gpu_utilization_percent: 'percent; for the dashboard only',
  llm_gpu_memory_percent: 'percent of GPU memory in use',
  llm_gpu_xid_errors: 'GPU errors in the kernel log, last 5 minutes',
  llm_disk_percent: 'percent of the fullest disk in use',
  llm_usd_per_hour: 'list price of the machine per hour',
} as const;

export type Series = keyof typeof series;

/** What the machines of a fleet know about their engines. */
const engineSeries: readonly Series[] = [
  'llm_in_flight_ratio',
  'llm_waiting_requests',
  'llm_kv_cache_percent',
  'llm_inter_token_ms',
  'llm_tokens_per_second',
  'llm_gpu_utilization_percent',
  'llm_gpu_memory_percent',
];

/** Every machine sends them for the deployment. */
const machineSeries: readonly Series[] = ['llm_disk_percent', 'llm_usd_per_hour'];

/**
 * Sent with `deployment` alone, by the role of the machine: no series has two meanings. A fleet says nothing of
 * `llm_up`, which is that of the API; the gateway knows no token and no GPU.
 */
export const deploymentSeries = {
  gateway: [
    'llm_up',
    'llm_error_percent',
    'llm_latency_slow_percent',
    'llm_ttft_slow_percent',
    'llm_requests_per_second',
    'llm_rate_limited_per_minute',
    ...machineSeries,
  ],
  fleet: [...engineSeries, 'llm_gpu_xid_errors', ...machineSeries],
} as const satisfies Record<'gateway' | 'fleet', readonly Series[]>;

/** Sent by the machines of a fleet with both dimensions: its scaling and its part of the dashboard. */
export const fleetSeries: readonly Series[] = ['llm_up', ...engineSeries];

export type SignalName =
  | 'availability'
  | 'error-rate'
  | 'latency-p99'
  | 'ttft-p95'
  | 'inter-token-latency'
  | 'waiting-requests'
  | 'kv-cache-use'
  | 'gpu-memory'
  | 'gpu-xid'
  | 'disk-space'
  | 'rate-limited'
  | 'no-healthy-target'
  | 'fleet-metric-lost'
  | 'queue-age'
  | 'dead-letters'
  | 'certificate-expiry'
  | 'database-connections'
  | 'database-storage';

/** Measured by the cloud itself and not by the machines. */
export type CloudMetric =
  | 'balancer-healthy-targets'
  | 'certificate-days-left'
  | 'queue-age-hours'
  | 'dead-letters'
  | 'database-connections'
  | 'database-free-storage-gib';

/** One alarm with its threshold settled. */
export interface Alarm {
  signal: SignalName;
  title: string;
  metric:
    | { sentBy: 'machine'; series: Series /** What its machines send for it. */; fleet?: string }
    | { sentBy: 'cloud'; metric: CloudMetric /** Of its machines alone. */; fleet?: string };
  /** Over all machines that send the series, in each minute. */
  statistic: 'average' | 'maximum' | 'minimum' | 'sum';
  comparison: 'above' | 'below';
  threshold: number;
  unit: string;
  /** For a share of requests over a limit: the limit in milliseconds. */
  limitMs?: number;
  forMinutes: number;
  severity: 'critical' | 'warning';
  /** Silence of the series: `alarm` where it means an outage. */
  whenMissing: 'alarm' | 'ignore';
  /** What to do when it fires. */
  runbook: string;
}

/** Unique among the alarms of a plan: each fleet has some of its own. */
export function alarmId({ signal, metric }: Pick<Alarm, 'signal' | 'metric'>): string {
  return metric.fleet === undefined ? signal : `${signal}-${metric.fleet}`;
}
