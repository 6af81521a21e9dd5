/** Namespace and one dimension of every series that the machines send. */
export const telemetryNamespace = 'LLMServing';
export const telemetryDimension = 'deployment';

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
  | 'no-healthy-target'
  | 'disk-space'
  | 'rate-limited'
  | 'certificate-expiry'
  | 'database-connections'
  | 'database-storage'
  | 'cost-per-hour';
