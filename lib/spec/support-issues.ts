import type { Cloud } from '../catalog/machines';
import {
  notBuiltCount,
  notBuiltField,
  notBuiltSources,
  notBuiltValue,
  type SupportRow,
} from '../catalog/support';
import { isMap } from './expand';
import type { Form } from './form';
import type { Path } from './path-issue';
import { issueAt, type PathIssue } from './path-issue';
import type { Plain } from './plain';
import { pathText, shown } from './words';

export interface Refusals {
  issues: PathIssue[];
  /** Paths that were refused with everything below them. */
  paths: Path[];
}

/** Everything in the spec that a support row refuses: known words of parts that are not built. `form`: undefined where it cannot be told. */
export function supportIssues(spec: Plain, form: Form | undefined): Refusals {
  const cloud = isMap(spec) && typeof spec.cloud === 'string' ? (spec.cloud as Cloud) : undefined;
  const context = { ...(cloud && { cloud }), ...(form && { architecture: form }) };
  const issues: PathIssue[] = [];
  const paths: Path[] = [];
  const refuse = (path: Path, row: SupportRow, got = '') => {
    issues.push(issueAt(path, row.kind, `${got}${row.reason}`));
  };
  const walk = (value: Plain, path: Path) => {
    const text = pathText(path);
    const field = notBuiltField(text, context);
    if (field) {
      paths.push(path);
      return refuse(path, field);
    }
    if (Array.isArray(value)) {
      const count = notBuiltCount(text, value.length, context);
      if (count) refuse(path, count, `got ${value.length}: `);
      const sources = notBuiltSources(text, value.map(sourceOf), context);
      if (sources) refuse(path, sources);
      for (const [index, entry] of value.entries()) walk(entry, [...path, index]);
    } else if (isMap(value)) {
      for (const [key, entry] of Object.entries(value)) walk(entry, [...path, key]);
    } else if (value !== null) {
      const row = notBuiltValue(text, value, context);
      if (row) {
        paths.push(path);
        refuse(path, row, `got ${shown(value)}: `);
      }
    }
  };
  walk(spec, []);
  return { issues, paths };
}

const sourceOf = (entry: Plain) => (isMap(entry) && typeof entry.source === 'string' ? entry.source : '');

/** The spec without the fields that were refused, so that the rest of a section can be checked. */
export function withoutRefused(spec: Plain, paths: readonly Path[]): Plain {
  if (paths.length === 0) return spec;
  const refused = new Set(paths.map(pathText));
  const copy = (value: Plain, path: Path): Plain => {
    if (Array.isArray(value)) return value.map((entry, index) => copy(entry, [...path, index]));
    if (!isMap(value)) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => !refused.has(pathText([...path, key])))
        .map(([key, entry]) => [key, copy(entry, [...path, key])]),
    );
  };
  return copy(spec, []);
}
