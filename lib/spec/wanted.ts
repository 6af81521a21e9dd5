import type * as z from 'zod/mini';
import { decimal } from '../decimal';
import { fieldDocs } from './fields';
import { definition, innerSchema } from './schema-tree';
import { code, either } from './words';

type Schema = z.core.$ZodType;

/** What may stand here, such as `a whole number from 1 to 20`. */
export function wantedText(schema: Schema): string {
  const said = fieldDocs.get(schema)?.wanted;
  if (said) return said;
  const inner = innerSchema(schema);
  const def = definition(inner);
  const words = enumWords(inner);
  if (words) return words.length > 10 ? `one of ${code(words).join(', ')}` : either(code(words));
  switch (def.type) {
    case 'string':
      return formatWords(inner) ?? 'a text';
    case 'number':
      return numberText(inner);
    case 'boolean':
      return '`true` or `false`';
    case 'array':
    case 'tuple':
      return `a list; each entry is ${wantedText((def.element ?? def.items?.[0]) as Schema)}`;
    case 'union':
      return either((def.options as Schema[]).map(wantedText));
    case 'record':
      return 'a map of names to values';
    default: {
      const fields = Object.keys(def.shape ?? {});
      return `a map with ${code(fields.slice(0, 8)).join(', ')}${fields.length > 8 ? ', ...' : ''}`;
    }
  }
}

function numberText(schema: Schema): string {
  const limit = (kind: string) => checksOf(schema).find((check) => check.check === kind)?.value;
  const kind = definition(schema).format === 'safeint' ? 'a whole number' : 'a number';
  const [least, most] = [limit('greater_than'), limit('less_than')];
  const text = (value: unknown) => decimal(Number(value), 0, 6);
  return least === undefined || most === undefined ? kind : `${kind} from ${text(least)} to ${text(most)}`;
}

/** The words that stand beside a pattern in the schema. */
function formatWords(schema: Schema): string | undefined {
  const error = checksOf(schema).find((check) => check.check === 'string_format')?.error;
  return error && String(error(undefined));
}

interface CheckDefinition {
  check: string;
  value?: unknown;
  error?: (issue: unknown) => unknown;
}

function checksOf(schema: Schema): CheckDefinition[] {
  const checks = (definition(schema).checks ?? []) as z.core.$ZodCheck[];
  return checks.map((check) => check._zod.def as unknown as CheckDefinition);
}

/** The possible values, where they are few and named. */
export function enumWords(schema: Schema): string[] | undefined {
  const def = definition(innerSchema(schema));
  if (def.type === 'enum') return Object.values(def.entries as Record<string, string>);
  if (def.type === 'literal') return (def.values as unknown[]).map(String);
  return undefined;
}
