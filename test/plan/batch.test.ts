import { describe, expect, it } from 'vitest';
import { isUserError } from '../../lib/errors';
import type { BatchDecision } from '../../lib/plan/plan';
import type { Deployment } from '../../lib/spec/types';
import { planned, scaled, smallest } from './example';

type Files = NonNullable<Deployment['batch']>;

const users = { traffic: { concurrentUsers: 20 } };
const onOne = (files: Files, more: Partial<Deployment> = {}) =>
  planned({ ...users, ...more, batch: files }).decisions;
const onFleet = (files: Files, more: Partial<Deployment> = {}) => scaled({ ...more, batch: files }).decisions;
const batchOf = ({ batch }: { batch?: BatchDecision }) => {
  if (batch === undefined) throw new Error('the plan has no batch');
  return batch;
};
const ownOf = (decisions: { batch?: BatchDecision }) => {
  const { own } = batchOf(decisions);
  if (own === undefined) throw new Error('files have no machines of their own');
  return own;
};
const refusal = (make: () => unknown): string => {
  try {
    make();
  } catch (error) {
    if (isUserError(error)) return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('files on a single server', () => {
  it('are answered below the saturation by what users leave', () => {
    const batch = batchOf(onOne({ requestsPerDay: 10_000, outputTokens: 200 }));
    expect(batch.fleet).toBe('shared');
    expect(batch.worker).toMatchObject({ saturation: 0.7, answerSeconds: 315, drainSeconds: 60 });
    expect(batch.worker.concurrency).toBeGreaterThan(1);
    expect(batch.hoursPerDay).toBeLessThan(24);
    expect(batch.own).toBeUndefined();
  });

  it('take longer the more of them there are, in proportion', () => {
    const hours = (requestsPerDay: number) => batchOf(onOne({ requestsPerDay })).hoursPerDay;
    expect(hours(10_000) / hours(1_000)).toBeCloseTo(10, 6);
  });

  it('are refused where the idle room does not do them in time', () => {
    expect(refusal(() => onOne({ requestsPerDay: 1_000_000 }))).toMatch(
      /1000000 lines take \d+ hours of what users leave idle, the limit is 24: send fewer lines a day, or write `architecture: scaled`/,
    );
  });

  it('need more of the host', () => {
    const reason = (decisions: ReturnType<typeof onOne>) => decisions.machine.vcpus;
    expect(reason(onOne({ requestsPerDay: 100 }))).toBeGreaterThanOrEqual(
      reason(planned(users).decisions as never),
    );
  });

  it('are of a queue that gives a job up only after the worker would have', () => {
    const { queue } = batchOf(onOne({ requestsPerDay: 100, maxAttempts: 3 }));
    expect(queue).toEqual({ leaseSeconds: 120, maxAttempts: 3, maxDeliveries: 8, retentionDays: 14 });
  });

  it('are watched', () => {
    const { alarms } = onOne({ requestsPerDay: 100, deadlineHours: 6 }).monitoring;
    const of = (signal: string) => alarms.find((alarm) => alarm.signal === signal);
    expect(of('queue-age')).toMatchObject({ threshold: 6, unit: 'hours', comparison: 'above' });
    expect(of('dead-letters')).toMatchObject({ threshold: 0, comparison: 'above' });
    expect(planned().decisions.monitoring.alarms.some(({ signal }) => signal === 'queue-age')).toBe(false);
  });
});

describe('machines for files', () => {
  it('come and go with the queue and are spot', () => {
    const { fleet } = ownOf(onFleet({ requestsPerDay: 20_000 }));
    expect(fleet).toMatchObject({ min: 0, purchase: 'spot', onDemandBase: 0, warmPool: 0 });
    expect(fleet.scaling).toMatchObject({ signal: 'queue-backlog', schedule: [], scaleInAfterSeconds: 900 });
    expect(fleet.max).toBe(fleet.machinesAtPeak);
    expect(fleet.runningOnDemand.most).toBe(0);
  });

  it('are as many as the deadline asks for', () => {
    const machines = (deadlineHours: number) =>
      ownOf(onFleet({ requestsPerDay: 20_000_000, deadlineHours })).fleet.machinesAtPeak;
    const [day, short] = [machines(24), machines(2)];
    expect(day).toBeGreaterThan(1);
    expect(short).toBeGreaterThan(11 * day);
  });

  it('do the lines of a day before the next day brings as many', () => {
    const machines = (daysPerMonth: number) =>
      ownOf(onFleet({ requestsPerDay: 20_000_000, deadlineHours: 48, daysPerMonth })).fleet.machinesAtPeak;
    expect(machines(30)).toBeGreaterThan(machines(1));
  });

  it('start one for each share of the jobs of a full day', () => {
    const { fleet } = ownOf(onFleet({ requestsPerDay: 1_000_000, inputTokens: 1000, outputTokens: 100 }));
    const jobs = (1_000_000 * (1000 * 4.2 + 200)) / 2 ** 20;
    expect(Math.ceil(jobs / fleet.scaling.target)).toBeGreaterThanOrEqual(fleet.max);
  });

  it('run from the start of each day to its deadline', () => {
    const { fleet } = ownOf(
      onFleet({ requestsPerDay: 5000, startAt: '22:30', deadlineHours: 8 }, { timeZone: 'America/New_York' }),
    );
    expect([fleet.min, fleet.max]).toEqual([0, 0]);
    expect(fleet.scaling).toMatchObject({
      timeZone: 'America/New_York',
      schedule: [{ days: 'mon-sun', from: '22:30', to: '06:30', min: 0, max: fleet.machinesAtPeak }],
    });
  });

  it('hold the context of the lines and not of the users', () => {
    const { model } = ownOf(onFleet({ requestsPerDay: 100, inputTokens: 6000, outputTokens: 1000 }));
    expect(model).toMatchObject({ name: 'qwen3-8b', maxContext: 32768 });
  });

  it('are not started for a deadline that their start takes', () => {
    expect(
      refusal(() => onFleet({ requestsPerDay: 100, deadlineHours: 1 }, { models: ['Qwen/Qwen3-235B-A22B'] })),
    ).toMatch(/batch/);
  });

  it('are refused above a thousand, with the deadline that fewer would hold', () => {
    const files = { requestsPerDay: 500_000_000, daysPerMonth: 1 };
    const message = refusal(() => onFleet({ ...files, deadlineHours: 2 }));
    expect(message).toContain('500000000 lines a day in 2 hours are more than 1000 machines answer');
    const deadlineHours = Number(/`deadlineHours: (\d+)` would do/.exec(message)?.[1]);
    expect(ownOf(onFleet({ ...files, deadlineHours })).fleet.max).toBeLessThanOrEqual(1000);
    expect(refusal(() => onFleet({ ...files, deadlineHours: deadlineHours - 1 }))).toContain(
      'more than 1000 machines',
    );
  });

  it('are refused where no deadline would do, since the next day brings as many', () => {
    const message = refusal(() =>
      onFleet({ requestsPerDay: 1_000_000_000, outputTokens: 3000, daysPerMonth: 30 }),
    );
    expect(message).toMatch(/they would take \d+ hours, and have 24 at most: send fewer lines/);
  });

  it('are refused where a line is longer than the context', () => {
    const models = [{ source: 'Qwen/Qwen3-8B', maxContext: 8192 }];
    expect(refusal(() => onFleet({ requestsPerDay: 100, inputTokens: 9000 }, { models }))).toContain(
      'a mean line of 9000 + 300 tokens is longer than the 8192 tokens of context',
    );
  });
});

describe('files for a model of the cloud', () => {
  const models = ['bedrock:amazon.nova-lite-v1:0'];

  it('are answered beside the gateways, as many at once as the deadline asks for', () => {
    const batch = batchOf(onFleet({ requestsPerDay: 100_000 }, { models }));
    expect(batch).toMatchObject({ fleet: 'shared', model: 'amazon.nova-lite-v1-0' });
    expect(batch.worker).not.toHaveProperty('saturation');
    expect(batch.worker.concurrency).toBeGreaterThan(4);
    expect(batch.hoursPerDay).toBeLessThanOrEqual(24);
  });

  it('are refused where the limit of the model lets too few through', () => {
    const limited = [{ source: models[0] as string, rateLimit: { requestsPerMinute: 10 } }];
    expect(refusal(() => onFleet({ requestsPerDay: 100_000 }, { models: limited }))).toContain(
      'are 69.4 a minute, and `rateLimit` of amazon.nova-lite-v1-0 lets 10 through',
    );
  });
});

it('a plan without files says nothing of them', () => {
  expect(planned(smallest).decisions).not.toHaveProperty('batch');
});
