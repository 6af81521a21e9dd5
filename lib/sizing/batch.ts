import { engineShape, plannedRequestsPerSecond } from './candidate';
import { compare, lost, nearestLast, weighAll } from './choose';
import { type FleetCandidate, fallbacksOf } from './fleet';
import type { Contender, Rejection, SizingRequest } from './request';
import { candidate, figure, supportedGpu } from './weigh';

/** Lines that must be answered within a time, by machines that come for them and go. */
export interface BatchRequest extends Omit<SizingRequest, 'load'> {
  linesPerDay: number;
  daysPerMonth: number;
  inputTokens: number;
  outputTokens: number;
  /** From the first answer of a machine to the last line. */
  workSeconds: number;
  /** Paid beside the work: from the start of a machine to its first answer, and from its last to its end. */
  idleSeconds: number;
  /** What one worker does at most, whatever the engines of its machine can. */
  worker: { linesPerSecond: number; concurrency: number };
}

/** A machine type with the machines that answer a day's lines in time. */
export interface BatchCandidate extends FleetCandidate {
  /** All machines together, on a day with work. */
  machineHoursPerDay: number;
}

export interface BatchChoice {
  best?: BatchCandidate;
  fallbacks: BatchCandidate[];
  runnerUp?: { candidate: Contender; because: string };
  rejected: Rejection[];
  /** Where nothing but the number of machines is in the way: the time in which `maxMachines` of the fastest type do. */
  enoughSeconds?: number;
}

/**
 * The machine type that answers the lines of a month for the least money, as many of it as the deadline asks for.
 *
 * A machine is paid from its start to its last line, so its price is that of a line and not that of an hour.
 */
export function chooseForBatch(request: BatchRequest): BatchChoice {
  const { linesPerDay, workSeconds, inputTokens, outputTokens } = request;
  const search: SizingRequest = {
    ...request,
    // how many they are is known only with what one worker does
    maxMachines: Number.POSITIVE_INFINITY,
    load: { requestsPerSecond: linesPerDay / workSeconds, inputTokens, outputTokens },
  };
  const { contenders, failed } = weighAll(search);
  const sized = contenders.map((one) => perMonth(request, one)).sort((a, b) => compare(search, a, b));
  const priced = sized.filter(({ machines }) => machines <= request.maxMachines);
  const tooMany = sized.filter(({ machines }) => machines > request.maxMachines);
  const rejected = [
    ...nearestLast(failed),
    ...tooMany.sort((a, b) => b.machines - a.machines).map((one) => needsTooMany(request, one)),
  ];
  const [best, ...others] = priced;
  if (best === undefined) {
    const fastest = Math.max(0, ...tooMany.map((one) => eachMachine(request, one)));
    return {
      rejected,
      fallbacks: [],
      ...(fastest > 0 && { enoughSeconds: linesPerDay / fastest / request.maxMachines }),
    };
  }
  const runnerUp = others.find(({ machine }) => machine.instanceType !== best.machine.instanceType);
  const found = (one: Contender) => batchCandidate(request, search, one);
  return {
    best: found(best),
    fallbacks: fallbacksOf(search, best, others).map(found),
    ...(runnerUp && {
      runnerUp: { candidate: runnerUp, because: lost(search, runnerUp, best).because },
    }),
    rejected: [...rejected, ...others.map((other) => lost(search, other, best))],
  };
}

function needsTooMany(request: BatchRequest, contender: Contender): Rejection {
  return {
    instanceType: contender.machine.instanceType,
    gpu: contender.machine.gpu,
    gpuCount: contender.machine.gpuCount,
    tensorParallel: contender.tensorParallel,
    quantization: contender.quantization,
    usdPerMonth: contender.usdPerMonth,
    kind: 'too-small',
    because: `${contender.machines} machines would do, at ${figure(eachMachine(request, contender))} lines/s each`,
  };
}

/** Lines a second of one machine: of its engines, and of the one worker that asks them. */
function eachMachine(
  { worker, outputTokens }: BatchRequest,
  { capacity, copiesPerMachine }: Contender,
): number {
  const { ttftMs, interTokenMs } = capacity.speed;
  const answerSeconds = (ttftMs + outputTokens * interTokenMs) / 1000;
  return Math.min(
    plannedRequestsPerSecond(capacity) * copiesPerMachine,
    worker.linesPerSecond,
    worker.concurrency / answerSeconds,
  );
}

function machineHoursPerDay(request: BatchRequest, contender: Contender): number {
  const working = request.linesPerDay / eachMachine(request, contender);
  return (working + contender.machines * request.idleSeconds) / 3600;
}

/** As many machines as the deadline asks for, and the price of a month by the hours that its lines take. */
function perMonth(request: BatchRequest, contender: Contender): Contender {
  const usdPerHour = contender.usdPerMonth / contender.machines / request.hoursPerMonth;
  const needed = request.linesPerDay / request.workSeconds / eachMachine(request, contender);
  const sized = { ...contender, machines: Math.max(1, Math.ceil(needed - 1e-9)) };
  return { ...sized, usdPerMonth: usdPerHour * machineHoursPerDay(request, sized) * request.daysPerMonth };
}

function batchCandidate(request: BatchRequest, search: SizingRequest, contender: Contender): BatchCandidate {
  const each = eachMachine(request, contender);
  const hours = machineHoursPerDay(request, contender);
  return {
    ...candidate(search, contender),
    machinesAtMean: contender.machines,
    machinesAtPeak: contender.machines,
    requestsPerSecondEach: each,
    machineHoursPerDay: hours,
    because: `${contender.machines} x ${figure(each)} lines/s answer ${request.linesPerDay} lines in ${figure(hours)} hours of machines a day, for the least money of a month`,
  };
}

/** Lines a second that engines of this form hold within a service level when nobody else asks them; 0 where none. */
export function linesPerSecond(
  request: SizingRequest,
  { machine, tensorParallel, quantization, copiesPerMachine }: Omit<Contender, 'shape' | 'capacity'>,
): number {
  const gpu = supportedGpu(machine);
  if (typeof gpu === 'string') throw new Error(`${machine.instanceType} was chosen: ${gpu}`);
  const linked = { ...gpu, nvlink: gpu.nvlink && machine.nvlink };
  const { capacity } = engineShape(request, linked, tensorParallel, quantization);
  return capacity === undefined ? 0 : plannedRequestsPerSecond(capacity) * copiesPerMachine;
}
