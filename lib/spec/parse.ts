import { type Issue, issuesError } from '../errors';
import { withCatalogueNames } from './catalogue-names';
import { readDocument, type SpecDocument } from './document';
import { expandShorthand, isMap, writtenPath } from './expand';
import { type FileAccess, readGeometryFiles } from './geometry-file';
import { type PathIssue, valueAt } from './path-issue';
import { type Plain, plainData } from './plain';
import { withoutProcessorWords } from './processor-words';
import { ruleIssues } from './rules';
import { specSchema } from './schema';
import { formAsked, parseSections } from './sections';
import { supportIssues, withoutRefused } from './support-issues';
import type { Spec } from './types';
import { pathText, shown } from './words';

/** `file`: name for messages, and base of paths in the spec. `readFile`: the disk unless told otherwise. */
export interface ParseOptions extends FileAccess {
  /** For llama.cpp on a machine of one's own: its words are taken out of the spec instead of refused. */
  processors?: boolean;
}

export interface ParsedSpec {
  spec: Spec;
  /** With `processors`: kinds of GGUF files, by the place in the spec that asks for them. */
  ggufKinds: Map<string, string>;
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
  const fail = (issues: Issue[]) => issuesError(readable(issues), options.file);
  const plain = plainData(value ?? null);
  const written = plain.value;
  const locate = (issue: PathIssue) => located(issue, written, document);
  const tooMuch = plain.issues.filter((issue) => issue.rule.startsWith('too-'));
  if (tooMuch.length > 0) throw fail(tooMuch.map(locate));
  if (!isMap(written)) throw fail([notASpec(written)]);

  const long = expandShorthand(written, specSchema) as { [key: string]: Plain };
  const { spec: expanded, kinds } = options.processors
    ? withoutProcessorWords(long)
    : { spec: long, kinds: [] };
  const refused = supportIssues(expanded, formAsked(withoutRefusedAnywhere(expanded)));
  const files = readGeometryFiles(withoutRefused(expanded, refused.paths), options);
  const sections = parseSections(files.value as { [key: string]: Plain });
  const broken = new Set([...sections.broken, ...files.issues.map(({ parts }) => String(parts[0]))]);
  const rules = ruleIssues(sections.parsed, broken, (...path) => valueAt(expanded, path) !== undefined);
  const said = new Set([...plain.issues.map(({ path }) => path), ...refused.paths.map(pathText)]);
  const errors = [
    ...plain.issues,
    ...refused.issues,
    ...files.issues,
    ...unsaid([...sections.issues, ...rules.errors], said),
  ];
  if (errors.length > 0) throw fail(errors.map(locate).sort(byPlace));
  return {
    spec: withCatalogueNames(sections.parsed as Spec),
    ggufKinds: new Map(kinds.map(({ path, kind }) => [pathText(path), kind])),
    warnings: rules.warnings.map(locate),
  };
}

/** Fields that no form has would hide which form is asked for. */
function withoutRefusedAnywhere(spec: { [key: string]: Plain }): { [key: string]: Plain } {
  return withoutRefused(spec, supportIssues(spec, undefined).paths) as { [key: string]: Plain };
}

function notASpec(value: Plain): Issue {
  const message =
    value === null
      ? 'the spec is empty: write at least `name`, `cloud`, `region`, `models` and `traffic`'
      : `the spec must be a map of fields, got ${shown(value)}: begin with \`name: my-llm\``;
  return { path: '', rule: 'shape', message };
}

/** What is refused already is not called missing as well; of another cloud, no value can be judged. */
function unsaid(issues: readonly PathIssue[], said: ReadonlySet<string>): PathIssue[] {
  return issues.filter(({ path, rule }) => !said.has(path) && !(said.has('cloud') && rule === 'shape'));
}

/** As the user wrote it, with line and column where the text has the path. */
function located({ parts, ...issue }: PathIssue, written: Plain, document?: SpecDocument): Issue {
  const path = writtenPath(parts, written);
  return { ...issue, path: pathText(path), ...document?.locate(path) };
}

/** No more than a person reads. */
function readable(issues: Issue[]): Issue[] {
  const most = 50;
  if (issues.length <= most) return issues;
  const message = `${issues.length - most} more problems are not shown: mend these first`;
  return [...issues.slice(0, most), { path: '', rule: 'too-many', message }];
}

function byPlace(a: Issue, b: Issue): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
