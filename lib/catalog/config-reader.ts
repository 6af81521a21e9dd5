import { UserError } from '../errors';

/** Reads keys of a model's config.json; what is missing or of the wrong kind is the user's to mend. */
export interface ConfigReader {
  /** First of these keys that is there, as a whole number above 0. */
  need(...keys: string[]): number;
  /** The same; null where none is there, or it is null, or 0, which files write for "none". */
  maybe(...keys: string[]): number | null;
  /** Any finite number above 0. */
  number(key: string): number | undefined;
  flag(key: string): boolean | undefined;
  text(key: string): string | undefined;
  list(key: string): unknown[] | undefined;
  section(key: string): ConfigReader | undefined;
  has(key: string): boolean;
  fail(problem: string): UserError;
}

/** No dimension of a model is near it; products of four stay exact enough. */
const largest = 1e9;

const wayOut =
  'write the values of the model under `geometry`, or name a model of the same shape as `baseModel`';

/** `place` stands before keys of nested sections, such as `text_config.`. */
export function configReader(json: unknown, file: string, place = ''): ConfigReader {
  const fail = (problem: string) => new UserError(`${file}: ${problem}: ${wayOut}`);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw fail(`${place ? `\`${place.slice(0, -1)}\`` : 'the file'} is not a JSON object`);
  }
  const config = json as Record<string, unknown>;
  const value = (key: string) => (Object.hasOwn(config, key) ? (config[key] ?? undefined) : undefined);

  const maybe = (...keys: string[]): number | null => {
    const key = keys.find((candidate) => value(candidate) !== undefined);
    if (key === undefined) return null;
    const found = value(key);
    if (typeof found !== 'number' || !Number.isSafeInteger(found) || found < 0 || found > largest) {
      throw fail(`\`${place}${key}\` is ${shown(found)}, expected a whole number from 0 to ${largest}`);
    }
    return found === 0 ? null : found;
  };

  return {
    maybe,
    need: (...keys) => {
      const found = maybe(...keys);
      if (found === null) throw fail(`\`${place}${keys[0]}\` is missing`);
      return found;
    },
    number: (key) => {
      const found = value(key);
      return typeof found === 'number' && Number.isFinite(found) && found > 0 ? found : undefined;
    },
    flag: (key) => (typeof value(key) === 'boolean' ? (value(key) as boolean) : undefined),
    text: (key) => (typeof value(key) === 'string' ? (value(key) as string) : undefined),
    list: (key) => (Array.isArray(value(key)) ? (value(key) as unknown[]) : undefined),
    section: (key) =>
      value(key) === undefined ? undefined : configReader(value(key), file, `${place}${key}.`),
    has: (key) => value(key) !== undefined,
    fail,
  };
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
