import { minutesOf, minutesPerWeek } from '../spec/schedule';
import type { Spec } from '../spec/types';
import type { FleetDecision, Running, ScheduledBounds } from './plan';

type ModelSpec = Spec['models'][number];
export type Capacity = Spec['capacity'];

/** The deployment's, with what the model says for itself. */
export function capacityOf(spec: Spec, { capacity }: ModelSpec): Capacity {
  return { ...spec.capacity, ...capacity };
}

const usualTarget = { 'in-flight-ratio': 0.75, 'waiting-requests': 5 } as const;
const leastScaleInSeconds = 900;

export function scalingSignal(capacity: Capacity): { signal: keyof typeof usualTarget; target: number } {
  const { scalingSignal: signal = 'in-flight-ratio' } = capacity;
  return { signal, target: capacity.scalingTarget ?? usualTarget[signal] };
}

/** A machine that goes too early is started again for longer than it was gone. */
export function scaleInAfterSeconds(capacity: Capacity, loadSeconds: number): number {
  return capacity.scaleInAfterSeconds ?? Math.max(leastScaleInSeconds, 2 * loadSeconds);
}

export interface Bounds {
  min: number;
  max: number;
}

/** Machines by the copies that are written, else by the load; nothing wakes a fleet that may be empty. */
export function machineBounds(
  written: { min?: number | undefined; max?: number | undefined },
  byLoad: Bounds,
  copiesPerMachine: number,
): Bounds {
  const machines = (copies: number | undefined) =>
    copies === undefined ? undefined : Math.ceil(copies / copiesPerMachine);
  const [least, most] = [machines(written.min), machines(written.max)];
  if (least === 0) return { min: 0, max: 0 };
  const max = most ?? Math.max(least ?? 0, byLoad.max);
  return { min: least ?? Math.min(byLoad.min, max), max };
}

/** The windows of the week, each with its own bounds. */
export function scheduledBounds(
  capacity: Capacity,
  replicas: ModelSpec['replicas'],
  byLoad: Bounds,
  copiesPerMachine: number,
): ScheduledBounds[] {
  return (capacity.schedule ?? []).map(({ days, from, to, min, max }) => ({
    days,
    from,
    to,
    ...machineBounds({ min: min ?? replicas?.min, max: max ?? replicas?.max }, byLoad, copiesPerMachine),
  }));
}

/** Machines over a month: the bounds of each window by its share of the week, the fleet's own for the rest. */
export function running(fleet: Bounds, schedule: readonly ScheduledBounds[]): Running {
  const windows = schedule.map((window) => ({ ...window, share: minutesOf(window).length / minutesPerWeek }));
  const rest = 1 - windows.reduce((sum, { share }) => sum + share, 0);
  const parts = [{ ...fleet, share: Math.max(0, rest) }, ...windows];
  const sum = (machines: (bounds: Bounds) => number) =>
    parts.reduce((total, part) => total + part.share * machines(part), 0);
  return {
    least: sum(({ min }) => min),
    mean: sum(({ min, max }) => (min + max) / 2),
    most: sum(({ max }) => max),
  };
}

/** Of the machines that run, those that are never spot. */
export function runningOnDemand(
  fleet: Pick<FleetDecision, 'min' | 'max' | 'purchase' | 'onDemandBase'>,
  schedule: readonly ScheduledBounds[],
): Running {
  if (fleet.purchase === 'spot') return { least: 0, mean: 0, most: 0 };
  if (fleet.purchase === 'on-demand') return running(fleet, schedule);
  const { onDemandBase } = fleet;
  const based = ({ min, max }: Bounds) => ({
    min: Math.min(min, onDemandBase),
    max: Math.min(max, onDemandBase),
  });
  return running(
    based(fleet),
    schedule.map((window) => ({ ...window, ...based(window) })),
  );
}
