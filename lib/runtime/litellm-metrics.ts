import type { Plan } from '../plan/plan';
import { signalLimits } from './settings';

/** The gateway's own histogram edges (LiteLLM 1.106.2), among which the limits of the alarms are put. */
const latencyBucketsSeconds = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];

/** What the gateway counts. Its own default labels hold every client's address and program: without end. */
export const gatewayMetrics = [
  {
    group: 'requests',
    metrics: ['litellm_proxy_total_requests_metric'],
    include_labels: ['requested_model', 'route', 'status_code'],
  },
  {
    group: 'failures',
    metrics: ['litellm_proxy_failed_requests_metric'],
    include_labels: ['requested_model', 'route', 'exception_class', 'exception_status'],
  },
  {
    group: 'times',
    metrics: [
      'litellm_request_total_latency_metric',
      'litellm_llm_api_latency_metric',
      'litellm_llm_api_time_to_first_token_metric',
      'litellm_overhead_latency_metric',
    ],
    include_labels: ['model_group'],
  },
];

/** Edges of the gateway's histograms, every limit of an alarm among them. */
export function latencyBuckets(plan: Plan): number[] {
  const { latencySeconds, ttftSeconds } = signalLimits(plan);
  const limits = [latencySeconds, ttftSeconds].filter((limit) => limit !== null);
  return [...new Set([...latencyBucketsSeconds, ...limits])].sort((a, b) => a - b);
}
