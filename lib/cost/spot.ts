import { exactly, type PricedMachine, type Range } from './line';

/**
 * How far spot was below on-demand on the 37 AWS GPU machine rows of this catalogue that have both prices
 * (p4d to p6, each the median over zones; SkyPilot catalogue against the on-demand price of 2026-01-21).
 */
export const observedSpotDiscount = {
  smallest: 0.456,
  median: 0.714,
  largest: 0.865,
  rows: 37,
  asOf: '2026-01-21',
} as const;

/** USD per machine hour by the way it is bought, with what to know about it. */
export function machinePrice(machine: PricedMachine): { usdPerUnit: Range; note: string } | undefined {
  const spot = machine.usdPerHourSpot;
  const onDemand = machine.usdPerHourOnDemand ?? (machine.purchase === 'spot' ? spot : null);
  if (onDemand === null) return undefined;
  if (machine.purchase === 'on-demand') return { usdPerUnit: exactly(onDemand), note: '' };
  if (spot !== null) {
    return {
      usdPerUnit: { low: spot, expected: spot, high: Math.max(spot, onDemand) },
      note: 'spot price of that day, which changes daily; high: on-demand',
    };
  }
  const { smallest, median, largest, rows, asOf } = observedSpotDiscount;
  return {
    usdPerUnit: { low: onDemand * (1 - median), expected: onDemand, high: onDemand },
    note:
      `no spot price of ${machine.instanceType} is known: expected and high are on-demand; low is ${percent(median)} % less, ` +
      `the median of ${rows} other AWS GPU machines (${percent(smallest)} to ${percent(largest)} %, ${asOf})`,
  };
}

function percent(share: number): number {
  return Math.round(share * 100);
}
