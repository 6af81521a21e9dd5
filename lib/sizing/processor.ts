import type { Geometry } from '../catalog/models';
import { kvShape, sequenceKvBytes } from './kv';

/** A model that llama.cpp runs on processors. */
export interface ProcessorRequest {
  model: Geometry;
  /** Size of its weight files. */
  weightsBytes: number;
  /** Of the vocabulary in them; null: as in `model`. */
  vocabSize: number | null;
  contextTokens: number;
  /** Sequences that the plan asks for. */
  sequences: number;
  prefixCaching: boolean;
  task: 'chat' | 'completion' | 'embedding';
  /** A text is read in steps; otherwise all of it at once. */
  readsInSteps: boolean;
}

export interface ProcessorMachine {
  memoryMiB: number;
  /** Of which gateway, database, cache and system take so much. */
  othersMiB: number;
  /** For all engines together. */
  threads: number;
}

/** How one llama.cpp server runs on a machine without GPU. */
export interface ProcessorForm {
  /** At once; other requests wait. */
  sequences: number;
  contextTokens: number;
  /** Tokens of a prompt that are computed in one step. */
  batchTokens: number;
  threads: number;
  /** For the beginnings of earlier prompts. */
  promptCacheMiB: number;
  /** Saved states of a sequence, which models with windows or states need to go back to an earlier prompt. */
  checkpoints: number;
  /** Above this the engine is ended: what it needs and a tenth. */
  memoryLimitMiB: number;
}

/** llama.cpp's own number of sequences of a server that is told none (b11312, tools/server/server.cpp). */
const mostSequences = 4;
/** llama.cpp's own step (b11312, --ubatch-size). */
const stepTokens = 512;
/** llama.cpp keeps 32, which of a model with states are gigabytes (b11312, --ctx-checkpoints). */
const checkpoints = 4;
/** Program, threads and buffers of connections; measured with b11312: 37 MiB beside weights and cache, of a small model. */
const programMiB = 256;
const reserve = 1.1;
const MiB = 2 ** 20;

/**
 * The largest number of sequences, the same for all models, with which all fit into the machine.
 *
 * @returns the forms in the order of the requests, or what the smallest ones need where even those do not fit
 */
export function processorForms(
  requests: readonly ProcessorRequest[],
  machine: ProcessorMachine,
): { forms: ProcessorForm[] } | { neededMiB: number } {
  const threads = Math.max(1, Math.floor(machine.threads / Math.max(1, requests.length)));
  let neededMiB = 0;
  for (let most = mostSequences; most >= 1; most--) {
    const forms = requests.map((request) => form(request, Math.min(most, request.sequences), threads));
    neededMiB = machine.othersMiB + forms.reduce((sum, { memoryLimitMiB }) => sum + memoryLimitMiB, 0);
    if (neededMiB <= machine.memoryMiB) return { forms };
  }
  return { neededMiB };
}

function form(request: ProcessorRequest, sequences: number, threads: number): ProcessorForm {
  const { model, contextTokens, weightsBytes, task } = request;
  const batchTokens = request.readsInSteps ? Math.min(stepTokens, contextTokens) : contextTokens;
  const shape = kvShape({ model, kvCacheDtype: 'auto', tensorParallel: 1, prefixCaching: false });
  const sequenceMiB = sequenceKvBytes(shape, contextTokens, batchTokens) / MiB;
  const stateMiB =
    (shape.slidingBytesPerToken * Math.min(contextTokens, shape.slidingWindow) + shape.stateBytes) / MiB;
  // vectors of texts are computed anew each time
  const promptCacheMiB = request.prefixCaching && task !== 'embedding' ? Math.ceil(2 * sequenceMiB) : 0;
  const needed =
    weightsBytes / MiB +
    sequences * (sequenceMiB + checkpoints * stateMiB) +
    promptCacheMiB +
    stepMiB(request, batchTokens) +
    programMiB;
  return {
    sequences,
    contextTokens,
    batchTokens,
    threads,
    promptCacheMiB,
    checkpoints,
    memoryLimitMiB: Math.ceil(reserve * needed),
  };
}

/** Numbers of 32 bits that one step holds at once: the words' weights, and a layer's own values. */
function stepMiB({ model, vocabSize }: ProcessorRequest, tokens: number): number {
  const words = vocabSize ?? model.vocabSize ?? 0;
  const layer = 8 * model.hiddenSize + 3 * (model.mlpWidth ?? 4 * model.hiddenSize);
  return (4 * tokens * (words + layer)) / MiB;
}
