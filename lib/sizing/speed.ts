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

/** One engine at a steady number of running sequences. */
export interface SteadySpeed {
  running: number;
  /** Mean time between tokens of one sequence. */
  interTokenMs: number;
  /** Median time to the first token, when a place in the batch is free. */
  ttftMs: number;
  requestsPerSecond: number;
  outputTokensPerSecond: number;
  /** Work of one prompt, alone. */
  promptMs: number;
  /** Share of the engine's time that prompts take, 0 to 1. */
  promptShare: number;
}

/** A step of an engine, as a function of what it works on. Built once per candidate. */
export interface StepModel {
  /** Milliseconds of a step with `decodes` running sequences and `promptTokens` tokens of prompts. */
  stepMs(decodes: number, promptTokens: number): number;
  input: SpeedInput;
  constants: SpeedConstants;
}

export function stepModel(input: SpeedInput, constants: SpeedConstants = speedConstants): StepModel {
  const { model, gpu, tensorParallel } = input;
  const generation = generationOf(gpu.computeCapability);
  const stages = input.pipelineParallel ?? 1;
  const bandwidth = gpu.bandwidthGBps * 1e9 * constants.bandwidthShare[generation];
  const flops = computeFlops(input, constants);
  const total = loadedWeightsGiB(model, input.weightFormat) * 2 ** 30;
  const table = tableParameters(model) * 2;
  const dense = Math.max(0, total - (embeddingTables(model) === 2 ? table : 0));
  const expertBytes = expertShare(model) * dense;
  const shape = kvShape(input);
  const context = input.inputTokens + input.outputTokens / 2;
  const cacheBandwidth = gpu.bandwidthGBps * 1e9 * constants.cacheShare;
  const kvBytesPerSequence = sequenceKvBytes(shape, context) / stages;
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
      const prompts = promptTokens > 0 ? Math.max(1, promptTokens / Math.max(1, input.inputTokens)) : 0;
      const work =
        (2 * activeBody * tokens +
          2 * headParameters * (decodes + prompts) +
          attentionFlopsPerToken * (decodes * context + (promptTokens * input.inputTokens) / 2)) /
        tensorParallel;
      const roofMs = 1000 * norm(readSeconds, work / flops / stages, constants.overlap);
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
  return (a ** exponent + b ** exponent) ** (1 / exponent);
}

/** Share of the weights that lies in routed experts. */
function expertShare(model: Geometry): number {
  if (!model.experts || !model.expertsPerToken) return 0;
  const total = model.parametersBillion;
  const active = model.activeParametersBillion;
  return (total - active) / total / (1 - model.expertsPerToken / model.experts);
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

/**
 * A steady server alternates steps that admit a prompt with steps that only decode: while one sequence
 * makes its `outputTokens`, each of the others is admitted once.
 */
export function steadySpeed(steps: StepModel, running: number): SteadySpeed {
  const { inputTokens, outputTokens, maxBatchedTokens } = steps.input;
  const budget = Math.max(1, maxBatchedTokens - running);
  // a prompt's last, shorter chunk leaves room that the next prompt takes: no rounding up
  const chunks = Math.max(1, inputTokens / budget);
  const chunkTokens = inputTokens / chunks;
  const decodeMs = steps.stepMs(running, 0);
  const mixedMs = steps.stepMs(running, chunkTokens);
  const meanStepMs = (admissionsPerStep: number): number => {
    const mixedShare = admissionsPerStep * chunks;
    return mixedShare <= 1
      ? (1 - mixedShare) * decodeMs + mixedShare * mixedMs
      : packedMs(steps, running, admissionsPerStep);
  };
  // a sequence does not wait for its own prompt
  const interTokenMs = meanStepMs(Math.max(0, running - 1) / outputTokens);
  const aloneMs =
    steps.constants.frontEndMilliseconds +
    residualMs(decodeMs, mixedMs, Math.min(1, (Math.max(0, running - 1) / outputTokens) * chunks)) +
    mixedMs * chunks;
  const decodingMs = interTokenMs * (outputTokens - 1);
  // short answers: the steps themselves, prompts included, are the limit
  const requestMs = Math.max(aloneMs + decodingMs, outputTokens * meanStepMs(running / outputTokens));
  const requestsPerSecond = (1000 * running) / requestMs;
  const promptMs = Math.max(0, mixedMs - decodeMs) * chunks;
  return {
    running,
    interTokenMs,
    ttftMs: requestMs - decodingMs,
    requestsPerSecond,
    outputTokensPerSecond: requestsPerSecond * outputTokens,
    promptMs,
    promptShare: Math.min(1, (requestsPerSecond * promptMs) / 1000),
  };
}

/** What is left of the step that an arrival meets: long ones are met more often. */
function residualMs(decodeMs: number, mixedMs: number, mixedShare: number): number {
  const mean = (1 - mixedShare) * decodeMs + mixedShare * mixedMs;
  const square = (1 - mixedShare) * decodeMs ** 2 + mixedShare * mixedMs ** 2;
  return square / (2 * mean);
}

/** Embeddings: `running` prompts share a step, and the answer is there when the step ends. */
export function promptSpeed(steps: StepModel, running: number): SteadySpeed {
  const { inputTokens, maxBatchedTokens } = steps.input;
  const perStep = Math.max(1, Math.min(running, Math.floor(maxBatchedTokens / inputTokens)));
  const stepMs = steps.stepMs(0, perStep * inputTokens);
  const requestsPerSecond = (1000 * Math.min(running, perStep)) / stepMs;
  const waiting = Math.max(1, running / perStep);
  return {
    running,
    interTokenMs: 0,
    ttftMs: steps.constants.frontEndMilliseconds + stepMs * (waiting + 0.5),
    requestsPerSecond,
    outputTokensPerSecond: 0,
    promptMs: stepMs,
    promptShare: Math.min(1, (requestsPerSecond * stepMs) / perStep / 1000),
  };
}

/** More than one prompt per step: steps are as full as the token budget allows. */
function packedMs(steps: StepModel, running: number, admissionsPerStep: number): number {
  const { inputTokens, maxBatchedTokens } = steps.input;
  const budget = Math.max(1, maxBatchedTokens - running);
  const wanted = admissionsPerStep * inputTokens;
  const full = Math.max(1, wanted / budget);
  return full * steps.stepMs(running, wanted / full);
}

/**
 * A client that keeps `inFlight` requests in flight: answers of similar length end together, so prompts
 * arrive together as well and wait for each other, in one step where they fit into it.
 */
export function closedLoopSpeed(steps: StepModel, inFlight: number, places: number): SteadySpeed {
  const { inputTokens, maxBatchedTokens } = steps.input;
  const running = Math.min(inFlight, places);
  const steady = steadySpeed(steps, running);
  const perStep = maxBatchedTokens / inputTokens;
  const before = ((running - 1) / 2) * (1 + Math.min(1, perStep / running));
  const limit = steps.constants.waveLimit * Math.max(1, Math.sqrt(perStep));
  return waiting(steady, inFlight, steady.promptMs * (before / (1 + before / limit)), steps);
}

/** Requests that come at random moments, so many that `inFlight` are under way on average. */
export function openLoopSpeed(steps: StepModel, inFlight: number, places: number): SteadySpeed {
  const steady = steadySpeed(steps, Math.min(inFlight, places));
  return waiting(steady, inFlight, promptQueueMs(steady), steps);
}

/** Mean wait of a prompt behind others in an M/D/1 queue: service is its own work, alone. */
export function promptQueueMs(speed: SteadySpeed): number {
  const busy = Math.min(0.95, speed.promptShare);
  return (speed.promptMs * busy) / (2 * (1 - busy));
}

/** Adds the wait for other prompts, and for a place in the batch where there are more requests than places. */
function waiting(steady: SteadySpeed, inFlight: number, promptsMs: number, steps: StepModel): SteadySpeed {
  const { outputTokens } = steps.input;
  const placeMs = (1000 * (inFlight - steady.running)) / steady.requestsPerSecond;
  const ttftMs = steady.ttftMs + promptsMs + placeMs;
  const seconds = (ttftMs + steady.interTokenMs * (outputTokens - 1)) / 1000;
  const requestsPerSecond = Math.min(steady.requestsPerSecond, inFlight / seconds);
  return { ...steady, ttftMs, requestsPerSecond, outputTokensPerSecond: requestsPerSecond * outputTokens };
}

/** All requests sent at once: waves of `places` sequences, and a tail in which the batch runs empty. */
export function burstSpeed(steps: StepModel, requests: number, places: number): SteadySpeed {
  const { outputTokens } = steps.input;
  const running = Math.min(requests, places);
  const steady = steadySpeed(steps, running);
  const seconds = (requests + steps.constants.tail * running) / steady.requestsPerSecond;
  return {
    ...steady,
    ttftMs:
      steady.ttftMs +
      (steady.promptMs * running) / 2 +
      (1000 * (requests - running)) / steady.requestsPerSecond / 2,
    requestsPerSecond: requests / seconds,
    outputTokensPerSecond: (requests * outputTokens) / seconds,
  };
}
