import { describe, expect, it } from 'vitest';
import { bill } from '../../lib/cost/bill';
import type { Plan } from '../../lib/plan/plan';
import { planned, scaled } from '../plan/example';

const line = (plan: Plan, id: string) => {
  const found = bill(plan).lines.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no line ${id}`);
  return found;
};
const files = { requestsPerDay: 20_000, outputTokens: 200 };

describe('the bill of files', () => {
  it('has queue and buckets, and no machine on a single server', () => {
    const plan = planned({ traffic: { concurrentUsers: 20 }, batch: files });
    expect(line(plan, 'queue')).toMatchObject({ count: 2, unit: '1M requests', usdPerUnit: 0.4 });
    expect(line(plan, 'batch-bucket')).toMatchObject({ count: 2, resource: 'bucket' });
    expect(bill(plan).lines.some(({ id }) => id === 'fleet-batch-spot')).toBe(false);
  });

  it('counts no bucket that is there already', () => {
    const batch = { ...files, inputBucket: 'ours', outputBucket: 'answers' };
    expect(line(planned({ traffic: { concurrentUsers: 20 }, batch }), 'batch-bucket').count).toBe(0);
  });

  it('has the hours of the machines that the lines take, and not of the month', () => {
    const plan = scaled({ batch: { ...files, daysPerMonth: 10 } });
    const hours = line(plan, 'fleet-batch-spot').quantity;
    const own = plan.decisions.batch?.own;
    expect(hours).toBeCloseTo((own?.fleet.running.mean ?? 0) * 730, 6);
    expect(hours).toBeLessThan(10 * 24);
    expect(line(scaled({ batch: { ...files, daysPerMonth: 20 } }), 'fleet-batch-spot').quantity).toBeCloseTo(
      2 * hours,
      6,
    );
  });

  it('has the tokens of a model of the cloud', () => {
    const models = ['bedrock:amazon.nova-lite-v1:0'];
    const batch = { requestsPerDay: 1000, daysPerMonth: 10, inputTokens: 500, outputTokens: 100 };
    const tokens = (plan: Plan) => line(plan, 'managed-amazon.nova-lite-v1-0-output').quantity;
    expect(tokens(scaled({ models, batch })) - tokens(scaled({ models }))).toBeCloseTo(1, 6);
  });

  it('compares users alone with what a managed model costs', () => {
    const alone = bill(planned({ traffic: { concurrentUsers: 20 } })).managedAlternative;
    const beside = bill(planned({ traffic: { concurrentUsers: 20 }, batch: { requestsPerDay: 100 } }));
    expect(beside.managedAlternative?.usdPerMonth).toBe(alone?.usdPerMonth);
  });
});
