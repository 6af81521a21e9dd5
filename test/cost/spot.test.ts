import { describe, expect, it } from 'vitest';
import { gpuMachines, gpuRegions } from '../../lib/catalog/machines';
import { bill } from '../../lib/cost/bill';
import { observedSpotDiscount } from '../../lib/cost/spot';
import type { MachineDecision } from '../../lib/plan/plan';
import { aPlan } from './a-plan';

function machineLine(machine: Partial<MachineDecision>) {
  return bill(aPlan({ machine })).lines.find(({ id }) => id === 'gpu-machine');
}

describe('a spot machine', () => {
  it('costs the known spot price, on-demand at worst', () => {
    const line = machineLine({ purchase: 'spot', usdPerHourSpot: 0.6 });
    expect(line).toMatchObject({
      usdPerUnit: 0.6,
      note: 'spot price of that day, which changes daily; high: on-demand',
    });
    expect(line?.low.usdPerMonth).toBeCloseTo(438, 6);
    expect(line?.high.usdPerMonth).toBeCloseTo(1358.53, 6);
  });

  it('is expected at the on-demand price where no spot price is known, and says what low stands on', () => {
    const line = machineLine({ purchase: 'spot', usdPerHourSpot: null });
    expect(line?.usdPerMonth).toBeCloseTo(1358.53, 6);
    expect(line?.low.usdPerMonth).toBeCloseTo(1358.53 * 0.286, 6);
    expect(line?.note).toBe(
      'no spot price of g6e.xlarge is known: expected and high are on-demand; low is 71 % less, the median of 37 other AWS GPU machines (46 to 87 %, 2026-01-21)',
    );
  });

  it('stands on the discounts that the catalogue holds', () => {
    const discounts = gpuRegions('aws')
      .flatMap((region) => gpuMachines('aws', region))
      .flatMap(({ usdPerHourOnDemand: onDemand, usdPerHourSpot: spot }) =>
        onDemand !== null && spot !== null ? [1 - spot / onDemand] : [],
      )
      .sort((a, b) => a - b);
    expect(discounts).toHaveLength(observedSpotDiscount.rows);
    expect(discounts[0]).toBeCloseTo(observedSpotDiscount.smallest, 3);
    expect(discounts[Math.floor(discounts.length / 2)]).toBeCloseTo(observedSpotDiscount.median, 3);
    expect(discounts.at(-1)).toBeCloseTo(observedSpotDiscount.largest, 3);
  });
});
