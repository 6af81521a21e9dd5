import * as z from 'zod/mini';
import { type Issue, issuesError } from '../errors';
import { readDocument, type SpecDocument } from './document';
import { expandShorthand, writtenPath } from './expand';
import { type PathIssue, shapeIssues } from './messages';
import { type Plain, plainData } from './plain';
import { specSchema } from './schema';
import type { Spec } from './types';

export interface ParseOptions {
  /** Name for messages; paths in the spec are relative to its folder. */
  file?: string;
  /** Reads a file that the spec names; from the disk unless told otherwise. */
  readFile?: (path: string) => string;
}

export interface ParsedSpec {
  spec: Spec;
  /** What works but deserves a look. */
  warnings: Issue[];
}

/**
 * Reads a spec written in YAML or JSON.
 *
 * @throws UserError with every problem at once, each with its line and column.
 */
export function parseSpec(text: string, options: ParseOptions = {}): ParsedSpec {
  const document = readDocument(text);
  if (document.issues.length > 0) throw issuesError(document.issues, options.file);
  return parse(document.value, options, document);
}

/**
 * Reads a spec given as an object, as from `defineDeployment`.
 *
 * @throws UserError with every problem at once.
 */
export function parseDeployment(value: unknown, options: ParseOptions = {}): ParsedSpec {
  return parse(value, options);
}

function parse(value: unknown, options: ParseOptions, document?: SpecDocument): ParsedSpec {
  const plain = plainData(value);
  const fail = (issues: readonly Issue[]) => issuesError(issues, options.file);
  if (plain.issues.length > 0) throw fail(plain.issues);
  const expanded = expandShorthand(plain.value, specSchema);
  // Compiling the schema with `new Function` costs more than one parse gains.
  const parsed = z.safeParse(specSchema, expanded, { jitless: true });
  if (!parsed.success)
    throw fail(located(shapeIssues(parsed.error, specSchema, expanded), plain.value, document));
  return { spec: parsed.data as Spec, warnings: [] };
}

/** With line and column where the text has the path, and with the path as it was written. */
function located(issues: readonly PathIssue[], written: Plain, document?: SpecDocument): Issue[] {
  return issues.map(({ parts, ...issue }) => ({
    ...issue,
    ...document?.locate(writtenPath(parts, written)),
  }));
}
