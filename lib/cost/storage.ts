import { isSingleServer } from '../plan/forms';
import type { Plan, ScaledPlan, SingleServerPlan } from '../plan/plan';
import { fileRequests } from './batch';
import { importedGiB, importsPerMonth, partMiB } from './boots';
import { combine, exactly, mapRange, type Range, type Usage } from './line';
import { overGroups, rangeOf } from './machines';
import { bytesPerGB, daysPerMonth, hoursPerMonth } from './traffic';
import { balancerZones } from './zones';

/** A gp3 disk includes this much at the price of its size. https://aws.amazon.com/ebs/volume-types/ (2024-07) */
export const included = { throughputMiBps: 125, iops: 3000 } as const;
/** Share of the data disk that changes between two daily snapshots: spend log, cache, compile cache. */
export const changedSharePerDay: Range = { low: 0.002, expected: 0.01, high: 0.05 };
/** Postgres, Valkey and compile cache beside the weights on the data disk; a snapshot leaves empty blocks out.
 * High: a full disk. */
export const stateGiB = { low: 2, expected: 10 } as const;

/** One line of the balancer's access log, compressed. */
export const accessLogBytesPerRequest: Range = { low: 80, expected: 150, high: 300 };
/** One line of the bucket's access log, not compressed. */
export const bucketLogBytesPerRequest = 700;

/** Disks, their snapshots and the bucket of weights. */
export function storageUsage(plan: Plan): Usage[] {
  const disks = isSingleServer(plan)
    ? [...diskUsage(plan), snapshotUsage(plan)]
    : fleetDisks(plan as ScaledPlan);
  return [...disks, ...bucketUsage(plan)];
}

/** Root disks come and go with their machines; those of stopped, prepared machines stay. */
function fleetDisks({ decisions }: ScaledPlan): Usage[] {
  const { gatewayGroup, batch } = decisions;
  const fleets = [...decisions.fleets, ...(batch?.own ? [batch.own.fleet] : [])];
  const disk = (name: string, gib: number, machines: Range, count: number, stopped = 0): Usage => ({
    id: `root-disk-${name}`,
    label: `Root disks, ${name}, ${gib} GiB each`,
    category: 'Storage',
    resource: 'disk',
    count,
    quantity: mapRange(machines, (running) => running * gib),
    rate: 'disk',
    because: `${gib} GiB while a machine runs${stopped === 0 ? '' : `, and all month of ${stopped} stopped ones`}`,
  });
  const sizes = fleets.map((fleet) => ({
    fleet,
    machines: mapRange(rangeOf(fleet.running), (running) => running + fleet.warmPool),
  }));
  const throughput = (of: typeof sizes): Range =>
    of
      .map(({ fleet, machines }) =>
        mapRange(
          machines,
          (each) => each * Math.max(0, fleet.disk.rootThroughputMiBps - included.throughputMiBps),
        ),
      )
      .reduce((sum, part) => combine(sum, part, (a, b) => a + b), exactly(0));
  const fast = (id: string, label: string, of: typeof sizes): Usage[] =>
    of.length === 0
      ? []
      : [
          {
            id,
            label,
            category: 'Storage',
            resource: 'disk',
            count: 0,
            quantity: throughput(of),
            rate: 'disk-throughput',
            because: `above the ${included.throughputMiBps} MiB/s that each disk includes`,
          },
        ];
  const ofFiles = sizes.filter(({ fleet }) => fleet === batch?.own?.fleet);
  const ofUsers = sizes.filter((one) => !ofFiles.includes(one));
  return [
    disk('gateway', gatewayGroup.rootGiB, rangeOf(gatewayGroup.running), gatewayGroup.max),
    ...sizes.map(({ fleet, machines }) =>
      disk(
        fleet.name,
        fleet.disk.rootGiB,
        machines,
        Math.max(fleet.max, ...fleet.scaling.schedule.map(({ max }) => max)) + fleet.warmPool,
        fleet.warmPool,
      ),
    ),
    ...fast('disk-throughput', 'Disk throughput, fleets', ofUsers),
    ...fast('disk-throughput-batch', 'Disk throughput, machines of files', ofFiles),
  ];
}

function diskUsage(plan: SingleServerPlan): Usage[] {
  const { disks, machine } = plan.decisions;
  // root disks come and go with their machines, the data disk stays
  const machineMonths = (machine.count * machine.hoursPerMonth) / hoursPerMonth;
  const disk = (id: string, label: string, gib: number, count: number, months: number): Usage => ({
    id,
    label: `${label}, ${gib} GiB`,
    category: 'Storage',
    resource: 'disk',
    count,
    quantity: exactly(gib * months),
    rate: 'disk',
    because: `${count} x ${gib} GiB ${months === count ? 'all month' : 'while the machine runs'}`,
  });
  const usages = [
    disk('root-disk', 'Root disk', disks.rootGiB, machine.count, machineMonths),
    disk('data-disk', 'Data disk', disks.dataGiB, 1, 1),
  ];
  const throughput =
    Math.max(0, disks.rootThroughputMiBps - included.throughputMiBps) * machineMonths +
    Math.max(0, disks.dataThroughputMiBps - included.throughputMiBps);
  const iops = Math.max(0, disks.dataIops - included.iops);
  if (throughput > 0) {
    usages.push({
      id: 'disk-throughput',
      label: 'Disk throughput, both disks',
      category: 'Storage',
      resource: 'disk',
      count: 0,
      quantity: exactly(throughput),
      rate: 'disk-throughput',
      because: `${disks.rootThroughputMiBps} and ${disks.dataThroughputMiBps} MiB/s, of which ${included.throughputMiBps} each are included`,
    });
  }
  if (iops > 0) {
    usages.push({
      id: 'disk-iops',
      label: 'Data disk, operations per second',
      category: 'Storage',
      resource: 'disk',
      count: 0,
      quantity: exactly(iops),
      rate: 'disk-iops',
      because: `${disks.dataIops} IOPS, of which ${included.iops} are included`,
    });
  }
  return usages;
}

/** The first snapshot holds what is written; each later one what changed since. */
function snapshotUsage(plan: SingleServerPlan): Usage {
  const { disks, models } = plan.decisions;
  const weightsGiB = models.reduce((sum, model) => sum + model.weightsGiB, 0);
  const days = (disks.snapshotsKept * disks.snapshotEveryHours) / 24;
  const written: Range = {
    low: Math.min(disks.dataGiB, weightsGiB + stateGiB.low),
    expected: Math.min(disks.dataGiB, weightsGiB + stateGiB.expected),
    high: disks.dataGiB,
  };
  return {
    id: 'snapshots',
    label: 'Snapshots of the data disk',
    category: 'Storage',
    resource: 'snapshot',
    count: 0,
    quantity: combine(written, changedSharePerDay, (gib, share) => gib * (1 + share * days)),
    rate: 'snapshot',
    because: `${disks.snapshotsKept} kept, one every ${disks.snapshotEveryHours} h; only changed blocks are stored again`,
  };
}

function bucketUsage(plan: Plan): Usage[] {
  const { monitoring, entry } = plan.decisions;
  const logObjects = accessLogObjects(plan);
  return [
    ...weightsUsage(plan),
    {
      id: 'access-logs',
      label: 'Access logs',
      category: 'Storage',
      resource: 'bucket',
      count: 1,
      quantity: mapRange(accessLogGB(plan), (gb) => (gb * monitoring.logRetentionDays) / daysPerMonth),
      rate: 'bucket',
      because: `of bucket${entry.ingress === 'tunnel' ? '' : ' and balancer'}${innerBalancers(plan) === 0 ? '' : ', of the balancer of the engines'}, kept ${monitoring.logRetentionDays} days`,
    },
    {
      id: 'bucket-write',
      label: 'Bucket, writes',
      category: 'Storage',
      resource: 'bucket',
      count: 0,
      quantity: mapRange(
        importsPerMonth,
        (imports) => (imports * partsOf(importedGiB(plan)) + logObjects) / 1000,
      ),
      rate: 'bucket-write',
      because: `parts of ${partMiB} MiB at each import${logObjects > 0 ? `, and ${logObjects} files of access logs` : ''}`,
    },
    {
      id: 'bucket-read',
      label: 'Bucket, reads',
      category: 'Storage',
      resource: 'bucket',
      count: 0,
      quantity: mapRange(partsRead(plan), (parts) => parts / 1000),
      rate: 'bucket-read',
      because: `parts of ${partMiB} MiB at each start of a new machine`,
    },
  ];
}

/** Where all models are managed there are no weights, and no bucket for them. */
function weightsUsage(plan: Plan): Usage[] {
  const { modelStore, models } = plan.decisions;
  if (models.length === 0) return [];
  const owner = modelStore.bucket === undefined ? '' : ' in your bucket';
  return [
    {
      id: 'bucket',
      label: `Model weights${owner}`,
      category: 'Storage',
      resource: 'bucket',
      count: modelStore.bucket === undefined ? 1 : 0,
      quantity: {
        low: modelStore.storedGiB,
        expected: modelStore.storedGiB,
        high: modelStore.storedGiB * modelStore.keepRevisions,
      },
      rate: 'bucket',
      because: `${modelStore.storedGiB} GiB; high: ${modelStore.keepRevisions} revisions are kept`,
    },
  ];
}

export function accessLogGB(plan: Plan): Range {
  const { load } = plan.decisions;
  const balancers = entryBalancers(plan) + innerBalancers(plan);
  const ofBucket = mapRange(weightRequests(plan), (requests) => requests * bucketLogBytesPerRequest);
  const ofBalancers = mapRange(
    accessLogBytesPerRequest,
    (bytes) => balancers * load.requestsPerMonth * bytes,
  );
  return combine(ofBucket, ofBalancers, (a, b) => (a + b) / bytesPerGB);
}

/** Requests a month about single objects in the deployment's buckets. */
export function objectRequests(plan: Plan): Range {
  const data = combine(weightRequests(plan), fileRequests(plan), (weights, files) => weights + files);
  return mapRange(data, (requests) => requests + accessLogObjects(plan));
}

function weightRequests(plan: Plan): Range {
  return combine(importsPerMonth, partsRead(plan), (imports, read) => imports * weightParts(plan) + read);
}

/** Parts of weights that new machines read from the bucket in a month. */
function partsRead(plan: Plan): Range {
  return overGroups(plan, ({ starts, weightsGiB }) =>
    mapRange(starts, (boots) => boots * partsOf(weightsGiB)),
  );
}

function weightParts(plan: Plan): number {
  return partsOf(plan.decisions.modelStore.storedGiB);
}

function partsOf(gib: number): number {
  return Math.ceil((gib * 1024) / partMiB);
}

/** A balancer writes one file for each zone and five minutes. */
function accessLogObjects(plan: Plan): number {
  const { zoneCount = 0 } = plan.decisions.network;
  const zones = entryBalancers(plan) * balancerZones(plan) + innerBalancers(plan) * zoneCount;
  return zones * 12 * hoursPerMonth;
}

const entryBalancers = ({ decisions }: Plan) => Number(decisions.entry.ingress !== 'tunnel');
const innerBalancers = ({ decisions: { fleets = [] } }: Plan) => Number(fleets.length > 0);
