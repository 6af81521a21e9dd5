import { lawFacts } from '../catalog/laws';
import { encryptionOf, lawsOf, lawsOfOwnKeys } from '../spec/law';
import type { Spec } from '../spec/types';
import type { CacheDecision, DatabaseDecision, ModelStoreDecision, SecurityDecision } from './plan';

/** Days of backups and whether things are guarded, by environment (docs/spec.md). */
const byEnvironment = {
  dev: { backupDays: 7, logRetentionDays: 14, guarded: false },
  staging: { backupDays: 7, logRetentionDays: 30, guarded: false },
  prod: { backupDays: 35, logRetentionDays: 90, guarded: true },
} as const;

export const environmentDefaults = (spec: Spec) => byEnvironment[spec.environment];

/** LiteLLM's own default of 10 connections a worker; the gateway's pool is this much a worker. */
export const connectionsPerWorker = 10;
/** Of all workers: half of what the managed class below takes, so that its alarm comes in time. */
export const mostConnections = 200;

export function database(spec: Spec, gatewayWorkers: number): DatabaseDecision {
  const postgres = spec.database.postgres ?? 'embedded';
  const { guarded } = environmentDefaults(spec);
  const backupDays = spec.database.backupDays ?? environmentDefaults(spec).backupDays;
  const connectionLimit = Math.min(gatewayWorkers * connectionsPerWorker, mostConnections);
  if (postgres === 'embedded') {
    return {
      postgres,
      majorVersion: 17,
      storageGiB: 0,
      highAvailability: false,
      backupDays,
      connectionLimit,
      because:
        "keys, budgets and the spend log live in Postgres on the data disk: nothing more to pay for one machine; `database: managed` moves them to the cloud's own Postgres",
    };
  }
  const highAvailability = spec.database.highAvailability ?? guarded;
  return {
    postgres,
    majorVersion: 17,
    // the smallest burstable class whose default max_connections (about 400) is far above the pool
    instanceClass: 'db.t4g.medium',
    storageGiB: 50,
    highAvailability,
    backupDays,
    connectionLimit,
    ...clients(spec),
    because: `managed Postgres as written, ${highAvailability ? 'with a standby in another zone' : 'without a standby'}; ${connectionLimit} connections of the gateway are few for this size`,
  };
}

/** Who connects beside the gateway. */
export function clients({ database: { allowedCidrs } }: Spec): { clientCidrs?: string[] } {
  return allowedCidrs === undefined ? {} : { clientCidrs: allowedCidrs };
}

export function cache(spec: Spec): CacheDecision {
  const valkey = spec.cache.valkey ?? 'embedded';
  if (valkey === 'none') {
    return {
      valkey,
      nodes: 0,
      memoryMiB: 0,
      because: 'no cache, as written: limits are counted by each gateway worker for itself',
    };
  }
  if (valkey === 'embedded') {
    return {
      valkey,
      nodes: 0,
      memoryMiB: 512,
      because:
        'limits, cooldowns and cached answers live in Valkey beside the gateway: one machine has nobody to share them with',
    };
  }
  const nodes = environmentDefaults(spec).guarded ? 2 : 1;
  return {
    valkey,
    nodeType: 'cache.t4g.small',
    nodes,
    memoryMiB: 0,
    because: `managed Valkey as written, ${nodes === 2 ? 'a primary and a replica in another zone' : 'one node'}; the smallest size with room for limits and cached answers`,
  };
}

export function modelStore(spec: Spec, weightsGiB: number): ModelStoreDecision {
  const { bucket, hubTokenSecret, keepRevisions } = spec.modelStore;
  return {
    bucket,
    import: spec.modelStore.import,
    hubTokenSecret,
    keepRevisions,
    storedGiB: Math.ceil(weightsGiB),
    because:
      spec.modelStore.import === 'job'
        ? `the first machine copies the weights from the hub into ${bucket ?? 'a new bucket'} once; every later start reads them from there`
        : `you upload the weights to ${bucket ?? 'the new bucket'}, as written; machines wait for them and never ask the hub`,
  };
}

export function security(spec: Spec): SecurityDecision {
  const { encryptionKey } = spec.security;
  const encryption = encryptionOf(spec);
  const deletionProtection = spec.reliability.deletionProtection ?? environmentDefaults(spec).guarded;
  const keyText =
    encryption === 'customer-managed'
      ? `disks, buckets, secrets and logs are encrypted with ${encryptionKey ?? 'a new key of yours'}${keyLaws(spec)}`
      : "everything is encrypted at rest with the provider's keys";
  return {
    encryption,
    encryptionKey,
    deletionProtection,
    because: `${keyText}; ${deletionProtection ? 'data outlives a deleted stack' : 'a deleted stack takes its data along, so nothing is left to pay for'}`,
  };
}

function keyLaws(spec: Spec): string {
  const asking = lawsOfOwnKeys(lawsOf(spec)).map((law) => lawFacts(law).title);
  return asking.length === 0 ? '' : ` (${asking.join(', ')})`;
}
