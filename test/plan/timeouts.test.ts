import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestAnswerSeconds, timeouts } from '../../lib/plan/timeouts';

describe('timeouts', () => {
  it('grow along the path for every answer length and model size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: longestAnswerSeconds }),
        fc.integer({ min: 50, max: 60_000 }),
        fc.double({ min: 0.3, max: 1500, noNaN: true }),
        (answerSeconds, ttftMs, weightsGiB) => {
          const time = timeouts({ answerSeconds, ttftMs, weightsGiB, diskMiBps: 500 });
          expect(time.streamSilenceSeconds).toBeLessThanOrEqual(time.answerSeconds);
          expect(time.balancerIdleSeconds).toBeGreaterThan(time.answerSeconds);
          expect(time.gatewayKeepAliveSeconds).toBeGreaterThan(time.balancerIdleSeconds);
          expect(time.engineKeepAliveSeconds).toBeGreaterThan(time.gatewayKeepAliveSeconds);
          expect(time.drainSeconds).toBeGreaterThan(time.answerSeconds);
          expect(time.bootGraceSeconds).toBeGreaterThanOrEqual(2 * time.loadSeconds);
          expect(time.drainSeconds).toBeLessThanOrEqual(3600);
        },
      ),
    );
  });

  it('count health after twice the load time of an 8B model', () => {
    const time = timeouts({ answerSeconds: 300, ttftMs: 2000, weightsGiB: 15.3, diskMiBps: 500 });
    // 120 + 360 + 240 + 15667 MiB / 100 + / 250 + / 500 = 971 s, in whole minutes 1020
    expect(time.loadSeconds).toBe(1020);
    expect(time.bootGraceSeconds).toBe(2040);
  });
});
