import { type GpuMachine, gpuMachines } from '../catalog/machines';
import { issuesError } from '../errors';
import type { Rejection } from '../sizing/choose';
import { chooseFleet, type FleetCandidate } from '../sizing/fleet';
import type { Spec } from '../spec/types';
import {
  type Capacity,
  capacityOf,
  machineBounds,
  running,
  runningOnDemand,
  scaleInAfterSeconds,
  scalingSignal,
  scheduledBounds,
} from './capacity';
import type { Engine } from './engines';
import { hoursPerMonth, lostFleet, noMachine, sizingRequest } from './machine';
import { engineForm } from './model-decision';
import type { FleetDecision, FleetMachine, Quota } from './plan';
import { usualChange } from './rollout';
import { bootSeconds } from './timeouts';

/** Telemetry and the operating system, beside the engine. */
export const fleetHost = { vcpus: 1, memoryGiB: 2 };
/** Operating system with driver and CUDA, engine image unpacked and its next version beside it. */
const systemGiB = 200;
/** gp3 ceilings: 2,000 MiB/s of the largest, 1,000 in every region (AWS EBS user guide, 2026-11). */
const rootThroughputMiBps = { weights: 1000, system: 500 };
/** Room for the weights and for those of the next revision's first file. */
const weightsRoom = 1.1;
const leastGraceSeconds = 1800;
/** More machines of a kind than this are no search but a contract. */
export const mostMachines = 1000;
/** Weights of types: the planned one counts so much where there are others. */
const unitsBesideOthers = 10;

export interface Fleet {
  decision: FleetDecision;
  best: FleetCandidate;
  /** Expected in a month, in USD: list prices of the planned machine. */
  usdPerMonth: number;
}

/** The machines of one engine. `fewest`: that run so that none is alone. Throws a UserError where none will do. */
export function fleet(
  spec: Spec,
  engine: Engine,
  { fewest, drainSeconds }: { fewest: number; drainSeconds: number },
): Fleet {
  const { model } = engine.variant;
  const capacity = capacityOf(spec, model);
  const { signal, target } = scalingSignal(capacity);
  const region = spec.regions[0] as string;
  // weights move while machines stay: each version is sized for all requests of its name
  const whole = { ...engine, load: engine.nameLoad };
  const request = sizingRequest(whole, gpuMachines(spec.cloud, region), {
    host: fleetHost,
    // the base of a mixed fleet is dearer than the rest, alike on each type
    purchase: capacity.purchase === 'on-demand' ? 'on-demand' : 'spot',
    maxMachines: mostMachines,
  });
  const choice = chooseFleet({
    ...request,
    ...(signal === 'in-flight-ratio' && { inFlightTarget: target }),
    fewestMachines: model.replicas?.min === undefined ? fewest : 1,
    meanRequestsPerSecond: engine.load.meanRequestsPerSecond,
  });
  const { best } = choice;
  if (best === undefined) throw issuesError([noMachine(spec, [engine], choice.rejected)]);

  const byLoad = { min: best.machinesAtMean, max: best.machinesAtPeak };
  const copies = best.copiesPerMachine;
  const bounds = machineBounds(model.replicas ?? {}, byLoad, copies);
  const schedule = scheduledBounds(capacity, model.replicas, byLoad, copies);
  const warmPool = capacity.warmPool ?? 0;
  // machines of a warm pool are prepared for one type
  const types = [best, ...(warmPool > 0 ? [] : choice.fallbacks)];
  const largest = Math.max(bounds.max, ...schedule.map(({ max }) => max));
  const most = largest + warmPool + extraDuringChange(spec, largest);
  const disk = fleetDisk(engine, types, warmPool);
  const boot = { weightsGiB: engine.shape.weightsGiB, diskMiBps: disk.rootThroughputMiBps };
  const loadSeconds = bootSeconds({ ...boot, imports: false });
  const bought = {
    ...bounds,
    purchase: capacity.purchase,
    onDemandBase: onDemandBase(capacity, copies),
  };
  const size = { most, ...bought };
  const machines = types.map((type) => fleetMachine(type, best, types.length > 1, size));
  const scaleIn = scaleInAfterSeconds(capacity, loadSeconds);
  const decision: FleetDecision = {
    name: engine.name,
    model: model.name,
    ...(engine.variant.version !== undefined && { version: engine.variant.version }),
    machines,
    unitsPerMachine: machines[0]?.capacityWeight ?? 1,
    machinesAtPeak: best.machinesAtPeak,
    ...bought,
    ...(capacity.reservations?.[0] !== undefined && { reservation: capacity.reservations[0] }),
    scaling: {
      signal,
      target,
      scaleInAfterSeconds: scaleIn,
      timeZone: spec.timeZone ?? 'UTC',
      schedule,
    },
    warmPool,
    running: running(bounds, schedule),
    runningOnDemand: runningOnDemand(bought, schedule),
    disk,
    drainSeconds,
    loadSeconds,
    bootGraceSeconds: fleetGraceSeconds(boot),
    ...(spec.images.machine !== undefined && { imageId: spec.images.machine }),
    ...(choice.runnerUp && { runnerUp: lostFleet(choice.runnerUp.candidate, choice.runnerUp.because) }),
    rejected: choice.rejected.map(({ kind: _, ...rejection }: Rejection) => rejection),
    because: [
      best.because,
      ...(engine.variant.weightPercent < 100
        ? [`sized for all requests of ${model.name}, so that weights move while machines stay`]
        : []),
      sizeText(best, bounds, schedule.length, engine),
      `held at ${signal === 'in-flight-ratio' ? `${target} of the planned sequences in flight` : `${target} requests that wait in an engine`}, and a machine goes after ${scaleIn} s of less`,
      ...(types.length > 1
        ? [
            `where ${best.machine.instanceType} is short: ${types
              .slice(1)
              .map(({ machine }) => machine.instanceType)
              .join(', ')}`,
          ]
        : []),
      ...(warmPool > 0 ? [`${warmPool} stopped machines are ready to start, so the fleet has one type`] : []),
    ].join('; '),
  };
  return { decision, best, usdPerMonth: usdPerMonth(decision) };
}

/** Room for the system, and for the weights where not every type has an instance store that keeps them. */
export function fleetDisk(
  { shape: { weightsGiB } }: Engine,
  types: readonly FleetCandidate[],
  warmPool: number,
): FleetDecision['disk'] {
  // what stops, as the machines of a warm pool do, loses its instance store
  const onInstanceStore =
    warmPool === 0 && types.every(({ machine }) => (machine.localNvmeGiB ?? 0) >= weightsGiB * weightsRoom);
  return onInstanceStore
    ? { rootGiB: systemGiB, rootThroughputMiBps: rootThroughputMiBps.system, weightsOn: 'instance-store' }
    : {
        rootGiB: systemGiB + Math.ceil(weightsGiB * weightsRoom),
        rootThroughputMiBps: rootThroughputMiBps.weights,
        weightsOn: 'root',
      };
}

/** The first machine imports. */
export function fleetGraceSeconds(boot: { weightsGiB: number; diskMiBps: number }): number {
  return Math.max(leastGraceSeconds, 2 * bootSeconds({ ...boot, imports: true }));
}

/** Machines beside the others while they are replaced. */
function extraDuringChange({ rollout }: Spec, machines: number): number {
  const { strategy, maxSurge } = rollout ?? usualChange;
  return strategy === 'blue-green' ? machines : Math.min(machines, maxSurge);
}

/** Copies that are never spot, in whole machines. */
function onDemandBase({ purchase, onDemandBase: copies = 1 }: Capacity, copiesPerMachine: number): number {
  return purchase === 'mixed' ? Math.ceil(copies / copiesPerMachine) : 0;
}

/** `most`: machines of the planned type, while the largest fleet changes. */
type FleetSize = { most: number } & Pick<FleetDecision, 'purchase' | 'onDemandBase'>;

/** What is spot counts against a quota of its own. `share`: of the planned machine's work that one of this type does. */
function quotasOf(
  { vcpus, quota, spotQuota }: GpuMachine,
  share: number,
  { most, purchase, onDemandBase: base }: FleetSize,
): Quota[] {
  const all = Math.max(1, most);
  const onDemand = { 'on-demand': all, spot: 0, mixed: Math.min(all, base) }[purchase];
  return [
    { name: quota, machines: onDemand },
    { name: spotQuota, machines: all - onDemand },
  ].flatMap(({ name, machines }) =>
    name && machines > 0 ? [{ ...name, vcpus: vcpus * Math.ceil(machines / share) }] : [],
  );
}

export function fleetMachine(
  type: FleetCandidate,
  best: FleetCandidate,
  beside: boolean,
  size: FleetSize,
): FleetMachine {
  const { machine } = type;
  const share = type.requestsPerSecondEach / best.requestsPerSecondEach;
  return {
    instanceType: machine.instanceType,
    gpu: machine.gpu,
    gpuCount: machine.gpuCount,
    vcpus: machine.vcpus,
    memoryGiB: machine.memoryGiB,
    localNvmeGiB: machine.localNvmeGiB ?? 0,
    usdPerHourOnDemand: machine.usdPerHourOnDemand,
    usdPerHourSpot: machine.usdPerHourSpot,
    capacityWeight: beside ? Math.max(1, Math.round(unitsBesideOthers * share)) : 1,
    quotas: quotasOf(machine, share, size),
    ...engineForm(type),
  };
}

function sizeText(
  best: FleetCandidate,
  { min, max }: { min: number; max: number },
  windows: number,
  engine: Engine,
): string {
  const asleep = max === 0 ? 'asleep' : `${min} to ${max} machines`;
  const inWindows =
    windows === 0 ? '' : ` outside ${windows === 1 ? 'the window' : `${windows} windows`} of the schedule`;
  if (engine.spare) return `${asleep}${inWindows}: nothing is planned for it`;
  return `${asleep}${inWindows}: the mean load asks for ${best.machinesAtMean}, the peak for ${best.machinesAtPeak}`;
}

/** At the mean of the scaling range. */
function usdPerMonth({ machines, running: all, runningOnDemand: base }: FleetDecision): number {
  const [planned] = machines as [FleetMachine];
  const onDemand = planned.usdPerHourOnDemand ?? planned.usdPerHourSpot ?? 0;
  const spot = planned.usdPerHourSpot ?? onDemand;
  return hoursPerMonth * (base.mean * onDemand + (all.mean - base.mean) * spot);
}
