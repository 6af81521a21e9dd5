import { describe, expect, it } from 'vitest';
import { bill } from '../../lib/cost/bill';
import type { ModelDecision, Plan } from '../../lib/plan/plan';
import { aPlan, aPublicPlan } from './a-plan';

function quantity(plan: Plan, id: string): [low: number, expected: number, high: number] {
  const line = bill(plan).lines.find((candidate) => candidate.id === id);
  if (line === undefined) throw new Error(`no line ${id}`);
  return [line.low.quantity, line.quantity, line.high.quantity];
}

function near(actual: number[], expected: number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) expect(actual[index]).toBeCloseTo(value, 6);
}

const million = 1_000_000;
const gib = 2 ** 30;
const model = aPlan().decisions.models[0] as ModelDecision;
const quiet = { ...aPlan().decisions.load, requestsPerMonth: 0, meanRequestsPerSecond: 0 };

// by hand from the tables of docs/cost.md; the plan has 1,000,000 requests of 1,000 tokens in and 300 out,
// 15 GiB of weights, disks of 200 and 80 GiB, daily snapshots kept 35 days, logs kept 90 days
describe('data through the NAT gateway', () => {
  const logs = [(million * 500) / gib + 0.2, (million * 2000) / gib + 1, (million * 6000) / gib + 4] as const;
  const fixed = [0 + 0 + 0.1 + 0.1, 15 + 15 + 1 + 0.2, 84 + 30 + 3 + 0.4] as const;

  it('is images, weights, packages, metrics and logs, and with a tunnel prompts and answers', () => {
    const inward = (million * (1500 + 5000)) / gib;
    const outward = [2500, 91_000, 181_000].map((bytes) => (million * bytes) / gib);
    near(
      quantity(aPlan(), 'nat-gateway-data'),
      [0, 1, 2].map((i) => (fixed[i] ?? 0) + (logs[i] ?? 0) + inward + (outward[i] ?? 0)),
    );
  });

  it('has no prompts and answers behind a balancer', () => {
    near(
      quantity(aPublicPlan(), 'nat-gateway-data'),
      [0, 1, 2].map((i) => (fixed[i] ?? 0) + (logs[i] ?? 0)),
    );
  });

  it('has no weights where the user uploads them, or where they come from a bucket', () => {
    const manual = aPublicPlan({ modelStore: { import: 'manual' } });
    const bucket = aPublicPlan({ models: [{ ...model, origin: 'bucket' }] as ModelDecision[] });
    for (const plan of [manual, bucket]) {
      expect(
        quantity(aPublicPlan(), 'nat-gateway-data')[1] - quantity(plan, 'nat-gateway-data')[1],
      ).toBeCloseTo(15, 6);
      near(quantity(plan, 'bucket-write'), [17.52, 17.52, 17.52]);
    }
  });
});

describe('capacity units of the balancer', () => {
  const outGB = [2500, 91_000, 181_000].map((bytes) => (million * bytes) / gib);
  const inGB = (million * 6500) / gib;

  it('are GB an hour where answers are long; high: the peak, three times the mean, all month', () => {
    near(quantity(aPublicPlan(), 'load-balancer-capacity'), [
      inGB + (outGB[0] ?? 0),
      inGB + (outGB[1] ?? 0),
      (inGB + (outGB[2] ?? 0)) * 3,
    ]);
  });

  it('are open connections where requests last long: a third of the peak in the mean', () => {
    const slow = aPublicPlan({
      load: {
        ...quiet,
        requestsPerMonth: 1000,
        meanRequestsPerSecond: 100,
        peakRequestsPerSecond: 300,
        requestsInFlight: 90_000,
      },
    });
    near(quantity(slow, 'load-balancer-capacity'), [7300, 7300, 21_900]);
  });

  it('are new connections where requests are tiny and many', () => {
    const rps = 1000;
    const many = aPublicPlan({
      load: {
        ...quiet,
        requestsPerMonth: rps * 2_628_000,
        meanRequestsPerSecond: rps,
        peakRequestsPerSecond: rps * 2,
        inputTokens: 0,
        outputTokens: 0,
        requestsInFlight: 1,
      },
    });
    expect(quantity(many, 'load-balancer-capacity').slice(1)).toEqual([
      (rps / 25) * 730,
      ((rps * 2) / 25) * 730,
    ]);
  });

  it('are none without load', () => {
    const idle = { ...quiet, peakRequestsPerSecond: 0, requestsInFlight: 0 };
    expect(quantity(aPublicPlan({ load: idle }), 'load-balancer-capacity')).toEqual([0, 0, 0]);
  });
});

describe('answers', () => {
  it('are 1,000 bytes and 5, 300 or 600 for each token', () => {
    near(
      quantity(aPublicPlan(), 'egress'),
      [2500, 91_000, 181_000].map((bytes) => (million * bytes) / gib),
    );
  });

  it('are vectors for an embedding model, whatever the tokens', () => {
    const embedding = aPublicPlan({ models: [{ ...model, task: 'embedding' }] as ModelDecision[] });
    near(
      quantity(embedding, 'egress'),
      [6500, 23_500, 91_000].map((bytes) => (million * bytes) / gib),
    );
  });

  it('are half of each where two models of both kinds share the requests', () => {
    const both = aPublicPlan({ models: [model, { ...model, task: 'embedding' }] as ModelDecision[] });
    near(quantity(both, 'egress').slice(1, 2), [(million * (1000 + 45_000 + 11_250)) / gib]);
  });
});

describe('stored data', () => {
  it('has snapshots of what is written and what changes in 35 days, a full disk at most', () => {
    near(quantity(aPlan(), 'snapshots'), [17 * 1.07, 25 * 1.35, 80 * 2.75]);
    const full = aPlan({ disks: { dataGiB: 10 } });
    near(quantity(full, 'snapshots'), [10 * 1.07, 10 * 1.35, 10 * 2.75]);
  });

  it('counts snapshots by the days that they reach back', () => {
    const hourly = aPlan({ disks: { snapshotEveryHours: 1, snapshotsKept: 48 } });
    near(quantity(hourly, 'snapshots').slice(1, 2), [25 * 1.02]);
  });

  it('keeps one revision of the weights, at most three', () => {
    expect(quantity(aPlan(), 'bucket')).toEqual([15, 15, 45]);
  });

  it('reads and writes weights in parts of 64 MiB', () => {
    expect(quantity(aPlan(), 'bucket-write')).toEqual([0, 0.24, 0.48]);
    expect(quantity(aPlan(), 'bucket-read')).toEqual([0, 0.24, 0.96]);
  });

  it('writes an access log for each zone of the balancer and five minutes', () => {
    near(quantity(aPublicPlan(), 'bucket-write'), [17.52, 17.76, 18]);
    const lines = (expected: number) => (480 * 700 + million * expected) / gib;
    const months = 90 / (365 / 12);
    near(quantity(aPublicPlan(), 'access-logs'), [
      (million * 80 * months) / gib,
      lines(150) * months,
      ((1440 * 700 + million * 300) * months) / gib,
    ]);
    near(quantity(aPlan(), 'access-logs').slice(1, 2), [(lines(0) * 90) / (365 / 12)]);
  });

  it('charges backups above the storage of the database: data and 35 days of changes, less 50 GiB', () => {
    near(quantity(aPublicPlan(), 'database-backup'), [0, 0, 50 * 4.5 - 50]);
    const long = aPublicPlan({
      database: { ...aPublicPlan().decisions.database, backupDays: 365 },
    });
    near(quantity(long, 'database-backup'), [0, 15 * 8.3 - 50, 50 * 37.5 - 50]);
  });
});

describe('logs', () => {
  const machine = [(million * 500) / gib + 0.2, (million * 2000) / gib + 1, (million * 6000) / gib + 4];
  const flow = [(million * 60) / gib + 0.05, (million * 500) / gib + 0.3, (million * 1000) / gib + 1];
  const firewall = [1000, 1500, 3000].map((bytes) => (million * bytes) / gib);
  const database = [0.1, 0.5, 2];
  const sum = (...parts: number[][]) =>
    [0, 1, 2].map((i) => parts.reduce((total, part) => total + (part[i] ?? 0), 0));

  it('are those of the machine and of a new network', () => {
    near(quantity(aPlan(), 'log-ingest'), sum(machine, flow));
  });

  it('are those of the web firewall and of a managed database too, where they are there', () => {
    near(quantity(aPublicPlan(), 'log-ingest'), sum(machine, flow, firewall, database));
  });

  it("are the machine's alone in a network of the user", () => {
    const existing = { id: 'vpc-1', machineSubnets: [], balancerSubnets: [], dataSubnets: [] };
    near(quantity(aPlan({ network: { existing, natGateways: 0 } }), 'log-ingest'), machine);
  });

  it('are kept compressed for the days of the plan', () => {
    const months = 90 / (365 / 12);
    near(
      quantity(aPlan(), 'log-storage'),
      sum(machine, flow).map((gb) => gb * 0.15 * months),
    );
  });
});

describe('requests to other services', () => {
  it('are counted for each start of a machine and each minute', () => {
    expect(quantity(aPlan(), 'secret-request')).toEqual([0, 0.005, 0.02]);
    expect(quantity(aPublicPlan(), 'key-request')).toEqual([1, 1.1, 1.4]);
    expect(quantity(aPlan(), 'key-request')).toEqual([0.01, 0.01, 0.01]);
    expect(quantity(aPlan(), 'metric-request')).toEqual([43.8, 43.8, 43.8]);
    expect(quantity(aPublicPlan(), 'waf-request')).toEqual([1, 1, 1]);
  });

  it('between zones count on both sides, and not at all in one zone', () => {
    near(quantity(aPublicPlan(), 'cross-zone'), [0, (million * 12_000) / gib, (million * 40_000) / gib]);
  });
});

describe('two NAT gateways', () => {
  it('have an address and hours each', () => {
    const two = aPlan({ network: { natGateways: 2 } });
    expect(quantity(two, 'nat-gateway')[1]).toBe(1460);
    expect(quantity(two, 'nat-public-ip')[1]).toBe(1460);
  });
});

describe('an existing network', () => {
  it('gives the balancer an address in each of its subnets', () => {
    const subnets = ['a', 'b', 'c'].map((zone) => ({ id: `subnet-${zone}`, zone }));
    const existing = { id: 'vpc-1', machineSubnets: subnets, balancerSubnets: subnets, dataSubnets: subnets };
    expect(
      quantity(aPublicPlan({ network: { existing, natGateways: 0 } }), 'load-balancer-public-ip')[1],
    ).toBe(2190);
    expect(quantity(aPublicPlan(), 'load-balancer-public-ip')[1]).toBe(1460);
  });
});
