import type { DatabaseDecision, Plan } from '../plan/plan';
import { backupUsage } from './backup';
import { backupSharePerDay, filledShare, storedGiB } from './database-size';
import { documentsUsage } from './documents';
import { combine, exactly, mapRange, type Range, type Usage } from './line';
import type { RateId } from './rates';
import { hoursPerMonth } from './traffic';

/** Managed databases and cache; embedded ones live on the machine and its disk. */
export function dataUsage(plan: Plan): Usage[] {
  return [...databaseUsage(plan), ...cacheUsage(plan), ...documentsUsage(plan), ...backupUsage(plan)];
}

function databaseUsage(plan: Plan): Usage[] {
  const { database } = plan.decisions;
  if (database.postgres !== 'managed') return [];
  if (database.serverless !== undefined) return clusterUsage(plan, database.serverless);
  const standby = database.highAvailability ? ', with a standby' : '';
  return [
    {
      id: 'database',
      label: `Postgres ${database.instanceClass}${standby}`,
      category: 'Database and cache',
      resource: 'database',
      count: 1,
      quantity: exactly(hoursPerMonth),
      rate: 'database-instance',
      because: `1 x ${hoursPerMonth} hours${standby ? '; the price covers both instances' : ''}`,
    },
    {
      id: 'database-storage',
      label: 'Postgres storage',
      category: 'Database and cache',
      resource: 'database',
      count: 0,
      quantity: exactly(database.storageGiB),
      rate: 'database-storage',
      because: `${database.storageGiB} GiB${standby ? '; the price covers both copies' : ''}`,
    },
    {
      id: 'database-backup',
      label: 'Postgres backups, paid part',
      category: 'Database and cache',
      resource: 'database',
      count: 0,
      quantity: backupGB(database.storageGiB, database.backupDays),
      rate: 'database-backup',
      because: `changes of ${database.backupDays} days; as much as the database itself (${database.storageGiB} GiB) is always free`,
    },
  ];
}

/** Requests to the disks of one request of a client: a spend row and its indexes, in batches; reads come from memory. */
const diskRequests: Range = { low: 1, expected: 5, high: 20 };

function clusterUsage(plan: Plan, serverless: NonNullable<DatabaseDecision['serverless']>): Usage[] {
  const { database, load } = plan.decisions;
  const { instances, minUnits, meanUnits, maxUnits } = serverless;
  const usage = (
    id: string,
    label: string,
    rate: RateId,
    quantity: Range,
    because: string,
    count = 0,
  ): Usage => ({
    id,
    label,
    category: 'Database and cache',
    resource: 'database',
    count,
    quantity,
    rate,
    because,
  });
  const stored = storedGiB(plan);
  return [
    usage(
      'database',
      `Postgres, serverless, ${instances === 1 ? 'a writer' : 'writer and reader'}`,
      'database-units',
      mapRange(
        { low: minUnits, expected: meanUnits, high: maxUnits },
        (units) => instances * units * hoursPerMonth,
      ),
      `${instances} x ${minUnits} to ${maxUnits} units, ${meanUnits} in the mean, x ${hoursPerMonth} hours`,
      instances,
    ),
    usage(
      'database-storage',
      'Postgres storage',
      'database-cluster-storage',
      stored,
      `${database.storageGiB} GiB of spend rows at the stated load; it grows by itself and is paid once for all instances`,
    ),
    usage(
      'database-io',
      'Postgres, requests to its disks',
      'database-io',
      mapRange(diskRequests, (each) => (each * load.requestsPerMonth) / 1e6),
      `${diskRequests.expected} for each request of a client`,
    ),
    usage(
      'database-backup',
      'Postgres backups, paid part',
      'database-cluster-backup',
      combine(stored, backupSharePerDay, (gb, changed) => gb * changed * database.backupDays),
      `changes of ${database.backupDays} days; the first day is free`,
    ),
  ];
}

/**
 * A copy of the data and its daily changes, less the allotment that comes with every database: its storage.
 *
 * @see https://aws.amazon.com/rds/postgresql/pricing/ (backup storage, 2024-07)
 */
function backupGB(storageGiB: number, days: number): Range {
  return combine(filledShare, backupSharePerDay, (filled, changed) =>
    Math.max(0, storageGiB * filled * (1 + changed * days) - storageGiB),
  );
}

function cacheUsage(plan: Plan): Usage[] {
  const { cache } = plan.decisions;
  if (cache.valkey !== 'managed') return [];
  return [
    {
      id: 'cache',
      label: `Valkey ${cache.nodeType}, ${cache.nodes} ${cache.nodes === 1 ? 'node' : 'nodes'}`,
      category: 'Database and cache',
      resource: 'cache',
      count: cache.nodes,
      quantity: exactly(cache.nodes * hoursPerMonth),
      rate: 'cache-node',
      because: `${cache.nodes} x ${hoursPerMonth} hours`,
    },
  ];
}
