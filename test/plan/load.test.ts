import { describe, expect, it } from 'vitest';
import { demand } from '../../lib/plan/load';

const traffic = { requestsPerUserPerMinute: 1, peakFactor: 3, slo: { ttftMs: 2000, interTokenMs: 100 } };

describe('demand', () => {
  it('turns concurrent users into requests per second at peak and in the mean', () => {
    const load = demand({ ...traffic, concurrentUsers: 150 }, 'chat');
    expect(load.peakRequestsPerSecond).toBeCloseTo(2.5);
    expect(load.meanRequestsPerSecond).toBeCloseTo(2.5 / 3);
    expect(load.requestsPerMonth).toBe(2_190_000);
    expect(load.steps[0]).toBe('150 concurrent users x 1 requests a minute = 2.5 requests/s at peak');
  });

  it('takes 5 % of the people with access as active', () => {
    const load = demand({ ...traffic, users: 2000 }, 'chat');
    expect(load.concurrentUsers).toBe(100);
    expect(load.steps[0]).toBe('2000 users with access, 5 % active at once = 100 concurrent users');
  });

  it('never plans for less than one active user', () => {
    expect(demand({ ...traffic, users: 3 }, 'chat').concurrentUsers).toBe(1);
  });

  it('takes a written rate as the peak', () => {
    expect(demand({ ...traffic, requestsPerSecond: 20 }, 'chat').peakRequestsPerSecond).toBe(20);
  });

  it('multiplies a monthly volume with the peak factor', () => {
    const load = demand({ ...traffic, requestsPerMonth: 2_628_000 }, 'chat');
    expect(load.meanRequestsPerSecond).toBeCloseTo(1);
    expect(load.peakRequestsPerSecond).toBeCloseTo(3);
  });

  it('keeps a peak and a monthly volume apart when both are given', () => {
    const load = demand({ ...traffic, concurrentUsers: 120, requestsPerMonth: 262_800 }, 'chat');
    expect(load.peakRequestsPerSecond).toBeCloseTo(2);
    expect(load.meanRequestsPerSecond).toBeCloseTo(0.1);
  });

  it('takes the token means of the task where none are given', () => {
    expect(demand({ ...traffic, concurrentUsers: 1 }, 'chat')).toMatchObject({
      inputTokens: 1000,
      outputTokens: 300,
    });
    expect(demand({ ...traffic, concurrentUsers: 1 }, 'embedding')).toMatchObject({
      inputTokens: 300,
      outputTokens: 0,
    });
    expect(demand({ ...traffic, concurrentUsers: 1, inputTokens: 40 }, 'embedding').inputTokens).toBe(40);
  });
});
