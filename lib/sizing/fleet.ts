import { plannedRequestsPerSecond } from './candidate';
import { speedAt } from './capacity';
import { compare, lost, nearestLast, weighAll } from './choose';
import type { Candidate, Contender, Rejection, SizingRequest } from './request';
import { candidate, figure } from './weigh';

/** What a fleet is looked for; `maxMachines` of the request is what a region may be asked for at all. */
export interface FleetRequest extends SizingRequest {
  /** Share of the planned sequences in flight at which the fleet is held; absent: held by another signal. */
  inFlightTarget?: number;
  /** Machines that run however small the load is. */
  fewestMachines: number;
  meanRequestsPerSecond: number;
}

/** A machine type with the machines that the load asks for. */
export interface FleetCandidate extends Candidate {
  machinesAtMean: number;
  machinesAtPeak: number;
  /** Requests a second that one machine is planned for. */
  requestsPerSecondEach: number;
}

export interface FleetChoice {
  best?: FleetCandidate;
  /** What may be started where the best is short, in order. */
  fallbacks: FleetCandidate[];
  runnerUp?: { candidate: Contender; because: string };
  rejected: Rejection[];
}

/**
 * The machine type whose fleet is the cheapest at the peak, and the types to fall back to.
 *
 * With a list of GPUs or machine types: the cheapest of each entry, in the order of the list. Else types with as
 * many of the same GPU, which need the same engine, up to half as dear again.
 */
export function chooseFleet(request: FleetRequest): FleetChoice {
  const { contenders, failed } = weighAll(request);
  const sized = contenders.map((one) => atPeak(request, one)).sort((a, b) => compare(request, a, b));
  const rejected = nearestLast(failed);
  const [best, ...others] = sized;
  if (best === undefined) return { rejected, fallbacks: [] };
  const runnerUp = others.find(({ machine }) => machine.instanceType !== best.machine.instanceType);
  return {
    best: fleetCandidate(request, best),
    fallbacks: fallbacksOf(request, best, others).map((one) => fleetCandidate(request, one)),
    ...(runnerUp && {
      runnerUp: { candidate: runnerUp, because: lost(request, runnerUp, best).because },
    }),
    rejected: [...rejected, ...others.map((other) => lost(request, other, best))],
  };
}

/** Most types beside the planned one: a longer list finds no more capacity. */
const mostFallbacks = 4;
const dearestFallback = 1.5;

/** What may be started where the best is short, in order. */
export function fallbacksOf(
  request: SizingRequest,
  best: Contender,
  others: readonly Contender[],
): Contender[] {
  const { gpuOrder, instanceTypeOrder } = request;
  const perMachine = ({ usdPerMonth, machines }: Contender) => usdPerMonth / machines;
  const key = ({ machine }: Contender) => (instanceTypeOrder ? machine.instanceType : machine.gpu);
  const taken = new Set<string>([instanceTypeOrder || gpuOrder ? key(best) : best.machine.instanceType]);
  const fits = others.filter((other) => {
    const name = gpuOrder || instanceTypeOrder ? key(other) : other.machine.instanceType;
    const alike =
      other.machine.gpu === best.machine.gpu &&
      other.machine.gpuCount === best.machine.gpuCount &&
      other.tensorParallel === best.tensorParallel &&
      other.quantization === best.quantization &&
      perMachine(other) <= dearestFallback * perMachine(best);
    // one type has one form, the first in order
    if (taken.has(name) || !(gpuOrder || instanceTypeOrder || alike)) return false;
    taken.add(name);
    return true;
  });
  return fits.slice(0, mostFallbacks);
}

/** Requests a second of one machine: what is planned on, and no more than keeps the fleet at its target. */
function eachMachine(
  { inFlightTarget, task }: FleetRequest,
  { shape, capacity, copiesPerMachine }: Contender,
) {
  const planned = plannedRequestsPerSecond(capacity);
  const atTarget =
    inFlightTarget === undefined
      ? planned
      : speedAt(shape.steps, inFlightTarget * capacity.speed.running, task === 'embedding').requestsPerSecond;
  return Math.min(planned, atTarget) * copiesPerMachine;
}

function machinesFor(requestsPerSecond: number, each: number): number {
  return Math.ceil(requestsPerSecond / each - 1e-9);
}

/** The contender with the machines that a fleet has at the peak, and their price. */
function atPeak(request: FleetRequest, contender: Contender): Contender {
  const each = eachMachine(request, contender);
  const machines = Math.max(request.fewestMachines, machinesFor(request.load.requestsPerSecond, each));
  return { ...contender, machines, usdPerMonth: (contender.usdPerMonth / contender.machines) * machines };
}

function fleetCandidate(request: FleetRequest, contender: Contender): FleetCandidate {
  const each = eachMachine(request, contender);
  const { because, ...rest } = candidate(request, contender);
  const machinesAtMean = Math.max(request.fewestMachines, machinesFor(request.meanRequestsPerSecond, each));
  return {
    ...rest,
    machinesAtMean,
    machinesAtPeak: contender.machines,
    requestsPerSecondEach: each,
    because: `${contender.machines} x ${figure(each)} requests/s at peak: ${because}`,
  };
}
