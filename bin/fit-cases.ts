import { UserError } from '../lib/errors';
import { fit as answerTo, type FitAnswer, type FitCase } from '../lib/sizing/fit';

const texts = ['model', 'gpu', 'weightsDtype', 'kvCacheDtype', 'engine', 'arrival'] as const;
const counts = [
  'gpuCount',
  'tensorParallel',
  'pipelineParallel',
  'maxModelLen',
  'maxNumBatchedTokens',
  'maxNumSeqs',
] as const;
/** Means of a load; with none of them there is no speed, and memory is told all the same. */
const means = ['concurrency', 'inputTokens', 'outputTokens', 'requests'] as const;

/** Answers in the order of the cases; one that cannot be read gets nulls and the reason, as any other. */
export function answerCases(text: string, file: string): FitAnswer[] {
  return readArray(text, file).map((entry, index) => {
    const problem = problemOf(entry);
    return problem === undefined ? answerTo(entry as FitCase) : unreadable(entry, index, problem);
  });
}

function readArray(text: string, file: string): unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file} is not JSON: ${(error as Error).message}`);
  }
  if (Array.isArray(value)) return value;
  throw new UserError(
    `${file} must be an array of cases: [{"id": 1, "model": "Qwen/Qwen3-8B", "gpu": "L4"}]`,
  );
}

function problemOf(entry: unknown): string | undefined {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return 'a case is an object';
  const fields = entry as Record<string, unknown>;
  if (!isId(fields.id)) return '`id` must be a text or a number';
  for (const name of ['model', 'gpu']) if (!fields[name]) return `\`${name}\` is missing`;
  for (const name of texts) {
    if (isStated(fields[name]) && typeof fields[name] !== 'string') return `\`${name}\` must be a text`;
  }
  for (const name of counts) {
    const value = fields[name];
    if (isStated(value) && !(Number.isInteger(value) && (value as number) > 0))
      return `\`${name}\` must be a whole number above 0`;
  }
  for (const name of means) {
    const value = fields[name];
    if (isStated(value) && !(typeof value === 'number' && value >= 0))
      return `\`${name}\` must be a number of at least 0`;
  }
  const { gpuMemoryUtilization: share, engineVersion } = fields;
  if (isStated(share) && !(typeof share === 'number' && share > 0))
    return '`gpuMemoryUtilization` must be a number above 0';
  if (isStated(engineVersion) && !isId(engineVersion)) return '`engineVersion` must be a text or a number';
  const facts = fields.modelFacts;
  if (isStated(facts) && (typeof facts !== 'object' || Array.isArray(facts)))
    return '`modelFacts` is an object';
  return undefined;
}

function unreadable(entry: unknown, index: number, problem: string): FitAnswer {
  const id = (entry as { id?: unknown } | null)?.id;
  return {
    id: isId(id) ? id : index,
    fits: null,
    kvCacheTokens: null,
    outputTokensPerSecond: null,
    ttftMs: null,
    interTokenMs: null,
    because: `case ${index}: ${problem}`,
  };
}

function isId(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function isStated(value: unknown): boolean {
  return value !== undefined && value !== null;
}
