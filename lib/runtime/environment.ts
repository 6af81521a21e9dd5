import type { Plan } from '../plan/plan';
import type { Role } from './host';

/**
 * Names and ids that only a deployment knows: the whole of what a cloud folder tells a machine.
 *
 * Written to `/etc/llm/env` through user data. Secrets appear by name or ARN, never by value.
 */
export const environmentKeys = {
  LLM_DEPLOYMENT: 'identity.name of the plan; the value of the one dimension of every series',
  LLM_REGION: 'region of the machine',
  LLM_MODEL_BUCKET: 'name of the bucket that holds the weights',
  LLM_DATA_VOLUME_ID: 'id of the volume that survives the machine, as vol-...',
  LLM_MASTER_KEY_SECRET: "secret with the operator's key; `sk-` is put before a value without it",
  LLM_APPLICATION_KEY_SECRET: 'secret that the boot script fills with the first API key, once',
  LLM_INTERNAL_SECRET: "secret with a random seed from which the gateway's own passwords are derived",
  LLM_ENGINE_SECRET: 'secret with a random seed of the key that engines on machines of their own ask for',
  LLM_LOG_GROUP: 'log group for containers and boot',
  LLM_GROUP: 'name of the Auto Scaling group',
  LLM_FLEET: 'name of the fleet, as `fleets[].name` of the plan',
  LLM_TERMINATE_HOOK: 'name of the lifecycle hook that waits while the machine drains',
  LLM_BOOT_HOOK: 'name of the lifecycle hook that waits while the machine boots',
  LLM_STACK: 'name or id of the CloudFormation stack',
  LLM_SIGNAL_RESOURCE: 'logical id of the resource that waits for the ready signal',
  LLM_ENGINES_HOST: 'host name of the engine balancer, which has a port for each fleet',
  LLM_DATABASE_HOST: 'managed Postgres: host name',
  LLM_DATABASE_SECRET: 'managed Postgres: secret with JSON `username` and `password`',
  LLM_CACHE_HOST: 'managed Valkey: host name of the primary, reached over TLS',
  LLM_CACHE_SECRET: 'managed Valkey: secret with the password',
  LLM_HUB_TOKEN_SECRET: 'existing secret with the Hugging Face token',
  LLM_BATCH_QUEUE: 'URL of the queue of files',
  LLM_BATCH_DEAD_QUEUE: 'URL of the queue of dead letters',
  LLM_BATCH_INPUT: 'name of the bucket where files are put',
  LLM_BATCH_OUTPUT: 'name of the bucket where answers appear',
  LLM_GUARDRAIL_ID: 'content filter: id',
  LLM_GUARDRAIL_VERSION: 'content filter: number of the version',
} as const;

export type EnvironmentKey = keyof typeof environmentKeys;

/** Values for exactly the keys that `environmentKeysFor` names. They may be CDK tokens. */
export type DeployEnvironment = Partial<Record<EnvironmentKey, string>>;

/** `batch`: a fleet's machine with a worker. */
export type Machines = Role | 'batch';

type When = readonly Machines[] | ((plan: Plan, role: Machines) => boolean);

const gateways: readonly Machines[] = ['server', 'gateway'];
const engines: readonly Machines[] = ['server', 'fleet', 'batch'];
const enginesOnly: readonly Machines[] = ['fleet', 'batch'];
const groups: readonly Machines[] = ['gateway', 'fleet', 'batch'];

/** Which machines need it; absent: all. */
const onlySometimes: Partial<Record<EnvironmentKey, When>> = {
  LLM_MODEL_BUCKET: engines,
  LLM_DATA_VOLUME_ID: ['server'],
  LLM_MASTER_KEY_SECRET: gateways,
  LLM_APPLICATION_KEY_SECRET: gateways,
  // what a GPU machine holds opens engines and nothing else
  LLM_INTERNAL_SECRET: gateways,
  LLM_ENGINE_SECRET: (plan, role) => enginesOnly.includes(role) || callsFleets(plan, role),
  LLM_FLEET: enginesOnly,
  LLM_BOOT_HOOK: groups,
  LLM_ENGINES_HOST: callsFleets,
  LLM_DATABASE_HOST: managedDatabase,
  LLM_DATABASE_SECRET: managedDatabase,
  LLM_CACHE_HOST: managedCache,
  LLM_CACHE_SECRET: managedCache,
  LLM_HUB_TOKEN_SECRET: ({ decisions }, role) =>
    engines.includes(role) && decisions.modelStore.hubTokenSecret !== undefined,
  LLM_BATCH_QUEUE: works,
  LLM_BATCH_DEAD_QUEUE: works,
  LLM_BATCH_INPUT: works,
  LLM_BATCH_OUTPUT: works,
  LLM_GUARDRAIL_ID: guardrail,
  LLM_GUARDRAIL_VERSION: guardrail,
};

/** Holds a worker: its own machines do, and those of the gateway where files have none. */
function works({ decisions: { batch } }: Plan, role: Machines): boolean {
  if (batch === undefined) return false;
  return batch.own === undefined ? gateways.includes(role) : role === 'batch';
}

function callsFleets({ decisions }: Plan, role: Machines): boolean {
  return role === 'gateway' && (decisions.fleets ?? []).length > 0;
}

function guardrail({ decisions }: Plan, role: Machines): boolean {
  return gateways.includes(role) && decisions.gateway.guardrail !== undefined;
}

function managedDatabase({ decisions }: Plan, role: Machines): boolean {
  return gateways.includes(role) && decisions.database.postgres === 'managed';
}

function managedCache({ decisions }: Plan, role: Machines): boolean {
  return gateways.includes(role) && decisions.cache.valkey === 'managed';
}

/** The keys that this plan's machines of a role need, in the order of the table: no more and no fewer. */
export function environmentKeysFor(plan: Plan, role: Machines): EnvironmentKey[] {
  const all = Object.keys(environmentKeys) as EnvironmentKey[];
  return all.filter((key) => {
    const when = onlySometimes[key] ?? (() => true);
    return typeof when === 'function' ? when(plan, role) : when.includes(role);
  });
}

/**
 * Text of `/etc/llm/env`: `KEY='value'` lines, read alike by bash, systemd and docker compose.
 *
 * Throws when a key is missing or not needed, or when a value cannot stand between single quotes.
 */
export function environmentFile(plan: Plan, role: Machines, values: DeployEnvironment): string {
  const needed = environmentKeysFor(plan, role);
  const extra = Object.keys(values).filter((key) => !needed.includes(key as EnvironmentKey));
  if (extra.length > 0) throw new Error(`this plan's ${role} machine needs no ${extra.join(', ')}`);
  return needed.map((key) => `${key}='${checked(key, values[key])}'\n`).join('');
}

function checked(key: EnvironmentKey, value: string | undefined): string {
  if (value === undefined || value === '') throw new Error(`${key} has no value: ${environmentKeys[key]}`);
  if (/['\\\n\r]/.test(value)) {
    throw new Error(`${key} is ${JSON.stringify(value)}: a name or id has no quote, backslash or line break`);
  }
  return value;
}
