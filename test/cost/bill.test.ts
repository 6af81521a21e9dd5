import { describe, expect, it } from 'vitest';
import { bill } from '../../lib/cost/bill';
import type { BillLine } from '../../lib/cost/line';
import { sentSeries } from '../../lib/cost/observability';
import type { Plan } from '../../lib/plan/plan';
import { signalLimits } from '../../lib/runtime/settings';
import { alarm, aPlan, aPublicPlan } from './a-plan';

function line(plan: Plan, id: string): BillLine {
  const found = bill(plan).lines.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`no line ${id}`);
  return found;
}

const ids = (plan: Plan) => bill(plan).lines.map(({ id }) => id);

// prices by hand: Karpenter price table of 2026-07-20 (machine), infracost goldens of 2024-07-01 (the rest)
describe('the bill of one machine', () => {
  it('charges a g6e.xlarge 1.861 USD an hour, 730 hours a month', () => {
    const machine = line(aPlan(), 'gpu-machine');
    expect(machine).toMatchObject({ quantity: 730, unit: 'hour', usdPerUnit: 1.861, asOf: '2026-07-20' });
    expect(machine.usdPerMonth).toBeCloseTo(1358.53, 2);
  });

  it('charges the hours that the machine runs, and keeps the data disk all month', () => {
    const halfTime = aPlan({ machine: { hoursPerMonth: 365 } });
    expect(line(halfTime, 'gpu-machine').usdPerMonth).toBeCloseTo(679.265, 3);
    expect(line(halfTime, 'root-disk').quantity).toBe(100);
    expect(line(halfTime, 'data-disk').quantity).toBe(80);
    expect(line(halfTime, 'custom-metric').quantity).toBe(8);
  });

  it('charges each machine with its root disk and its own metrics, and the shared parts once', () => {
    const three = aPlan({ machine: { count: 3 } });
    expect(line(three, 'gpu-machine')).toMatchObject({ count: 3, quantity: 2190 });
    expect(line(three, 'root-disk')).toMatchObject({
      count: 3,
      quantity: 600,
      because: '3 x 200 GiB all month',
    });
    expect(line(three, 'disk-throughput').quantity).toBe(375 * 3 + 375);
    expect(line(three, 'machine-metric').quantity).toBe(21);
    expect(line(three, 'metric-request').quantity).toBeCloseTo(131.4, 9);
    expect(line(three, 'data-disk')).toMatchObject({ count: 1, quantity: 80 });
    expect(line(three, 'custom-metric').quantity).toBe(16);
  });

  it('refuses a cloud whose price names it does not know', () => {
    const plan = aPlan({}, 'azure' as 'aws');
    expect(() => bill(plan)).toThrow('the bill of cloud azure is not built yet; aws is');
  });

  it('charges a NAT gateway 0.045 USD an hour', () => {
    expect(line(aPlan(), 'nat-gateway').usdPerMonth).toBeCloseTo(32.85, 2);
  });

  it('charges 280 GiB of gp3 disk 0.08 USD each', () => {
    const disks = ['root-disk', 'data-disk'].map((id) => line(aPlan(), id).usdPerMonth ?? 0);
    expect(disks[0]).toBeCloseTo(16, 6);
    expect(disks[1]).toBeCloseTo(6.4, 6);
  });

  it('charges throughput above 125 MiB/s and operations above 3,000 a second', () => {
    expect(line(aPlan(), 'disk-throughput')).toMatchObject({ quantity: 750, usdPerUnit: 0.04 });
    expect(line(aPlan(), 'disk-iops')).toMatchObject({ quantity: 1000, usdPerUnit: 0.005 });
  });

  it('leaves out what gp3 includes', () => {
    const small = aPlan({
      disks: { rootThroughputMiBps: 125, dataThroughputMiBps: 125, dataIops: 3000 },
    });
    expect(ids(small)).not.toContain('disk-throughput');
    expect(ids(small)).not.toContain('disk-iops');
  });

  it('charges 0.10 USD an alarm, 3 USD a dashboard', () => {
    expect(line(aPlan(), 'alarm')).toMatchObject({ quantity: 4, count: 4, usdPerUnit: 0.1 });
    expect(line(aPlan(), 'dashboard').usdPerMonth).toBe(3);
  });

  it('has no balancer, web firewall, managed database or cache that the plan does not', () => {
    const kinds = new Set(bill(aPlan()).lines.map(({ resource }) => resource));
    for (const absent of ['load-balancer', 'waf', 'waf-rule', 'database', 'cache', 'egress'] as const) {
      expect(kinds).not.toContain(absent);
    }
  });

  it('has no NAT gateway in a network that is there already', () => {
    const existing = { id: 'vpc-1', machineSubnets: [], balancerSubnets: [], dataSubnets: [] };
    const plan = aPlan({ network: { existing, egress: 'existing', natGateways: 0 } });
    expect(ids(plan).filter((id) => id.startsWith('nat'))).toEqual([]);
  });
});

describe('metrics', () => {
  it('counts the series that are sent: the slow shares only where an alarm sets their limit', () => {
    expect(line(aPlan(), 'custom-metric').quantity).toBe(16);
    const quiet = aPlan({ monitoring: { alarms: [alarm('llm_up'), alarm('llm_ttft_slow_percent')] } });
    expect(line(quiet, 'custom-metric').quantity).toBe(14);
    expect(sentSeries(quiet)).not.toContain('llm_ttft_slow_percent');
  });

  it('counts the seven that EC2 adds, for the hours that the machine runs', () => {
    expect(line(aPlan(), 'machine-metric')).toMatchObject({ quantity: 7, usdPerUnit: 0.3 });
    expect(line(aPlan({ machine: { hoursPerMonth: 365 } }), 'machine-metric').quantity).toBe(3.5);
  });

  it('counts the slow shares as the machine sends them', () => {
    for (const alarms of [aPlan().decisions.monitoring.alarms, [alarm('llm_up')]]) {
      const plan = aPlan({ monitoring: { alarms } });
      const limits = signalLimits(plan);
      expect(sentSeries(plan).includes('llm_latency_slow_percent')).toBe(limits.latencySeconds !== null);
      expect(sentSeries(plan).includes('llm_ttft_slow_percent')).toBe(limits.ttftSeconds !== null);
    }
  });
});

describe('keys and secrets', () => {
  it("charges a key for the alarm topic where no key is the customer's", () => {
    expect(line(aPlan(), 'key')).toMatchObject({
      count: 1,
      usdPerMonth: 1,
      label: 'Encryption key of the alarm topic',
    });
  });

  it('charges three secrets, one more for each managed store', () => {
    expect(line(aPlan(), 'secret')).toMatchObject({ count: 3, usdPerUnit: 0.4 });
    expect(line(aPublicPlan(), 'secret').count).toBe(5);
  });
});

describe('the bill of a public entry with managed data', () => {
  it('charges a load balancer 0.0225 USD an hour', () => {
    expect(line(aPublicPlan(), 'load-balancer').usdPerMonth).toBeCloseTo(16.425, 3);
  });

  it('charges the largest part of a capacity unit: here GB an hour, 4 KB in and 91 KB out a request', () => {
    const gbIn = (1_000_000 * (1500 + 1000 * 5)) / 2 ** 30;
    const gbOut = (1_000_000 * (1000 + 300 * 300)) / 2 ** 30;
    expect(line(aPublicPlan(), 'load-balancer-capacity').quantity).toBeCloseTo(gbIn + gbOut, 6);
    expect(line(aPublicPlan(), 'egress').quantity).toBeCloseTo(gbOut, 6);
    expect(line(aPublicPlan(), 'egress').usdPerUnit).toBe(0.09);
  });

  it('charges Postgres with a standby and its storage once, at the price of both', () => {
    expect(line(aPublicPlan(), 'database')).toMatchObject({ quantity: 730, usdPerUnit: 0.129, count: 1 });
    expect(line(aPublicPlan(), 'database-storage')).toMatchObject({ quantity: 50, usdPerUnit: 0.23 });
  });

  it('charges Postgres alone at the price of one', () => {
    const alone = aPublicPlan({
      database: {
        postgres: 'managed',
        instanceClass: 'db.t4g.medium',
        storageGiB: 50,
        highAvailability: false,
      },
    });
    expect(line(alone, 'database').usdPerUnit).toBe(0.065);
    expect(line(alone, 'database-storage').usdPerUnit).toBe(0.115);
  });

  it('charges each Valkey node', () => {
    expect(line(aPublicPlan(), 'cache')).toMatchObject({ quantity: 1460, count: 2, usdPerUnit: 0.0256 });
  });

  it('charges a new key and not one that the user brings', () => {
    expect(line(aPublicPlan(), 'key').usdPerMonth).toBe(1);
    const own = aPublicPlan({ security: { encryption: 'customer-managed', encryptionKey: 'arn:aws:kms:x' } });
    expect(ids(own)).not.toContain('key');
    expect(ids(own)).toContain('key-request');
  });

  it('counts an existing bucket as used and not as made', () => {
    const own = aPublicPlan({ modelStore: { bucket: 'our-models' } });
    expect(line(own, 'bucket')).toMatchObject({
      count: 0,
      quantity: 15,
      label: 'Model weights in your bucket',
    });
    expect(line(aPublicPlan(), 'bucket')).toMatchObject({ count: 1, label: 'Model weights' });
  });

  it('says how many cache nodes there are', () => {
    expect(line(aPublicPlan(), 'cache').label).toBe('Valkey cache.t4g.small, 2 nodes');
    const { cache } = aPublicPlan().decisions;
    expect(line(aPublicPlan({ cache: { ...cache, nodes: 1 } }), 'cache').label).toBe(
      'Valkey cache.t4g.small, 1 node',
    );
  });

  it('charges the web firewall 5 USD and its rules 1 USD each', () => {
    expect(line(aPublicPlan(), 'waf').usdPerMonth).toBe(5);
    const rules = line(aPublicPlan(), 'waf-rule');
    expect(rules.usdPerMonth).toBe(rules.count);
  });

  it('charges no address, answer or firewall for an internal entry', () => {
    const internal = aPublicPlan({ entry: { ingress: 'internal', waf: false } });
    expect(ids(internal)).toContain('load-balancer');
    for (const absent of ['load-balancer-public-ip', 'egress', 'waf'])
      expect(ids(internal)).not.toContain(absent);
  });
});

describe('regions', () => {
  it("uses the region's own price where the data has it", () => {
    const frankfurt = aPlan({ identity: { region: 'eu-central-1' } });
    // yeo/ec2.shop@74c9fd8 data/ebs/ebs.json, 2024-07-18
    expect(line(frankfurt, 'data-disk')).toMatchObject({
      usdPerUnit: 0.0952,
      priceRegion: 'eu-central-1',
      standsIn: false,
      note: '',
    });
  });

  it("says so where the price of another region stands in, and the total is no longer the region's", () => {
    const frankfurt = aPlan({ identity: { region: 'eu-central-1' } });
    expect(line(frankfurt, 'dashboard')).toMatchObject({
      usdPerUnit: 3,
      priceRegion: 'us-east-1',
      standsIn: true,
      note: 'price of us-east-1: that of eu-central-1 is not in the data',
    });
    expect(bill(frankfurt).total.regional).toBe(false);
    expect(bill(aPlan()).total.regional).toBe(true);
  });

  it('says how far a price from a secondary source may be trusted', () => {
    const frankfurt = aPlan({ identity: { region: 'eu-central-1' } });
    // pipetail/cloudlint@ad1a89d pkg/worker/nat_gw_unused.go, 2020-05-02
    expect(line(frankfurt, 'nat-gateway')).toMatchObject({
      usdPerUnit: 0.052,
      priceRegion: 'eu-central-1',
      confidence: 'medium',
      standsIn: false,
      asOf: '2020-05-02',
      note: 'from a secondary source (medium confidence); its figure of us-east-1 is that of the 2024 price feed',
    });
  });

  it('has no price for a machine type that the catalogue does not know', () => {
    const odd = aPlan({ machine: { instanceType: 'g99.huge' } });
    expect(line(odd, 'gpu-machine')).toMatchObject({ usdPerMonth: null, source: null });
  });

  it('has no machine price in a region that does not offer the machine', () => {
    const nowhere = aPlan({ identity: { region: 'xx-nowhere-1' } });
    expect(line(nowhere, 'gpu-machine')).toMatchObject({ usdPerMonth: null, note: 'price not known' });
  });
});

describe('totals to read diffs by', () => {
  it('of one g6e.xlarge reached by tunnel, a million requests a month', () => {
    const { total, usdPerMillionTokens } = bill(aPlan());
    expect(total).toEqual({
      lowUsd: expect.closeTo(1467.43, 2),
      expectedUsd: expect.closeTo(1474.88, 2),
      highUsd: expect.closeTo(1496.89, 2),
      complete: true,
      regional: true,
    });
    // 1,300 million tokens
    expect(usdPerMillionTokens?.low).toBeCloseTo(1467.43 / 1300, 4);
    expect(usdPerMillionTokens?.expected).toBeCloseTo(1474.88 / 1300, 4);
    expect(usdPerMillionTokens?.high).toBeCloseTo(1496.89 / 1300, 4);
  });

  it('of the same behind a public balancer, with managed data', () => {
    const { total } = bill(aPublicPlan());
    expect(total.expectedUsd).toBeCloseTo(1656.54, 2);
  });

  it('counts nothing for a line without a price', () => {
    const known = aPublicPlan().decisions.database;
    const rare = aPublicPlan({ database: { ...known, instanceClass: 'db.x9.huge' } });
    // 730 hours of db.t4g.medium with a standby, at 0.129 USD
    expect(bill(rare).total.expectedUsd).toBeCloseTo(1656.54 - 94.17, 2);
    expect(bill(rare).total.complete).toBe(false);
  });

  it('has no price per token without load', () => {
    expect(bill(aPlan({ load: { requestsPerMonth: 0 } })).usdPerMillionTokens).toBeNull();
    expect(bill(aPlan({ load: { inputTokens: 0, outputTokens: 0 } })).usdPerMillionTokens).toBeNull();
  });
});
