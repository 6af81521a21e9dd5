import type { DisksDecision } from './plan';

/** Operating system image with driver and CUDA, engine image unpacked and its next version beside it, gateway and the rest. */
const rootGiB = 200;
/** Postgres (keys and spend log), Valkey snapshot, compile cache, room to grow. */
const stateGiB = 40;
/** gp3 ceilings: 16,000 IOPS, 1,000 MiB/s, 0.25 MiB/s per IOPS (AWS EBS user guide, 2026-11). */
const throughputMiBps = 500;
const iops = 3000;
/**
 * Sizes of the data disk, about two in each doubling: a disk grows in place and never shrinks, and CloudFormation rolls
 * a stack back that tries, so its size should seldom change with the model. 16 TiB is what gp3 has in every region
 * (AWS EBS user guide, 2026-11).
 */
const dataSizesGiB = [
  100, 150, 200, 300, 400, 600, 800, 1200, 1600, 2400, 3200, 4800, 6400, 9600, 12_800, 16_384,
];
const snapshotIntervalsHours = [1, 2, 3, 4, 6, 8, 12, 24];

/** Disk sizes from the weights, snapshot rhythm from the data that may be lost. */
export function disks(request: {
  weightsGiB: number;
  keepRevisions: number;
  /** Asked for; the disk is larger where the weights need it. */
  leastGiB: number | undefined;
  recoveryPointMinutes: number;
  backupDays: number;
}): DisksDecision {
  const revisions = Math.min(request.keepRevisions, 2); // the running one and the next
  const neededGiB = Math.ceil(stateGiB + request.weightsGiB * 1.1 * revisions);
  const { leastGiB = 0 } = request;
  const dataGiB = Math.max(leastGiB, dataSizesGiB.find((size) => size >= neededGiB) ?? neededGiB);
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
      `in all ${neededGiB} GiB, ${dataGiB === leastGiB ? 'at the size that is written' : 'rounded up to one of few sizes'}, since it can grow and never shrink: a smaller model on this deployment later needs \`modelStore.diskGiB: ${dataGiB}\`; it outlives the machine; a snapshot every ${snapshotEveryHours} h keeps the loss within ${request.recoveryPointMinutes} min`,
  };
}
