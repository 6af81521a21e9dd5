import type { Gpu } from '../catalog/gpus';
import type { Geometry } from '../catalog/models';
import {
  comparableTflops,
  type EngineSpeed,
  generationOf,
  type SpeedConstants,
  speedConstants,
} from './constants';
import {
  embeddingTables,
  expertsTouched,
  expertWeightBytes,
  is16Bit,
  loadedWeightsGiB,
  tableParameters,
  type WeightFormat,
} from './geometry';
import { kvShape, sequenceKvBytes } from './kv';

export interface SpeedInput {
  model: Geometry;
  weightFormat: WeightFormat;
  kvCacheDtype: 'auto' | 'fp8';
  /** By default on, as in the engine. */
  prefixCaching?: boolean;
  gpu: Gpu;
  tensorParallel: number;
  pipelineParallel?: number;
  maxBatchedTokens: number;
  inputTokens: number;
  outputTokens: number;
  /** By default that of the engine which plans run. */
  engine?: EngineSpeed;
}

/** A step of an engine, as a function of what it works on: through all pipeline stages. Built once per candidate. */
export interface StepModel {
  /** Milliseconds of a step with `decodes` running sequences and `promptTokens` tokens of prompts. */
  stepMs(decodes: number, promptTokens: number): number;
  input: SpeedInput;
  constants: SpeedConstants;
}

export function stepModel(input: SpeedInput, constants: SpeedConstants = speedConstants): StepModel {
  const { model, gpu, tensorParallel } = input;
  const generation = generationOf(gpu.computeCapability);
  const bandwidth = gpu.bandwidthGBps * 1e9 * constants.bandwidthShare[generation];
  const flops = computeFlops(input, constants);
  const total = loadedWeightsGiB(model, input.weightFormat) * 2 ** 30;
  const table = tableParameters(model) * 2;
  const dense = Math.max(0, total - (embeddingTables(model) === 2 ? table : 0));
  const expertBytes = Math.min(dense, expertWeightBytes(model, input.weightFormat));
  const shape = kvShape(input);
  const context = input.inputTokens + input.outputTokens / 2;
  const cacheBandwidth = gpu.bandwidthGBps * 1e9 * constants.cacheShare;
  const kvBytesPerSequence = sequenceKvBytes(shape, context);
  const headParameters = tableParameters(model);
  const activeBody = Math.max(
    model.activeParametersBillion * 1e9 - embeddingTables(model) * headParameters,
    0,
  );
  const attentionFlopsPerToken = 4 * attentionLayers(model) * model.attentionHeads * model.headDim;
  const engine = input.engine ?? 'async';
  const sequenceMicroseconds =
    constants.sequenceMicroseconds[engine] +
    (generation === 'turing' ? constants.turingSequenceMicroseconds : 0);
  const layerMs =
    (model.layers *
      (constants.layerMicroseconds[generation] + (model.experts ? constants.expertLayerMicroseconds : 0))) /
    1000;

  return {
    input,
    constants,
    stepMs(decodes, promptTokens) {
      const tokens = decodes + promptTokens;
      const weightBytes =
        (dense - expertBytes + expertBytes * expertsTouched(model, tokens)) / tensorParallel;
      const readSeconds = weightBytes / bandwidth + (decodes * kvBytesPerSequence) / cacheBandwidth;
      const prompts = promptTokens / Math.max(1, input.inputTokens);
      const work =
        (2 * activeBody * tokens +
          2 * headParameters * (decodes + prompts) +
          attentionFlopsPerToken * (decodes * context + (promptTokens * input.inputTokens) / 2)) /
        tensorParallel;
      const roofMs = 1000 * norm(readSeconds, work / flops, constants.overlap);
      return (
        roofMs +
        allReduceMs(input, constants, tokens) +
        layerMs +
        constants.stepMilliseconds[engine] +
        (decodes * sequenceMicroseconds) / 1000
      );
    },
  };
}

/** Layers in which a token looks at every token before it. Windows and states cost next to nothing beside it. */
function attentionLayers(model: Geometry): number {
  return model.fullAttentionLayers === 0 ? model.layers : model.fullAttentionLayers;
}

function computeFlops(input: SpeedInput, constants: SpeedConstants): number {
  const { gpu, weightFormat } = input;
  const share = constants.computeShare[generationOf(gpu.computeCapability)];
  if (weightFormat === 'fp8' && gpu.fp8 && gpu.fp8Tflops !== null) {
    return gpu.fp8Tflops * 1e12 * share * constants.fp8Share;
  }
  const tflops = comparableTflops[gpu.name] ?? gpu.bf16Tflops;
  return tflops * 1e12 * share * (is16Bit(weightFormat) ? 1 : constants.weightOnlyShare);
}

/** Between the larger of two times (wholly overlapped) and their sum. */
function norm(a: number, b: number, exponent: number): number {
  const larger = Math.max(a, b);
  return larger * (1 + (Math.min(a, b) / larger) ** exponent) ** (1 / exponent);
}

function allReduceMs(input: SpeedInput, constants: SpeedConstants, tokens: number): number {
  const { gpu, model, tensorParallel } = input;
  if (tensorParallel === 1) return 0;
  const fast = gpu.nvlink && gpu.nvlinkGBps !== null;
  const latency = fast ? constants.allReduceMicroseconds.nvlink : constants.allReduceMicroseconds.pcie;
  const rate = fast ? (gpu.nvlinkGBps ?? 0) * constants.nvlinkShare : constants.pcieGBps;
  const bytes = (tokens * model.hiddenSize * 2 * 2 * (tensorParallel - 1)) / tensorParallel;
  return (
    2 * model.layers * ((latency * Math.log2(2 * tensorParallel)) / 2 / 1000 + bytes / ((rate * 1e9) / 1000))
  );
}
