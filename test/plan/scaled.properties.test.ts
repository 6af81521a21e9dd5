import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bill } from '../../lib/cost/bill';
import { isUserError } from '../../lib/errors';
import { plan } from '../../lib/plan';
import { isSingleServer } from '../../lib/plan/forms';
import type { Plan, ScaledPlan } from '../../lib/plan/plan';
import type { Deployment } from '../../lib/spec/types';

const sources = ['Qwen/Qwen3-8B', 'Qwen/Qwen3-0.6B', 'meta-llama/Llama-3.1-8B-Instruct', 'Qwen/Qwen3-32B'];
const clock = fc.integer({ min: 0, max: 23 }).map((hour) => `${String(hour).padStart(2, '0')}:00`);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const model = fc.record(
  {
    source: fc.constantFrom(...sources, 'bedrock:amazon.nova-lite-v1:0'),
    replicas: fc.record(
      { min: fc.integer({ min: 1, max: 6 }), max: fc.integer({ min: 6, max: 12 }) },
      { requiredKeys: [] },
    ),
    gpu: fc.constantFrom<string[]>(['L40S'], ['H100', 'L40S'], ['L4', 'A10G', 'L40S']),
  },
  { requiredKeys: ['source'] },
);

const specs: fc.Arbitrary<Deployment> = fc
  .record({
    models: fc.array(model, { minLength: 1, maxLength: 3 }),
    users: fc.integer({ min: 1, max: 20_000 }),
    environment: fc.constantFrom('dev' as const, 'staging' as const, 'prod' as const),
    region: fc.constantFrom('us-east-1', 'eu-central-1', 'us-west-2'),
    purchase: fc.constantFrom('on-demand' as const, 'spot' as const, 'mixed' as const),
    base: maybe(fc.integer({ min: 0, max: 4 })),
    target: maybe(fc.double({ min: 0.2, max: 1, noNaN: true })),
    warmPool: maybe(fc.integer({ min: 0, max: 3 })),
    window: maybe(
      fc.record({
        from: clock,
        to: clock,
        min: fc.integer({ min: 0, max: 5 }),
        max: fc.integer({ min: 5, max: 9 }),
      }),
    ),
    availability: maybe(fc.constantFrom(99, 99.9, 99.95)),
  })
  .map((drawn) => ({
    name: 'drawn',
    cloud: 'aws' as const,
    region: drawn.region,
    environment: drawn.environment,
    architecture: 'scaled' as const,
    models: drawn.models.map((each, index) => ({ ...each, name: `model-${index}` })),
    traffic: { concurrentUsers: drawn.users },
    capacity: {
      purchase: drawn.purchase,
      ...(drawn.base !== undefined && drawn.purchase === 'mixed' && { onDemandBase: drawn.base }),
      ...(drawn.target !== undefined && { scalingTarget: drawn.target }),
      ...(drawn.warmPool !== undefined && drawn.purchase === 'on-demand' && { warmPool: drawn.warmPool }),
      ...(drawn.window && { schedule: [{ days: 'mon-fri', ...drawn.window }] }),
    },
    ...(drawn.availability !== undefined && { reliability: { availabilityPercent: drawn.availability } }),
  }));

function planned(spec: Deployment): Plan | undefined {
  try {
    return plan(spec);
  } catch (error) {
    if (!isUserError(error)) throw error;
    expect(error.issues.length).toBeGreaterThan(0);
    for (const { path, message } of error.issues) expect(`${path}: ${message}`).toMatch(/.{20}/);
    return undefined;
  }
}

/** Whatever is drawn; returns whether it is a plan. */
function holds(spec: Deployment): boolean {
  const made = planned(spec);
  if (made === undefined) return false;
  expect(isSingleServer(made)).toBe(false);
  const { fleets, models, gatewayGroup, database, network } = (made as ScaledPlan).decisions;
  const redundant = spec.environment === 'prod' || (spec.reliability?.availabilityPercent ?? 0) >= 99.9;
  expect(fleets.map(({ model: name }) => name)).toEqual(models.map(({ name }) => name));
  for (const fleet of fleets) {
    const { min, max, running, runningOnDemand, machines, scaling, unitsPerMachine } = fleet;
    for (const bounds of [{ min, max }, ...scaling.schedule]) {
      expect(bounds.min).toBeLessThanOrEqual(bounds.max);
      if (bounds.min === 0) expect(bounds.max).toBe(0);
    }
    expect(running.least).toBeLessThanOrEqual(running.mean);
    expect(running.mean).toBeLessThanOrEqual(running.most);
    for (const key of ['least', 'mean', 'most'] as const) {
      expect(runningOnDemand[key]).toBeLessThanOrEqual(running[key] + 1e-9);
      if (fleet.purchase === 'on-demand') expect(runningOnDemand[key]).toBe(running[key]);
    }
    expect(machines[0]?.capacityWeight).toBe(unitsPerMachine);
    expect(new Set(machines.map(({ instanceType }) => instanceType)).size).toBe(machines.length);
    for (const { copies, tensorParallel, gpuCount } of machines) {
      expect(copies * tensorParallel).toBeLessThanOrEqual(gpuCount);
    }
    expect(fleet.warmPool === 0 || fleet.purchase === 'on-demand').toBe(true);
    expect(fleet.bootGraceSeconds).toBeGreaterThan(fleet.loadSeconds);
    expect(scaling.scaleInAfterSeconds).toBeGreaterThanOrEqual(900);
    const written = made.spec.models.find(({ name }) => name === fleet.model)?.replicas;
    if (redundant && written === undefined && spec.capacity?.schedule === undefined) {
      expect(min).toBeGreaterThanOrEqual(2);
    }
  }
  expect(gatewayGroup.min).toBeGreaterThanOrEqual(redundant ? 2 : 1);
  expect(gatewayGroup.max).toBeGreaterThan(gatewayGroup.min);
  expect(database.serverless?.instances).toBe(redundant ? 2 : 1);
  expect(network.natGateways).toBe(redundant ? network.zoneCount : 1);
  const { lines, total } = bill(made);
  expect(new Set(lines.map(({ id }) => id)).size).toBe(lines.length);
  expect(total.lowUsd).toBeLessThanOrEqual(total.expectedUsd);
  expect(total.expectedUsd).toBeLessThanOrEqual(total.highUsd);
  expect(total.lowUsd).toBeGreaterThan(0);
  expect(JSON.parse(JSON.stringify(made.decisions))).toEqual(
    JSON.parse(JSON.stringify(plan(spec).decisions)),
  );
  return true;
}

describe('every scaled spec', () => {
  it('is planned within its own bounds and priced, or refused with paths', () => {
    let plans = 0;
    const runs = 60;
    fc.assert(
      fc.property(specs, (spec) => {
        if (holds(spec)) plans += 1;
      }),
      { numRuns: runs, seed: 7 },
    );
    // else nearly all of them were refused, and nothing was checked
    expect(plans).toBeGreaterThan(runs / 6);
  });
});
