import type { Plan } from '../plan/plan';
import { mapRange, type Range } from './line';

/** Share of the database's storage that holds data. */
export const filledShare: Range = { low: 0.1, expected: 0.3, high: 1 };
/** Share of the data that changes in a day; backups keep the changes of `backupDays`. */
export const backupSharePerDay: Range = { low: 0.005, expected: 0.02, high: 0.1 };

/** Data in the managed database: of a cluster what the load leaves there, of an instance a part of its disk. */
export function storedGiB(plan: Plan): Range {
  const { serverless, storageGiB } = plan.decisions.database;
  if (serverless === undefined) return mapRange(filledShare, (share) => share * storageGiB);
  return { low: storageGiB / 2, expected: storageGiB, high: storageGiB * 4 };
}
