import * as z from 'zod/mini';
import { fieldDocs } from './fields';
import { issueAt, type Path, type PathIssue, valueAt } from './path-issue';
import type { Plain } from './plain';
import { definition, fieldAt, innerSchema, isRequired, schemaAt } from './schema-tree';
import { didYouMean } from './suggest';
import { enumWords, wantedText } from './wanted';
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
  if (parts.at(-1) === mergeKey) return [issueAt(parts, 'unknown-field', mergeMessage)];
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

/** YAML 1.1 merged maps by it; version 1.2 has no such key. */
const mergeKey = '<<';
const mergeMessage = 'got `<<`, which merges maps in YAML 1.1 and is not supported: write the fields out';

export function unknownField(parts: Path, root: Schema): PathIssue {
  const key = String(parts.at(-1));
  if (key === mergeKey) return issueAt(parts, 'unknown-field', mergeMessage);
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
  const quotes = typeof value === 'number' && schema && quotesHelp(value, schema) ? ', in quotes' : '';
  return `got ${shown(value)}, expected ${wanted}${quotes}${hint && `.${hint}`}`;
}

function emptyListMessage(field: Schema | undefined): string {
  const wanted = field && fieldDocs.get(field)?.wanted;
  return `got an empty list: write ${wanted ?? 'at least one entry'}`;
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

/** Zeros at the beginning of an account's digits, which YAML leaves out of a number. */
const mostZeros = 11;

/** The digits would do as a text; a name that begins with a letter is no better in quotes. */
function quotesHelp(value: number, schema: Schema): boolean {
  const texts = Array.from({ length: mostZeros + 1 }, (_, zeros) => `${'0'.repeat(zeros)}${value}`);
  return expectsText(schema) && texts.some((text) => z.safeParse(innerSchema(schema), text).success);
}

function expectsText(schema: Schema): boolean {
  return definition(innerSchema(schema)).type === 'string';
}
