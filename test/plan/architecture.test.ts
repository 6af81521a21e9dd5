import { describe, expect, it } from 'vitest';
import { planned } from './example';

describe('architecture', () => {
  it("is a single server up to 200 people at a chat's pace", () => {
    expect(planned({ traffic: { concurrentUsers: 200 } }).decisions.architecture.name).toBe('single-server');
  });

  it('says that more asks for an architecture which is not built yet', () => {
    expect(() => planned({ traffic: { concurrentUsers: 201 } })).toThrow(
      '3.4 requests/s at peak ask for `scaled` (limit of a chosen single server: 3.3), which is not built yet',
    );
  });

  it('is obeyed when written', () => {
    const { decisions } = planned({ architecture: 'single-server', traffic: { concurrentUsers: 300 } });
    expect(decisions.load.peakRequestsPerSecond).toBe(5);
  });
});
