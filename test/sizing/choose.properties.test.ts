import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findGpu } from '../../lib/catalog/gpus';
import { models } from '../../lib/catalog/models';
import { engineHost, engineShape, plannedRequestsPerSecond } from '../../lib/sizing/candidate';
import { capacityWithin, missed, speedAt, ttftP95Ms } from '../../lib/sizing/capacity';
import { choose, type SizingRequest } from '../../lib/sizing/choose';
import { sequencesInPool } from '../../lib/sizing/memory';
import { unsplittable, unsupportedForm, weightFormat } from '../../lib/sizing/shapes';
import { machine, request } from './a-request';

const chatModels = models().filter(({ task }) => task === 'chat');
const gpuNames = [
  'T4',
  'L4',
  'A10G',
  'L40S',
  'A100-40GB',
  'A100-80GB',
  'H100-80GB',
  'H200-141GB',
  'RTX-PRO-6000',
];

const anyMachine = fc
  .record({
    gpu: fc.constantFrom(...gpuNames),
    gpuCount: fc.constantFrom(1, 2, 4, 8),
    // few prices, so that ties happen
    usdPerHour: fc.option(fc.integer({ min: 1, max: 12 }), { freq: 10 }),
    vcpus: fc.constantFrom(4, 16, 64),
    nvlink: fc.boolean(),
  })
  .map(({ gpu, gpuCount, usdPerHour, vcpus, nvlink }) => ({ gpu, gpuCount, usdPerHour, vcpus, nvlink }));

const anyRequest: fc.Arbitrary<SizingRequest> = fc
  .record({
    model: fc.constantFrom(...chatModels),
    machines: fc.array(anyMachine, { minLength: 1, maxLength: 5 }),
    quantizations: fc.constantFrom(['none'], ['none', 'fp8'], ['fp8', 'none']),
    kvCacheDtype: fc.constantFrom('auto', 'fp8'),
    tensorParallel: fc.option(fc.constantFrom(1, 2, 4, 8), { nil: undefined, freq: 3 }),
    maxContext: fc.constantFrom(2048, 8192, 32768),
    gpuOrder: fc.option(fc.shuffledSubarray(gpuNames), { nil: undefined, freq: 3 }),
    requestsPerSecond: fc.double({ min: 0.01, max: 40, noNaN: true }),
    inputTokens: fc.integer({ min: 10, max: 4000 }),
    outputTokens: fc.integer({ min: 1, max: 1000 }),
    ttftMs: fc.integer({ min: 50, max: 8000 }),
    interTokenMs: fc.integer({ min: 5, max: 200 }),
    maxMachines: fc.constantFrom(1, 4, 50),
  })
  .map(
    ({
      machines,
      tensorParallel,
      gpuOrder,
      requestsPerSecond,
      inputTokens,
      outputTokens,
      ttftMs,
      interTokenMs,
      ...others
    }) =>
      request({
        ...(others as Partial<SizingRequest>),
        ...(tensorParallel === undefined ? {} : { tensorParallel }),
        ...(gpuOrder === undefined ? {} : { gpuOrder }),
        machines: machines.map(({ gpu, gpuCount, usdPerHour, ...host }, at) =>
          machine(`m${at}`, gpu, gpuCount, usdPerHour, host),
        ),
        load: { requestsPerSecond, inputTokens, outputTokens },
        slo: { ttftMs, interTokenMs },
      }),
  );

/** Several, so that no property holds by the luck of one. */
const seeds = [4, 11, 77, 2026];

/** The same answer by the shortest way: everything is tried, and a tuple is compared. */
function bruteForce(wanted: SizingRequest): string | undefined {
  let best: { key: (number | string)[]; name: string } | undefined;
  for (const offered of wanted.machines) {
    const gpu = findGpu(offered.gpu);
    if (!gpu || offered.usdPerHourOnDemand === null) continue;
    for (const tensorParallel of wanted.tensorParallel ? [wanted.tensorParallel] : [1, 2, 4, 8]) {
      for (const [preference, quantization] of wanted.quantizations.entries()) {
        const copies = Math.floor(offered.gpuCount / tensorParallel);
        if (copies === 0) continue;
        if (unsupportedForm(wanted.model, quantization, wanted.kvCacheDtype, gpu)) continue;
        if (unsplittable(wanted.model, tensorParallel, weightFormat(wanted.model, quantization))) continue;
        const host = engineHost(tensorParallel);
        if (wanted.host.vcpus + copies * host.vcpus > offered.vcpus) continue;
        if (wanted.host.memoryGiB + copies * host.memoryGiB > offered.memoryGiB) continue;
        const linked = { ...gpu, nvlink: gpu.nvlink && offered.nvlink };
        const { capacity } = engineShape(wanted, linked, tensorParallel, quantization);
        if (!capacity) continue;
        let count = 1;
        const each = plannedRequestsPerSecond(capacity) * copies;
        while (count * each < wanted.load.requestsPerSecond * (1 - 1e-9) && count <= wanted.maxMachines)
          count++;
        if (count > wanted.maxMachines) continue;
        const place = wanted.gpuOrder ? wanted.gpuOrder.indexOf(offered.gpu) : 0;
        const key = [
          place === -1 ? 1e9 : place,
          offered.usdPerHourOnDemand * wanted.hoursPerMonth * count,
          offered.gpuCount * count,
          count,
          preference,
          -each * count,
          tensorParallel,
          offered.instanceType,
        ];
        const name = `${offered.instanceType} x${count} tp${tensorParallel} ${quantization}`;
        if (!best || before(key, best.key)) best = { key, name };
      }
    }
  }
  return best?.name;
}

function before(a: readonly (number | string)[], b: readonly (number | string)[]): boolean {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at !== -1 && (a[at] as number) < (b[at] as number);
}

const named = ({ best }: ReturnType<typeof choose>) =>
  best && `${best.machine.instanceType} x${best.machines} tp${best.tensorParallel} ${best.quantization}`;

describe.each(seeds)('every choice, seed %i', (seed) => {
  it('is the one that a brute-force search finds', () => {
    let found = 0;
    fc.assert(
      fc.property(anyRequest, (wanted) => {
        const expected = bruteForce(wanted);
        if (expected) found++;
        expect(named(choose(wanted))).toBe(expected);
      }),
      { numRuns: 1000, seed },
    );
    expect(found).toBeGreaterThan(50);
  });

  it('needs no fewer machines and costs no less for more load', () => {
    fc.assert(
      fc.property(anyRequest, fc.double({ min: 1, max: 10, noNaN: true }), (wanted, factor) => {
        const { gpuOrder: _, ...byPrice } = wanted;
        const load = { ...wanted.load, requestsPerSecond: wanted.load.requestsPerSecond * factor };
        const small = choose(byPrice).best;
        const large = choose({ ...byPrice, load }).best;
        if (!large) return;
        expect(small?.usdPerMonth).toBeLessThanOrEqual(large.usdPerMonth);
        const same = choose({
          ...byPrice,
          machines: [large.machine],
          quantizations: [large.quantization],
          tensorParallel: large.tensorParallel,
        }).best;
        expect(same?.machines).toBeLessThanOrEqual(large.machines);
      }),
      { numRuns: 300, seed },
    );
  });

  it('is never dearer than what was rejected only for its price', () => {
    let compared = 0;
    fc.assert(
      fc.property(anyRequest, (wanted) => {
        const { best, rejected } = choose(wanted);
        for (const { kind, usdPerMonth } of rejected) {
          if (kind !== 'dearer') continue;
          compared++;
          expect(best?.usdPerMonth).toBeLessThanOrEqual(usdPerMonth as number);
        }
      }),
      { numRuns: 400, seed },
    );
    expect(compared).toBeGreaterThan(40);
  });

  it('weighs every machine, and keeps the promise of the service level at the stated load', () => {
    fc.assert(
      fc.property(anyRequest, (wanted) => {
        const { best, rejected } = choose(wanted);
        const weighed = new Set([
          best?.machine.instanceType,
          ...rejected.map(({ instanceType }) => instanceType),
        ]);
        for (const { instanceType } of wanted.machines) expect(weighed).toContain(instanceType);
        if (!best) return;
        expect(best.speed.interTokenMs).toBeLessThanOrEqual(wanted.slo.interTokenMs * 1.0001);
        expect(best.speed.ttftMs).toBeLessThanOrEqual(wanted.slo.ttftMs * 1.0001);
        expect(best.speed.requestsPerSecondCapacity).toBeGreaterThanOrEqual(
          wanted.load.requestsPerSecond * 0.9999,
        );
        expect(best.memory.fitsSafely).toBe(true);
        expect(best.memory.sequencesAtMaxContext).toBeGreaterThanOrEqual(1);
      }),
      { numRuns: 400, seed },
    );
  });

  it('costs no more under a softer service level', () => {
    fc.assert(
      fc.property(anyRequest, fc.double({ min: 1, max: 4, noNaN: true }), (wanted, factor) => {
        const { gpuOrder: _, ...byPrice } = wanted;
        const slo = { ttftMs: wanted.slo.ttftMs * factor, interTokenMs: wanted.slo.interTokenMs * factor };
        const strict = choose(byPrice).best;
        if (!strict) return;
        expect(choose({ ...byPrice, slo }).best?.usdPerMonth).toBeLessThanOrEqual(strict.usdPerMonth);
      }),
      { numRuns: 300, seed },
    );
  });
});

describe.each(seeds)('the capacity of an engine, seed %i', (seed) => {
  it('has the highest rate of all batches within the service level, by the smallest of them', () => {
    let counted = 0;
    fc.assert(
      fc.property(anyRequest, fc.constantFrom(...gpuNames), (wanted, name) => {
        const gpu = findGpu(name);
        if (!gpu) throw new Error(name);
        const { steps, memory, maxSequences } = engineShape(wanted, gpu, 1, 'none');
        const most = Math.min(maxSequences, Math.floor(sequencesInPool(steps.input, memory)));
        let best = { running: 0, requestsPerSecond: 0 };
        for (let running = 1; running <= most; running++) {
          const { requestsPerSecond } = speedAt(steps, running, false);
          if (missed(steps, running, wanted.slo, false) !== undefined) continue;
          if (requestsPerSecond > best.requestsPerSecond * (1 + 1e-6)) best = { running, requestsPerSecond };
        }
        const capacity = capacityWithin(steps, memory, maxSequences, wanted.slo, false);
        if (missed(steps, 1, wanted.slo, false) !== undefined) {
          expect(capacity).toBeUndefined();
          return;
        }
        expect(capacity?.speed.requestsPerSecond ?? 0).toBeCloseTo(best.requestsPerSecond, 4);
        expect(capacity?.speed.running ?? 0).toBeLessThanOrEqual(best.running);
        if (best.running > 0) counted++;
      }),
      { numRuns: 150, seed },
    );
    expect(counted).toBeGreaterThan(10);
  });

  it('never falls with the batch, and each answer slows down', () => {
    fc.assert(
      fc.property(
        anyRequest,
        fc.constantFrom(...gpuNames),
        fc.integer({ min: 1, max: 255 }),
        (wanted, name, running) => {
          const gpu = findGpu(name);
          if (!gpu) throw new Error(name);
          const { steps } = engineShape(wanted, gpu, 1, 'none');
          const less = speedAt(steps, running, false);
          const more = speedAt(steps, running + 1, false);
          expect(more.requestsPerSecond).toBeGreaterThanOrEqual(less.requestsPerSecond * (1 - 1e-12));
          // prompts cost less where many sequences have the experts read already
          if (wanted.model.experts !== null) return;
          expect(more.interTokenMs).toBeGreaterThanOrEqual(less.interTokenMs * (1 - 1e-4));
          expect(more.ttftMs).toBeGreaterThanOrEqual(less.ttftMs * (1 - 1e-4));
          // the more caches are read, the more of a prompt's work hides behind that
          expect(ttftP95Ms(more)).toBeGreaterThanOrEqual(ttftP95Ms(less) * 0.95);
        },
      ),
      { numRuns: 1000, seed },
    );
  });
});
