/** One problem in what the user wrote, with everything needed to mend it. */
export interface Issue {
  /** Place in the spec, such as `models[0].maxContext`; empty for the document itself. */
  path: string;
  /** Stable name of the rule, such as `known-region`. */
  rule: string;
  /** The value got, the limit, and what to do, in the words of the spec. */
  message: string;
  /** Line and column in the file, counted from 1. */
  line?: number;
  column?: number;
}

const brand = Symbol.for('llm-constructs.UserError');

/**
 * The user's fault: printed without a stack, exit code 1.
 *
 * Recognised by a global symbol and not by `instanceof`, because the bundled CLI and an installed
 * copy of the library may both be loaded.
 */
export class UserError extends Error {
  readonly [brand] = true;

  constructor(
    message: string,
    readonly issues: readonly Issue[] = [],
  ) {
    super(message);
    this.name = 'UserError';
  }
}

export function isUserError(error: unknown): error is UserError {
  return typeof error === 'object' && error !== null && (error as Record<symbol, unknown>)[brand] === true;
}

/** All issues in one error; the file name stands before line and column where it is known. */
export function issuesError(issues: readonly Issue[], file = ''): UserError {
  const count = issues.length === 1 ? '1 problem' : `${issues.length} problems`;
  const lines = issues.map((issue) => {
    const place = issue.line === undefined ? file : `${file}:${issue.line}:${issue.column}`;
    const head = [issue.path, place && `(${place})`].filter(Boolean).join(' ');
    return `  ${head ? `${head}\n    ` : ''}${issue.message} [${issue.rule}]`;
  });
  return new UserError(`${count} in ${file || 'the spec'}\n${lines.join('\n')}`, issues);
}
