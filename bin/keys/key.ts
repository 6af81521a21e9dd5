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

/** More keys than a person would look through; a server without end is none. */
const mostPages = 1000;

/** All keys, oldest first. */
export async function allKeys(gateway: Gateway): Promise<Key[]> {
  const found: Key[] = [];
  for (let page = 1; ; page++) {
    const order = 'return_full_object=true&sort_by=created_at&sort_order=asc';
    const answer = await gateway.get(`/key/list?${order}&size=${pageSize}&page=${page}`);
    if (answer.status !== 200 || !Array.isArray(answer.json?.keys)) throw unexpected(answer);
    found.push(...answer.json.keys.map(keyOf));
    const pages: unknown = answer.json.total_pages ?? 1;
    if (typeof pages !== 'number')
      throw notUnderstood(`total_pages is ${JSON.stringify(pages).slice(0, 80)}`);
    if (pages > mostPages) {
      throw new UserError(
        `The gateway at ${gateway.url} says that it has ${pages} pages of ${pageSize} keys; at most ${mostPages} can be listed here.`,
      );
    }
    if (page >= pages) return found;
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
  const served = answer.json.data.map((row: { id?: unknown } | null) => row?.id).filter(isText);
  for (const model of models) {
    if (served.includes(model)) continue;
    throw new UserError(
      `--model ${model} is not served here.${didYouMean(model, served)} Served are ${served.join(', ')}.`,
    );
  }
}

/** What a key is in an answer; a field of another type than it had is an error and no guess. */
function keyOf(row: unknown): Key {
  const field = <Value>(name: string, fits: (value: unknown) => value is Value): Value | null => {
    const value = (row as Record<string, unknown> | null)?.[name] ?? null;
    if (value === null || fits(value)) return value;
    throw notUnderstood(`${name} is ${JSON.stringify(value).slice(0, 80)}`);
  };
  const id = field('token', isText);
  if (id === null) throw notUnderstood('a key without token');
  return {
    name: field('key_alias', isText),
    id,
    ending: (field('key_name', isText) ?? '').replace(/^sk-/, ''),
    models: field('models', isTexts) ?? [],
    requestsPerMinute: field('rpm_limit', isNumber),
    tokensPerMinute: field('tpm_limit', isNumber),
    spentUsd: field('spend', isNumber) ?? 0,
    budgetUsd: field('max_budget', isNumber),
    budgetPeriod: field('budget_duration', isText),
    expires: field('expires', isText),
    created: field('created_at', isText),
  };
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);

function notUnderstood(what: string): UserError {
  return new UserError(
    `The gateway answers what this command does not understand: ${what}. It is made for LiteLLM 1.106.2.`,
  );
}

function unexpected({ status, json }: { status: number; json: unknown }): UserError {
  return new UserError(`The gateway refuses this with ${status}: ${messageOf(json)}`);
}
