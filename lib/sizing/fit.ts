import { findGpu, type Gpu, gpus } from '../catalog/gpus';
import type { Geometry } from '../catalog/models';
import { engineSpeed, minorVersion, vllmDefaults } from './engine-defaults';
import { caseGeometry, type FitCase, type Found, weightFormatOf } from './fit-case';
import { isDense } from './geometry';
import { fitMemory, type MemoryFit, type MemoryInput, sequencesInPool } from './memory';
import { hasVision, unsupportedPrecision } from './shapes';
import { burstSpeed, closedLoopSpeed } from './arrivals';
import { type SpeedInput, stepModel } from './step';

export type { FitCase, ModelFacts } from './fit-case';

/** Null where it cannot be told; `because` then says what is missing. */
export interface FitAnswer {
  id: string | number;
  fits: boolean | null;
  /** As the engine's start-up log prints it. */
  kvCacheTokens: number | null;
  outputTokensPerSecond: number | null;
  /** Mean. */
  ttftMs: number | null;
  /** Mean. */
  interTokenMs: number | null;
  because: string;
}

/** Whether a model fits and how fast it is. Never throws: a question that cannot be answered says why. */
export function fit(question: FitCase): FitAnswer {
  return answer(question).answer;
}

/** The same as label and value, a line each, for a terminal; the last line is the reason. */
export function fitReport(question: FitCase): string[][] {
  const { answer: told, memory } = answer(question);
  const lines: string[][] = [];
  if (told.fits !== null) lines.push(['fits', told.fits ? 'yes' : 'no']);
  if (memory) {
    lines.push(['weights per GPU', gib(memory.weightsGiBPerGpu)]);
    lines.push(['activations', gib(memory.activationGiB)]);
    lines.push(['other', gib(memory.nonTorchGiB + memory.graphsGiB)]);
    lines.push(['KV cache per GPU', gib(memory.kvPoolGiBPerGpu)]);
    lines.push(['requests of full context at once', memory.sequencesAtMaxContext.toFixed(1)]);
  }
  if (told.kvCacheTokens !== null) lines.push(['KV cache tokens', String(told.kvCacheTokens)]);
  if (told.outputTokensPerSecond !== null) {
    lines.push(['output tokens/s', told.outputTokensPerSecond.toFixed(0)]);
  }
  if (told.ttftMs !== null) lines.push(['first token', `${told.ttftMs.toFixed(0)} ms`]);
  if (told.interTokenMs !== null) lines.push(['between tokens', `${told.interTokenMs.toFixed(1)} ms`]);
  lines.push(['because', told.because]);
  return lines;
}

interface Told {
  answer: FitAnswer;
  memory?: MemoryFit;
}

function answer(question: FitCase): Told {
  const unknown = (because: string): Told => ({
    answer: {
      id: question.id,
      fits: null,
      kvCacheTokens: null,
      outputTokensPerSecond: null,
      ttftMs: null,
      interTokenMs: null,
      because,
    },
  });
  const gpu = caseGpu(question);
  if ('problem' in gpu) return unknown(gpu.problem);
  const geometry = caseGeometry(question);
  if ('problem' in geometry) return unknown(geometry.problem);
  const model = geometry.found;
  if (question.weightsDtype && !weightFormatOf(question.weightsDtype)) {
    return unknown(`weights of kind ${question.weightsDtype} are not modelled: 16 bit, fp8 and 4 bit are`);
  }
  const memoryInput = caseMemory(question, model, gpu.found);
  const refused = unsupportedPrecision(memoryInput.weightFormat, memoryInput.kvCacheDtype, gpu.found);
  if (refused) return unknown(refused);
  const memory = fitMemory(memoryInput);
  const speed = memory.kvPoolGiBPerGpu > 0 ? caseSpeed(question, memoryInput, memory) : undefined;
  return {
    memory,
    answer: {
      id: question.id,
      fits: memory.fits,
      // other engines divide the memory by rules of their own
      kvCacheTokens: isVllm(question) ? memory.kvCacheTokens : null,
      outputTokensPerSecond: speed?.outputTokensPerSecond ?? null,
      ttftMs: speed?.ttftMs ?? null,
      interTokenMs: speed?.interTokenMs ?? null,
      because: `${question.model} ${memory.because}${floodRange(question, speed)}`,
    },
  };
}

function isVllm(question: FitCase): boolean {
  return /vllm/i.test(question.engine ?? 'vllm');
}

/** Floods are predicted to a third, as docs/sizing.md shows: a range says more than the number. */
function floodRange(question: FitCase, speed: CaseSpeed | undefined): string {
  if (!speed || question.arrival !== 'burst') return '';
  const [low, high] = [0.65, 1.35].map((share) => Math.round(speed.outputTokensPerSecond * share));
  return `; sent all at once, expect ${low} to ${high} output tokens/s`;
}

function caseGpu(question: FitCase): Found<Gpu> {
  const gpu = findGpu(question.gpu);
  return gpu
    ? { found: gpu }
    : {
        problem: `${question.gpu} is not in the table of GPUs: ${gpus()
          .map(({ name }) => name)
          .join(', ')}`,
      };
}

function caseMemory(question: FitCase, model: Geometry, gpu: Gpu): MemoryInput {
  const minor = minorVersion(
    question.engineVersion === undefined ? undefined : String(question.engineVersion),
  );
  const defaults = vllmDefaults({ gpu, dense: isDense(model) }, minor);
  const pipelineParallel = question.pipelineParallel ?? 1;
  return {
    model,
    weightFormat: weightFormatOf(question.weightsDtype) ?? model.dtype,
    kvCacheDtype: /fp8/i.test(question.kvCacheDtype ?? '') ? 'fp8' : 'auto',
    gpu,
    tensorParallel:
      question.tensorParallel ?? Math.max(1, Math.floor((question.gpuCount ?? 1) / pipelineParallel)),
    pipelineParallel,
    gpuMemoryUtilization: question.gpuMemoryUtilization ?? defaults.gpuMemoryUtilization,
    maxContext: question.maxModelLen ?? model.maxContext,
    vision: hasVision(question.model),
    maxSequences: question.maxNumSeqs ?? defaults.maxSequences,
    maxBatchedTokens: question.maxNumBatchedTokens ?? defaults.maxBatchedTokens,
    graphs: defaults.graphs,
    ...(minor === undefined ? {} : { engineMinor: minor }),
  };
}

interface CaseSpeed {
  outputTokensPerSecond: number;
  ttftMs: number;
  interTokenMs: number;
}

function caseSpeed(question: FitCase, memoryInput: MemoryInput, memory: MemoryFit): CaseSpeed | undefined {
  const { inputTokens, outputTokens } = question;
  const burst = question.arrival === 'burst';
  const inFlight = burst ? (question.requests ?? question.concurrency) : question.concurrency;
  // a burst with a concurrency below its size is one that the client or the engine holds back
  const most = burst ? (question.concurrency ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
  if (!inputTokens || !outputTokens || !inFlight) return undefined;
  const input: SpeedInput = {
    ...memoryInput,
    inputTokens,
    outputTokens,
    engine: engineSpeed(question.engine, memoryInput.engineMinor),
  };
  const steps = stepModel(input);
  const places = Math.max(1, Math.min(most, memoryInput.maxSequences, sequencesInPool(input, memory)));
  return burst ? burstSpeed(steps, inFlight, places) : closedLoopSpeed(steps, inFlight, places);
}

function gib(value: number): string {
  return `${value.toFixed(2)} GiB`;
}
