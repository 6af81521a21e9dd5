import { describe, expect, it } from 'vitest';
import { bill } from '../../lib/cost/bill';
import type { ModelDecision, Plan } from '../../lib/plan/plan';
import { aPlan, aPublicPlan } from './a-plan';

/** What a reader sees of a line besides its figures: id, category, resource, made, price, label and reason. */
type Row = [string, string, string, number, string, string, string];

const rows = (plan: Plan): Row[] =>
  bill(plan).lines.map(({ id, category, resource, count, rate, label, because }) => [
    id,
    category,
    resource,
    count,
    rate,
    label,
    because,
  ]);
const row = (plan: Plan, id: string) => rows(plan).find(([name]) => name === id);
const reason = (plan: Plan, id: string) => row(plan, id)?.at(-1);
const label = (plan: Plan, id: string) => row(plan, id)?.[5];

const net = 'Network';
const data = 'Database and cache';
const seen = 'Monitoring';

// biome-ignore format: a table
const publicRows: Row[] = [
  ['gpu-machine', 'Machines', 'gpu-machine', 1, 'gpu-machine', 'g6e.xlarge (1 x L40S), on-demand', '1 machine x 730 hours a month'],
  ['nat-gateway', net, 'nat-gateway', 1, 'nat-gateway', 'NAT gateway', '1 x 730 hours'],
  ['nat-gateway-data', net, 'nat-gateway', 0, 'nat-gateway-data', 'NAT gateway, data', 'images and packages of a new machine, weights from the hub, logs and metrics'],
  ['nat-public-ip', net, 'public-ip', 1, 'public-ip', 'Public IPv4 of the NAT gateway', '1 address x 730 hours'],
  ['load-balancer', net, 'load-balancer', 1, 'load-balancer', 'Load balancer', '1 x 730 hours'],
  ['load-balancer-capacity', net, 'load-balancer', 0, 'load-balancer-capacity', 'Load balancer, capacity units', 'the largest of new connections, open connections and GB an hour'],
  ['load-balancer-public-ip', net, 'public-ip', 0, 'public-ip', 'Public IPv4 of the load balancer', '2 zones with an address each, x 730 hours'],
  ['egress', net, 'egress', 0, 'egress', 'Answers to the internet', '1,000,000 answers of 300 tokens: plain text (low) or streamed token by token'],
  ['cross-zone', net, 'cross-zone', 0, 'cross-zone', 'Database, cache: between zones', 'the database or cache may sit in another zone than the machine'],
  ['root-disk', 'Storage', 'disk', 1, 'disk', 'Root disk, 200 GiB', '1 x 200 GiB all month'],
  ['data-disk', 'Storage', 'disk', 1, 'disk', 'Data disk, 80 GiB', '1 x 80 GiB all month'],
  ['disk-throughput', 'Storage', 'disk', 0, 'disk-throughput', 'Disk throughput, both disks', '500 and 500 MiB/s, of which 125 each are included'],
  ['disk-iops', 'Storage', 'disk', 0, 'disk-iops', 'Data disk, operations per second', '4000 IOPS, of which 3000 are included'],
  ['snapshots', 'Storage', 'snapshot', 0, 'snapshot', 'Snapshots of the data disk', '35 kept, one every 24 h; only changed blocks are stored again'],
  ['bucket', 'Storage', 'bucket', 1, 'bucket', 'Model weights', '15 GiB; high: 3 revisions are kept'],
  ['access-logs', 'Storage', 'bucket', 1, 'bucket', 'Access logs', 'of bucket and balancer, kept 90 days'],
  ['bucket-write', 'Storage', 'bucket', 0, 'bucket-write', 'Bucket, writes', 'parts of 64 MiB at each import, and 17520 files of access logs'],
  ['bucket-read', 'Storage', 'bucket', 0, 'bucket-read', 'Bucket, reads', 'parts of 64 MiB at each start of a new machine'],
  ['database', data, 'database', 1, 'database-instance', 'Postgres db.t4g.medium, with a standby', '1 x 730 hours; the price covers both instances'],
  ['database-storage', data, 'database', 0, 'database-storage', 'Postgres storage', '50 GiB; the price covers both copies'],
  ['database-backup', data, 'database', 0, 'database-backup', 'Postgres backups, paid part', 'changes of 35 days; as much as the database itself (50 GiB) is always free'],
  ['cache', data, 'cache', 2, 'cache-node', 'Valkey cache.t4g.small, 2 nodes', '2 x 730 hours'],
  ['log-ingest', seen, 'log-group', 0, 'log-ingest', 'Logs, taken in', 'machine and request logs, network flow logs, web firewall logs, database logs; prompts and answers are not in them'],
  ['log-storage', seen, 'log-group', 0, 'log-storage', 'Logs, kept', '90 days, compressed to 15 %'],
  ['custom-metric', seen, 'custom-metric', 0, 'custom-metric', 'Serving metrics', '16 series with one dimension each'],
  ['machine-metric', seen, 'custom-metric', 0, 'custom-metric', 'Machine metrics by the minute', '7 metrics of detailed monitoring, each charged like a custom metric'],
  ['metric-request', seen, 'custom-metric', 0, 'metric-request', 'Serving metrics, calls', 'one call a minute carries all series'],
  ['alarm', seen, 'alarm', 4, 'alarm', 'Alarms', '4 alarms on one series each'],
  ['dashboard', seen, 'dashboard', 1, 'dashboard', 'Dashboard', '1 dashboard'],
  ['secret', 'Security', 'secret', 5, 'secret', 'Secrets', '3 of the gateway, 2 of managed database and cache'],
  ['secret-request', 'Security', 'secret', 0, 'secret-request', 'Secrets, reads', '50 reads at each start of a new machine'],
  ['key', 'Security', 'key', 1, 'key', 'Encryption key', '1 key; each of the first two yearly rotations adds its price once more'],
  ['key-request', 'Security', 'key', 0, 'key-request', 'Encryption key, requests', '1000 requests at each start of a new machine and 10000 for logs and backups'],
  ['waf', 'Security', 'waf', 1, 'waf', 'Web firewall', '1 web ACL'],
  ['waf-rule', 'Security', 'waf-rule', 3, 'waf-rule', 'Web firewall, rules', '3 rules'],
  ['waf-request', 'Security', 'waf', 0, 'waf-request', 'Web firewall, requests', 'every request is inspected'],
];

// biome-ignore format: a table
const onlyTunnel: Row[] = [
  ['nat-gateway-data', net, 'nat-gateway', 0, 'nat-gateway-data', 'NAT gateway, data', 'images and packages of a new machine, weights from the hub, logs and metrics; prompts and answers too, because the port-forward goes through it'],
  ['access-logs', 'Storage', 'bucket', 1, 'bucket', 'Access logs', 'of bucket, kept 90 days'],
  ['bucket-write', 'Storage', 'bucket', 0, 'bucket-write', 'Bucket, writes', 'parts of 64 MiB at each import'],
  ['log-ingest', seen, 'log-group', 0, 'log-ingest', 'Logs, taken in', 'machine and request logs, network flow logs; prompts and answers are not in them'],
  ['secret', 'Security', 'secret', 3, 'secret', 'Secrets', '3 of the gateway'],
  ['key', 'Security', 'key', 1, 'key', 'Encryption key of the alarm topic', 'alarms cannot write to a topic without a key of its own; each of the first two yearly rotations adds its price once more'],
  ['key-request', 'Security', 'key', 0, 'key-request', 'Encryption key, requests', '100 messages of alarms'],
];

describe('the lines of a bill', () => {
  it('are these with a public entry, managed data and a key of its own', () => {
    expect(rows(aPublicPlan())).toEqual(publicRows);
  });

  it('are fewer, and some others, where one machine is reached by tunnel', () => {
    const inPublic = new Set(publicRows.map((each) => JSON.stringify(each)));
    expect(rows(aPlan()).filter((each) => !inPublic.has(JSON.stringify(each)))).toEqual(onlyTunnel);
    const absent = ['load-balancer', 'load-balancer-capacity', 'load-balancer-public-ip', 'egress'];
    absent.push('cross-zone', 'database', 'database-storage', 'database-backup', 'cache');
    absent.push('waf', 'waf-rule', 'waf-request');
    const ids = new Set(rows(aPlan()).map(([id]) => id));
    expect(publicRows.map(([id]) => id).filter((id) => !ids.has(id))).toEqual(absent);
  });

  it('count several machines, and say when they run', () => {
    const three = aPlan({ machine: { count: 3 } });
    expect(reason(three, 'gpu-machine')).toBe('3 machines x 730 hours a month');
    const half = aPlan({ machine: { hoursPerMonth: 365 } });
    expect(reason(half, 'gpu-machine')).toBe('1 machine x 365 hours a month');
    expect(reason(half, 'root-disk')).toBe('1 x 200 GiB while the machine runs');
    expect(reason(half, 'data-disk')).toBe('1 x 80 GiB all month');
  });

  it('count several NAT gateways and their addresses', () => {
    const two = aPlan({ network: { natGateways: 2 } });
    expect(row(two, 'nat-gateway')?.slice(3)).toEqual([2, 'nat-gateway', 'NAT gateway', '2 x 730 hours']);
    expect(row(two, 'nat-public-ip')?.slice(3)).toEqual([
      2,
      'public-ip',
      'Public IPv4 of the NAT gateway',
      '2 addresses x 730 hours',
    ]);
  });

  it('have a database without a standby and a single cache node', () => {
    const { database, cache } = aPublicPlan().decisions;
    const alone = aPublicPlan({
      database: { ...database, highAvailability: false },
      cache: { ...cache, nodes: 1 },
    });
    expect(label(alone, 'database')).toBe('Postgres db.t4g.medium');
    expect(reason(alone, 'database')).toBe('1 x 730 hours');
    expect(reason(alone, 'database-storage')).toBe('50 GiB');
    expect(row(alone, 'cache')?.slice(3)).toEqual([
      1,
      'cache-node',
      'Valkey cache.t4g.small, 1 node',
      '1 x 730 hours',
    ]);
  });

  it('have a database alone, or a cache alone, and its secret', () => {
    const { database, cache } = aPublicPlan().decisions;
    const ids = (plan: Plan) => rows(plan).map(([id]) => id);
    const onlyDatabase = aPlan({ database });
    expect(ids(onlyDatabase)).toContain('cross-zone');
    expect(ids(onlyDatabase)).not.toContain('cache');
    expect(row(onlyDatabase, 'secret')?.[3]).toBe(4);
    const onlyCache = aPlan({ cache });
    expect(ids(onlyCache)).toContain('cross-zone');
    expect(ids(onlyCache)).not.toContain('database');
    expect(reason(onlyCache, 'secret')).toBe('3 of the gateway, 1 of managed database and cache');
  });

  it("name the user's bucket and key as used, not made", () => {
    const own = aPublicPlan({
      modelStore: { bucket: 'our-models' },
      security: { encryption: 'customer-managed', encryptionKey: 'arn:aws:kms:x' },
    });
    expect(row(own, 'bucket')?.slice(3, 6)).toEqual([0, 'bucket', 'Model weights in your bucket']);
    expect(row(own, 'key')).toBeUndefined();
    expect(reason(own, 'key-request')).toContain('1000 requests at each start');
  });

  it('have no disk line for throughput or operations that are included, and one for either alone', () => {
    const disks = { rootThroughputMiBps: 125, dataThroughputMiBps: 126, dataIops: 3001 };
    const little = bill(aPlan({ disks })).lines;
    expect(little.find(({ id }) => id === 'disk-throughput')?.quantity).toBe(1);
    expect(little.find(({ id }) => id === 'disk-iops')?.quantity).toBe(1);
    const below = bill(
      aPlan({ disks: { rootThroughputMiBps: 100, dataThroughputMiBps: 200, dataIops: 2000 } }),
    ).lines;
    // what one disk leaves unused is not taken off the other
    expect(below.find(({ id }) => id === 'disk-throughput')?.quantity).toBe(75);
    expect(below.find(({ id }) => id === 'disk-iops')).toBeUndefined();
  });
});

describe('what a bill says of itself', () => {
  const list =
    'list prices before tax and discounts; free allotments that an account shares (egress, alarms, dashboards, logs) are not taken off';

  it('is that these are list prices, and nothing more where all is known', () => {
    expect(bill(aPlan()).because).toEqual([list]);
  });

  it('names each price that is missing once', () => {
    const { database, cache } = aPublicPlan().decisions;
    const odd = aPublicPlan({
      machine: { instanceType: 'g99.huge' },
      database: { ...database, instanceClass: 'db.x9.huge' },
      cache: { ...cache, nodeType: 'cache.x9.huge' },
    });
    const { because, total } = bill(odd);
    expect(because).toEqual([
      list,
      'at least: no price is known for gpu-machine, database-instance, cache-node; state them in a price overlay',
    ]);
    expect(total.complete).toBe(false);
  });

  it('counts the prices of another region', () => {
    const frankfurt = bill(aPlan({ identity: { region: 'eu-central-1' } }));
    const standIns = frankfurt.lines.filter(({ standsIn }) => standsIn);
    expect(frankfurt.because.at(1)).toBe(
      `about: ${standIns.length} prices are those of another region, because this one's are not in the data`,
    );
    expect(standIns.map(({ id }) => id)).toContain('alarm');
    expect(standIns.map(({ id }) => id)).not.toContain('nat-public-ip');
  });

  it('says why there is no managed alternative', () => {
    const model = aPlan().decisions.models[0] as ModelDecision;
    const two = aPlan({ models: [model, { ...model, name: 'second' }] });
    expect(bill(two).because).toEqual([
      list,
      'no managed alternative: several models share the machine, and none can be compared alone',
    ]);
    expect(bill(two)).not.toHaveProperty('managedAlternative');
  });
});
