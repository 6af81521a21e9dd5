import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Issue } from '../errors';
import type { Path } from './path-issue';
import { pathText, shortened } from './words';

export interface SpecDocument {
  value: unknown;
  /** Problems of the text itself; when there are any, `value` must not be used. */
  issues: Issue[];
  /** Place of the deepest part of the path that is written in the text, counted from 1. */
  locate(path: readonly PropertyKey[]): { line: number; column: number } | undefined;
}

const limits = { characters: 64 * 1024, depth: 32, aliases: 100 };
const tooDeep = `nested deeper than ${limits.depth} levels: flatten the spec`;

/** Reads YAML or JSON, which is a subset of it. */
export function readDocument(text: string): SpecDocument {
  const nowhere = () => undefined;
  const refused = (message: string): SpecDocument => ({
    value: undefined,
    issues: [{ path: '', rule: 'syntax', message }],
    locate: nowhere,
  });
  if (text.length > limits.characters) {
    return refused(`got ${text.length} characters, the limit is ${limits.characters}: shorten the spec`);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what makes a file binary
  const binary = /[\u0000-\u0008\u000e-\u001f\ufffd]/.exec(text);
  if (binary) return refused('got a binary file or one that is not UTF-8: write YAML or JSON text');
  if (bracketDepth(text) > limits.depth) {
    return refused(tooDeep);
  }

  const lineCounter = new LineCounter();
  const place = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset);
    return { line, column: col };
  };
  try {
    const document = parseDocument(text, {
      lineCounter,
      prettyErrors: false,
      // Compared pairwise by the library, which takes minutes on a large map; `duplicates` takes none.
      uniqueKeys: false,
      resolveKnownTags: false,
      logLevel: 'error',
    });
    const problems = [...document.errors, ...document.warnings];
    // the library tells of its own exhausted stack, once or more often
    if (problems.some(({ message }) => message.includes('call stack'))) return refused(tooDeep);
    const issues: Issue[] = problems.slice(0, 20).map((error) => ({
      path: '',
      rule: 'syntax',
      message: syntaxMessage(error.code, error.message),
      ...place(error.pos[0]),
    }));
    const root = document.contents as Node | null;
    if (issues.length === 0) issues.push(...duplicates(root, place));
    if (issues.length > 0) return { value: undefined, issues, locate: nowhere };
    return {
      value: document.toJS({ maxAliasCount: limits.aliases }),
      issues,
      locate: (path) => {
        const offset = offsetOf(root, path);
        return offset === undefined ? undefined : place(offset);
      },
    };
  } catch (error) {
    // The library reports hostile input by throwing: exploding aliases, nesting beyond the stack.
    if (error instanceof RangeError) return refused(tooDeep);
    if (error instanceof ReferenceError) return refused(aliasMessage(error.message));
    throw error;
  }
}

/** Depth of brackets outside quotes, roughly: enough to stop texts that only nest. */
function bracketDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const character of text) {
    if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth = Math.max(0, depth - 1);
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

function aliasMessage(message: string): string {
  const name = /^Unresolved alias.*: (.*)$/.exec(message)?.[1];
  return name === undefined
    ? `the aliases (\`*name\`) expand to more than ${limits.aliases} values: write the values out`
    : `\`*${shortened(name)}\` names no anchor (\`&${shortened(name)}\`) above it: write the value out`;
}

function syntaxMessage(kind: string, message: string): string {
  if (kind === 'MULTIPLE_DOCS') return 'got several documents (`---`): write one spec a file';
  if (kind === 'TAB_AS_INDENT') return 'got a tab as indentation, which YAML forbids: indent with spaces';
  if (kind === 'TAG_RESOLVE_FAILED') return `${shortened(message)}: remove the tag (\`!\`)`;
  return `not valid YAML or JSON: ${shortened(message)}`;
}

function duplicates(root: Node | null, place: (offset: number) => { line: number; column: number }): Issue[] {
  const issues: Issue[] = [];
  const walk = (node: unknown, path: Path) => {
    if (path.length > limits.depth) throw new RangeError('too deep');
    if (isSeq(node)) for (const [index, item] of node.items.entries()) walk(item, [...path, index]);
    if (!isMap(node)) return;
    const seen = new Set<string>();
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : '';
      const inner = [...path, name];
      if (seen.has(name)) {
        const at = place((key as Node).range?.[0] ?? 0);
        issues.push({
          path: pathText(inner),
          rule: 'syntax',
          message: `\`${shortened(name)}\` is written twice: keep one`,
          ...at,
        });
      }
      seen.add(name);
      walk(value, inner);
    }
  };
  walk(root, []);
  return issues.slice(0, 20);
}

function offsetOf(root: Node | null, path: readonly PropertyKey[]): number | undefined {
  let node: unknown = root;
  let offset = root?.range?.[0];
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === part);
      if (!pair) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof part === 'number') {
      node = node.items[part];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else break;
  }
  return offset;
}
