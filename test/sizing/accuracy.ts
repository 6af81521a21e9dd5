import { burstSpeed, closedLoopSpeed, openLoopSpeed } from '../../lib/sizing/arrivals';
import {
  type MemoryConstants,
  memoryConstants,
  type SpeedConstants,
  speedConstants,
} from '../../lib/sizing/constants';
import { engineSpeed, minorVersion, vllmDefaults } from '../../lib/sizing/engine-defaults';
import { isDense, loadedWeightsGiB, weightFormatOf } from '../../lib/sizing/geometry';
import { kvShape } from '../../lib/sizing/kv';
import { fitMemory, type MemoryInput, sequencesInPool } from '../../lib/sizing/memory';
import { hasVision } from '../../lib/sizing/shapes';
import type { SteadySpeed } from '../../lib/sizing/speed';
import { type StepModel, stepModel } from '../../lib/sizing/step';
import type { Measurement } from './measurements';

export type Quantity = 'tokensPerSecond' | 'ttftMs' | 'interTokenMs';
export const quantities: readonly Quantity[] = ['tokensPerSecond', 'interTokenMs', 'ttftMs'];

/** A prediction beside what was measured. */
export interface Pair {
  predicted: number;
  measured: number;
}

/** Both as if the row were a question to `fit`. */
export function memoryInput(row: Measurement): MemoryInput {
  const minor = row.engine === 'vllm' ? minorVersion(row.version) : undefined;
  const defaults = vllmDefaults({ gpu: row.gpu, dense: isDense(row.geometry) }, minor);
  return {
    model: row.geometry,
    weightFormat: weightFormatOf(row.weights) ?? row.geometry.dtype,
    kvCacheDtype: row.kv,
    gpu: row.gpu,
    tensorParallel: row.tensorParallel,
    pipelineParallel: row.pipelineParallel,
    gpuMemoryUtilization: row.utilization ?? defaults.gpuMemoryUtilization,
    maxContext: row.maxContext ?? Math.min(8192, row.geometry.maxContext),
    vision: hasVision(row.model),
    maxSequences: row.maxSequences ?? defaults.maxSequences,
    maxBatchedTokens: defaults.maxBatchedTokens,
    graphs: row.eager ? 'none' : defaults.graphs,
    ...(minor === undefined ? {} : { engineMinor: minor }),
  };
}

export function predictSpeed(
  row: Measurement,
  constants: SpeedConstants = speedConstants,
): Record<Quantity, number> {
  return speedPredictor(row)(constants);
}

/** For many sets of constants: memory, on which none of them bears, is worked out once. */
export function speedPredictor(row: Measurement): (constants: SpeedConstants) => Record<Quantity, number> {
  const memory = memoryInput(row);
  const input = {
    ...memory,
    inputTokens: row.inputTokens,
    outputTokens: row.outputTokens,
    engine: engineSpeed(row.engine, memory.engineMinor),
  };
  const places = Math.max(1, Math.min(memory.maxSequences, sequencesInPool(input, fitMemory(memory))));
  return (constants) => {
    const speed = arriving(row, stepModel(input, constants), places);
    return {
      tokensPerSecond: speed.outputTokensPerSecond,
      ttftMs: speed.ttftMs + row.networkMs,
      interTokenMs: speed.interTokenMs,
    };
  };
}

function arriving(row: Measurement, steps: StepModel, places: number): SteadySpeed {
  const inFlight = row.concurrency ?? row.requests ?? 1;
  if (row.arrival === 'burst') return burstSpeed(steps, row.requests ?? inFlight, places);
  return row.arrival === 'open'
    ? openLoopSpeed(steps, inFlight, places)
    : closedLoopSpeed(steps, inFlight, places);
}

export function predictTokens(row: Measurement, constants: MemoryConstants = memoryConstants): Pair {
  const fit = fitMemory(memoryInput(row), constants);
  return row.tokens === undefined
    ? { predicted: fit.kvPoolGiBPerGpu, measured: row.poolGiB as number }
    : { predicted: fit.kvCacheTokens, measured: row.tokens };
}

/** "Nominal memory x utilization - file size", as blog posts have it. */
export function blogTokens(row: Measurement): Pair {
  const input = memoryInput(row);
  const weights = loadedWeightsGiB(row.geometry, input.weightFormat) / row.tensorParallel;
  return fromPool(row, row.gpu.memoryGiB * input.gpuMemoryUtilization - weights);
}

/**
 * KAITO's estimator, constants as published: weights x 1.02, 2.3 GiB and 5 % of the weights' share a GPU
 * @see kaito-project/kaito@056b828
 */
export function kaitoTokens(row: Measurement): Pair {
  const input = memoryInput(row);
  const weights = (loadedWeightsGiB(row.geometry, input.weightFormat) * 1.02) / row.tensorParallel;
  return fromPool(row, row.gpu.memoryGiB * (row.utilization ?? 0.84) - weights * 1.05 - 2.3);
}

function fromPool(row: Measurement, poolGiB: number): Pair {
  if (row.tokens === undefined) return { predicted: Math.max(0, poolGiB), measured: row.poolGiB as number };
  const shape = kvShape({ model: row.geometry, tensorParallel: row.tensorParallel, kvCacheDtype: row.kv });
  return { predicted: Math.max(0, (poolGiB * 2 ** 30) / shape.loggedBytesPerToken), measured: row.tokens };
}

/** Roofline without any overhead: bytes over nominal bandwidth, flops over nominal peak. */
export function rooflineSpeed(row: Measurement): Record<Quantity, number> {
  const all = <Key extends string>(values: Record<Key, number>, value: number) =>
    Object.fromEntries(Object.keys(values).map((key) => [key, value])) as Record<Key, number>;
  const ideal: SpeedConstants = {
    ...speedConstants,
    bandwidthShare: all(speedConstants.bandwidthShare, 1),
    computeShare: all(speedConstants.computeShare, 1),
    overlap: 50,
    layerMicroseconds: all(speedConstants.layerMicroseconds, 0),
    expertLayerMicroseconds: 0,
    stepMilliseconds: all(speedConstants.stepMilliseconds, 0),
    sequenceMicroseconds: all(speedConstants.sequenceMicroseconds, 0),
    turingSequenceMicroseconds: 0,
    cacheShare: 1,
    allReduceMicroseconds: { nvlink: 0, pcie: 0 },
    pcieGBps: 32,
    nvlinkShare: 1,
    weightOnlyShare: 1,
    fp8Share: 1,
    frontEndMilliseconds: 0,
    waveLimit: 1e-9,
  };
  return predictSpeed(row, ideal);
}

/** At most 64 requests kept in flight; the rest are floods. */
export function isSteady(row: Measurement): boolean {
  return row.arrival !== 'burst' && (row.concurrency ?? 0) <= 64;
}

export interface Errors {
  count: number;
  /** Absolute, in percent. */
  median: number;
  p90: number;
  /** Promised more than 25 % too much: tokens too high, times too short. */
  overPromised: number;
}

export function errors(pairs: readonly Pair[], promise: 'more' | 'less' = 'more'): Errors {
  const absolute = pairs
    .map(({ predicted, measured }) => 100 * Math.abs(predicted / measured - 1))
    .sort((a, b) => a - b);
  const tooGood = pairs.filter(({ predicted, measured }) =>
    promise === 'more' ? predicted > 1.25 * measured : measured > 1.25 * predicted,
  );
  return {
    count: pairs.length,
    median: quantile(absolute, 0.5),
    p90: quantile(absolute, 0.9),
    overPromised: tooGood.length,
  };
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function speedPairs(
  rows: readonly Measurement[],
  quantity: Quantity,
  predict: (row: Measurement) => Record<Quantity, number>,
): Pair[] {
  return rows.flatMap((row) => {
    const measured = row[quantity];
    return measured === undefined ? [] : [{ predicted: predict(row)[quantity], measured }];
  });
}
