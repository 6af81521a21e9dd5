import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gpus } from '../../lib/catalog/gpus';
import { models } from '../../lib/catalog/models';
import { regions } from '../../lib/catalog/regions';
import { isUserError, type UserError } from '../../lib/errors';
import type { SingleServerPlan } from '../../lib/plan/plan';
import type { Deployment } from '../../lib/spec/types';
import { plan } from '../single-server';
import { planned } from './example';

describe('decide', () => {
  it('is plain JSON data', () => {
    const result = planned();
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  it('gives the same plan twice', () => {
    expect(planned()).toEqual(planned());
  });

  it('gives every decision a reason', () => {
    const {
      models: engines,
      managedModels: _,
      ...others
    } = planned({ budget: { monthlyUsd: 2000 } }).decisions;
    for (const [name, decision] of [
      ...Object.entries(others),
      ...engines.map((one) => ['model', one] as const),
    ]) {
      expect(decision.because.length, name).toBeGreaterThan(20);
      expect(decision.because, name).not.toMatch(/undefined|NaN|\[object/);
    }
  });

  it('needs five lines only', () => {
    const { decisions } = planned();
    expect(decisions.architecture.name).toBe('single-server');
    expect(decisions.entry.ingress).toBe('tunnel');
    expect(decisions.database.postgres).toBe('embedded');
    expect(decisions.machine.count).toBe(1);
  });

  it('charges keys what the planned tokens cost', () => {
    const { machine, load, models } = planned().decisions;
    const tokens = load.requestsPerMonth * 1300;
    expect(models[0]?.usdPerMillionTokens).toBeCloseTo((machine.usdPerHourOnDemand * 730 * 1e6) / tokens, 2);
  });

  it('lets a key send the whole planned peak unless a limit is written', () => {
    expect(planned().decisions.gateway.keyLimits).toEqual({ requestsPerMinute: 100 });
    expect(planned({ gateway: { keyLimits: { requestsPerMinute: 7 } } }).decisions.gateway.keyLimits).toEqual(
      { requestsPerMinute: 7 },
    );
  });

  it('says that the default limit is a mean, so that a fuller minute gets 429', () => {
    expect(planned().decisions.gateway.because).toContain(
      'which is a mean: in a fuller minute it gets status 429',
    );
    const written = planned({ gateway: { keyLimits: { requestsPerMinute: 7 } } }).decisions.gateway;
    expect(written.because).not.toContain('429');
  });

  it('answers any spec with a plan that holds together, or with issues that have paths', () => {
    const outcomes = { planned: 0, refused: 0 };
    fc.assert(
      fc.property(anySpec, (spec) => {
        const outcome = planOrIssues(spec);
        if ('issues' in outcome) {
          outcomes.refused += 1;
          for (const issue of outcome.issues) {
            expect(issue.path, issue.message).not.toBe('');
            expect(issue.message).not.toMatch(/undefined|NaN|\[object/);
          }
        } else {
          outcomes.planned += 1;
          holdsTogether(outcome);
        }
      }),
      { numRuns: 400, seed: 20261121 },
    );
    console.log(`random specs: ${outcomes.planned} planned, ${outcomes.refused} refused with issues`);
    expect(outcomes.planned).toBeGreaterThan(40);
    expect(outcomes.refused).toBeGreaterThan(40);
  });
});

/** Present one time in eight: most random limits exclude each other. */
const seldom = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ arbitrary: fc.constant(undefined), weight: 7 }, { arbitrary: value, weight: 1 });

const anySpec = fc.record(
  {
    name: fc.constant('demo'),
    cloud: fc.constant('aws' as const),
    environment: fc.constantFrom('dev', 'staging', 'prod'),
    region: fc.constantFrom(...regions('aws')),
    models: fc.record(
      {
        source: fc.constantFrom(...models().map((model) => model.id)),
        quantization: fc.constantFrom('none', 'auto', 'fp8'),
        kvCacheDtype: seldom(fc.constant('fp8')),
        maxContext: seldom(fc.integer({ min: 512, max: 200_000 })),
        gpu: seldom(
          fc.shuffledSubarray(
            gpus().map((gpu) => gpu.name),
            { minLength: 1, maxLength: 2 },
          ),
        ),
        tensorParallel: seldom(fc.constantFrom(1, 2, 4, 8)),
      },
      { requiredKeys: ['source'] },
    ),
    traffic: fc.record(
      {
        concurrentUsers: fc.integer({ min: 1, max: 200 }),
        inputTokens: seldom(fc.integer({ min: 1, max: 20_000 })),
        outputTokens: seldom(fc.integer({ min: 1, max: 4000 })),
        slo: fc.record({
          ttftMs: fc.integer({ min: 200, max: 20_000 }),
          interTokenMs: fc.integer({ min: 20, max: 500 }),
        }),
      },
      { requiredKeys: ['concurrentUsers'] },
    ),
    capacity: fc.record({ purchase: fc.constantFrom('on-demand', 'spot') }),
    database: fc.constantFrom('embedded', 'managed'),
    cache: fc.constantFrom('embedded', 'managed', 'none'),
    gateway: fc.record({ timeoutSeconds: fc.integer({ min: 10, max: 3540 }) }),
    architecture: fc.constant('single-server'),
  },
  { requiredKeys: ['name', 'cloud', 'region', 'models', 'traffic'] },
);

function planOrIssues(spec: unknown): SingleServerPlan | UserError {
  try {
    return plan(spec as Deployment);
  } catch (error) {
    if (isUserError(error)) return error;
    throw error;
  }
}

function holdsTogether({ decisions }: SingleServerPlan): void {
  const { machine, load, timeouts, disks } = decisions;
  const [model] = decisions.models;
  if (model === undefined) throw new Error('a plan without a model');
  expect(model.copies * model.tensorParallel).toBeLessThanOrEqual(machine.gpuCount);
  expect(model.expected.requestsPerSecondCapacity).toBeGreaterThanOrEqual(load.peakRequestsPerSecond);
  if (model.task !== 'embedding')
    expect(model.expected.kvCacheTokens).toBeGreaterThanOrEqual(model.maxContext);
  expect(model.maxQueuedRequests).toBeGreaterThan(model.maxSequences);
  expect(model.maxContext).toBeGreaterThanOrEqual(load.inputTokens + load.outputTokens);
  expect(load.ttftMs).toBeLessThanOrEqual(smallestSlo(decisions).ttftMs);
  expect(load.interTokenMs).toBeLessThanOrEqual(smallestSlo(decisions).interTokenMs);
  expect(disks.dataGiB).toBeGreaterThan(model.weightsGiB);
  expect(timeouts.bootGraceSeconds).toBeGreaterThan(timeouts.loadSeconds);
  expect(machine.usdPerHourOnDemand).toBeGreaterThan(0);
}

function smallestSlo(decisions: SingleServerPlan['decisions']) {
  const ttft = decisions.monitoring.alarms.find((alarm) => alarm.signal === 'ttft-p95')?.limitMs;
  const interToken = decisions.monitoring.alarms.find(
    (alarm) => alarm.signal === 'inter-token-latency',
  )?.threshold;
  return { ttftMs: ttft ?? Number.POSITIVE_INFINITY, interTokenMs: interToken ?? Number.POSITIVE_INFINITY };
}
