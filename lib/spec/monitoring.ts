import * as z from 'zod/mini';
import {
  list,
  matching,
  number,
  optional,
  required,
  section,
  sectionWithDefaults,
  withDefault,
} from './fields';

/** CloudWatch Logs accepts only these (PutRetentionPolicy API reference, 2026-11). */
export const logRetentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const threshold = (description: string, unit?: string) =>
  optional(z.union([number(0, 1e12), z.literal('off')]), { description, ...(unit && { unit }) });

const thresholds = sectionWithDefaults(
  section('Thresholds', 'Signal to threshold, or `off`; critical signals cannot be off.', {
    availability: threshold('Minutes without an answer.'),
    'error-rate': threshold('Requests that ended in an error of the server.', '%'),
    'latency-p99': threshold('99th percentile of the whole answer.', 's'),
    'ttft-p95': threshold('95th percentile of the time to the first token.', 'ms'),
    'inter-token-latency': threshold('Mean time between two tokens.', 'ms'),
    'waiting-requests': threshold('Requests that wait in the engine.'),
    'kv-cache-use': threshold('KV cache in use.', '%'),
    'gpu-memory': threshold('GPU memory in use.', '%'),
    'gpu-xid': threshold('GPU errors in the kernel log.'),
    'disk-space': threshold('Fullest disk in use.', '%'),
    'no-healthy-target': threshold('Healthy targets of the balancer.'),
    'rate-limited': threshold('Requests refused with 429 a minute.'),
    'certificate-expiry': threshold('Days that the certificate is still valid.', 'days'),
    'database-connections': threshold('Connections in use of a managed database.'),
    'database-storage': threshold('Free storage of a managed database.', 'GiB'),
  }),
  { description: 'Signal to threshold, or `off`; critical signals cannot be off.' },
);

const email = () => matching(/^(?=.{6,254}$)[^\s@]{1,64}@[^\s@.]+(\.[^\s@.]+)+$/, 'an e-mail address');

const notify = sectionWithDefaults(
  section('Notify', 'Who gets alarms and budget alerts.', {
    emails: withDefault(z.array(email()), [], {
      description: 'Each address must confirm its subscription once.',
    }),
  }),
  { description: 'Who gets alarms and budget alerts.' },
);

export const monitoring = sectionWithDefaults(
  section('Monitoring', 'Alarms, dashboard and logs.', {
    notify,
    thresholds,
    logRetentionDays: optional(z.literal(logRetentionDays), {
      description: 'How long logs and the audit trail are kept.',
      unit: 'days',
      computedDefault: '14 in dev, 30 in staging, 90 in prod',
    }),
  }),
  { description: 'Alarms, dashboard and logs.' },
);

export const budget = section('Budget', 'Money alerts on the spend of this deployment.', {
  monthlyUsd: required(number(1, 1e9), { description: 'Spend a month.', unit: 'USD' }),
  alertAtPercent: withDefault(list(number(1, 1000)), [50, 80, 100], {
    description: 'Alerts are sent at these parts of `monthlyUsd`.',
    unit: '%',
  }),
  failSynthOverUsd: optional(number(1, 1e9), {
    description: '`synth` stops when the expected monthly bill is higher.',
    unit: 'USD',
  }),
});
