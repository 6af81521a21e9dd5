import type { Plan } from '../plan/plan';
import { combine, exactly, type Range, type Usage } from './line';
import type { RateId } from './rates';
import { hoursPerMonth } from './traffic';

/** What applications keep in the document store; nothing in the spec says it. */
export const documentsGB: Range = { low: 1, expected: 10, high: 100 };
/** Requests of the document store to its disks, in millions a month. */
export const documentsIoMillions: Range = { low: 0.1, expected: 5, high: 100 };
/** Share of the documents that changes in a day. */
export const documentsChangedPerDay: Range = { low: 0.005, expected: 0.02, high: 0.1 };

/** The store of the user's applications. */
export function documentsUsage(plan: Plan): Usage[] {
  const { documents } = plan.decisions;
  if (documents === undefined) return [];
  const { instances, instanceClass, backupDays } = documents;
  const line = (part: string, label: string, rate: RateId, quantity: Range, because: string): Usage => ({
    id: `documents${part}`,
    label,
    category: 'Database and cache',
    resource: 'documents',
    count: part === '' ? instances : 0,
    quantity,
    rate,
    because,
  });
  const unknownUse = 'what your applications keep stands in no spec';
  return [
    line(
      '',
      `DocumentDB ${instanceClass}, ${instances} ${instances === 1 ? 'instance' : 'instances'}`,
      'documents-instance',
      exactly(instances * hoursPerMonth),
      `${instances} x ${hoursPerMonth} hours`,
    ),
    line('-storage', 'DocumentDB storage', 'documents-storage', documentsGB, unknownUse),
    line('-io', 'DocumentDB, requests to its disks', 'documents-io', documentsIoMillions, unknownUse),
    line(
      '-backup',
      'DocumentDB backups, paid part',
      'documents-backup',
      combine(documentsGB, documentsChangedPerDay, (gb, changed) => gb * changed * backupDays),
      `changes of ${backupDays} days; the first day is free`,
    ),
  ];
}
