import { describe, expect, it } from 'vitest';
import { plan } from '../../lib/plan';
import { planned, smallest } from './example';

describe('architecture', () => {
  it("is a single server up to 200 people at a chat's pace", () => {
    expect(planned({ traffic: { concurrentUsers: 200 } }).decisions.architecture.name).toBe('single-server');
  });

  it.each([
    [{ traffic: { concurrentUsers: 201 } }, '3.4 requests/s at peak are above 3.3'],
    [{ reliability: { availabilityPercent: 99.9 } }, '99.9 % of the time are promised'],
    [{ models: ['bedrock:amazon.nova-lite-v1:0'] }, 'all models are managed'],
    [{ architecture: 'scaled' as const }, 'as written'],
  ])('is scaled with %j', (changes, because) => {
    const { architecture } = plan({ ...smallest, ...changes }).decisions;
    expect(architecture.name).toBe('scaled');
    expect(architecture.because).toContain(because);
  });

  it('is counted by the models of our own', () => {
    const models = ['Qwen/Qwen3-8B', { source: 'bedrock:amazon.nova-lite-v1:0' }];
    expect(planned({ models, traffic: { concurrentUsers: 300 } }).decisions.architecture.name).toBe(
      'single-server',
    );
  });

  it('is obeyed when written', () => {
    const { decisions } = planned({ architecture: 'single-server', traffic: { concurrentUsers: 300 } });
    expect(decisions.load.peakRequestsPerSecond).toBe(5);
  });
});
