import type { Plan } from '../plan/plan';
import { combine, mapRange, type Range, type Usage } from './line';
import { ingestedLogsGB } from './observability';
import { accessLogGB, objectRequests } from './storage';
import { bytesPerGB, daysPerMonth } from './traffic';

/** One event of CloudTrail in the files that it delivers, compressed. */
export const compressedEventBytes = 300;
/** Of what Firehose is sent over what the log groups take in: it comes compressed, and each record counts as 5 KB at least. */
export const deliveredShare: Range = { low: 0.15, expected: 0.5, high: 1 };

/** What laws add: a trail, the bucket that it fills, and copies of all logs under a lock. */
export function auditUsage(plan: Plan): Usage[] {
  const { compliance, monitoring } = plan.decisions;
  const decided = compliance?.auditLog;
  if (decided === undefined) return [];
  const keptMonths = monitoring.logRetentionDays / daysPerMonth;
  const files = mapRange(objectRequests(plan), (events) => (events * compressedEventBytes) / bytesPerGB);
  const delivered = combine(ingestedLogsGB(plan), deliveredShare, (gb, share) => gb * share);
  // copies of log groups lie in the bucket of access logs and under the lock, access logs under the lock once more
  const copies = combine(accessLogGB(plan), delivered, (access, groups) => access + 2 * groups);
  const stored = decided.lock ? combine(files, copies, (a, b) => a + b) : files;
  return [
    {
      id: 'audit-event',
      label: 'Audit log, events',
      category: 'Security',
      resource: 'audit-log',
      count: 1,
      quantity: mapRange(objectRequests(plan), (events) => events / 100_000),
      rate: 'audit-event',
      because: "every read and write of an object in the deployment's buckets is one",
    },
    {
      id: 'audit-storage',
      label: 'Audit log, kept',
      category: 'Security',
      resource: 'bucket',
      count: 1,
      quantity: mapRange(stored, (gb) => gb * keptMonths),
      rate: 'bucket',
      because: `${monitoring.logRetentionDays} days${decided.lock ? ', with copies of all logs under an object lock' : ''}`,
    },
    ...(decided.lock
      ? [
          {
            id: 'log-delivery',
            label: 'Copies of logs, delivered',
            category: 'Security',
            resource: 'log-delivery',
            count: 1,
            quantity: delivered,
            rate: 'log-delivery',
            because: 'of all log groups, in records of 5 KB at least',
          } satisfies Usage,
        ]
      : []),
  ];
}
