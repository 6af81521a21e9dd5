import * as z from 'zod/mini';
import {
  list,
  matching,
  number,
  optional,
  required,
  section,
  sectionWhenWritten,
  sectionWithDefaults,
  withDefault,
} from './fields';

/** CloudWatch Logs accepts only these (PutRetentionPolicy API reference, 2026-11). */
export const logRetentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const threshold = (description: string, most: number, unit?: string) =>
  optional(z.union([number(0, most), z.literal('off')]), { description, ...(unit && { unit }) });

const thresholdsMeaning =
  'Signal to threshold, or `off`. What is left out has the threshold that `plan` prints; critical signals cannot be off.';

const thresholds = sectionWhenWritten(
  () =>
    section('Thresholds', thresholdsMeaning, {
      availability: threshold('Alarm below it: 1 when a request could be served in a minute, else 0.', 1),
      'error-rate': threshold('Alarm above it: requests that ended in an error of the server.', 100, '%'),
      'latency-p99': threshold('Alarm above it: 99th percentile of the whole answer.', 3600, 's'),
      'ttft-p95': threshold('Alarm above it: 95th percentile of the time to the first token.', 3600000, 'ms'),
      'inter-token-latency': threshold('Alarm above it: mean time between two tokens.', 60000, 'ms'),
      'waiting-requests': threshold('Alarm above it: requests that wait in the engine.', 1000000),
      'kv-cache-use': threshold('Alarm above it: KV cache in use.', 100, '%'),
      'gpu-memory': threshold('Alarm above it: GPU memory in use.', 100, '%'),
      'gpu-xid': threshold('Alarm above it: GPU errors in the kernel log.', 1000),
      'disk-space': threshold('Alarm above it: the fullest disk in use.', 100, '%'),
      'no-healthy-target': threshold(
        'Alarm below it: healthy targets of the balancer, and of each fleet that always runs.',
        1,
      ),
      'queue-age': threshold('Alarm above it: age of the oldest job of `batch`.', 336, 'hours'),
      'dead-letters': threshold('Alarm above it: jobs of `batch` that were given up.', 1000000),
      'rate-limited': threshold('Alarm above it: requests refused with 429 a minute.', 1000000),
      'certificate-expiry': threshold(
        'Alarm below it: days that the certificate is still valid.',
        365,
        'days',
      ),
      'database-connections': threshold('Alarm above it: connections to a managed database.', 100000),
      'database-storage': threshold('Alarm below it: free storage of a managed database.', 65536, 'GiB'),
    }),
  { description: thresholdsMeaning },
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
      computedDefault:
        '14 in dev, 30 in staging, 90 in prod; at least 365 with `soc2`, 731 with `ccpa`, 2192 with `hipaa`',
    }),
  }),
  { description: 'Alarms, dashboard and logs.' },
);

export const budget = () =>
  section('Budget', 'Money alerts on the spend of this deployment.', {
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
