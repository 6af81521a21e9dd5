import { type CpuMachine, cpuMachines } from '../catalog/machines';
import { issuesError } from '../errors';
import { batchFleet } from '../spec/batch-form';
import type { Spec } from '../spec/types';
import { applicationStartSeconds, besideGateway } from './application';
import { workerNeeds } from './batch';
import { busyShare, gatewayCpus, gatewayLoadText, workerGiB } from './gateway';
import type { Demand } from './load';
import type { GatewayGroupDecision } from './plan';

/** vCPUs and memory of Telegraf and the operating system. */
const beside = { vcpus: 0.5, memoryGiB: 1.2 };
const scaleInAfterSeconds = 900;
/** The vendor's image for GPU machines, which has Docker and all else, asks for 75 GiB; gateway image and its next version. */
const rootGiB = 100;
/** Start, image pull, and the first migration of a small database, for which the others wait; twice over. */
const bootGraceSeconds = 1200;
/** Their CPU is throttled once their credits are spent, which a gateway under load does. */
const burstable = /^t\d/;

interface Sized {
  machine: CpuMachine & { usdPerHourOnDemand: number };
  workers: number;
  min: number;
  max: number;
}

/**
 * The cheapest CPU machines that hold the gateway at its peak, one more than needed, so that one may fail.
 *
 * `fewest`: machines that always run. Throws a UserError where the region sells none.
 */
export function gatewayGroup(
  spec: Spec,
  load: Demand,
  { fewest, drainSeconds }: { fewest: number; drainSeconds: number },
): GatewayGroupDecision {
  const region = spec.regions[0] as string;
  const peak = gatewayCpus(load.peakRequestsPerSecond, load.outputTokens);
  const mean = gatewayCpus(load.meanRequestsPerSecond, load.outputTokens);
  const others = besideGateway(spec);
  const worker =
    spec.batch !== undefined && batchFleet(spec, spec.batch) === 'shared'
      ? workerNeeds
      : { vcpus: 0, memoryGiB: 0 };
  const sized = cpuMachines(spec.cloud, region).flatMap((machine): Sized[] => {
    const { arch, instanceType, usdPerHourOnDemand, vcpus, memoryGiB } = machine;
    const cpus = vcpus - beside.vcpus - others.vcpus - worker.vcpus;
    const workers = Math.floor(cpus);
    const neededGiB = beside.memoryGiB + others.memoryGiB + worker.memoryGiB + workers * workerGiB;
    if (arch !== 'x86_64' || burstable.test(instanceType) || usdPerHourOnDemand === null) return [];
    if (workers < 1 || memoryGiB < neededGiB) return [];
    // one event loop a worker
    const min = Math.max(fewest, Math.ceil(mean / workers));
    const max = Math.max(min, Math.ceil(peak / workers)) + 1;
    return [{ machine: { ...machine, usdPerHourOnDemand }, workers, min, max }];
  });
  sized.sort(cheapest);
  const [best] = sized;
  if (best === undefined) {
    throw issuesError([
      {
        path: 'region',
        rule: 'no-gateway-machine',
        message: `the catalogue knows no machine for the gateway in ${region}: choose another region, see \`llm-constructs regions\``,
      },
    ]);
  }
  const { machine, workers, min, max } = best;
  // of the whole machine, whose other CPUs are idle while its workers are busy
  const target = Math.round((100 * (workers * busyShare + beside.vcpus / 2)) / machine.vcpus);
  return {
    instanceType: machine.instanceType,
    vcpus: machine.vcpus,
    memoryGiB: machine.memoryGiB,
    usdPerHourOnDemand: machine.usdPerHourOnDemand,
    min,
    max,
    running: { least: min, mean: (min + max) / 2, most: max },
    workers,
    scaling: { signal: 'cpu-percent', target, scaleInAfterSeconds },
    rootGiB,
    drainSeconds,
    bootGraceSeconds: bootGraceSeconds + (spec.application ? applicationStartSeconds : 0),
    ...(spec.images.machine !== undefined && { imageId: spec.images.machine }),
    because: `${gatewayLoadText(load)} = ${peak.toPrecision(3)} CPUs at peak; ${workers} ${workers === 1 ? 'worker' : 'workers'} on each ${machine.instanceType}, the cheapest for it, so ${min} machines hold the mean${fewest > 1 ? ' and none is alone' : ''}, and ${max} the peak with one to spare; one more where more than ${target} % of a machine's CPUs are busy, which its workers are then at ${100 * busyShare} %`,
  };
}

function cheapest(a: Sized, b: Sized): number {
  const usd = ({ machine, min, max }: Sized) => (machine.usdPerHourOnDemand * (min + max)) / 2;
  return usd(a) - usd(b) || a.max - b.max || (a.machine.instanceType < b.machine.instanceType ? -1 : 1);
}
