import { describe, expect, it } from 'vitest';
import { cpuMachines, gpuMachines } from '../lib/catalog/machines';
import { findModel, type Model } from '../lib/catalog/models';
import { bill } from '../lib/cost/bill';
import { plan as planAny } from '../lib/plan';
import type { LoadDecision, MachineDecision } from '../lib/plan/plan';
import { type Candidate, choose } from '../lib/sizing/choose';
import { aPublicPlan } from './cost/a-plan';
import { plan } from './single-server';

// The usual bands for serving on one machine (100 users), on a scaled fleet (2,000) and in two regions (15,000):
// 1,000 to 3,000, 5,000 to 20,000 and above 50,000 USD a month. "Users" are active ones, each of whom asks once a
// minute for an answer of 300 tokens to a prompt of 1,000; the peak is three times the mean of the month. The service
// level is 2 s to the first token and 100 ms between tokens.
const bands = { single: [1000, 3000], scaled: [5000, 20_000], regions: [50_000, Infinity] } as const;
const small = 'meta-llama/Llama-3.1-8B-Instruct';
const large = 'meta-llama/Llama-3.3-70B-Instruct';
const peakFactor = 3;
const hoursPerMonth = 730;

function within([low, high]: readonly [number, number], usd: number): void {
  expect(usd).toBeGreaterThanOrEqual(low);
  expect(usd).toBeLessThanOrEqual(high);
}

/** The fleet that holds so many active users, each machine alike. */
function fleet(
  id: string,
  users: number,
  region: string,
  quantizations: ('none' | 'fp8')[] = ['none', 'fp8'],
): Candidate {
  const { best } = choose({
    model: findModel(id) as Model,
    task: 'chat',
    quantizations,
    kvCacheDtype: 'auto',
    maxContext: 8192,
    prefixCaching: true,
    machines: gpuMachines('aws', region),
    purchase: 'on-demand',
    hoursPerMonth,
    load: { requestsPerSecond: users / 60, inputTokens: 1000, outputTokens: 300 },
    slo: { ttftMs: 2000, interTokenMs: 100 },
    maxMachines: 1000,
    host: { vcpus: 1, memoryGiB: 4 },
  });
  if (best === undefined) throw new Error(`nothing in ${region} holds ${users} users of ${id}`);
  return best;
}

/**
 * The bill of one region that serves so many users: the fleet, a public balancer with a firewall, managed Postgres with
 * a standby, two Valkey nodes, two NAT gateways, logs and answers. The architectures with several machines are not
 * built, so this is a plan by hand; the two gateway machines that such a fleet has in front come on top.
 */
function regionUsd(chosen: Candidate, users: number, region: string): { machines: number; whole: number } {
  const { machine, machines } = chosen;
  const peak = users / 60;
  const load: Partial<LoadDecision> = {
    peakRequestsPerSecond: peak,
    meanRequestsPerSecond: peak / peakFactor,
    requestsPerMonth: (peak / peakFactor) * hoursPerMonth * 3600,
    requestsInFlight: chosen.speed.requestsInFlight,
    inputTokens: 1000,
    outputTokens: 300,
  };
  const bought: Partial<MachineDecision> = {
    instanceType: machine.instanceType,
    count: machines,
    usdPerHourOnDemand: machine.usdPerHourOnDemand as number,
    purchase: 'on-demand',
  };
  const { total, lines } = bill(
    aPublicPlan({ identity: { region }, load, machine: bought, network: { natGateways: 2 } }),
  );
  const gateway = cpuMachines('aws', region).find(({ instanceType }) => instanceType === 'c7g.xlarge');
  const gateways = 2 * hoursPerMonth * (gateway?.usdPerHourOnDemand as number);
  expect(lines.find(({ id }) => id === 'gpu-machine')?.usdPerMonth).toBeCloseTo(chosen.usdPerMonth, 6);
  return { machines: chosen.usdPerMonth, whole: total.expectedUsd + gateways };
}

describe('100 users of an 8B model on one machine', () => {
  const planned = plan({
    name: 'hundred',
    cloud: 'aws',
    region: 'us-east-1',
    models: [small],
    modelStore: { hubTokenSecret: 'hub-token' },
    traffic: { concurrentUsers: 100 },
  });

  // 1,463 to 1,498 USD, 1,473 expected (2026-11)
  it('cost 1,000 to 3,000 USD a month with everything that stands beside the machine', () => {
    const { total } = bill(planned);
    expect(total.complete).toBe(true);
    within(bands.single, total.expectedUsd);
    within(bands.single, total.highUsd);
  });

  it('are held by one 48 GB GPU in 16 bits; the machine is nine tenths of the bill', () => {
    const { machine } = planned.decisions;
    expect(machine).toMatchObject({ instanceType: 'g6e.xlarge', count: 1 });
    const share = (machine.usdPerHourOnDemand * hoursPerMonth) / bill(planned).total.expectedUsd;
    expect(share).toBeGreaterThan(0.85);
  });
});

describe('2,000 users of an 8B model in one region', () => {
  // 33.3 requests/s at peak: 7 machines with one L40S in fp8 (9,510 and 11,891 USD a month), 9 in 16 bits (12,227 and
  // 15,288); a twelfth more with what stands beside them (2026-11)
  it.each([
    ['us-east-1', 'in 16 bits', ['none']],
    ['us-east-1', 'with fp8 allowed', ['none', 'fp8']],
    ['eu-central-1', 'in 16 bits', ['none']],
    ['eu-central-1', 'with fp8 allowed', ['none', 'fp8']],
  ] as const)('cost 5,000 to 20,000 USD a month in %s %s', (region, _, quantizations) => {
    const chosen = fleet(small, 2000, region, [...quantizations]);
    within([5, 12], chosen.machines);
    const { machines, whole } = regionUsd(chosen, 2000, region);
    within(bands.scaled, machines);
    within(bands.scaled, whole);
  });

  // 6,271 to 17,320 USD, 11,217 expected: 4 to 10 machines with one L40S (2026-11)
  it('cost 5,000 to 20,000 USD a month as planned, from the least of the fleet to its most', () => {
    const made = planAny({
      name: 'thousands',
      cloud: 'aws',
      region: 'us-east-1',
      models: [small],
      traffic: { concurrentUsers: 2000 },
    });
    expect(made.decisions.architecture.name).toBe('scaled');
    const { total } = bill(made);
    expect(total.complete).toBe(true);
    within(bands.scaled, total.lowUsd);
    within(bands.scaled, total.expectedUsd);
    within(bands.scaled, total.highUsd);
  });

  it('cost less than the band where 2,000 have access and 5 % of them are active: 1.7 requests/s fit one machine', () => {
    const chosen = fleet(small, 2000 * 0.05, 'us-east-1', ['none']);
    expect(chosen.machines).toBe(1);
    within(bands.single, chosen.usdPerMonth);
  });
});

describe('15,000 users in two regions', () => {
  const regions = ['us-east-1', 'eu-central-1'] as const;
  const usd = (id: string, usersInEach: number) =>
    regions.map((region) => regionUsd(fleet(id, usersInEach, region), usersInEach, region).whole);
  const sum = (each: readonly number[]) => each.reduce((total, one) => total + one, 0);

  // 25 machines with one L40S in each: 36,500 and 45,200 USD with what stands beside them (2026-11)
  it('cost more than 50,000 USD a month with an 8B model, half of them in each region', () => {
    const both = sum(usd(small, 7500));
    within(bands.regions, both);
    within([60_000, 130_000], both);
  });

  it('cost about twice as much where each region can hold all of them', () => {
    const ratio = sum(usd(small, 15_000)) / sum(usd(small, 7500));
    within([1.8, 2.05], ratio);
  });

  // a 70B model takes an answer eight times as long on a GPU: 7 machines with eight H200 in us-east-1 (323,000 USD),
  // and in eu-central-1, which offers none, 27 with eight A100 (541,000 USD; 2026-11)
  it('cost more than 50,000 USD a month with a 70B model: near a million, on eight-GPU machines', () => {
    const both = sum(usd(large, 7500));
    within(bands.regions, both);
    within([400_000, 1_200_000], both);
  });

  // outside of the band: one request a minute of one user in twenty; 2 machines in each region hold it, and what stands
  // beside them is a sixth of the bill. The band is that of fleets which all 15,000 use at once, or of a 70B model
  it('cost less than the band where 15,000 have access and 5 % of them are active: 750, or 6.3 requests/s a region', () => {
    const both = sum(usd(small, (15_000 * 0.05) / 2));
    within([4000, 20_000], both);
    // the same 750 with a 70B model: eight-GPU machines bring it into the band
    within(bands.regions, sum(usd(large, (15_000 * 0.05) / 2)));
  });
});
