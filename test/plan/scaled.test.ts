import { describe, expect, it } from 'vitest';
import { bill } from '../../lib/cost/bill';
import { plan } from '../../lib/plan';
import { singleServerOnly } from '../../lib/plan/forms';
import type { FleetDecision, ModelDecision } from '../../lib/plan/plan';
import { deployIssues } from '../../lib/plan/warnings';
import { fleetRows } from '../../lib/report/fleets';
import type { Deployment } from '../../lib/spec/types';
import { scaled, smallest } from './example';

const cloudModel = 'bedrock:amazon.nova-lite-v1:0';

function fleetOf(changes: Partial<Deployment> = {}): FleetDecision {
  const [fleet] = scaled({ traffic: { concurrentUsers: 1000 }, ...changes }).decisions.fleets;
  if (fleet === undefined) throw new Error('the plan has no fleet');
  return fleet;
}

const qwen = (fields: Record<string, unknown>): Deployment['models'] => [
  { source: 'Qwen/Qwen3-8B', ...fields },
];

describe('a scaled plan', () => {
  it('has a fleet for each engine, in the order of the models', () => {
    const { fleets, models } = scaled({
      models: [
        'Qwen/Qwen3-4B',
        {
          name: 'two',
          versions: [
            { name: 'old', source: 'Qwen/Qwen3-8B', weightPercent: 90 },
            { name: 'new', source: 'Qwen/Qwen3-8B', weightPercent: 10 },
          ],
        },
      ],
    }).decisions;
    expect(fleets.map(({ name }) => name)).toEqual(['qwen3-4b', 'two-old', 'two-new']);
    expect(models.map(({ name, version }) => [name, version])).toEqual(
      fleets.map(({ model, version }) => [model, version]),
    );
  });

  it('has no machine and no data disk, and is refused where only one machine is built', () => {
    const made = plan({ ...smallest, architecture: 'scaled' });
    expect(made.decisions.machine).toBeUndefined();
    expect(made.decisions.disks).toBeUndefined();
    expect(() => singleServerOnly(made, 'the template')).toThrow(
      'the template is for `single-server`, and this is a plan of `scaled`: write `architecture: single-server` where one machine holds the load',
    );
    expect(deployIssues(made).map(({ path }) => path)).toEqual(['network.domain', 'network.dnsZone']);
  });

  it('leaves nothing alone in production, or under a promise, and nothing in pairs elsewhere', () => {
    const pairs = (changes: Partial<Deployment>) => {
      const { fleets, gatewayGroup, database, cache, network } = scaled(changes).decisions;
      return [
        fleets[0]?.min,
        gatewayGroup.min,
        database.serverless?.instances,
        cache.nodes,
        network.natGateways,
      ];
    };
    expect(pairs({})).toEqual([2, 2, 2, 2, 3]);
    expect(pairs({ environment: 'dev' })).toEqual([1, 1, 1, 1, 1]);
    expect(pairs({ environment: 'dev', reliability: { availabilityPercent: 99.9 } })).toEqual([
      2, 2, 2, 2, 3,
    ]);
  });

  it('has a gateway group and no fleet where all models are managed', () => {
    const { decisions } = scaled({ models: [cloudModel], traffic: { concurrentUsers: 500 } });
    expect(decisions.fleets).toEqual([]);
    expect(decisions.models).toEqual([]);
    expect(decisions.gatewayGroup).toMatchObject({ instanceType: 'c7i.large', workers: 1, min: 2 });
    expect(decisions.network.privateEndpoints).toContain('managed-models');
    expect(decisions.monitoring.alarms.map(({ signal }) => signal)).not.toContain('gpu-xid');
  });

  it('is public without a domain, behind a balancer', () => {
    expect(scaled().decisions.entry.ingress).toBe('public');
  });
});

describe('data of a scaled plan', () => {
  it('has nightly backups where it is guarded, and a copy where one is asked for', () => {
    expect(scaled().decisions.backup).toMatchObject({ keptDays: 35 });
    expect(scaled().decisions.backup?.copy).toBeUndefined();
    expect(scaled({ environment: 'dev' }).decisions.backup).toBeUndefined();
    const reliability = { backupRegion: 'Ireland' };
    expect(scaled({ environment: 'dev', reliability }).decisions.backup).toMatchObject({
      keptDays: 7,
      copy: { region: 'eu-west-1', vault: 'demo-dev' },
    });
  });

  it('says how the vault of the copies is made, with a key of its own where keys are', () => {
    const told = (security: Deployment['security']) =>
      scaled({ reliability: { backupRegion: 'eu-west-1' }, ...(security && { security }) }).warnings.find(
        ({ path }) => path === 'reliability.backupRegion',
      )?.message;
    const command = 'aws backup create-backup-vault --backup-vault-name demo-prod --region eu-west-1';
    expect(told(undefined)).toContain(`run \`${command}\` once`);
    expect(told({ encryption: 'customer-managed' })).toContain(`${command} --encryption-key-arn`);
  });

  it('grows its database to what Aurora takes and no further, and says so', () => {
    const at = (requestsPerSecond: number) =>
      scaled({ models: [cloudModel], traffic: { requestsPerSecond } }).decisions.database;
    expect(at(3500)).toMatchObject({
      serverless: { maxUnits: 256 },
      because: expect.stringContaining('the peak asks for 281, an instance takes no more'),
    });
    expect(at(35_000).serverless).toMatchObject({ meanUnits: 256, maxUnits: 256 });
    expect(at(100).because).not.toContain('takes no more');
  });

  it('has a document store only where one is asked for, in pairs where nothing may be alone', () => {
    expect(scaled().decisions.documents).toBeUndefined();
    const database = { documents: true };
    expect(scaled({ database }).decisions.documents).toMatchObject({ instances: 2, backupDays: 35 });
    expect(scaled({ database, environment: 'dev' }).decisions.documents).toMatchObject({
      instances: 1,
      backupDays: 7,
    });
  });

  it('is on the bill: documents by the hour, copies in full and sent each night', () => {
    const { lines } = bill(
      scaled({ database: { documents: true }, reliability: { backupRegion: 'eu-west-1' } }),
    );
    const line = (id: string) => lines.find((one) => one.id === id);
    expect(line('documents')).toMatchObject({ count: 2, quantity: 1460, usdPerUnit: 0.078 });
    const stored = line('database-storage')?.quantity as number;
    expect(line('backup-copies')).toMatchObject({ quantity: stored * 35, usdPerUnit: 0.021 });
    expect(line('backup-copies-documents')?.quantity).toBe(350);
    expect(line('backup-transfer')?.quantity).toBeCloseTo((stored + 10) * (365 / 12), 0);
    expect(line('backup-transfer')?.usdPerUnit).toBe(0.02);
    expect(line('secret')).toMatchObject({
      count: 7,
      because: '3 of the gateway, 1 of the engines, 3 of managed databases and cache',
    });
  });
});

describe('a fleet', () => {
  it('holds the peak at its most and the mean at its least', () => {
    const { min, max, machinesAtPeak } = fleetOf();
    // 16.7 requests/s at peak, a third of it in the mean
    expect(max).toBe(machinesAtPeak);
    expect(min).toBe(2);
    expect(max).toBeGreaterThan(min);
  });

  it('has more machines for a lower target of its scaling, and none for waiting requests', () => {
    const models = qwen({ instanceType: 'g6e.xlarge' });
    const at = (capacity: Deployment['capacity']) => fleetOf({ capacity, models }).machinesAtPeak;
    expect(at({ scalingTarget: 0.4 })).toBeGreaterThan(at({}));
    expect(at({ scalingSignal: 'waiting-requests' })).toBeLessThanOrEqual(at({}));
    expect(fleetOf({ capacity: { scalingSignal: 'waiting-requests' } }).scaling.target).toBe(5);
  });

  it('goes no faster than twice its load time', () => {
    const { scaling, loadSeconds } = fleetOf();
    expect(scaling.scaleInAfterSeconds).toBe(Math.max(900, 2 * loadSeconds));
    expect(fleetOf({ capacity: { scaleInAfterSeconds: 300 } }).scaling.scaleInAfterSeconds).toBe(300);
  });

  it('has the bounds that are written, in whole machines', () => {
    expect(fleetOf({ models: qwen({ replicas: { min: 3, max: 5 } }) })).toMatchObject({ min: 3, max: 5 });
    const eight = fleetOf({
      models: qwen({ replicas: { min: 3, max: 9 }, instanceType: 'g6e.12xlarge', tensorParallel: 1 }),
    });
    // four engines on each
    expect(eight).toMatchObject({ min: 1, max: 3 });
  });

  it('warns where the bounds do not hold the planned peak', () => {
    const { warnings } = scaled({
      traffic: { concurrentUsers: 1000 },
      models: qwen({ replicas: { max: 2 } }),
    });
    expect(warnings.find(({ path }) => path === 'models[0].replicas.max')?.message).toContain(
      'at most 2 machines, and the planned peak of 16.7 requests/s asks for',
    );
  });

  it('falls back in the order of the list, each type with flags and a weight of its own', () => {
    const { machines, unitsPerMachine } = fleetOf({ models: qwen({ gpu: ['L40S', 'H100', 'L4'] }) });
    expect(machines.map(({ gpu }) => gpu)).toEqual(['L40S', 'H100-80GB', 'L4']);
    expect(unitsPerMachine).toBe(10);
    const [l40s, h100, l4] = machines.map(({ capacityWeight }) => capacityWeight) as [number, number, number];
    expect(l40s).toBe(10);
    expect(h100).toBeGreaterThan(l40s);
    expect(l4).toBeLessThan(l40s);
    expect(machines[1]?.maxBatchedTokens).toBe(8192);
    expect(machines[0]?.maxBatchedTokens).toBe(2048);
  });

  it('falls back to machines with the same GPUs where no list is given', () => {
    const { machines } = fleetOf();
    expect(machines.length).toBeGreaterThan(1);
    expect(new Set(machines.map(({ gpu, gpuCount }) => `${gpuCount} ${gpu}`)).size).toBe(1);
  });

  it('leaves machines as they are while weights move between versions, but for the least of them', () => {
    const fleetsAt = (old: number) =>
      scaled({
        traffic: { concurrentUsers: 1000 },
        models: [
          {
            name: 'chat',
            versions: [
              { name: 'old', source: 'Qwen/Qwen3-8B', weightPercent: old },
              { name: 'new', source: 'Qwen/Qwen3-14B', weightPercent: 100 - old },
            ],
          },
        ],
      }).decisions.fleets;
    const steady = ({
      machines,
      max,
      disk,
      unitsPerMachine,
      drainSeconds,
      bootGraceSeconds,
    }: FleetDecision) => [machines, max, disk, unitsPerMachine, drainSeconds, bootGraceSeconds];
    const [before, after] = [fleetsAt(90), fleetsAt(10)];
    expect(after.map(steady)).toEqual(before.map(steady));
    expect(before[0]?.because).toContain('sized for all requests of chat');
  });

  it('has one type with a warm pool', () => {
    const { machines, warmPool, unitsPerMachine } = fleetOf({ capacity: { warmPool: 2 } });
    expect([machines.length, warmPool, unitsPerMachine]).toEqual([1, 2, 1]);
    // a stopped machine loses its instance store, and with it what was prepared
    expect(fleetOf({ capacity: { warmPool: 2 } }).disk.weightsOn).toBe('root');
    expect(fleetOf({}).disk.weightsOn).toBe('instance-store');
  });

  it('keeps the base of a mixed fleet off spot', () => {
    const mixed = fleetOf({ capacity: { purchase: 'mixed', onDemandBase: 2 } });
    expect(mixed.onDemandBase).toBe(2);
    expect(mixed.runningOnDemand).toEqual({ least: 2, mean: 2, most: 2 });
    const spot = fleetOf({ capacity: { purchase: 'spot' } });
    expect(spot.runningOnDemand).toEqual({ least: 0, mean: 0, most: 0 });
    const onDemand = fleetOf();
    expect(onDemand.runningOnDemand).toEqual(onDemand.running);
  });

  it('needs the quota of on-demand machines, that of spot ones, or both where it is mixed', () => {
    const quotas = (capacity: Deployment['capacity']) =>
      fleetOf({
        models: qwen({ instanceType: 'g6e.2xlarge', replicas: { min: 2, max: 9 } }),
        ...(capacity && { capacity }),
      }).machines[0]?.quotas.map(({ code, vcpus }) => `${code} ${vcpus}`);
    // one more machine while they change, 8 vCPUs each
    expect(quotas({})).toEqual(['L-DB2E81BA 80']);
    expect(quotas({ purchase: 'mixed', onDemandBase: 2 })).toEqual(['L-DB2E81BA 16', 'L-3819A6DF 64']);
    expect(quotas({ purchase: 'mixed', onDemandBase: 0 })).toEqual(['L-3819A6DF 80']);
    expect(quotas({ purchase: 'mixed', onDemandBase: 100 })).toEqual(['L-DB2E81BA 80']);
  });

  it('warns where the base of a mixed fleet leaves nothing for spot', () => {
    const warning = (onDemandBase: number, own = false) => {
      const capacity = { purchase: 'mixed' as const, onDemandBase };
      return scaled({
        models: qwen({ replicas: { min: 2, max: 4 }, instanceType: 'g6e.2xlarge', ...(own && { capacity }) }),
        ...(!own && { capacity }),
      }).warnings.find(({ path }) => path.endsWith('capacity.onDemandBase'));
    };
    expect(warning(4)).toMatchObject({
      path: 'capacity.onDemandBase',
      message: expect.stringContaining('has 4 machines at most and a base of 4 on demand, so none'),
    });
    expect(warning(9, true)?.path).toBe('models[0].capacity.onDemandBase');
    expect(warning(3)).toBeUndefined();
  });

  it('prints each quota once, by the type that needs the most of it', () => {
    const plan = scaled({
      traffic: { concurrentUsers: 1000 },
      models: qwen({ gpu: ['L40S', 'H100', 'L4'] }),
    });
    const needed = (plan.decisions.fleets[0] as FleetDecision).machines.flatMap(({ quotas }) => quotas);
    const printed = fleetRows(plan.decisions).filter(([label]) => label === 'Quota');
    const codes = [...new Set(needed.map(({ code }) => code))];
    expect(codes).toHaveLength(2);
    expect(printed.map(([, text]) => text)).toEqual(
      codes.map((code) => {
        const same = needed.filter((quota) => quota.code === code);
        const most = Math.max(...same.map(({ vcpus }) => vcpus));
        return `${same[0]?.name} (${code}) must allow ${most} vCPUs`;
      }),
    );
    expect(needed[0]?.vcpus).toBeLessThan(Math.max(...needed.map(({ vcpus }) => vcpus)));
  });

  it('sleeps outside its windows where nothing keeps it awake', () => {
    const fleet = fleetOf({
      timeZone: 'Europe/Berlin',
      models: qwen({ replicas: { min: 0 } }),
      capacity: { schedule: [{ days: 'mon-fri', from: '08:00', to: '18:00', min: 2, max: 4 }] },
    });
    expect(fleet).toMatchObject({ min: 0, max: 0 });
    expect(fleet.scaling).toMatchObject({
      timeZone: 'Europe/Berlin',
      schedule: [{ days: 'mon-fri', from: '08:00', to: '18:00', min: 2, max: 4 }],
    });
    // 50 of 168 hours
    expect(fleet.running.least).toBeCloseTo((2 * 50) / 168, 9);
    expect(fleet.running.mean).toBeCloseTo((3 * 50) / 168, 9);
    expect(fleet.running.most).toBeCloseTo((4 * 50) / 168, 9);
  });

  it("takes the model's own capacity before the deployment's", () => {
    const { fleets } = scaled({
      models: [{ source: 'Qwen/Qwen3-8B', capacity: { purchase: 'mixed' } }, 'Qwen/Qwen3-4B'],
    }).decisions;
    expect(fleets.map(({ purchase, onDemandBase }) => [purchase, onDemandBase])).toEqual([
      ['mixed', 1],
      ['on-demand', 0],
    ]);
  });

  it('has room for weights on its root disk where the machine has no instance store for them', () => {
    const onInstanceStore = fleetOf({ models: qwen({ instanceType: 'g6e.2xlarge' }) }).disk;
    expect(onInstanceStore).toMatchObject({ rootGiB: 200, weightsOn: 'instance-store' });
  });

  it('charges keys the expected price of the fleet over the planned tokens', () => {
    const { fleets, models } = scaled({ traffic: { concurrentUsers: 1000 } }).decisions;
    const [fleet] = fleets as [FleetDecision];
    const [{ load, usdPerMillionTokens }] = models as [ModelDecision];
    const usd = fleet.running.mean * 730 * (fleet.machines[0]?.usdPerHourOnDemand ?? 0);
    const millions = (load.requestsPerMonth * (load.inputTokens + load.outputTokens)) / 1e6;
    expect(usdPerMillionTokens).toBeCloseTo(usd / millions, 3);
  });
});

describe('the gateway group', () => {
  it('grows with the load, one machine above what the peak asks for', () => {
    const group = (concurrentUsers: number) =>
      scaled({ models: [cloudModel], traffic: { concurrentUsers } }).decisions.gatewayGroup;
    // 130 ms a request at 70 % busy: 33.3 requests/s ask for 6.2 CPUs, a third of it in the mean
    expect(group(2000)).toMatchObject({ instanceType: 'c7i.large', workers: 1, min: 3, max: 8 });
    expect(group(2000).scaling.target).toBe(48);
    expect(group(60)).toMatchObject({ min: 2, max: 3 });
  });
});

describe('a rollout', () => {
  it('is rolling with one more machine, or as written with its own steps', () => {
    expect(scaled().decisions.rollout).toMatchObject({
      strategy: 'rolling',
      maxSurge: 1,
      canarySteps: [],
      bakeMinutes: 0,
    });
    expect(scaled({ rollout: { strategy: 'canary', canarySteps: [5, 25] } }).decisions.rollout).toMatchObject(
      {
        canarySteps: [5, 25],
        bakeMinutes: 15,
        abortOn: ['error-rate', 'no-healthy-target'],
      },
    );
    expect(scaled({ rollout: { maxSurge: 0 } }).decisions.rollout.because).toContain('there is no spare GPU');
  });
});

describe('the bill of a scaled plan', () => {
  const made = scaled({
    traffic: { concurrentUsers: 1000 },
    capacity: { purchase: 'mixed', onDemandBase: 2 },
  });
  const { lines, total } = bill(made);
  const line = (id: string) => {
    const found = lines.find((one) => one.id === id);
    if (found === undefined) throw new Error(`no line ${id}`);
    return found;
  };

  it('has each machine once, by how it is bought', () => {
    const [fleet] = made.decisions.fleets as [FleetDecision];
    expect(line('fleet-qwen3-8b-on-demand')).toMatchObject({ count: 2, quantity: 2 * 730 });
    expect(line('fleet-qwen3-8b-spot').count).toBe(fleet.max - 2);
    expect(line('fleet-qwen3-8b-spot').quantity).toBeCloseTo((fleet.running.mean - 2) * 730, 6);
    expect(line('gateway-machine').quantity).toBeCloseTo(made.decisions.gatewayGroup.running.mean * 730, 6);
  });

  it('has what stands between and behind them', () => {
    expect(line('nat-gateway').count).toBe(3);
    expect(line('private-endpoint').quantity).toBe(5 * 3 * 730);
    expect(line('inner-load-balancer').count).toBe(1);
    expect(line('database')).toMatchObject({ count: 2, unit: 'ACU-hour', usdPerUnit: 0.12 });
    expect(line('cache')).toMatchObject({ count: 2, quantity: 1460 });
    expect(line('waf').count).toBe(1);
    expect(total.complete).toBe(true);
    expect(lines.map(({ id }) => id)).not.toContain('data-disk');
  });

  it('refuses one price for several kinds of machine', () => {
    const price = { usd: 1, unit: 'hour', source: 'ours', asOf: '2026-11-01' };
    expect(() => bill(made, new Map([['gpu-machine', price]]))).toThrow('this plan has several kinds');
  });
});
