import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bill, bill } from '../../lib/cost/bill';
import type { SingleServerPlan } from '../../lib/plan/plan';
import { alarm, aPlan, aPublicPlan } from './a-plan';

const runs = { numRuns: 200 };

/** Plans over everything that a bill reads. */
const plans = fc
  .record({
    base: fc.constantFrom(aPlan, aPublicPlan),
    region: fc.constantFrom('us-east-1', 'eu-central-1', 'ap-south-1', 'sa-east-1'),
    hours: fc.integer({ min: 1, max: 730 }),
    purchase: fc.constantFrom('on-demand' as const, 'spot' as const),
    spot: fc.option(fc.double({ min: 0.1, max: 1.8, noNaN: true })),
    requests: fc.integer({ min: 0, max: 50_000_000 }),
    tokens: fc.integer({ min: 0, max: 4000 }),
    rootGiB: fc.integer({ min: 50, max: 1000 }),
    dataGiB: fc.integer({ min: 10, max: 4000 }),
    snapshotsKept: fc.integer({ min: 1, max: 1000 }),
    alarms: fc.integer({ min: 1, max: 30 }),
    retentionDays: fc.constantFrom(1, 30, 90, 365),
    weightsGiB: fc.double({ min: 1, max: 800, noNaN: true }),
    task: fc.constantFrom('chat' as const, 'embedding' as const),
  })
  .map((drawn) => {
    const model = { ...aPlan().decisions.models[0], weightsGiB: drawn.weightsGiB, task: drawn.task };
    return drawn.base({
      identity: { region: drawn.region },
      machine: { hoursPerMonth: drawn.hours, purchase: drawn.purchase, usdPerHourSpot: drawn.spot },
      load: {
        requestsPerMonth: drawn.requests,
        outputTokens: drawn.tokens,
        meanRequestsPerSecond: drawn.requests / 2_628_000,
        peakRequestsPerSecond: (drawn.requests / 2_628_000) * 3,
      },
      models: [model] as SingleServerPlan['decisions']['models'],
      disks: { rootGiB: drawn.rootGiB, dataGiB: drawn.dataGiB, snapshotsKept: drawn.snapshotsKept },
      monitoring: {
        alarms: Array.from({ length: drawn.alarms }, () => alarm('llm_up')),
        logRetentionDays: drawn.retentionDays,
      },
    });
  });

function changed(
  plan: SingleServerPlan,
  change: (decisions: SingleServerPlan['decisions']) => Partial<SingleServerPlan['decisions']>,
): SingleServerPlan {
  return { ...plan, decisions: { ...plan.decisions, ...change(plan.decisions) } };
}

function notCheaper(less: Bill, more: Bill): boolean {
  const slack = 1e-9 * more.total.highUsd;
  return (
    more.total.lowUsd >= less.total.lowUsd - slack &&
    more.total.expectedUsd >= less.total.expectedUsd - slack &&
    more.total.highUsd >= less.total.highUsd - slack
  );
}

describe('every bill', () => {
  it('adds up to its lines', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const { lines, total } = bill(plan);
        const sum = lines.reduce((usd, line) => usd + (line.usdPerMonth ?? 0), 0);
        expect(total.expectedUsd).toBe(sum);
        expect(total.complete).toBe(lines.every((line) => line.usdPerMonth !== null));
      }),
      runs,
    );
  });

  it('has quantity x price on each line, and low <= expected <= high', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        for (const line of bill(plan).lines) {
          expect(line.low.quantity).toBeLessThanOrEqual(line.quantity);
          expect(line.quantity).toBeLessThanOrEqual(line.high.quantity);
          expect(line.low.quantity).toBeGreaterThanOrEqual(0);
          expect(Number.isFinite(line.high.quantity)).toBe(true);
          if (line.usdPerMonth === null || line.usdPerUnit === null) continue;
          expect(line.usdPerMonth).toBe(line.quantity * line.usdPerUnit);
          expect(line.low.usdPerMonth).toBeLessThanOrEqual(line.usdPerMonth);
          expect(line.usdPerMonth).toBeLessThanOrEqual(line.high.usdPerMonth ?? Number.NaN);
        }
      }),
      runs,
    );
  });

  it('has source, date and region for each price, or says that the price is not known', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        for (const line of bill(plan).lines) {
          if (line.usdPerMonth === null) {
            expect(line).toMatchObject({
              note: 'price not known',
              source: null,
              asOf: null,
              usdPerUnit: null,
            });
          } else {
            expect(line.source).toMatch(/\S/);
            expect(line.asOf).toMatch(/^20\d\d/);
            expect(line.priceRegion).toMatch(/\S/);
          }
        }
      }),
      runs,
    );
  });

  it('names each line once', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const ids = bill(plan).lines.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
      }),
      runs,
    );
  });

  it('is the same for the same plan', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        expect(bill(plan)).toEqual(bill(structuredClone(plan)));
      }),
      { numRuns: 50 },
    );
  });
});

describe('a bill never falls', () => {
  const more = fc.integer({ min: 1, max: 500 });

  it.each<
    [string, (decisions: SingleServerPlan['decisions'], by: number) => Partial<SingleServerPlan['decisions']>]
  >([
    [
      'with the hours of the machine',
      ({ machine }, by) => ({ machine: { ...machine, hoursPerMonth: machine.hoursPerMonth + by } }),
    ],
    [
      'with the number of machines',
      ({ machine }, by) => ({ machine: { ...machine, count: machine.count + by } }),
    ],
    ['with the root disk', ({ disks }, by) => ({ disks: { ...disks, rootGiB: disks.rootGiB + by } })],
    ['with the data disk', ({ disks }, by) => ({ disks: { ...disks, dataGiB: disks.dataGiB + by } })],
    [
      'with disk throughput',
      ({ disks }, by) => ({ disks: { ...disks, dataThroughputMiBps: disks.dataThroughputMiBps + by } }),
    ],
    ['with disk operations', ({ disks }, by) => ({ disks: { ...disks, dataIops: disks.dataIops + by } })],
    [
      'with NAT gateways',
      ({ network }, by) => ({ network: { ...network, natGateways: network.natGateways + by } }),
    ],
    [
      'with the days of logs',
      ({ monitoring }, by) => ({
        monitoring: { ...monitoring, logRetentionDays: monitoring.logRetentionDays + by },
      }),
    ],
    [
      'with alarms',
      ({ monitoring }, by) => ({
        monitoring: {
          ...monitoring,
          alarms: [...monitoring.alarms, ...Array.from({ length: by }, () => alarm('llm_up'))],
        },
      }),
    ],
    [
      'with requests',
      ({ load }, by) => ({ load: { ...load, requestsPerMonth: load.requestsPerMonth + by * 1000 } }),
    ],
    [
      'with the length of answers',
      ({ load }, by) => ({ load: { ...load, outputTokens: load.outputTokens + by } }),
    ],
    [
      'with database storage',
      ({ database }, by) => ({ database: { ...database, storageGiB: database.storageGiB + by } }),
    ],
    ['with cache nodes', ({ cache }, by) => ({ cache: { ...cache, nodes: cache.nodes + by } })],
    [
      'with stored weights',
      ({ modelStore }, by) => ({ modelStore: { ...modelStore, storedGiB: modelStore.storedGiB + by } }),
    ],
  ])('%s', (_, grow) => {
    fc.assert(
      fc.property(plans, more, (plan, by) =>
        notCheaper(bill(plan), bill(changed(plan, (decisions) => grow(decisions, by)))),
      ),
      { numRuns: 60 },
    );
  });
});

describe('the number of lines', () => {
  it('does not grow with load or size', () => {
    fc.assert(
      fc.property(plans, fc.integer({ min: 2, max: 1000 }), (plan, factor) => {
        const larger = changed(plan, ({ load, disks, monitoring }) => ({
          load: { ...load, requestsPerMonth: load.requestsPerMonth * factor },
          disks: { ...disks, dataGiB: disks.dataGiB * factor, rootGiB: disks.rootGiB * factor },
          monitoring: { ...monitoring, alarms: [...monitoring.alarms, ...monitoring.alarms] },
        }));
        expect(bill(larger).lines.map(({ id }) => id)).toEqual(bill(plan).lines.map(({ id }) => id));
      }),
      { numRuns: 60 },
    );
  });

  it('grows by the lines of what is added, and by nothing else', () => {
    const ids = (plan: SingleServerPlan) => bill(plan).lines.map(({ id }) => id);
    const added = (plan: SingleServerPlan) => ids(plan).filter((id) => !ids(aPlan()).includes(id));
    expect(ids(aPlan())).toHaveLength(24);
    expect(added(aPlan({ entry: { ingress: 'internal' } }))).toEqual([
      'load-balancer',
      'load-balancer-capacity',
    ]);
    expect(added(aPlan({ entry: { ingress: 'public', waf: true } }))).toEqual([
      'load-balancer',
      'load-balancer-capacity',
      'load-balancer-public-ip',
      'egress',
      'waf',
      'waf-rule',
      'waf-request',
    ]);
    const { database, cache } = aPublicPlan().decisions;
    expect(added(aPlan({ database }))).toEqual([
      'cross-zone',
      'database',
      'database-storage',
      'database-backup',
    ]);
    expect(added(aPlan({ cache }))).toEqual(['cross-zone', 'cache']);
    expect(added(aPlan({ security: { encryption: 'customer-managed' } }))).toEqual([]);
  });
});
