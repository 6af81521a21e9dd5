import type { Gpu } from '../catalog/gpus';
import type { Geometry } from '../catalog/models';
import { adaptersGiB } from './adapters';
import {
  type EngineEra,
  generationOf,
  hiddenGiB,
  type MemoryConstants,
  memoryConstants,
  visibleGiB,
} from './constants';
import { plannedVersion } from './engine-defaults';
import {
  embeddingTables,
  loadedWeightsGiB,
  tableParameters,
  vocabulary,
  type WeightFormat,
} from './geometry';
import { type KvLayout, type KvShape, kvShape, sequenceKvBytes } from './kv';

const bytesPerGiB = 2 ** 30;

export interface MemoryInput {
  model: Geometry;
  weightFormat: WeightFormat;
  kvCacheDtype: 'auto' | 'fp8';
  gpu: Gpu;
  tensorParallel: number;
  /** Stages over which the layers are spread; 1 unless the model spans machines. */
  pipelineParallel?: number;
  gpuMemoryUtilization: number;
  maxContext: number;
  /** By default on, as in the engine. */
  prefixCaching?: boolean;
  /** The model takes images, with which the engine profiles itself. */
  vision?: boolean;
  /** LoRA adapters, each in a slot of the planned rank; absent: none. */
  adapters?: number;
  maxSequences: number;
  maxBatchedTokens: number;
  /** Whether CUDA graphs count against the utilization; `none`: eager mode. See `vllmDefaults`. */
  graphs: 'inside' | 'outside' | 'none';
  /** Minor version of vLLM 0.x; by default the newest era known. */
  engineMinor?: number;
}

/** All sizes are per GPU. */
export interface MemoryFit {
  /** The engine starts: one sequence of `maxContext` tokens fits beside everything else. */
  fits: boolean;
  /** It does so with the margin that plans keep, because predictions err. */
  fitsSafely: boolean;
  /** What lacks to that margin; negative where it is kept. */
  shortageGiB: number;
  visibleGiB: number;
  weightsGiBPerGpu: number;
  /** The larger of forward activations and sampler warm-up: they peak at different moments. */
  activationGiB: number;
  nonTorchGiB: number;
  graphsGiB: number;
  /** 0 where nothing is left. */
  kvPoolGiBPerGpu: number;
  /** What the engine's start-up log prints; see `loggedTokens`. */
  kvCacheTokens: number;
  /** Sequences of `maxContext` tokens that the pool holds, sliding windows counted as windows. */
  sequencesAtMaxContext: number;
  because: string;
}

/**
 * The utilization to ask for: the engine's default, or less where that would leave too little outside of it
 * for CUDA graphs, which the engine captures last and does not count.
 * @see https://github.com/vllm-project/vllm/issues/49224 (2026-08)
 */
export function safeUtilization(
  input: Omit<MemoryInput, 'gpuMemoryUtilization'>,
  usual: number,
  constants: MemoryConstants = memoryConstants,
): number {
  const graphsGiB = cudaGraphsGiB(input, constants);
  const wide = input.tensorParallel >= 8 && !input.gpu.nvlink;
  const times = wide ? constants.outsideGraphsWide : constants.outsideGraphs;
  const outside = constants.outsideGiB + times * graphsGiB;
  return Math.min(usual, Math.floor(100 * (1 - outside / visibleMemoryGiB(input.gpu))) / 100);
}

/** Predicts the start-up memory of vLLM's V1 engine. Formulas and limits: docs/sizing.md. */
export function fitMemory(input: MemoryInput, constants: MemoryConstants = memoryConstants): MemoryFit {
  const { tensorParallel } = input;
  const stages = input.pipelineParallel ?? 1;
  const visible = visibleMemoryGiB(input.gpu);
  const era = eraOf(input.engineMinor, constants);
  const weightsGiBPerGpu =
    weightsPerGpuGiB(input) + constants.weightsExtraGiB + adaptersGiB(input.model, input.adapters ?? 0);
  const activationGiB =
    Math.max(forwardGiB(input, constants), samplerGiB(input, era, constants)) +
    expertWorkspaceGiB(input) +
    era.compileGiB +
    (input.vision ? constants.visionGiB : 0);
  const nonTorchGiB = era.nonTorchGiB + (tensorParallel > 1 ? groupGiB(input.gpu, constants) : 0);
  const graphsGiB = input.graphs === 'none' ? 0 : cudaGraphsGiB(input, constants);
  const budget = visible * input.gpuMemoryUtilization;
  const taken = weightsGiBPerGpu + activationGiB + nonTorchGiB + (input.graphs === 'inside' ? graphsGiB : 0);
  const pool = Math.max(0, budget - taken);
  const shape = kvShape(input);
  const perSequence = sequenceKvBytes(shape, input.maxContext, input.maxBatchedTokens) / stages;
  const spareGiB = pool - perSequence / bytesPerGiB;
  const marginGiB =
    Math.max(constants.safetyGiB, constants.safetyShare * visible) +
    (input.vision ? constants.visionSafetyGiB : 0);
  // captured last, in what the utilization leaves over and the activations, kept for their peak, do not need then
  const outsideGiB = visible - budget + activationGiB;
  const graphsLackGiB = input.graphs === 'outside' ? graphsGiB - outsideGiB : 0;
  const fits = pool > 0 && spareGiB >= 0 && graphsLackGiB <= 0;
  return {
    fits,
    fitsSafely: spareGiB >= marginGiB && graphsLackGiB <= 0,
    shortageGiB:
      budget > taken ? marginGiB - spareGiB : taken - budget + perSequence / bytesPerGiB + marginGiB,
    visibleGiB: visible,
    weightsGiBPerGpu,
    activationGiB,
    nonTorchGiB,
    graphsGiB,
    kvPoolGiBPerGpu: pool,
    kvCacheTokens: loggedTokens(input, shape, pool, perSequence),
    sequencesAtMaxContext: perSequence === 0 ? Number.POSITIVE_INFINITY : (pool * bytesPerGiB) / perSequence,
    // few are asked why
    get because() {
      return spareGiB >= 0 && graphsLackGiB > 0
        ? `needs ${graphsGiB.toFixed(1)} GiB for CUDA graphs outside of the cache; utilization ${input.gpuMemoryUtilization} of ${visible.toFixed(1)} GiB leaves ${outsideGiB.toFixed(1)}`
        : memoryReason(input, taken + perSequence / bytesPerGiB, budget);
    },
  };
}

/**
 * The log's own count. With layers of one kind it is the capacity in tokens. With several, vLLM up to 0.20
 * divides by all layers as if each kept every token, and from 0.21 prints sequences x context.
 */
function loggedTokens(input: MemoryInput, shape: KvShape, poolGiB: number, perSequence: number): number {
  const pool = poolGiB * bytesPerGiB * (input.pipelineParallel ?? 1);
  if (shape.loggedBytesPerToken === 0) return 0;
  const mixed = shape.loggedBytesPerToken !== shape.fullBytesPerToken;
  const newer = (input.engineMinor ?? plannedVersion) >= 21;
  if (mixed && newer) return Math.floor((poolGiB * bytesPerGiB * input.maxContext) / perSequence);
  return Math.floor(pool / shape.loggedBytesPerToken);
}

function memoryReason(input: MemoryInput, needs: number, budget: number): string {
  const { gpu, tensorParallel, maxContext, gpuMemoryUtilization } = input;
  const each = tensorParallel > 1 ? ` on each of ${tensorParallel} GPUs` : '';
  return `needs ${needs.toFixed(1)} GiB${each} with one request of ${maxContext} tokens; ${gpu.name} has ${budget.toFixed(1)} GiB at utilization ${gpuMemoryUtilization}`;
}

export function visibleMemoryGiB(gpu: Gpu): number {
  return visibleGiB[gpu.name] ?? gpu.visibleMiB / 1024 - hiddenGiB;
}

function eraOf(minor: number | undefined, { eras }: MemoryConstants): EngineEra {
  const found = minor === undefined ? eras[0] : eras.find(({ from }) => minor >= from);
  return found as EngineEra;
}

/** The fullest pipeline stage: its share of the layers and one embedding table. */
function weightsPerGpuGiB(input: MemoryInput): number {
  const { model, tensorParallel } = input;
  const total = loadedWeightsGiB(model, input.weightFormat);
  const stages = input.pipelineParallel ?? 1;
  if (stages === 1) return total / tensorParallel;
  const tableGiB = (tableParameters(model) * 2) / bytesPerGiB;
  return ((total - embeddingTables(model) * tableGiB) / stages + tableGiB) / tensorParallel;
}

/** Dense layers; experts use a workspace that stays. */
function forwardGiB(input: MemoryInput, constants: MemoryConstants): number {
  const { model, tensorParallel } = input;
  const mlp = model.experts ? 0 : (model.mlpWidth ?? 4 * model.hiddenSize);
  const perToken = constants.hiddenCopies * model.hiddenSize + (constants.mlpCopies * mlp) / tensorParallel;
  return (input.maxBatchedTokens * perToken * 2) / bytesPerGiB;
}

/** Scratch of the fused expert kernels: what k experts make of each token, in the widest of their layers. */
function expertWorkspaceGiB(input: MemoryInput): number {
  const { model, tensorParallel } = input;
  if (!model.experts || !model.expertsPerToken) return 0;
  const width = (model.expertWidth ?? model.hiddenSize) / tensorParallel;
  const perToken = model.expertsPerToken * (Math.max(2 * width, model.hiddenSize) + width);
  return (input.maxBatchedTokens * perToken * 2) / bytesPerGiB;
}

/** Not divided by tensor parallelism: every GPU gathers all logits. */
function samplerGiB(input: MemoryInput, era: EngineEra, constants: MemoryConstants): number {
  const turing = generationOf(input.gpu.computeCapability) === 'turing';
  const bytes = turing ? Math.max(era.samplerBytes, constants.turingSamplerBytes) : era.samplerBytes;
  return (input.maxSequences * vocabulary(input.model) * bytes) / bytesPerGiB;
}

function groupGiB(gpu: Gpu, constants: MemoryConstants): number {
  if (!gpu.nvlink) return constants.groupGiB.pcie;
  const generation = generationOf(gpu.computeCapability);
  return generation === 'ga100' ? constants.groupGiB.nvlinkAmpere : constants.groupGiB.nvlinkHopper;
}

/** vLLM captures 51 batch sizes up to 512, and none above twice the sequences. */
function cudaGraphsGiB(
  input: Pick<MemoryInput, 'model' | 'gpu' | 'pipelineParallel' | 'tensorParallel' | 'maxSequences'>,
  constants: MemoryConstants,
): number {
  const layers = input.model.layers / (input.pipelineParallel ?? 1);
  const largest = Math.min(512, 2 * input.maxSequences);
  const sizes = 3 + Math.min(256, largest) / 8 + Math.max(0, largest - 256) / 16;
  const group = input.tensorParallel > 1 ? constants.graphsGroupFactor : 1;
  // Turing has no attention kernel that a graph of the whole step can hold: graphs of the pieces alone
  const whole = generationOf(input.gpu.computeCapability) === 'turing' ? 0.4 : 1;
  return constants.graphsBaseGiB + (constants.graphsPerLayerGiB * layers * group * whole * sizes) / 51;
}

/**
 * Sequences of the expected length that the pool holds at once. A running sequence is on average half way
 * through its answer.
 */
export function sequencesInPool(
  load: KvLayout & { pipelineParallel?: number; inputTokens: number; outputTokens: number },
  memory: MemoryFit,
): number {
  const shape = kvShape(load);
  const bytes =
    sequenceKvBytes(shape, load.inputTokens + load.outputTokens / 2) / (load.pipelineParallel ?? 1);
  return bytes === 0 ? Number.POSITIVE_INFINITY : (memory.kvPoolGiBPerGpu * bytesPerGiB) / bytes;
}
