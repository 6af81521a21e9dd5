import type * as z from 'zod/mini';
import type { Path } from './path-issue';
import type { Plain } from './plain';
import { innerSchema } from './schema-tree';

type Map = { [key: string]: Plain };

/**
 * Removes every shorthand: `region`, a model as a hub id, one value where a list is expected, and a
 * section written as its main value. Values of a wrong kind stay, for the schema to refuse.
 */
export function expandShorthand(value: Plain, schema: z.core.$ZodType): Plain {
  if (!isMap(value)) return value;
  const { region, ...rest } = value;
  const both = region !== undefined && rest.regions !== undefined;
  const spec: Map = both || region === undefined ? { ...value } : { ...rest, regions: region };
  if (typeof spec.database === 'string') spec.database = { postgres: spec.database };
  if (typeof spec.cache === 'string') spec.cache = { valkey: spec.cache };
  if (isMap(spec.gateway) && spec.gateway.piiMasking === true) {
    spec.gateway = { ...spec.gateway, piiMasking: {} };
  }
  if (isMap(spec.monitoring)) {
    const { notify } = spec.monitoring;
    if (typeof notify === 'string' || Array.isArray(notify)) {
      spec.monitoring = { ...spec.monitoring, notify: { emails: notify } };
    }
  }
  if (spec.models !== undefined && spec.models !== null) {
    const models = Array.isArray(spec.models) ? spec.models : [spec.models];
    spec.models = models.map(expandModel);
  }
  return withLists(spec, schema);
}

function expandModel(model: Plain): Plain {
  const long: Plain = typeof model === 'string' ? { source: model } : model;
  if (!isMap(long) || long.name !== undefined || typeof long.source !== 'string') return long;
  return { name: nameFromSource(long.source), ...long };
}

/** `Qwen/Qwen3-8B` is `qwen3-8b`, `bedrock:amazon.nova-lite-v1:0` is `amazon.nova-lite-v1-0`. */
export function nameFromSource(source: string): string {
  const id = source.replace(/^[a-z-]+:(?=[^/])/, '');
  const last = id.split('/').filter(Boolean).at(-1) ?? source;
  return last
    .toLowerCase()
    .replace(/[^a-z0-9._-]/g, '-')
    .slice(0, 63);
}

/** One value where the schema has a list becomes a list of one. */
function withLists(value: Plain, schema: z.core.$ZodType): Plain {
  const { def } = innerSchema(schema)._zod as unknown as { def: z.core.$ZodTypes['_zod']['def'] };
  if (def.type === 'array' || def.type === 'tuple') {
    const entry = def.type === 'array' ? def.element : def.items[0];
    const list = Array.isArray(value) || value === null ? value : [value];
    return Array.isArray(list) && entry ? list.map((item) => withLists(item, entry)) : list;
  }
  if (def.type !== 'object' || !isMap(value)) return value;
  const shape = def.shape as Record<string, z.core.$ZodType>;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const field = Object.hasOwn(shape, key) ? shape[key] : undefined;
      return [key, field ? withLists(inner, field) : inner];
    }),
  );
}

export function isMap(value: Plain | undefined): value is Map {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The path of the long form as the user wrote it, as far as it is written. */
export function writtenPath(path: readonly PropertyKey[], written: Plain): Path {
  const short = path[0] === 'regions' && isMap(written) && written.regions === undefined;
  const asWritten: Path = [];
  let at: Plain | undefined = written;
  for (const part of short ? ['region', ...path.slice(1)] : path) {
    if (at !== undefined) {
      // One value stands for a list of one, or for the section whose main field it is; so does a list.
      if (!Array.isArray(at) && !isMap(at)) break;
      if (Array.isArray(at) !== (typeof part === 'number')) continue;
    }
    asWritten.push(part as string | number);
    at = typeof at === 'object' && at !== null ? (at as Record<PropertyKey, Plain>)[part] : undefined;
  }
  return asWritten;
}
