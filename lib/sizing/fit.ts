import { findGpu, type Gpu, gpus } from '../catalog/gpus';
import { findModel, type Geometry } from '../catalog/models';
import { burstSpeed, closedLoopSpeed } from './arrivals';
import { engineSpeed, minorVersion, plannedVersion, vllmDefaults } from './engine-defaults';
import { caseGeometry, type FitCase } from './fit-case';
import { isDense, weightFormatOf } from './geometry';
import { fitMemory, type MemoryFit, type MemoryInput, sequencesInPool } from './memory';
import type { Found } from './model-facts';
import { refusal, unmodelled } from './refusal';
import { hasVision } from './shapes';
import { promptSpeed } from './speed';
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
    if (Number.isFinite(memory.sequencesAtMaxContext)) {
      lines.push(['requests of full context at once', memory.sequencesAtMaxContext.toFixed(1)]);
    }
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
  const notModelled = unmodelled(question);
  if (notModelled) return unknown(notModelled);
  const model = geometry.found;
  const memoryInput = caseMemory(question, model, gpu.found);
  const refused = refusal(question, memoryInput);
  if (refused) {
    const told = unknown(`${question.model} does not start: ${refused}`);
    return { answer: { ...told.answer, fits: false } };
  }
  const memory = fitMemory(memoryInput);
  const speed = memory.fits ? caseSpeed(question, memoryInput, memory) : undefined;
  return {
    memory,
    answer: {
      id: question.id,
      fits: memory.fits,
      // other engines divide the memory by rules of their own; encoders keep no cache
      kvCacheTokens: isVllm(question) && !isEncoder(question) ? memory.kvCacheTokens : null,
      outputTokensPerSecond: speed?.outputTokensPerSecond ?? null,
      ttftMs: speed?.ttftMs ?? null,
      interTokenMs: speed?.interTokenMs ?? null,
      because: `${question.model} ${memory.because}${cacheRemark(memoryInput)}${speedRemark(question, memoryInput, speed)}`,
    },
  };
}

function isVllm(question: FitCase): boolean {
  return /vllm/i.test(question.engine ?? 'vllm');
}

function isEncoder(question: FitCase): boolean {
  return findModel(question.model)?.task === 'embedding';
}

/** The log of newer versions counts sequences x context where layers keep unlike caches. */
function cacheRemark({ model, engineMinor, maxContext }: MemoryInput): string {
  const mixed = model.fullAttentionLayers > 0 && model.fullAttentionLayers < model.layers;
  if (!mixed || (engineMinor ?? plannedVersion) < 21) return '';
  return `; cache tokens are sequences x ${maxContext}, as the log counts layers of several kinds, so they change with the context`;
}

/** Why there are no speeds; of floods, which are predicted to a third as docs/sizing.md shows, a range. */
function speedRemark(question: FitCase, { maxContext }: MemoryInput, speed: CaseSpeed | undefined): string {
  const { inputTokens, outputTokens, arrival } = question;
  if (inputTokens && outputTokens && inputTokens + outputTokens > maxContext) {
    return `; no speeds: ${inputTokens} tokens in and ${outputTokens} out are more than the context of ${maxContext}`;
  }
  if (!speed || arrival !== 'burst' || speed.outputTokensPerSecond === null) return '';
  const tokensPerSecond = speed.outputTokensPerSecond;
  const [low, high] = [0.65, 1.35].map((share) => Math.round(tokensPerSecond * share));
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
  /** Null where there are none: embeddings. */
  outputTokensPerSecond: number | null;
  ttftMs: number;
  interTokenMs: number | null;
}

function caseSpeed(question: FitCase, memoryInput: MemoryInput, memory: MemoryFit): CaseSpeed | undefined {
  const { inputTokens, outputTokens } = question;
  const burst = question.arrival === 'burst';
  const inFlight = burst ? (question.requests ?? question.concurrency) : question.concurrency;
  // a burst with a concurrency below its size is one that the client or the engine holds back
  const most = (burst ? question.concurrency : undefined) || Number.POSITIVE_INFINITY;
  const encoder = isEncoder(question);
  if (!inputTokens || !inFlight || (!outputTokens && !encoder)) return undefined;
  if (inputTokens + (outputTokens ?? 0) > memoryInput.maxContext) return undefined;
  const input: SpeedInput = {
    ...memoryInput,
    inputTokens,
    outputTokens: outputTokens || 1,
    engine: engineSpeed(question.engine, memoryInput.engineMinor),
  };
  const steps = stepModel(input);
  const places = Math.max(1, Math.min(most, memoryInput.maxSequences, sequencesInPool(input, memory)));
  if (encoder) {
    const { ttftMs } = promptSpeed(steps, Math.min(inFlight, places));
    return { ttftMs, interTokenMs: null, outputTokensPerSecond: null };
  }
  return burst ? burstSpeed(steps, inFlight, places) : closedLoopSpeed(steps, inFlight, places);
}

function gib(value: number): string {
  return `${value.toFixed(2)} GiB`;
}
