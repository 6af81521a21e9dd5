import { findGpu, type Gpu } from '../catalog/gpus';
import type { GpuMachine } from '../catalog/machines';
import { unsupportedGpu, unsupportedMachine } from '../catalog/support';
import {
  type EngineShape,
  engineHost,
  engineShape,
  plannedRequestsPerSecond,
  speedAtLoad,
  usdPerHour,
} from './candidate';
import { missed, speedAt, ttftP95Ms } from './capacity';
import type { Candidate, Contender, Rejection, SizingRequest } from './request';
import { type Quantization, unsplittable, unsupportedForm, weightFormat } from './shapes';

/** What one search has worked out: many machine types share a GPU and everything that follows from it. */
export interface Search {
  request: SizingRequest;
  shapes: Map<string, EngineShape>;
}

/** `shortfall` orders rejections of one kind: the smaller, the nearer it was. */
export interface Rejected {
  rejection: Rejection;
  shortfall: number;
}

/**
 * One machine type with one tensor parallelism and one quantization: a contender, or why not and by how much.
 *
 * `gpu`: as `supportedGpu` gives it.
 */
export function weigh(
  search: Search,
  machine: GpuMachine,
  gpu: Gpu | string,
  tensorParallel: number,
  quantization: Quantization,
): Contender | Rejected {
  const { request, shapes } = search;
  const hourly = usdPerHour(machine, request.purchase);
  const reject = (
    kind: Rejection['kind'],
    because: string,
    shortfall = Infinity,
    machines = 1,
  ): Rejected => ({
    shortfall,
    rejection: {
      instanceType: machine.instanceType,
      gpu: machine.gpu,
      gpuCount: machine.gpuCount,
      tensorParallel,
      quantization,
      usdPerMonth: hourly === null ? null : hourly * request.hoursPerMonth * machines,
      kind,
      because,
    },
  });

  if (typeof gpu === 'string') return reject('unsupported', gpu);
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
  if (host) return reject('host', ...host);

  const linked = { ...gpu, nvlink: gpu.nvlink && machine.nvlink };
  const key = `${gpu.name} ${linked.nvlink} ${tensorParallel} ${quantization}`;
  const shape = shapes.get(key) ?? engineShape(request, linked, tensorParallel, quantization);
  shapes.set(key, shape);
  if (!shape.memory.fitsSafely)
    return reject('does-not-fit', memoryShortage(request, shape), shape.memory.shortageGiB);
  const { capacity } = shape;
  if (!capacity) return reject('too-slow', ...slowness(request, shape));

  const perMachine = plannedRequestsPerSecond(capacity) * copies;
  const machines = Math.max(1, Math.ceil(request.load.requestsPerSecond / perMachine - 1e-9));
  if (machines > request.maxMachines) {
    return reject(
      'too-small',
      `holds ${figure(perMachine * request.maxMachines)} of ${figure(request.load.requestsPerSecond)} requests/s within the service level; ${machines} machines would do`,
      request.load.requestsPerSecond / perMachine,
      machines,
    );
  }
  if (hourly === null)
    return reject(
      'no-price',
      `no ${request.purchase} price is known in ${machine.region}`,
      hourly ?? Infinity,
      machines,
    );

  return {
    machine,
    machines,
    copiesPerMachine: copies,
    tensorParallel,
    quantization,
    usdPerMonth: hourly * request.hoursPerMonth * machines,
    shape,
    capacity,
  };
}

/** A contender with its speed at the stated load, which takes longer to find than all the rest of it. */
export function candidate(request: SizingRequest, contender: Contender): Candidate {
  const { shape, capacity, ...chosen } = contender;
  const copies = chosen.copiesPerMachine * chosen.machines;
  const speed = speedAtLoad(shape, capacity, copies, request);
  return {
    ...chosen,
    dtype: shape.dtype,
    maxSequences: shape.maxSequences,
    maxBatchedTokens: shape.maxBatchedTokens,
    gpuMemoryUtilization: shape.gpuMemoryUtilization,
    memory: shape.memory,
    speed,
    because: `holds ${figure(speed.requestsPerSecondCapacity)} requests/s for ${figure(request.load.requestsPerSecond)} at peak; first token ${Math.round(speed.ttftMs)} ms (limit ${request.slo.ttftMs}), ${figure(speed.interTokenMs)} ms between tokens (limit ${request.slo.interTokenMs})`,
  };
}

/** Oldest GPU that the pinned engine has kernels for (Turing). */
const oldestComputeCapability = 7.5;

/** The GPU of a machine, or why machines of this kind are not supported. */
export function supportedGpu(machine: GpuMachine): Gpu | string {
  const row = unsupportedGpu(machine.gpu) ?? unsupportedMachine(machine);
  if (row) return row.reason;
  const gpu = findGpu(machine.gpu);
  if (!gpu) return `${machine.gpu} is not in the table of GPUs`;
  return gpu.computeCapability < oldestComputeCapability
    ? `${gpu.name} has compute capability ${gpu.computeCapability}; the engine needs ${oldestComputeCapability}`
    : gpu;
}

function memoryShortage(request: SizingRequest, { memory }: EngineShape): string {
  const tight = memory.fits ? ', too near for a prediction to be relied on' : '';
  return `${request.model.id} ${memory.because}${tight}`;
}

/** What the host lacks, and how many times over it would need to be as large. */
function hostShortage(
  { host }: SizingRequest,
  machine: GpuMachine,
  tensorParallel: number,
  copies: number,
): [because: string, shortfall: number] | undefined {
  const engine = engineHost(tensorParallel);
  const vcpus = host.vcpus + copies * engine.vcpus;
  const memoryGiB = host.memoryGiB + copies * engine.memoryGiB;
  const shortfall = Math.max(vcpus / machine.vcpus, memoryGiB / machine.memoryGiB);
  if (shortfall <= 1) return undefined;
  const beside = host.because === undefined ? '' : ` (${host.because})`;
  return vcpus > machine.vcpus
    ? [`needs ${vcpus} vCPUs for ${engines(copies)}${beside}; has ${machine.vcpus}`, shortfall]
    : [
        `needs ${memoryGiB} GiB of host memory for ${engines(copies)}${beside}; has ${machine.memoryGiB}`,
        shortfall,
      ];
}

function engines(copies: number): string {
  return copies === 1 ? '1 engine and what runs beside it' : `${copies} engines and what runs beside them`;
}

/** The limit missed by one request alone, and how many times it is exceeded. */
function slowness(request: SizingRequest, shape: EngineShape): [because: string, shortfall: number] {
  const embedding = request.task === 'embedding';
  const speed = speedAt(shape.steps, 1, embedding);
  const { ttftMs, interTokenMs } = request.slo;
  const first = ttftP95Ms(speed);
  return missed(shape.steps, 1, request.slo, embedding) === 'first-token'
    ? [
        `first token after ${Math.round(first)} ms alone on the machine; the limit is ${ttftMs} ms`,
        first / ttftMs,
      ]
    : [
        `${figure(speed.interTokenMs)} ms between tokens alone on the machine; the limit is ${interTokenMs} ms`,
        speed.interTokenMs / interTokenMs,
      ];
}

/** Three digits, or all of them above a hundred. */
export function figure(value: number): string {
  return value >= 100 ? Math.round(value).toString() : value.toPrecision(3);
}
