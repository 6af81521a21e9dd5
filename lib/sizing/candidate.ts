import type { Gpu } from '../catalog/gpus';
import type { GpuMachine } from '../catalog/machines';
import type { Model } from '../catalog/models';
import {
  type Capacity,
  capacityWithin,
  plannedShare,
  runningAt,
  type ServiceLevel,
  speedAt,
  ttftP95Ms,
} from './capacity';
import { fitMemory, type MemoryFit, type MemoryInput, safeUtilization } from './memory';
import { hasVision, type Quantization, weightFormat } from './shapes';
import { type StepModel, stepModel } from './step';

/** What is asked of one engine, whatever machine it runs on. */
export interface EngineRequest {
  model: Model;
  task: 'chat' | 'completion' | 'embedding';
  kvCacheDtype: 'auto' | 'fp8';
  maxContext: number;
  /** Counts for models that keep states; hits of the cache are not counted on. */
  prefixCaching: boolean;
  /** LoRA adapters in the same engine; absent: none. */
  adapters?: number;
  load: { requestsPerSecond: number; inputTokens: number; outputTokens: number };
  slo: ServiceLevel;
}

/** One engine on one GPU type: its flags, its memory and what it does within the service level. */
export interface EngineShape {
  gpu: Gpu;
  tensorParallel: number;
  quantization: Quantization;
  dtype: 'bfloat16' | 'float16';
  maxSequences: number;
  maxBatchedTokens: number;
  gpuMemoryUtilization: number;
  memory: MemoryFit;
  steps: StepModel;
  /** Absent where memory or service level rule it out. */
  capacity?: Capacity;
}

/** The engine's own default since 0.21. */
const usualUtilization = 0.92;

/** Most sequences in one batch that plans ask for: the engine's own default on GPUs below 70 GiB. */
const mostSequences = 256;
const fewestSequences = 16;

/** As the engine's own defaults: larger prompt chunks where compute is plentiful. */
function batchedTokens(gpu: Gpu, request: EngineRequest): number {
  const usual = gpu.memoryGiB >= 70 && gpu.computeCapability >= 9 ? 8192 : 2048;
  // an embedding prompt is computed in one piece
  return request.task === 'embedding' ? Math.max(usual, request.maxContext) : usual;
}

/** Sizes one engine. The batch limit follows from the batch that the service level allows. */
export function engineShape(
  request: EngineRequest,
  gpu: Gpu,
  tensorParallel: number,
  quantization: Quantization,
): EngineShape {
  const maxBatchedTokens = batchedTokens(gpu, request);
  const format = weightFormat(request.model, quantization);
  const embedding = request.task === 'embedding';
  const vision = hasVision(request.model.id);
  const memoryInput = (maxSequences: number): MemoryInput => {
    const input = {
      model: request.model,
      weightFormat: format,
      kvCacheDtype: request.kvCacheDtype,
      gpu,
      tensorParallel,
      maxContext: request.maxContext,
      prefixCaching: request.prefixCaching,
      vision,
      adapters: request.adapters ?? 0,
      maxSequences,
      maxBatchedTokens,
      graphs: 'outside' as const,
    };
    return { ...input, gpuMemoryUtilization: safeUtilization(input, usualUtilization) };
  };
  const steps = stepModel({
    model: request.model,
    weightFormat: format,
    kvCacheDtype: request.kvCacheDtype,
    prefixCaching: request.prefixCaching,
    gpu,
    tensorParallel,
    maxBatchedTokens,
    inputTokens: request.load.inputTokens,
    outputTokens: Math.max(1, request.load.outputTokens),
  });
  const shape = (maxSequences: number): EngineShape => {
    const input = memoryInput(maxSequences);
    const memory = fitMemory(input);
    const capacity = memory.fitsSafely
      ? capacityWithin(steps, memory, maxSequences, request.slo, embedding)
      : undefined;
    return {
      gpu,
      tensorParallel,
      quantization,
      dtype: gpu.bf16 ? 'bfloat16' : 'float16',
      maxSequences,
      maxBatchedTokens,
      gpuMemoryUtilization: input.gpuMemoryUtilization,
      memory,
      steps,
      ...(capacity ? { capacity } : {}),
    };
  };
  const widest = shape(mostSequences);
  if (widest.capacity && widest.capacity.speed.running * 2 > mostSequences) return widest;
  // a smaller batch limit leaves memory to the cache
  const wanted = widest.capacity ? widest.capacity.speed.running * 1.25 : fewestSequences;
  const fewer = 2 ** Math.ceil(Math.log2(Math.max(wanted, fewestSequences)));
  return fewer < mostSequences ? shape(fewer) : widest;
}

/** Requests per second that a plan counts on for one engine. */
export function plannedRequestsPerSecond(capacity: Capacity): number {
  return capacity.speed.requestsPerSecond * plannedShare;
}

export interface SpeedAtLoad {
  /** Per copy, at the service level. */
  sequencesInFlight: number;
  /** All copies of all machines. */
  requestsPerSecondCapacity: number;
  outputTokensPerSecond: number;
  /** At the stated load: 95th percentile through the gateway. */
  ttftMs: number;
  /** At the stated load: mean. */
  interTokenMs: number;
  /** At the stated load, all copies. */
  requestsInFlight: number;
}

export function speedAtLoad(
  shape: EngineShape,
  capacity: Capacity,
  copies: number,
  request: EngineRequest,
): SpeedAtLoad {
  const embedding = request.task === 'embedding';
  const running = runningAt(
    shape.steps,
    request.load.requestsPerSecond / copies,
    capacity.speed.running,
    embedding,
  );
  const speed = speedAt(shape.steps, running, embedding);
  return {
    sequencesInFlight: capacity.speed.running,
    requestsPerSecondCapacity: plannedRequestsPerSecond(capacity) * copies,
    outputTokensPerSecond: embedding
      ? 0
      : plannedRequestsPerSecond(capacity) * copies * request.load.outputTokens,
    ttftMs: ttftP95Ms(speed),
    interTokenMs: speed.interTokenMs,
    requestsInFlight: running * copies,
  };
}

/**
 * vCPUs and memory that one engine takes from the host.
 *
 * One process each for the HTTP front end and the scheduler and one per GPU, all of which spin.
 * @see https://docs.vllm.ai/en/latest/configuration/optimization.html (CPU resources: 2 + N cores), 2026-11
 */
export function engineHost(tensorParallel: number): { vcpus: number; memoryGiB: number } {
  return { vcpus: 2 + tensorParallel, memoryGiB: 4 + 3 * tensorParallel };
}

export function usdPerHour(machine: GpuMachine, purchase: 'on-demand' | 'spot'): number | null {
  if (purchase === 'on-demand') return machine.usdPerHourOnDemand;
  // an unknown spot price is not above the on-demand price
  return machine.usdPerHourSpot ?? machine.usdPerHourOnDemand;
}
