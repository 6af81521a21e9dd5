import type { Issue } from '../errors';
import { pathText } from './words';

/** A place in the spec, in parts: `['models', 0, 'gpu']`. */
export type Path = (string | number)[];

/** An issue that still knows its path in parts, to be found in the text. */
export interface PathIssue extends Issue {
  parts: Path;
}

export function issueAt(parts: Path, rule: string, message: string): PathIssue {
  return { path: pathText(parts), parts, rule, message };
}

/** The value at a place; `undefined` where there is none. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const part of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<PropertyKey, unknown>)[part];
  }
  return at;
}
