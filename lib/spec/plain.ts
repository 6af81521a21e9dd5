import { issueAt, type Path, type PathIssue } from './path-issue';
import { shortened } from './words';

export type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain };

const limits = { depth: 32, values: 2_000, textLength: 16_384, keyLength: 256 };

/**
 * Copies a value to plain JSON data and reports everything that is not plain.
 *
 * Fields with `undefined` are left out, as if not written. Cycles end at the depth limit.
 */
export function plainData(value: unknown): { value: Plain; issues: PathIssue[] } {
  const issues: PathIssue[] = [];
  let values = 0;

  const report = (path: Path, rule: string, message: string): null => {
    issues.push(issueAt(path, rule, message));
    return null;
  };

  const copy = (from: unknown, path: Path): Plain => {
    values += 1;
    if (values > limits.values) {
      if (values === limits.values + 1) {
        report([], 'too-large', `the spec holds more than ${limits.values} values: shorten it`);
      }
      return null;
    }
    if (path.length > limits.depth) {
      return report(path.slice(0, 4), 'too-deep', `nested deeper than ${limits.depth} levels: flatten it`);
    }
    if (from === null || typeof from === 'boolean') return from;
    if (typeof from === 'string') {
      if (from.length <= limits.textLength) return from;
      return report(
        path,
        'too-large',
        `got a text of ${from.length} characters, the limit is ${limits.textLength}: shorten it`,
      );
    }
    if (typeof from === 'number') {
      if (Number.isFinite(from)) return from;
      return report(path, 'shape', `got ${from}, which is not a finite number: write a number`);
    }
    if (Array.isArray(from)) {
      return Array.from(from.slice(0, limits.values + 1), (entry, index) => copy(entry, [...path, index]));
    }
    if (!isPlainObject(from)) {
      return report(path, 'shape', `got ${kindOf(from)}: write text, a number, true, false, a list or a map`);
    }
    return copyMap(from, path);
  };

  const copyMap = (from: Record<string, unknown>, path: Path): Plain => {
    const to: { [key: string]: Plain } = {};
    for (const key of Object.keys(from)) {
      if (key === '__proto__') {
        report([...path, key], 'unknown-field', '`__proto__` is not a field of the spec: remove it');
      } else if (key.length > limits.keyLength) {
        report(
          [...path, shortened(key)],
          'too-large',
          `got a name of ${key.length} characters, the limit is ${limits.keyLength}: shorten it`,
        );
      } else if (from[key] !== undefined) {
        to[key] = copy(from[key], [...path, key]);
      }
    }
    return to;
  };

  return { value: copy(value, []), issues };
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function kindOf(value: unknown): string {
  if (typeof value === 'object')
    return `an object of class ${shortened(value?.constructor?.name || 'unknown')}`;
  return value === undefined ? 'nothing' : `a ${typeof value}`;
}
