import { describe, expect, it } from 'vitest';
import type { FleetDecision, ScheduledBounds } from '../../lib/plan/plan';
import { boundsChanges } from '../../lib/plan/week';

const changes = (schedule: ScheduledBounds[], bounds = { min: 1, max: 4 }) =>
  boundsChanges({ ...bounds, scaling: { schedule } as unknown as FleetDecision['scaling'] });
const window = (days: string, from: string, to: string, min: number, max: number) => ({
  days,
  from,
  to,
  min,
  max,
});

describe('the bounds of a week as changes', () => {
  it('are a beginning and an end of each window, days with Monday first', () => {
    expect(changes([window('mon,wed', '08:00', '18:30', 2, 8)])).toEqual([
      { days: [0, 2], hour: 8, minute: 0, min: 2, max: 8 },
      { days: [0, 2], hour: 18, minute: 30, min: 1, max: 4 },
    ]);
  });

  it('end on the next day where a window goes over midnight, and over the end of the week', () => {
    expect(changes([window('sun', '22:00', '06:00', 0, 0)])).toEqual([
      { days: [0], hour: 6, minute: 0, min: 1, max: 4 },
      { days: [6], hour: 22, minute: 0, min: 0, max: 0 },
    ]);
  });

  it('change once where a window begins as another ends, and not where nothing changes', () => {
    expect(changes([window('tue', '08:00', '12:00', 2, 8), window('tue', '12:00', '14:00', 3, 8)])).toEqual([
      { days: [1], hour: 8, minute: 0, min: 2, max: 8 },
      { days: [1], hour: 12, minute: 0, min: 3, max: 8 },
      { days: [1], hour: 14, minute: 0, min: 1, max: 4 },
    ]);
    expect(changes([window('tue', '08:00', '12:00', 1, 4)])).toEqual([]);
    expect(changes([])).toEqual([]);
  });
});
