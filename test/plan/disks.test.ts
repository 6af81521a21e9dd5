import { describe, expect, it } from 'vitest';
import { disks } from '../../lib/plan/disks';

const request = {
  weightsGiB: 15.3,
  keepRevisions: 2,
  leastGiB: undefined,
  recoveryPointMinutes: 1440,
  backupDays: 35,
};

describe('disks', () => {
  it('hold two revisions of the weights and the state, in one of few sizes', () => {
    expect(disks(request).dataGiB).toBe(100); // 40 + 2 x 15.3 x 1.1 = 73.7
    expect(disks({ ...request, weightsGiB: 61 }).dataGiB).toBe(200); // 174.2
    expect(disks({ ...request, weightsGiB: 61, keepRevisions: 1 }).dataGiB).toBe(150); // 107.1
    expect(disks({ ...request, weightsGiB: 61, keepRevisions: 9 }).dataGiB).toBe(200);
  });

  it('stay as they are when a small model takes the place of another', () => {
    const sizes = [0.6, 1.5, 8, 15.3, 27].map((weightsGiB) => disks({ ...request, weightsGiB }).dataGiB);
    expect(sizes).toEqual([100, 100, 100, 100, 100]);
  });

  it('are at least as large as written, and larger where the weights need it', () => {
    expect(disks({ ...request, leastGiB: 250 }).dataGiB).toBe(250);
    expect(disks({ ...request, leastGiB: 100, weightsGiB: 61 }).dataGiB).toBe(200);
  });

  it('are named with the field that keeps their size', () => {
    expect(disks(request).because).toContain('can grow and never shrink');
    expect(disks(request).because).toContain('`modelStore.diskGiB: 100`');
  });

  it('snapshot as often as the data that may be lost asks', () => {
    expect(disks(request)).toMatchObject({ snapshotEveryHours: 24, snapshotsKept: 35 });
    expect(disks({ ...request, recoveryPointMinutes: 300 })).toMatchObject({
      snapshotEveryHours: 4,
      snapshotsKept: 210,
    });
    expect(disks({ ...request, recoveryPointMinutes: 60 })).toMatchObject({
      snapshotEveryHours: 1,
      snapshotsKept: 840,
    });
  });
});
