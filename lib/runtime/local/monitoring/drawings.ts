import { type Series, series } from '../../../plan/signals';

/** A graph: what it shows, in which unit of Grafana. */
export interface Drawing {
  title: string;
  about: string;
  unit: string;
  /** `$labels` stands for the label of the deployment. */
  queries: { expr: string; legend: string }[];
  signal?: Series;
}

/** Rows of the dashboard, in the order in which somebody who was woken looks. */
export const groups = [
  'Is it well',
  'How long do answers take',
  'How much is asked',
  'GPU, disk and price',
  'Inside the engines',
] as const;
export type Group = (typeof groups)[number];

interface Row {
  title: string;
  unit: string;
  group: Exclude<Group, 'Inside the engines'>;
}

const [well, slow, load, host] = groups;

const rows = {
  llm_up: { title: 'A request could be served', unit: 'bool', group: well },
  llm_error_percent: { title: 'Failed requests', unit: 'percent', group: well },
  llm_rate_limited_per_minute: { title: 'Refused by limits, a minute', unit: 'none', group: well },
  llm_ttft_slow_percent: { title: 'First token after the limit', unit: 'percent', group: slow },
  llm_latency_slow_percent: { title: 'Answers longer than the limit', unit: 'percent', group: slow },
  llm_inter_token_ms: { title: 'Between two tokens', unit: 'ms', group: slow },
  llm_in_flight_ratio: { title: 'In flight, of what was planned', unit: 'percentunit', group: load },
  llm_waiting_requests: { title: 'Waiting in the engines', unit: 'none', group: load },
  llm_requests_per_second: { title: 'Requests', unit: 'reqps', group: load },
  llm_tokens_per_second: { title: 'Output tokens a second', unit: 'none', group: load },
  llm_kv_cache_percent: { title: 'KV cache in use', unit: 'percent', group: load },
  llm_gpu_utilization_percent: { title: 'GPU busy', unit: 'percent', group: host },
  llm_gpu_memory_percent: { title: 'GPU memory', unit: 'percent', group: host },
  llm_gpu_xid_errors: { title: 'GPU errors', unit: 'none', group: host },
  llm_disk_percent: { title: 'Fullest disk', unit: 'percent', group: host },
  llm_usd_per_hour: { title: 'Price of the planned machine, an hour', unit: 'currencyUSD', group: host },
} satisfies Record<Series, Row> as Record<Series, Row>;

/** A graph for each of these signals, by row. */
export function signalDrawings(names: readonly Series[]): Record<Row['group'], Drawing[]> {
  const drawings = (wanted: Row['group']) =>
    (Object.keys(rows) as Series[])
      .filter((name) => names.includes(name) && rows[name].group === wanted)
      .map((name) => ({
        title: rows[name].title,
        about: series[name],
        unit: rows[name].unit,
        queries: [{ expr: `${name}{$labels}`, legend: name }],
        signal: name,
      }));
  return {
    [well]: drawings(well),
    [slow]: drawings(slow),
    [load]: drawings(load),
    [host]: drawings(host),
  } as Record<Row['group'], Drawing[]>;
}

const rate = (name: string) => `sum by (model_name) (rate(${name}{$labels}[5m]))`;

/** 95 of 100 were faster, of each model; histograms only Prometheus can read. */
const p95 = (name: string) =>
  `histogram_quantile(0.95, sum by (le, model_name) (rate(${name}_bucket{$labels}[5m])))`;

const byModel = (expr: string) => [{ expr, legend: '{{model_name}}' }];

/** Series of vLLM 0.33.0 (vllm/v1/metrics/loggers.py of its Python package, read 2026-11); counters end in `_total`. */
export const engineDrawings: Drawing[] = [
  {
    title: 'First token, 95 of 100',
    about: 'time to the first token in the engine, without the gateway',
    unit: 's',
    queries: byModel(p95('vllm:time_to_first_token_seconds')),
  },
  {
    title: 'Between tokens, 95 of 100',
    about: 'time between two tokens of an answer',
    unit: 's',
    queries: byModel(p95('vllm:inter_token_latency_seconds')),
  },
  {
    title: 'In the queue, 95 of 100',
    about: 'time in which a request waits for its turn',
    unit: 's',
    queries: byModel(p95('vllm:request_queue_time_seconds')),
  },
  {
    title: 'Running and waiting',
    about: 'requests in the engine',
    unit: 'none',
    queries: [
      { expr: 'sum by (model_name) (vllm:num_requests_running{$labels})', legend: '{{model_name}} running' },
      { expr: 'sum by (model_name) (vllm:num_requests_waiting{$labels})', legend: '{{model_name}} waiting' },
    ],
  },
  {
    title: 'Tokens a second',
    about: 'tokens read and written by the engine',
    unit: 'none',
    queries: [
      { expr: rate('vllm:prompt_tokens_total'), legend: '{{model_name}} in' },
      { expr: rate('vllm:generation_tokens_total'), legend: '{{model_name}} out' },
    ],
  },
  {
    title: 'Preempted and refused, a second',
    about: 'preempted requests are computed again: too little KV cache; refused ones found the queue full',
    unit: 'none',
    queries: [
      { expr: rate('vllm:num_preemptions_total'), legend: '{{model_name}} preempted' },
      { expr: rate('vllm:admission_rejections_total'), legend: '{{model_name}} refused' },
    ],
  },
];
