import { findGpu, type Gpu } from '../catalog/gpus';
import type { GpuMachine } from '../catalog/machines';
import {
  type EngineRequest,
  type EngineShape,
  engineHost,
  engineShape,
  plannedRequestsPerSecond,
  type SpeedAtLoad,
  speedAtLoad,
  usdPerHour,
} from './candidate';
import { missed, speedAt, ttftP95Ms } from './capacity';
import type { MemoryFit } from './memory';
import {
  type Quantization,
  tensorParallelSizes,
  unsplittable,
  unsupportedForm,
  weightFormat,
} from './shapes';

export interface SizingRequest extends EngineRequest {
  /** Allowed, in order of preference; `none` is the checkpoint as it is. */
  quantizations: readonly Quantization[];
  /** Fixed by the user. */
  tensorParallel?: number;
  prefixCaching: boolean;
  /** Offered in the region and allowed by the user. */
  machines: readonly GpuMachine[];
  /** The first GPU that fits and meets the service level is taken; price decides only within it. */
  gpuOrder?: readonly string[];
  instanceTypeOrder?: readonly string[];
  purchase: 'on-demand' | 'spot';
  hoursPerMonth: number;
  maxMachines: number;
  /** Needed by what runs beside the engines. */
  host: { vcpus: number; memoryGiB: number };
}

export interface Candidate {
  machine: GpuMachine;
  machines: number;
  copiesPerMachine: number;
  tensorParallel: number;
  quantization: Quantization;
  dtype: 'bfloat16' | 'float16';
  maxSequences: number;
  maxBatchedTokens: number;
  gpuMemoryUtilization: number;
  memory: MemoryFit;
  speed: SpeedAtLoad;
  usdPerMonth: number;
  because: string;
}

export interface Rejection {
  instanceType: string;
  gpu: string;
  gpuCount: number;
  tensorParallel: number;
  quantization: Quantization;
  usdPerMonth: number | null;
  /** `order`: works, but the user's list names another one first. */
  kind:
    | 'does-not-fit'
    | 'too-slow'
    | 'too-small'
    | 'host'
    | 'dearer'
    | 'order'
    | 'unsupported'
    | 'no-price'
    | 'shape';
  because: string;
}

export interface Choice {
  best?: Candidate;
  runnerUp?: { candidate: Candidate; because: string };
  rejected: Rejection[];
}

/**
 * The cheapest machine per month that fits the model and meets the service level at the stated load.
 *
 * Exhaustive over machine type, tensor parallelism and quantization; a machine is used whole, by as many
 * engines as fit on its GPUs. Equal prices: fewer GPUs, fewer machines, the quantization preferred, less
 * tensor parallelism, the name.
 */
export function choose(request: SizingRequest): Choice {
  const rejected: Rejection[] = [];
  const candidates: Candidate[] = [];
  const shapes = new Map<string, EngineShape>();
  for (const machine of request.machines) {
    for (const tensorParallel of splits(request, machine)) {
      for (const quantization of request.quantizations) {
        const outcome = weigh(request, machine, tensorParallel, quantization, shapes);
        if ('kind' in outcome) rejected.push(outcome);
        else candidates.push(outcome);
      }
    }
  }
  candidates.sort((a, b) => compare(request, a, b));
  const [best, ...others] = candidates;
  if (!best) return { rejected };
  const runnerUp =
    others.find((other) => other.machine.instanceType !== best.machine.instanceType) ?? others[0];
  for (const other of others) rejected.push(lost(request, other, best));
  return {
    best,
    ...(runnerUp
      ? { runnerUp: { candidate: runnerUp, because: lost(request, runnerUp, best).because } }
      : {}),
    rejected,
  };
}

/** All sizes that the machine has GPUs for; the user's one even where it has not, so that it is refused aloud. */
function splits(request: SizingRequest, machine: GpuMachine): number[] {
  if (request.tensorParallel !== undefined) return [request.tensorParallel];
  return tensorParallelSizes.filter((size) => size === 1 || size <= machine.gpuCount);
}

function weigh(
  request: SizingRequest,
  machine: GpuMachine,
  tensorParallel: number,
  quantization: Quantization,
  shapes: Map<string, EngineShape>,
): Candidate | Rejection {
  const hourly = usdPerHour(machine, request.purchase);
  const reject = (kind: Rejection['kind'], because: string, machines = 1): Rejection => ({
    instanceType: machine.instanceType,
    gpu: machine.gpu,
    gpuCount: machine.gpuCount,
    tensorParallel,
    quantization,
    usdPerMonth: hourly === null ? null : hourly * request.hoursPerMonth * machines,
    kind,
    because,
  });

  const gpu = findGpu(machine.gpu);
  const reason = gpu ? unsupportedMachine(machine, gpu) : `${machine.gpu} is not in the table of GPUs`;
  if (!gpu || reason) return reject('unsupported', reason ?? '');
  const form = unsupportedForm(request.model, quantization, request.kvCacheDtype, gpu);
  if (form) return reject('unsupported', form);
  if (tensorParallel > machine.gpuCount) {
    return reject(
      'shape',
      `tensorParallel ${tensorParallel} needs as many GPUs; ${machine.instanceType} has ${machine.gpuCount}`,
    );
  }
  const split = unsplittable(request.model, tensorParallel, weightFormat(request.model, quantization));
  if (split) return reject('shape', split);

  const copies = Math.floor(machine.gpuCount / tensorParallel);
  const host = hostShortage(request, machine, tensorParallel, copies);
  if (host) return reject('host', host);

  const linked = { ...gpu, nvlink: gpu.nvlink && machine.nvlink };
  const key = `${gpu.name} ${linked.nvlink} ${tensorParallel} ${quantization}`;
  const shape = shapes.get(key) ?? engineShape(request, linked, tensorParallel, quantization);
  shapes.set(key, shape);
  if (!shape.memory.fits) return reject('does-not-fit', `${request.model.id} ${shape.memory.because}`);
  const { capacity } = shape;
  if (!capacity) return reject('too-slow', slowness(request, shape));

  const perMachine = plannedRequestsPerSecond(capacity) * copies;
  const machines = Math.max(1, Math.ceil(request.load.requestsPerSecond / perMachine - 1e-9));
  if (machines > request.maxMachines) {
    return reject(
      'too-small',
      `holds ${figure(perMachine * request.maxMachines)} of ${figure(request.load.requestsPerSecond)} requests/s within the service level; ${machines} machines would do`,
      machines,
    );
  }
  if (hourly === null)
    return reject('no-price', `no ${request.purchase} price is known in ${machine.region}`, machines);

  const speed = speedAtLoad(shape, capacity, copies * machines, request);
  return {
    machine,
    machines,
    copiesPerMachine: copies,
    tensorParallel,
    quantization,
    dtype: shape.dtype,
    maxSequences: shape.maxSequences,
    maxBatchedTokens: shape.maxBatchedTokens,
    gpuMemoryUtilization: shape.gpuMemoryUtilization,
    memory: shape.memory,
    speed,
    usdPerMonth: hourly * request.hoursPerMonth * machines,
    because: `holds ${figure(speed.requestsPerSecondCapacity)} requests/s for ${figure(request.load.requestsPerSecond)} at peak; first token ${Math.round(speed.ttftMs)} ms (limit ${request.slo.ttftMs}), ${figure(speed.interTokenMs)} ms between tokens (limit ${request.slo.interTokenMs})`,
  };
}

/** Whole NVIDIA GPUs on x86 only. */
function unsupportedMachine(machine: GpuMachine, gpu: Gpu): string | undefined {
  if (machine.arch !== 'x86_64')
    return `${machine.instanceType} is an ${machine.arch} host; x86_64 is modelled`;
  if (!Number.isInteger(machine.gpuCount) || machine.gpuCount < 1) {
    return `${machine.instanceType} has a slice of a GPU (${machine.gpuCount}); whole GPUs are modelled`;
  }
  if (!Number.isFinite(gpu.computeCapability) || gpu.computeCapability < 7.5) {
    return `${gpu.name} is not an NVIDIA GPU of compute capability 7.5 or later`;
  }
  return undefined;
}

function hostShortage(
  request: SizingRequest,
  machine: GpuMachine,
  tensorParallel: number,
  copies: number,
): string | undefined {
  const engine = engineHost(tensorParallel);
  const vcpus = request.host.vcpus + copies * engine.vcpus;
  if (vcpus > machine.vcpus)
    return `needs ${vcpus} vCPUs for ${copies} engines and what runs beside them; has ${machine.vcpus}`;
  const memoryGiB = request.host.memoryGiB + copies * engine.memoryGiB;
  if (memoryGiB > machine.memoryGiB) {
    return `needs ${memoryGiB} GiB of host memory for ${copies} engines and what runs beside them; has ${machine.memoryGiB}`;
  }
  return undefined;
}

function slowness(request: SizingRequest, shape: EngineShape): string {
  const embedding = request.task === 'embedding';
  const speed = speedAt(shape.steps, 1, embedding);
  return missed(shape.steps, 1, request.slo, embedding) === 'first-token'
    ? `first token after ${Math.round(ttftP95Ms(speed))} ms alone on the machine; the limit is ${request.slo.ttftMs} ms`
    : `${figure(speed.interTokenMs)} ms between tokens alone on the machine; the limit is ${request.slo.interTokenMs} ms`;
}

function rank(order: readonly string[] | undefined, name: string): number {
  const at = order?.findIndex((entry) => sameName(entry, name)) ?? 0;
  return at === -1 ? Number.MAX_SAFE_INTEGER : at;
}

function sameName(entry: string, name: string): boolean {
  return entry === name || findGpu(entry)?.name === name;
}

function userRank(request: SizingRequest, candidate: Candidate): number {
  return (
    rank(request.instanceTypeOrder, candidate.machine.instanceType) * 1000 +
    rank(request.gpuOrder, candidate.machine.gpu)
  );
}

function compare(request: SizingRequest, a: Candidate, b: Candidate): number {
  return (
    userRank(request, a) - userRank(request, b) ||
    a.usdPerMonth - b.usdPerMonth ||
    a.machine.gpuCount * a.machines - b.machine.gpuCount * b.machines ||
    a.machines - b.machines ||
    request.quantizations.indexOf(a.quantization) - request.quantizations.indexOf(b.quantization) ||
    a.tensorParallel - b.tensorParallel ||
    (a.machine.instanceType < b.machine.instanceType ? -1 : 1)
  );
}

function lost(request: SizingRequest, other: Candidate, best: Candidate): Rejection {
  const later = userRank(request, other) > userRank(request, best);
  const because = later
    ? `works, but ${best.machine.instanceType} (${best.machine.gpu}) comes first in the list given`
    : other.usdPerMonth > best.usdPerMonth
      ? `${figure(other.usdPerMonth - best.usdPerMonth)} USD a month dearer than ${best.machine.instanceType}`
      : `costs the same as ${best.machine.instanceType}, which has ${tieReason(request, other, best)}`;
  return {
    instanceType: other.machine.instanceType,
    gpu: other.machine.gpu,
    gpuCount: other.machine.gpuCount,
    tensorParallel: other.tensorParallel,
    quantization: other.quantization,
    usdPerMonth: other.usdPerMonth,
    kind: later ? 'order' : 'dearer',
    because,
  };
}

function tieReason(request: SizingRequest, other: Candidate, best: Candidate): string {
  if (other.machine.gpuCount * other.machines > best.machine.gpuCount * best.machines) return 'fewer GPUs';
  if (other.machines > best.machines) return 'fewer machines';
  if (request.quantizations.indexOf(other.quantization) > request.quantizations.indexOf(best.quantization)) {
    return 'the quantization named first';
  }
  return other.tensorParallel > best.tensorParallel ? 'less tensor parallelism' : 'the name that sorts first';
}

function figure(value: number): string {
  return value >= 100 ? Math.round(value).toString() : value.toPrecision(3);
}
