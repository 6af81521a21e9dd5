import type { DisksDecision } from './plan';

/** Operating system image with driver and CUDA, engine image unpacked and its next version beside it, gateway and the rest. */
const rootGiB = 200;
/** Postgres (keys and spend log), Valkey snapshot, compile cache, room to grow. */
const stateGiB = 40;
/** gp3 ceilings: 16,000 IOPS, 1,000 MiB/s, 0.25 MiB/s per IOPS (AWS EBS user guide, 2026-11). */
const throughputMiBps = 500;
const iops = 3000;
const snapshotIntervalsHours = [1, 2, 3, 4, 6, 8, 12, 24];

/** Disk sizes from the weights, snapshot rhythm from the data that may be lost. */
export function disks(request: {
  weightsGiB: number;
  keepRevisions: number;
  recoveryPointMinutes: number;
  backupDays: number;
}): DisksDecision {
  const revisions = Math.min(request.keepRevisions, 2); // the running one and the next
  const dataGiB = Math.ceil((stateGiB + request.weightsGiB * 1.1 * revisions) / 10) * 10;
  const wantedHours = request.recoveryPointMinutes / 60;
  const snapshotEveryHours = snapshotIntervalsHours.filter((hours) => hours <= wantedHours).at(-1) as number;
  return {
    rootGiB,
    rootThroughputMiBps: throughputMiBps,
    dataGiB,
    dataThroughputMiBps: throughputMiBps,
    dataIops: iops,
    snapshotEveryHours,
    snapshotsKept: Math.min(1000, Math.ceil((request.backupDays * 24) / snapshotEveryHours)),
    because:
      `the data disk holds ${revisions === 1 ? 'the weights' : 'two revisions of the weights'} (${request.weightsGiB.toFixed(1)} GiB each) and ${stateGiB} GiB of state, ` +
      `and outlives the machine; a snapshot every ${snapshotEveryHours} h keeps the loss within ${request.recoveryPointMinutes} min`,
  };
}
