import type { Gpu } from '../catalog/gpus';
import type { Geometry } from '../catalog/models';
import { hiddenGiB, type MemoryConstants, memoryConstants, visibleGiB } from './constants';
import { kvShape, loadedWeightsGiB, sequenceKvBytes, type WeightFormat } from './geometry';

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
  maxSequences: number;
  maxBatchedTokens: number;
  /** `inside`: CUDA graphs count against the utilization (vLLM 0.21 and later); `none`: eager mode. */
  graphs: 'inside' | 'outside' | 'none';
}

/** All sizes are per GPU. */
export interface MemoryFit {
  /** True: one sequence of `maxContext` tokens fits beside everything else, with the safety margin. */
  fits: boolean;
  visibleGiB: number;
  weightsGiBPerGpu: number;
  /** The larger of forward activations and sampler warm-up: they peak at different moments. */
  activationGiB: number;
  nonTorchGiB: number;
  graphsGiB: number;
  /** 0 where nothing is left. */
  kvPoolGiBPerGpu: number;
  /** What the engine's start-up log prints: pool over the bytes of one token in all layers. */
  kvCacheTokens: number;
  /** Sequences of `maxContext` tokens that the pool holds, sliding windows counted as windows. */
  sequencesAtMaxContext: number;
  because: string;
}

/** Predicts the start-up memory of vLLM's V1 engine. Formulas and limits: docs/sizing.md. */
export function fitMemory(input: MemoryInput, constants: MemoryConstants = memoryConstants): MemoryFit {
  const { model, tensorParallel } = input;
  const stages = input.pipelineParallel ?? 1;
  const visible = visibleMemoryGiB(input.gpu);
  const weightsGiBPerGpu =
    (loadedWeightsGiB(model, input.weightFormat) * constants.weightsFactor) / tensorParallel / stages;
  const activationGiB = Math.max(forwardGiB(input, constants), samplerGiB(input, constants));
  const nonTorchGiB =
    constants.nonTorchGiB +
    (tensorParallel > 1
      ? constants.ncclGiB + constants.ncclPerDoublingGiB * (Math.log2(tensorParallel) - 1)
      : 0);
  const graphsGiB =
    input.graphs === 'none'
      ? 0
      : constants.graphsBaseGiB + (constants.graphsPerLayerGiB * model.layers) / stages;
  const budget = visible * input.gpuMemoryUtilization;
  const taken = weightsGiBPerGpu + activationGiB + nonTorchGiB + (input.graphs === 'inside' ? graphsGiB : 0);
  const pool = Math.max(0, budget - taken);
  const shape = kvShape(model, tensorParallel, input.kvCacheDtype === 'fp8' ? 1 : 2);
  const perToken = (shape.fullBytesPerToken + shape.slidingBytesPerToken) / stages;
  const perSequence = sequenceKvBytes(shape, input.maxContext, input.maxBatchedTokens) / stages;
  const fits = (pool - constants.safetyGiB) * bytesPerGiB >= perSequence;
  return {
    fits,
    visibleGiB: visible,
    weightsGiBPerGpu,
    activationGiB,
    nonTorchGiB,
    graphsGiB,
    kvPoolGiBPerGpu: pool,
    kvCacheTokens: perToken === 0 ? 0 : Math.floor((pool * bytesPerGiB) / perToken),
    sequencesAtMaxContext: perSequence === 0 ? Number.POSITIVE_INFINITY : (pool * bytesPerGiB) / perSequence,
    because: memoryReason(input, taken + perSequence / bytesPerGiB + constants.safetyGiB, budget, fits),
  };
}

function memoryReason(input: MemoryInput, needs: number, budget: number, fits: boolean): string {
  const place =
    input.tensorParallel > 1 ? `each of ${input.tensorParallel} ${input.gpu.name}` : input.gpu.name;
  const verb = fits ? 'needs' : 'would need';
  return `${verb} ${needs.toFixed(1)} GiB with one request of ${input.maxContext} tokens; ${place} gives ${budget.toFixed(1)} GiB`;
}

export function visibleMemoryGiB(gpu: Gpu): number {
  return visibleGiB[gpu.name] ?? gpu.visibleMiB / 1024 - hiddenGiB;
}

function forwardGiB(input: MemoryInput, constants: MemoryConstants): number {
  const { model, tensorParallel } = input;
  const mlp =
    model.experts && model.expertsPerToken
      ? (model.expertWidth ?? model.hiddenSize) * model.expertsPerToken
      : (model.mlpWidth ?? 4 * model.hiddenSize);
  const perToken = constants.hiddenCopies * model.hiddenSize + (constants.mlpCopies * mlp) / tensorParallel;
  return (input.maxBatchedTokens * perToken * 2) / bytesPerGiB;
}

function samplerGiB(input: MemoryInput, constants: MemoryConstants): number {
  return (input.maxSequences * (input.model.vocabSize ?? 100_000) * constants.samplerBytes) / bytesPerGiB;
}

/**
 * Sequences of the expected length that the pool holds at once. A running sequence is on average half way
 * through its answer.
 */
export function sequencesInPool(
  load: {
    model: Geometry;
    kvCacheDtype: 'auto' | 'fp8';
    tensorParallel: number;
    pipelineParallel?: number;
    inputTokens: number;
    outputTokens: number;
  },
  memory: MemoryFit,
): number {
  const shape = kvShape(load.model, load.tensorParallel, load.kvCacheDtype === 'fp8' ? 1 : 2);
  const bytes =
    sequenceKvBytes(shape, load.inputTokens + load.outputTokens / 2) / (load.pipelineParallel ?? 1);
  return bytes === 0 ? Number.POSITIVE_INFINITY : (memory.kvPoolGiBPerGpu * bytesPerGiB) / bytes;
}
