import { describe, expect, it } from 'vitest';
import { retentionDays } from '../../lib/aws/log-retention';

describe('log retention', () => {
  it.each([
    [14, 14],
    [15, 30],
    [90, 90],
    [2192, 2192],
    [3653, 3653],
  ])('of %i days is kept for %i, the next period that CloudWatch Logs has', (asked, kept) => {
    expect(retentionDays(asked)).toBe(kept);
  });

  it('longer than the longest period never ends', () => {
    expect(retentionDays(5000)).toBe(9999);
  });
});
