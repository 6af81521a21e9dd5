import { findGpu } from '../catalog/gpus';
import type { GpuMachine } from '../catalog/machines';
import { plannedRequestsPerSecond } from './candidate';
import type { Choice, Contender, Rejection, SizingRequest } from './request';
import { tensorParallelSizes } from './shapes';
import { candidate, figure, type Rejected, type Search, supportedGpu, weigh } from './weigh';

export type { Candidate, Choice, Contender, Rejection, SizingRequest } from './request';

/**
 * The cheapest machine per month that fits the model and meets the service level at the stated load.
 *
 * Exhaustive over machine type, tensor parallelism and quantization; a machine is used whole, by as many
 * engines as fit on its GPUs. Equal prices: fewer GPUs, fewer machines, the quantization preferred, the
 * higher capacity, less tensor parallelism, the name.
 */
export function choose(request: SizingRequest): Choice {
  const { contenders, failed } = weighAll(request);
  contenders.sort((a, b) => compare(request, a, b));
  const [best, ...others] = contenders;
  const rejected = nearestLast(failed);
  if (!best) return { rejected };
  const runnerUp =
    others.find((other) => other.machine.instanceType !== best.machine.instanceType) ?? others[0];
  for (const other of others) rejected.push(lost(request, other, best));
  return {
    best: candidate(request, best),
    ...(runnerUp
      ? { runnerUp: { candidate: runnerUp, because: lost(request, runnerUp, best).because } }
      : {}),
    rejected,
  };
}

/** Every machine type, tensor parallelism and quantization: what would do, and what would not. */
export function weighAll(request: SizingRequest): { contenders: Contender[]; failed: Rejected[] } {
  const failed: Rejected[] = [];
  const contenders: Contender[] = [];
  const search: Search = { request, shapes: new Map() };
  for (const machine of request.machines) {
    const gpu = supportedGpu(machine);
    for (const tensorParallel of splits(request, machine)) {
      for (const quantization of request.quantizations) {
        const outcome = weigh(search, machine, gpu, tensorParallel, quantization);
        if ('rejection' in outcome) failed.push(outcome);
        else contenders.push(outcome);
      }
    }
  }
  return { contenders, failed };
}

/** Of each kind the nearest comes last. */
export function nearestLast(failed: Rejected[]): Rejection[] {
  return failed.sort((a, b) => b.shortfall - a.shortfall || 0).map(({ rejection }) => rejection);
}

/** All sizes that the machine has GPUs for; the user's one even where it has not, so that it is refused aloud. */
export function splits(request: SizingRequest, machine: GpuMachine): number[] {
  if (request.tensorParallel !== undefined) return [request.tensorParallel];
  return tensorParallelSizes.filter((size) => size === 1 || size <= machine.gpuCount);
}

function rank(order: readonly string[] | undefined, name: string): number {
  const at = order?.findIndex((entry) => sameName(entry, name)) ?? 0;
  return at === -1 ? Number.MAX_SAFE_INTEGER : at;
}

function sameName(entry: string, name: string): boolean {
  return entry === name || findGpu(entry)?.name === name;
}

function userRank(request: SizingRequest, contender: Contender): number {
  return (
    rank(request.instanceTypeOrder, contender.machine.instanceType) * 1000 +
    rank(request.gpuOrder, contender.machine.gpu)
  );
}

/** Best first. `byOrder`: by the user's lists alone. */
export function compare(request: SizingRequest, a: Contender, b: Contender, byOrder = false): number {
  const order = userRank(request, a) - userRank(request, b);
  if (byOrder) return order;
  return (
    order ||
    a.usdPerMonth - b.usdPerMonth ||
    a.machine.gpuCount * a.machines - b.machine.gpuCount * b.machines ||
    a.machines - b.machines ||
    request.quantizations.indexOf(a.quantization) - request.quantizations.indexOf(b.quantization) ||
    planned(b) - planned(a) ||
    a.tensorParallel - b.tensorParallel ||
    (a.machine.instanceType < b.machine.instanceType ? -1 : 1)
  );
}

/** Requests per second that a contender is good for. */
function planned({ capacity, copiesPerMachine, machines }: Contender): number {
  return plannedRequestsPerSecond(capacity) * copiesPerMachine * machines;
}

export function lost(request: SizingRequest, other: Contender, best: Contender): Rejection {
  const later = userRank(request, other) > userRank(request, best);
  const because = later
    ? `works, but ${best.machine.instanceType} (${best.machine.gpu}) comes first in the list given`
    : other.usdPerMonth > best.usdPerMonth
      ? `${figure(other.usdPerMonth - best.usdPerMonth)} USD a month dearer than ${best.machine.instanceType}`
      : `costs the same as ${nameBeside(best, other)}, which ${tieReason(request, other, best)}`;
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

/** The machine; its form where the other is a form of the same machine. */
function nameBeside({ machine, tensorParallel, quantization }: Contender, other: Contender): string {
  if (other.machine.instanceType !== machine.instanceType) return machine.instanceType;
  const form = quantization === 'none' ? 'not quantized' : quantization;
  return other.tensorParallel === tensorParallel
    ? `${machine.instanceType} ${form}`
    : `${machine.instanceType} at tensor parallelism ${tensorParallel}`;
}

function tieReason(request: SizingRequest, other: Contender, best: Contender): string {
  if (other.machine.gpuCount * other.machines > best.machine.gpuCount * best.machines)
    return 'has fewer GPUs';
  if (other.machines > best.machines) return 'has fewer machines';
  if (request.quantizations.indexOf(other.quantization) > request.quantizations.indexOf(best.quantization)) {
    return 'has the quantization named first';
  }
  if (planned(other) < planned(best)) {
    return `holds ${figure(planned(best))} requests/s instead of ${figure(planned(other))}`;
  }
  return other.tensorParallel > best.tensorParallel
    ? 'has less tensor parallelism'
    : 'has the name that sorts first';
}
