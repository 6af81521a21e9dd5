import { UserError } from '../../lib/errors';
import { didYouMean } from '../../lib/spec/suggest';
import { type Gateway, messageOf } from './gateway';

/** One key of the gateway, without its value: that is stored nowhere. */
export interface Key {
  /** Null for a key that was made without one, such as through the API. */
  name: string | null;
  /** SHA-256 of the value: what the gateway knows the key by. */
  id: string;
  /** End of the value, such as `...x4Qg`: enough to tell whose key stands in a file. */
  ending: string;
  /** Names that clients may ask for; empty: all. */
  models: string[];
  requestsPerMinute: number | null;
  tokensPerMinute: number | null;
  spentUsd: number;
  budgetUsd: number | null;
  /** After it the spent amount begins at zero again, such as `30d`. */
  budgetPeriod: string | null;
  expires: string | null;
  created: string | null;
}

/** What a new key may do; what is undefined takes the spec's `gateway.keyLimits`. */
export interface NewKey {
  name: string;
  models?: string[];
  requestsPerMinute?: number;
  tokensPerMinute?: number;
  budgetUsd?: number;
  budgetPeriod?: string;
  expiresAfter?: string;
}

/** The gateway's largest page. */
const pageSize = 100;

/** All keys, oldest first. */
export async function allKeys(gateway: Gateway): Promise<Key[]> {
  const found: Key[] = [];
  for (let page = 1; ; page++) {
    const order = 'return_full_object=true&sort_by=created_at&sort_order=asc';
    const answer = await gateway.get(`/key/list?${order}&size=${pageSize}&page=${page}`);
    if (answer.status !== 200 || !Array.isArray(answer.json?.keys)) throw unexpected(answer);
    found.push(...answer.json.keys.map(keyOf));
    if (page >= (answer.json.total_pages ?? 1)) return found;
  }
}

/** Makes a key; its value is in this answer and nowhere else. */
export async function createKey(gateway: Gateway, wanted: NewKey): Promise<Key & { key: string }> {
  await refuseUnknownModels(gateway, wanted.models ?? []);
  const answer = await gateway.post('/key/generate', {
    key_alias: wanted.name,
    models: wanted.models,
    rpm_limit: wanted.requestsPerMinute,
    tpm_limit: wanted.tokensPerMinute,
    max_budget: wanted.budgetUsd,
    budget_duration: wanted.budgetPeriod,
    duration: wanted.expiresAfter,
  });
  if (answer.status === 400 && messageOf(answer.json).includes('already exists')) {
    throw new UserError(
      `There is a key named ${wanted.name} already. Take another name, or revoke it first: llm-constructs keys revoke ${wanted.name}`,
    );
  }
  const { key } = answer.json ?? {};
  if (answer.status !== 200 || typeof key !== 'string') throw unexpected(answer);
  return { ...keyOf(answer.json), key };
}

/** The one key that a name or an id means; an id may be cut to its first eight characters. */
export function findKey(keys: readonly Key[], asked: string): Key {
  const named = keys.filter(({ name }) => name === asked);
  const meant =
    named.length > 0
      ? named
      : keys.filter(({ id }) => /^[0-9a-f]{8,64}$/.test(asked) && id.startsWith(asked));
  const [only] = meant;
  if (only === undefined) {
    const names = keys.flatMap(({ name }) => name ?? []);
    throw new UserError(
      `The gateway has no key with the name or id ${asked}.${didYouMean(asked, names)} List them: llm-constructs keys list`,
    );
  }
  if (meant.length > 1) {
    const list = meant.map(
      ({ id, ending, created }) => `  ${id.slice(0, 12)}  ${ending}  made ${created ?? 'at an unknown time'}`,
    );
    throw new UserError(
      `${meant.length} keys are meant by ${asked}. Give the id of the one to revoke:\n${list.join('\n')}`,
    );
  }
  return only;
}

export async function revokeKey(gateway: Gateway, { id }: Key): Promise<void> {
  const answer = await gateway.post('/key/delete', { keys: [id] });
  if (answer.status !== 200) throw unexpected(answer);
}

/** The gateway takes any name into a key, which then can ask for nothing. */
async function refuseUnknownModels(gateway: Gateway, models: string[]): Promise<void> {
  if (models.length === 0) return;
  const answer = await gateway.get('/v1/models');
  if (answer.status !== 200 || !Array.isArray(answer.json?.data)) throw unexpected(answer);
  const served: string[] = answer.json.data.map(({ id }: { id: string }) => id);
  for (const model of models) {
    if (served.includes(model)) continue;
    throw new UserError(
      `--model ${model} is not served here.${didYouMean(model, served)} Served are ${served.join(', ')}.`,
    );
  }
}

interface KeyRow {
  key_alias?: string | null;
  token?: string;
  key_name?: string;
  models?: string[];
  rpm_limit?: number | null;
  tpm_limit?: number | null;
  spend?: number;
  max_budget?: number | null;
  budget_duration?: string | null;
  expires?: string | null;
  created_at?: string | null;
}

function keyOf(row: KeyRow): Key {
  return {
    name: row.key_alias ?? null,
    id: row.token ?? '',
    ending: (row.key_name ?? '').replace(/^sk-/, ''),
    models: row.models ?? [],
    requestsPerMinute: row.rpm_limit ?? null,
    tokensPerMinute: row.tpm_limit ?? null,
    spentUsd: row.spend ?? 0,
    budgetUsd: row.max_budget ?? null,
    budgetPeriod: row.budget_duration ?? null,
    expires: row.expires ?? null,
    created: row.created_at ?? null,
  };
}

function unexpected({ status, json }: { status: number; json: unknown }): UserError {
  return new UserError(`The gateway refuses this with ${status}: ${messageOf(json)}`);
}
