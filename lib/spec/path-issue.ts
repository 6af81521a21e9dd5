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
