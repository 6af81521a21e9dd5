import { isSingleServer } from '../plan/forms';
import type {
  BatchDecision,
  FleetDecision,
  FleetMachine,
  MachineDecision,
  Plan,
  ScaledPlan,
} from '../plan/plan';
import { bootsPerMonth, imagesGB } from './boots';
import { combine, exactly, mapRange, type Range, type Usage } from './line';
import { daysPerMonth, hoursPerMonth } from './traffic';

type Own = NonNullable<BatchDecision['own']>;

/** Machines that are started alike: one server, a fleet, the gateway group, the machines of files. */
export interface MachineGroup {
  /** Unique in a plan. */
  name: string;
  /** Machines that run, in the mean over a month. */
  running: Range;
  /** New machines a month. */
  starts: Range;
  /** Pulled from registries by each new machine. */
  imagesGB: Range;
  /** Read from the bucket by each new machine; 0 for the gateway. */
  weightsGiB: number;
}

/** Starts a day of each machine between the least and the most of a group: never, with the day, with every wave. */
const startsPerDay: Range = { low: 0, expected: 1, high: 3 };
/** Gateway and telemetry images. */
const gatewayImagesGB: Range = { low: 1, expected: 1.5, high: 2.5 };

/** All machines of a plan, as the bill sees them. */
export function machineGroups(plan: Plan): MachineGroup[] {
  if (!isSingleServer(plan)) return scaledGroups(plan as ScaledPlan);
  const { machine, modelStore } = plan.decisions;
  return [
    {
      name: 'machine',
      running: exactly((machine.count * machine.hoursPerMonth) / hoursPerMonth),
      starts: bootsPerMonth,
      imagesGB,
      weightsGiB: modelStore.storedGiB,
    },
  ];
}

function scaledGroups({ decisions }: ScaledPlan): MachineGroup[] {
  const { gatewayGroup, fleets, models, batch } = decisions;
  return [
    {
      name: 'gateway',
      running: rangeOf(gatewayGroup.running),
      starts: scalingStarts(gatewayGroup.running),
      imagesGB: gatewayImagesGB,
      weightsGiB: 0,
    },
    ...fleets.map(
      (fleet, index): MachineGroup => ({
        name: fleet.name,
        running: rangeOf(fleet.running),
        starts: scalingStarts(fleet.running),
        imagesGB,
        weightsGiB: models[index]?.weightsGiB ?? 0,
      }),
    ),
    ...(batch?.own === undefined ? [] : [batchGroup(batch, batch.own)]),
  ];
}

/** All of them on each day with work; low: as the queue fills, one. */
function batchGroup({ daysPerMonth: days }: BatchDecision, { fleet, model }: Own): MachineGroup {
  const most = fleet.machinesAtPeak;
  return {
    name: fleet.name,
    running: rangeOf(fleet.running),
    starts: { low: days, expected: days * most, high: 2 * days * most },
    imagesGB,
    weightsGiB: model.weightsGiB,
  };
}

/** Repairs and releases as of one machine, and what scaling starts. */
function scalingStarts({ least, most }: FleetDecision['running']): Range {
  return combine(
    bootsPerMonth,
    startsPerDay,
    (each, perDay) => each * most + perDay * daysPerMonth * (most - least),
  );
}

export function rangeOf({ least, mean, most }: FleetDecision['running']): Range {
  return { low: least, expected: mean, high: most };
}

/** Sum over all groups. */
export function overGroups(plan: Plan, each: (group: MachineGroup) => Range): Range {
  return machineGroups(plan)
    .map(each)
    .reduce((sum, part) => combine(sum, part, (a, b) => a + b), exactly(0));
}

/** GPU and gateway machines. */
export function machineUsage(plan: Plan): Usage[] {
  if (isSingleServer(plan)) return serverUsage(plan.decisions.machine);
  const { fleets, gatewayGroup } = (plan as ScaledPlan).decisions;
  return [
    ...fleets.flatMap(fleetUsage),
    {
      id: 'gateway-machine',
      label: `${gatewayGroup.instanceType}, gateway`,
      category: 'Machines',
      resource: 'cpu-machine',
      count: gatewayGroup.max,
      quantity: mapRange(rangeOf(gatewayGroup.running), (machines) => machines * hoursPerMonth),
      rate: 'cpu-machine',
      machine: { ...gatewayGroup, purchase: 'on-demand', usdPerHourSpot: null },
      because: `${scalingText(gatewayGroup)} x ${hoursPerMonth} hours a month`,
    },
  ];
}

function serverUsage(machine: MachineDecision): Usage[] {
  return [
    {
      id: 'gpu-machine',
      label: `${machine.instanceType} (${machine.gpuCount} x ${machine.gpu}), ${machine.purchase}`,
      category: 'Machines',
      resource: 'gpu-machine',
      count: machine.count,
      quantity: exactly(machine.count * machine.hoursPerMonth),
      rate: 'gpu-machine',
      machine,
      because: `${machine.count} ${machine.count === 1 ? 'machine' : 'machines'} x ${machine.hoursPerMonth} hours a month`,
    },
  ];
}

/** A line for what is bought on demand, and one for spot. */
function fleetUsage(fleet: FleetDecision): Usage[] {
  const all = rangeOf(fleet.running);
  const onDemand = rangeOf(fleet.runningOnDemand);
  const spot = combine(all, onDemand, (a, b) => a - b);
  const most = Math.max(fleet.max, ...fleet.scaling.schedule.map(({ max }) => max));
  const base = fleet.purchase === 'on-demand' ? most : Math.min(most, fleet.onDemandBase);
  return [
    ...(base > 0 ? [purchased(fleet, 'on-demand', onDemand, base)] : []),
    ...(most > base ? [purchased(fleet, 'spot', spot, most - base)] : []),
  ];
}

function purchased(
  fleet: FleetDecision,
  purchase: 'on-demand' | 'spot',
  machines: Range,
  count: number,
): Usage {
  const [planned] = fleet.machines as [FleetMachine];
  const reserved =
    fleet.reservation === undefined || purchase === 'spot'
      ? ''
      : '; hours that your reservation covers are on your bill already';
  const asleep = fleet.scaling.schedule.length === 0 ? '' : ', by the hours of the schedule';
  return {
    id: `fleet-${fleet.name}-${purchase}`,
    label: `${planned.instanceType} (${planned.gpuCount} x ${planned.gpu}), ${purchase}, ${fleet.name}`,
    category: 'Machines',
    resource: 'gpu-machine',
    count,
    quantity: mapRange(machines, (running) => running * hoursPerMonth),
    rate: 'gpu-machine',
    machine: {
      instanceType: planned.instanceType,
      purchase,
      usdPerHourOnDemand: planned.usdPerHourOnDemand,
      usdPerHourSpot: planned.usdPerHourSpot,
    },
    because: `${purchase === 'on-demand' && fleet.purchase === 'mixed' ? `the ${count} that are never spot` : scalingText(fleet)}${asleep} x ${hoursPerMonth} hours a month${reserved}`,
  };
}

/** Low is the least, high the most; nobody knows how long each lasts. */
function scalingText({ min, max }: { min: number; max: number }): string {
  return min === max
    ? `${min} ${min === 1 ? 'machine' : 'machines'}`
    : `${min} to ${max} machines, expected half-way`;
}
