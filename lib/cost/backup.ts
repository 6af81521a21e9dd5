import type { Plan } from '../plan/plan';
import { backupSharePerDay, storedGiB } from './database-size';
import { documentsGB } from './documents';
import { combine, exactly, mapRange, type Range, type Usage } from './line';
import type { RateId } from './rates';
import { daysPerMonth } from './traffic';

/**
 * Copies of backups in another region. In the region itself a nightly backup has no line of its own: one of a cluster lies
 * within the days of its own backups, for which no snapshot is charged; one of an instance shares its blocks with them.
 *
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-storage-backup.html (2026-11)
 */
export function backupUsage(plan: Plan): Usage[] {
  const { backup, database, documents } = plan.decisions;
  if (backup?.copy === undefined) return [];
  const { region } = backup.copy;
  const days = backup.keptDays;
  const line = (id: string, label: string, rate: RateId, quantity: Range, because: string): Usage => ({
    id,
    label: `${label} in ${region}`,
    category: 'Database and cache',
    resource: 'database',
    count: 0,
    quantity,
    rate,
    because,
  });
  const stored = storedGiB(plan);
  const inFull = (gb: Range) => mapRange(gb, (each) => each * days);
  const copies: Usage[] =
    database.serverless === undefined
      ? [
          line(
            'backup-copies',
            'Copies of backups',
            'database-backup',
            combine(stored, backupSharePerDay, (gb, changed) => gb * (1 + changed * days)),
            `the first in full, then the changes of ${days} days`,
          ),
        ]
      : [
          line(
            'backup-copies',
            'Copies of backups',
            'database-cluster-backup',
            inFull(stored),
            `${days} copies, each in full, at the price of this region`,
          ),
        ];
  if (documents !== undefined) {
    copies.push(
      line(
        'backup-copies-documents',
        'Copies of document backups',
        'documents-backup',
        inFull(documentsGB),
        `${days} copies, each in full, at the price of this region`,
      ),
    );
  }
  const nightly =
    database.serverless === undefined
      ? combine(stored, backupSharePerDay, (gb, changed) => gb * changed)
      : stored;
  const documentsNightly = documents === undefined ? exactly(0) : documentsGB;
  return [
    ...copies,
    line(
      'backup-transfer',
      'Copies of backups, sent to the vault',
      'region-transfer',
      combine(nightly, documentsNightly, (a, b) => (a + b) * daysPerMonth),
      database.serverless === undefined ? 'what changed, each night' : 'all data, each night',
    ),
  ];
}
