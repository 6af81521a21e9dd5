import { describe, expect, it } from 'vitest';
import { disks } from '../../lib/plan/disks';

const request = { weightsGiB: 15.3, keepRevisions: 2, recoveryPointMinutes: 1440, backupDays: 35 };

describe('disks', () => {
  it('hold two revisions of the weights and the state', () => {
    expect(disks(request).dataGiB).toBe(80); // 40 + 2 x 15.3 x 1.1 = 73.7, in tens
    expect(disks({ ...request, keepRevisions: 1 }).dataGiB).toBe(60);
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
