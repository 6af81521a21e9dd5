import type { Command } from 'commander';
import { UserError } from '../../lib/errors';
import { fit as answerTo, type FitCase, fitReport } from '../../lib/sizing/fit';
import { answerCases } from '../fit-cases';
import { displayName, readInput } from '../read-input';
import { renderSections } from '../render';
import type { Terminal } from '../terminal';
import { helpTail, json } from './help';

interface Options {
  model?: string;
  gpu?: string;
  gpuCount?: number;
  tensorParallel?: number;
  pipelineParallel?: number;
  maxContext?: number;
  utilization?: number;
  weightsDtype?: string;
  kvCacheDtype?: string;
  maxBatchedTokens?: number;
  maxSequences?: number;
  engineVersion?: string;
  concurrency: number;
  inputTokens: number;
  outputTokens: number;
  input?: string;
  json?: boolean;
}

export function configure(command: Command, terminal: Terminal): void {
  command
    .option('--model <id>', 'hub id, such as Qwen/Qwen3-8B')
    .option('--gpu <name>', 'GPU, such as L4; see llm-constructs gpus')
    .option('--gpu-count <count>', 'GPUs of the machine', atLeastOne)
    .option('--tensor-parallel <count>', 'GPUs that share each layer', atLeastOne)
    .option('--pipeline-parallel <count>', 'stages of layers', atLeastOne)
    .option('--max-context <tokens>', "longest prompt plus answer (default: the model's)", atLeastOne)
    .option('--utilization <share>', 'part of GPU memory for the engine, such as 0.92', share)
    .option('--weights-dtype <kind>', 'bf16, fp8 or int4 (default: the checkpoint as it is)')
    .option('--kv-cache-dtype <kind>', 'auto or fp8')
    .option('--max-batched-tokens <tokens>', 'tokens of one engine step', atLeastOne)
    .option('--max-sequences <count>', 'sequences in one batch', atLeastOne)
    .option('--engine-version <version>', 'version of vLLM, for its defaults')
    .option('--concurrency <count>', 'requests in flight', atLeastOne, 1)
    .option('--input-tokens <tokens>', 'mean prompt', atLeastOne, 1000)
    .option('--output-tokens <tokens>', 'mean answer', atLeastOne, 300)
    .option('--input <file>', 'JSON array of many cases; - reads standard input')
    .option('--json', 'print JSON instead of text')
    .action((options: Options) => run(options, terminal));
  helpTail(
    command,
    [
      'llm-constructs fit --model Qwen/Qwen3-8B --gpu L4 --concurrency 16',
      'llm-constructs fit --input cases.json --json',
    ],
    '{"id", "fits", "kvCacheTokens", "outputTokensPerSecond", "ttftMs", "interTokenMs", "because"}, an array of them with --input; null: cannot be told. A case: {"id", "model", "gpu"} and what docs/sizing.md lists.',
  );
}

async function run(options: Options, terminal: Terminal): Promise<void> {
  if (options.input !== undefined) {
    const answers = answerCases(await readInput(options.input, terminal), displayName(options.input));
    terminal.out(options.json ? json(answers) : renderSections([answerSection(answers)], terminal));
    return;
  }
  const question = caseOf(options);
  const answer = answerTo(question);
  if (answer.fits === null) throw new UserError(answer.because);
  terminal.out(options.json ? json(answer) : renderSections([{ rows: fitReport(question) }], terminal));
}

function caseOf(options: Options): FitCase {
  const { model, gpu, maxContext, utilization, maxBatchedTokens, maxSequences, ...others } = options;
  if (!model || !gpu) throw new UserError('fit needs --model and --gpu, or --input with many cases.');
  return {
    ...others,
    id: model,
    model,
    gpu,
    maxModelLen: maxContext ?? null,
    gpuMemoryUtilization: utilization ?? null,
    maxNumBatchedTokens: maxBatchedTokens ?? null,
    maxNumSeqs: maxSequences ?? null,
  };
}

function answerSection(answers: ReturnType<typeof answerCases>) {
  const round = (value: number | null) => (value === null ? '-' : value.toFixed(0));
  const fits = { true: 'yes', false: 'no', null: '?' };
  return {
    columns: ['id', 'fits', 'KV tokens', 'tokens/s', 'first ms', 'next ms', 'because'],
    rows: answers.map((answer) => [
      String(answer.id),
      fits[`${answer.fits}`],
      round(answer.kvCacheTokens),
      round(answer.outputTokensPerSecond),
      round(answer.ttftMs),
      round(answer.interTokenMs),
      answer.because,
    ]),
  };
}

function atLeastOne(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new UserError(`${text} is no whole number of at least 1.`);
}

function share(text: string): number {
  const number = Number(text);
  if (number > 0 && number <= 1) return number;
  throw new UserError(`--utilization ${text} is no share between 0 and 1, such as 0.92.`);
}
