import { gpuMachines } from '../catalog/machines';
import { type Issue, issuesError } from '../errors';
import { chooseForBatch } from '../sizing/batch';
import type { Rejection } from '../sizing/choose';
import { mostDeadlineHours } from '../spec/batch-form';
import { type BatchLoad, batchCommon, batchWorker, refuseLate, workerNeeds, workHours } from './batch';
import type { Asked } from './both-forms';
import type { Engine } from './engines';
import { fleetDisk, fleetGraceSeconds, fleetHost, fleetMachine, mostMachines } from './fleet';
import { hoursPerMonth, lostFleet, sizingRequest } from './machine';
import { maxContext } from './model';
import { modelDecision } from './model-decision';
import type { BatchDecision, BatchFleetDecision, Running } from './plan';
import { bootSeconds } from './timeouts';

/** Until a queue that was empty for hours tells of its first message (SQS developer guide, "Available metrics", 2026-11). */
const queueTellsSeconds = 900;
/** Nothing in the queue for so long, and the machines go. */
const scaleInAfterSeconds = 900;
/** One job of a large file (docs/batch.md, "Where the answers are"). */
const partBytes = { text: 2 ** 20, embedding: 2 ** 14 };
/** English text; and what stands around it in a line. */
const bytesPerToken = 4.2;
const bytesAround = 200;
/** Of one worker, which is one process of Python with a thread for each line under way; judgement, on the slow side. */
const oneWorker = { linesPerSecond: 50, concurrency: 512 };
/** Of the fleet and its engine. */
const name = 'batch';

/** Machines that hold an engine and its worker, and are there only while the queue holds jobs. */
export function dedicatedBatch(
  { spec, engines }: Asked,
  load: BatchLoad,
  drainSeconds: number,
): BatchDecision {
  const { batch, model, inputTokens, outputTokens } = load;
  const shared = engines.find(({ variant }) => variant.model === model) as Engine;
  const engine: Engine = {
    ...shared,
    name,
    maxContext: maxContext(model, shared.shape, inputTokens + outputTokens),
    load: {
      ...shared.load,
      inputTokens,
      outputTokens,
      requestsPerMonth: batch.requestsPerDay * batch.daysPerMonth,
    },
  };
  refuseLong(engine, load);
  const region = spec.regions[0] as string;
  const answerMs = spec.gateway.timeoutSeconds * 1000;
  const boot = { weightsGiB: shared.shape.weightsGiB, diskMiBps: 500 };
  const loadSeconds = bootSeconds({ ...boot, imports: false });
  const workSeconds = workHours(batch) * 3600 - queueTellsSeconds - loadSeconds;
  if (workSeconds <= 0) {
    refuseLate(
      `a machine works ${minutes(queueTellsSeconds + loadSeconds)} min after the first file at the latest, the limit is ${batch.deadlineHours} hours: raise \`deadlineHours\``,
    );
  }
  const { load: _, ...request } = sizingRequest(engine, gpuMachines(spec.cloud, region), {
    host: {
      vcpus: fleetHost.vcpus + workerNeeds.vcpus,
      memoryGiB: fleetHost.memoryGiB + workerNeeds.memoryGiB,
    },
    purchase: batch.purchase,
    maxMachines: mostMachines,
  });
  const choice = chooseForBatch({
    ...request,
    // nobody waits; but an answer of the mean length must end in time
    slo: { ttftMs: answerMs / 3, interTokenMs: answerMs / 3 / Math.max(1, outputTokens) },
    linesPerDay: batch.requestsPerDay,
    daysPerMonth: batch.daysPerMonth,
    inputTokens,
    outputTokens,
    workSeconds,
    idleSeconds: loadSeconds + scaleInAfterSeconds,
    worker: oneWorker,
  });
  const { best } = choice;
  if (best === undefined) {
    const { enoughSeconds } = choice;
    const enoughHours = enoughSeconds && Math.ceil((enoughSeconds + queueTellsSeconds + loadSeconds) / 3600);
    throw issuesError([noneAnswers(region, load, choice.rejected, enoughHours)]);
  }

  const types = [best, ...choice.fallbacks];
  const max = best.machinesAtPeak;
  const size = { most: max, purchase: batch.purchase, onDemandBase: 0 };
  const machines = types.map((type) => fleetMachine(type, best, types.length > 1, size));
  const linesPerJob = Math.max(
    1,
    (load.task === 'embedding' ? partBytes.embedding : partBytes.text) /
      (inputTokens * bytesPerToken + bytesAround),
  );
  const jobsEach = Math.max(1, Math.floor((workSeconds * best.requestsPerSecondEach) / linesPerJob));
  const month = monthOf(best.machineHoursPerDay, max, load);
  const disk = fleetDisk(engine, types, 0);
  const onDemand = batch.purchase === 'on-demand';
  const nobody: Running = { least: 0, mean: 0, most: 0 };
  const window = batch.startAt === undefined ? undefined : dayWindow(batch.startAt, batch.deadlineHours, max);
  const fleet: BatchFleetDecision = {
    name,
    model: model.name,
    machines,
    unitsPerMachine: machines[0]?.capacityWeight ?? 1,
    machinesAtPeak: max,
    min: 0,
    max: window === undefined ? max : 0,
    purchase: batch.purchase,
    onDemandBase: 0,
    scaling: {
      signal: 'queue-backlog',
      target: jobsEach,
      scaleInAfterSeconds,
      timeZone: spec.timeZone ?? 'UTC',
      schedule: window === undefined ? [] : [window],
    },
    warmPool: 0,
    running: month,
    runningOnDemand: onDemand ? month : nobody,
    disk,
    drainSeconds,
    loadSeconds,
    bootGraceSeconds: fleetGraceSeconds(boot),
    ...(spec.images.machine !== undefined && { imageId: spec.images.machine }),
    ...(choice.runnerUp && { runnerUp: lostFleet(choice.runnerUp.candidate, choice.runnerUp.because) }),
    rejected: choice.rejected.map(({ kind: __, ...rejection }) => rejection),
    because: `${best.because}; one machine for each ${jobsEach} ${jobsEach === 1 ? 'job' : 'jobs'} in the queue, none without, and they go after ${scaleInAfterSeconds} s of less`,
  };
  const usdPerMonth = month.mean * hoursPerMonth * usdPerHour(fleet);
  const concurrency = Math.min(oneWorker.concurrency, best.copiesPerMachine * best.maxSequences);
  return {
    ...batchCommon(spec, load),
    ...(batch.startAt !== undefined && { startAt: batch.startAt }),
    hoursPerDay: best.machineHoursPerDay / max,
    worker: batchWorker(spec, concurrency),
    own: { model: modelDecision(engine, best, usdPerMonth), fleet },
    because: `machines of their own, up to ${max}, so that files take no room of users: a queue that was empty for hours tells of a file within ${minutes(queueTellsSeconds)} min, a machine starts in ${minutes(loadSeconds)}, and ${batch.requestsPerDay} lines are done within ${batch.deadlineHours} hours`,
  };
}

/** A line of the mean length must fit into the context. */
function refuseLong({ maxContext: most, shape }: Engine, { inputTokens, outputTokens }: BatchLoad): void {
  if (inputTokens + outputTokens <= most) return;
  throw issuesError([
    {
      path: 'batch.inputTokens',
      rule: 'context-range',
      message: `a mean line of ${inputTokens} + ${outputTokens} tokens is longer than the ${most} tokens of context that ${shape.id} is given: shorten the lines, or raise \`maxContext\``,
    },
  ]);
}

/** What was nearest: a machine of the kind that is asked for, or the nearest that is not. */
function noneAnswers(
  region: string,
  { batch, model }: BatchLoad,
  rejected: readonly Rejection[],
  enoughHours: number | undefined,
): Issue {
  const nearest = (kind: Rejection['kind']) => rejected.findLast((one) => one.kind === kind);
  const late = nearest('too-small');
  if (late && enoughHours !== undefined) {
    const most = workHours({ ...batch, deadlineHours: mostDeadlineHours });
    const longer =
      enoughHours > most
        ? `they would take ${enoughHours} hours, and have ${most} at most:`
        : `\`deadlineHours: ${enoughHours}\` would do;`;
    return {
      path: 'batch.deadlineHours',
      rule: 'batch-scope',
      message: `${batch.requestsPerDay} lines a day in ${batch.deadlineHours} hours are more than ${mostMachines} machines answer (${late.instanceType}: ${late.because}). ${longer} ${enoughHours > most ? '' : 'or '}send fewer lines, or take a smaller model`,
    };
  }
  const other = nearest('too-slow') ?? nearest('host') ?? nearest('does-not-fit') ?? rejected.at(-1);
  return {
    path: 'batch',
    rule: 'does-not-fit',
    message: `no machine in ${region} answers files with ${model.name}${other ? ` (${other.instanceType}: ${other.because})` : ''}: allow another \`gpu\` or \`instanceType\`, write \`purchase: on-demand\`, or take a smaller model`,
  };
}

/**
 * Machines in the mean of a month: at the planned rate, at the predicted one without loss, and where lines are as
 * much longer or machines as often taken away that all takes three times as long.
 */
function monthOf(hoursPerDay: number, machines: number, { batch }: BatchLoad): Running {
  const running = (hours: number) => (hours * batch.daysPerMonth) / hoursPerMonth;
  const longest = machines * workHours(batch);
  return {
    least: running(hoursPerDay * 0.8),
    mean: running(Math.min(longest, hoursPerDay)),
    most: running(Math.min(longest, 3 * hoursPerDay)),
  };
}

/** From `startAt` to the deadline, every day. */
function dayWindow(
  startAt: string,
  hours: number,
  max: number,
): BatchFleetDecision['scaling']['schedule'][number] {
  const [hour = 0, minute = 0] = startAt.split(':').map(Number);
  const two = (value: number) => String(value).padStart(2, '0');
  return { days: 'mon-sun', from: startAt, to: `${two((hour + hours) % 24)}:${two(minute)}`, min: 0, max };
}

function usdPerHour({ machines: [planned], purchase }: BatchFleetDecision): number {
  const onDemand = planned?.usdPerHourOnDemand ?? 0;
  return purchase === 'spot' ? (planned?.usdPerHourSpot ?? onDemand) : onDemand;
}

const minutes = (seconds: number) => Math.round(seconds / 60);
