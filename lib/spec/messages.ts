import type * as z from 'zod/mini';
import { fieldDocs } from './fields';
import { issueAt, type Path, type PathIssue } from './path-issue';
import type { Plain } from './plain';
import { definition, fieldAt, innerSchema, isRequired, schemaAt } from './schema-tree';
import { didYouMean } from './suggest';
import { code, either, pathText, shown } from './words';

type Schema = z.core.$ZodType;
type ZodIssue = z.core.$ZodIssue;

/** Every problem of shape in the words of the spec: the value got, the limit, the next action. */
export function shapeIssues(error: z.core.$ZodError, above: Path, root: Schema, written: Plain): PathIssue[] {
  const issues = error.issues.flatMap((issue) =>
    issuesOf(issue, [...above, ...(issue.path as Path)], root, written),
  );
  // One value may fail several checks, and the message names all that it must be.
  return issues.filter(({ path }, index) => issues.findIndex((other) => other.path === path) === index);
}

function issuesOf(issue: ZodIssue, parts: Path, root: Schema, written: Plain): PathIssue[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownField([...parts, key], root));
  if (issue.code === 'invalid_key') {
    return [issueAt(parts, 'unknown-field', keyMessage(String(parts.at(-1))))];
  }
  const above = parts.slice(0, -1);
  const list = valueAt(written, above);
  // zod says that the first entry of an empty list is missing.
  if (Array.isArray(list) && list.length === 0) {
    return [issueAt(above, 'shape', emptyListMessage(fieldAt(root, above)))];
  }
  const value = valueAt(written, parts);
  return [
    issueAt(parts, value === undefined ? 'required' : 'shape', shapeMessage(issue, parts, value, root)),
  ];
}

export function unknownField(parts: Path, root: Schema): PathIssue {
  const key = String(parts.at(-1));
  const above = parts.slice(0, -1);
  const schema = schemaAt(root, above);
  const known = Object.keys((schema && definition(schema).shape) ?? {}).map((name) =>
    // People write the short form.
    name === 'regions' ? 'region' : name,
  );
  const where = above.length === 0 ? 'the spec' : `\`${pathText(above)}\``;
  const hint = didYouMean(key, known) || ` Fields here: ${code(known).join(', ')}.`;
  return issueAt(parts, 'unknown-field', `${shown(key)} is not a field of ${where}.${hint}`);
}

function keyMessage(key: string): string {
  return `${shown(key)} cannot be a name here: write 1 to 128 characters without line breaks`;
}

function shapeMessage(issue: ZodIssue, parts: Path, value: unknown, root: Schema): string {
  const field = fieldAt(root, parts);
  const schema = field && innerSchema(field);
  const wanted = field ? wantedText(field) : 'another value';
  if (value === undefined) return `is missing: write ${wanted}`;
  if (value === null)
    return `is empty: write ${wanted}${isRequired(root, parts) ? '' : ', or remove the line'}`;
  if (Array.isArray(value) && value.length === 0 && expectsList(schema)) return emptyListMessage(field);
  if (issue.code === 'too_big' && issue.origin === 'string') {
    return `got ${String(value).length} characters, the limit is ${issue.maximum}: shorten it`;
  }
  const words = schema && enumWords(schema);
  if (words && words.length > 10 && typeof value === 'number') {
    return `got ${value}, which is not one of the ${words.length} values that are possible: write ${either(code(neighbours(value, words)))}`;
  }
  const hint = words && typeof value === 'string' ? didYouMean(value, words) : '';
  const quotes = typeof value === 'number' && expectsText(schema) ? ', in quotes' : '';
  return `got ${shown(value)}, expected ${wanted}${quotes}${hint && `.${hint}`}`;
}

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

function emptyListMessage(field: Schema | undefined): string {
  const wanted = field && fieldDocs.get(field)?.wanted;
  return `got an empty list: write ${wanted ?? 'at least one entry'}`;
}

function numberText(schema: Schema): string {
  const limit = (kind: string) => checksOf(schema).find((check) => check.check === kind)?.value;
  const kind = definition(schema).format === 'safeint' ? 'a whole number' : 'a number';
  const [least, most] = [limit('greater_than'), limit('less_than')];
  const text = (value: unknown) => Number(value).toLocaleString('en-US', { maximumFractionDigits: 6 });
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

function enumWords(schema: Schema): string[] | undefined {
  const def = definition(innerSchema(schema));
  if (def.type === 'enum') return Object.values(def.entries as Record<string, string>);
  if (def.type === 'literal') return (def.values as unknown[]).map(String);
  return undefined;
}

/** The nearest possible numbers below and above. */
function neighbours(value: number, possible: readonly string[]): string[] {
  const below = possible.findLast((one) => Number(one) < value);
  const above = possible.find((one) => Number(one) > value);
  return [below, above].filter((one) => one !== undefined);
}

function expectsList(schema: Schema | undefined): boolean {
  return schema !== undefined && ['array', 'tuple'].includes(definition(schema).type);
}

function expectsText(schema: Schema | undefined): boolean {
  return schema !== undefined && definition(innerSchema(schema)).type === 'string';
}

export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const part of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<PropertyKey, unknown>)[part];
  }
  return at;
}
