import { type Issue, isUserError } from '../../lib/errors';
import { parseDeployment, parseSpec } from '../../lib/spec/parse';

/** The smallest spec: what a test changes stands in the test. */
export const smallest = {
  name: 'hr-chatbot',
  cloud: 'aws',
  region: 'us-east-1',
  models: ['Qwen/Qwen3-8B'],
  traffic: { concurrentUsers: 100 },
};

/** What the parser says about `smallest` with changes, as `path: message [rule]`. */
export function problems(changes: object): string[] {
  return saying(() => parseDeployment({ ...smallest, ...changes }));
}

/** The same about a text. */
export function textProblems(text: string): string[] {
  return saying(() => parseSpec(text));
}

export function issuesOf(parse: () => unknown): readonly Issue[] {
  try {
    parse();
  } catch (error) {
    if (isUserError(error)) return error.issues;
    throw error;
  }
  return [];
}

function saying(parse: () => unknown): string[] {
  return issuesOf(parse).map(({ path, message, rule }) => `${path}: ${message} [${rule}]`);
}
