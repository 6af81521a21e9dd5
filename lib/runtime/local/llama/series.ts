import type { Drawing } from '../monitoring/drawings';

/**
 * Series of llama.cpp b11312 (tools/server/server-task.cpp) as the series of vLLM that mean the same to `signals.py`.
 *
 * Seconds and tokens of an answer are counted at its end. Nothing tells how full the KV cache is.
 */
export const llamaSeries: Readonly<Record<string, readonly string[]>> = {
  'llamacpp:requests_processing': ['vllm:num_requests_running'],
  'llamacpp:requests_deferred': ['vllm:num_requests_waiting'],
  'llamacpp:tokens_predicted_total': [
    'vllm:generation_tokens_total',
    'vllm:inter_token_latency_seconds_count',
  ],
  'llamacpp:tokens_predicted_seconds_total': ['vllm:inter_token_latency_seconds_sum'],
};

const rate = (name: string) => `sum by (service) (rate(${name}{$labels}[5m]))`;
const legend = '{{service}}';

/** Graphs of llama.cpp's own series, which have no label of the model. */
export const llamaDrawings: Drawing[] = [
  {
    title: 'Running and waiting',
    about: 'requests in the engine',
    unit: 'none',
    queries: [
      { expr: 'sum by (service) (llamacpp:requests_processing{$labels})', legend: `${legend} running` },
      { expr: 'sum by (service) (llamacpp:requests_deferred{$labels})', legend: `${legend} waiting` },
    ],
  },
  {
    title: 'Tokens a second',
    about: 'tokens read and written by the engine; those from the prompt cache are not read again',
    unit: 'none',
    queries: [
      { expr: rate('llamacpp:prompt_tokens_total'), legend: `${legend} in` },
      { expr: rate('llamacpp:prompt_tokens_cached_total'), legend: `${legend} from the cache` },
      { expr: rate('llamacpp:tokens_predicted_total'), legend: `${legend} out` },
    ],
  },
  {
    title: 'Time for a token',
    about: 'mean time of a token of a prompt, and of an answer',
    unit: 's',
    queries: [
      {
        expr: `${rate('llamacpp:prompt_seconds_total')} / ${rate('llamacpp:prompt_tokens_total')}`,
        legend: `${legend} in`,
      },
      {
        expr: `${rate('llamacpp:tokens_predicted_seconds_total')} / ${rate('llamacpp:tokens_predicted_total')}`,
        legend: `${legend} out`,
      },
    ],
  },
];
