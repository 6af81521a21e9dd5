import { isSingleServer } from '../../lib/plan/forms';
import type {
  BatchFleetDecision,
  FleetDecision,
  Plan,
  ScaledPlan,
  SingleServerPlan,
} from '../../lib/plan/plan';
import { minutesOf, minutesPerWeek } from '../../lib/spec/schedule';
import type { Group } from './facts';
import type { Bounds } from './week';

/** What a plan says about one group of machines. */
export interface PlannedGroup {
  machines: Pick<
    Group,
    'role' | 'name' | 'types' | 'min' | 'max' | 'purchase' | 'onDemandBase' | 'warmPool' | 'reservation'
  >;
  /** Bounds in each minute of the week; absent: the same all week. */
  week?: Bounds[];
  timeZone?: string;
  /** Networks of different zones at least. */
  zones: number;
  bootGraceSeconds: number;
  loadSeconds: number;
  drainSeconds: number;
  /** Of all models that one machine holds, on which disk. */
  weights: { gib: number; on: 'root' | 'data' | 'instance-store' };
  gpu: boolean;
  /** Absent: the group has one size. */
  scaling:
    | {
        metric: 'cpu' | 'jobs' | FleetDecision['scaling']['signal'];
        target: number;
        scaleInAfterSeconds: number;
      }
    | undefined;
}

export function plannedGroups(plan: Plan): PlannedGroup[] {
  return isSingleServer(plan) ? [server(plan)] : scaled(plan as ScaledPlan);
}

const unscaled = { onDemandBase: 0, warmPool: 0 };

function server({ decisions }: SingleServerPlan): PlannedGroup {
  const { machine, timeouts, models } = decisions;
  return {
    machines: {
      ...unscaled,
      role: 'server',
      name: 'server',
      types: [{ type: machine.instanceType, weight: 1 }],
      min: machine.count,
      max: machine.count,
      purchase: machine.purchase,
    },
    zones: 1,
    bootGraceSeconds: timeouts.bootGraceSeconds,
    loadSeconds: timeouts.loadSeconds,
    drainSeconds: timeouts.drainSeconds,
    weights: { gib: models.reduce((sum, { weightsGiB }) => sum + weightsGiB, 0), on: 'data' },
    gpu: true,
    scaling: undefined,
  };
}

function scaled({ decisions }: ScaledPlan): PlannedGroup[] {
  const { gatewayGroup: gateway, fleets, models, network, batch } = decisions;
  const engines = [
    ...fleets.map((fleet, index) => ({ fleet, model: models[index] })),
    ...(batch?.own ? [batch.own] : []),
  ];
  const zones = network.zoneCount ?? 1;
  return [
    {
      machines: {
        ...unscaled,
        role: 'gateway',
        name: 'gateway',
        types: [{ type: gateway.instanceType, weight: 1 }],
        min: gateway.min,
        max: gateway.max,
        purchase: 'on-demand',
      },
      zones,
      bootGraceSeconds: gateway.bootGraceSeconds,
      loadSeconds: 0,
      drainSeconds: gateway.drainSeconds,
      weights: { gib: 0, on: 'root' },
      gpu: false,
      scaling: {
        metric: 'cpu',
        target: gateway.scaling.target,
        scaleInAfterSeconds: gateway.scaling.scaleInAfterSeconds,
      },
    },
    ...engines.map(({ fleet, model }): PlannedGroup => {
      const { unitsPerMachine: units, scaling } = fleet;
      return {
        machines: {
          role: 'fleet',
          name: fleet.name,
          types: fleet.machines.map(({ instanceType, capacityWeight }) => ({
            type: instanceType,
            weight: capacityWeight,
          })),
          min: fleet.min * units,
          // changes of the schedule narrow it, and no update of the deployment ends what a window needs
          max: Math.max(fleet.max, ...scaling.schedule.map(({ max }) => max)) * units,
          purchase: fleet.purchase,
          onDemandBase: fleet.onDemandBase * units,
          warmPool: fleet.warmPool,
          ...(fleet.reservation !== undefined && { reservation: fleet.reservation }),
        },
        ...(scaling.schedule.length > 0 && { week: plannedWeek(fleet), timeZone: scaling.timeZone }),
        zones,
        bootGraceSeconds: fleet.bootGraceSeconds,
        loadSeconds: fleet.loadSeconds,
        drainSeconds: fleet.drainSeconds,
        weights: { gib: model?.weightsGiB ?? 0, on: fleet.disk.weightsOn },
        gpu: true,
        scaling: [fleet, ...scaling.schedule].every(({ min, max }) => min === max)
          ? undefined
          : {
              metric: scaling.signal === 'queue-backlog' ? 'jobs' : scaling.signal,
              target: scaling.target,
              scaleInAfterSeconds: scaling.scaleInAfterSeconds,
            },
      };
    }),
  ];
}

function plannedWeek({
  min,
  max,
  scaling,
  unitsPerMachine: units,
}: FleetDecision | BatchFleetDecision): Bounds[] {
  const week = Array.from({ length: minutesPerWeek }, () => ({ min: min * units, max: max * units }));
  for (const window of scaling.schedule) {
    for (const minute of minutesOf(window)) {
      week[minute] = { min: window.min * units, max: window.max * units };
    }
  }
  return week;
}
