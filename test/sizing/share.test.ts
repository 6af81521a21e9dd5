import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { models } from '../../lib/catalog/models';
import { adaptersGiB } from '../../lib/sizing/adapters';
import { engineHost } from '../../lib/sizing/candidate';
import { choose } from '../../lib/sizing/choose';
import { chooseShared, gpusOf, type SharedRequest } from '../../lib/sizing/share';
import { supportedGpu, weigh } from '../../lib/sizing/weigh';
import { fewMachines, machine, model, request } from './a-request';

const named = (name: string, others: Parameters<typeof request>[0] = {}): SharedRequest => ({
  ...request(others),
  name,
});
const small = named('small');
const large = named('large', { model: model('Qwen/Qwen3-32B'), quantizations: ['fp8'] });

describe('several models on one machine', () => {
  it('take the cheapest machine with GPUs for each', () => {
    const { best } = chooseShared([small, small]);
    expect(best?.machine.instanceType).toBe('l4x4');
    expect(best?.parts.map(gpusOf)).toEqual([1, 1]);
    expect(best?.usdPerMonth).toBe(4 * 730);
    expect(best?.because).toBe(
      '1 GPU for small, 1 GPU for small of its 4; 2 stay idle: the fewest on which each holds its load within its service level',
    );
  });

  it('never share a GPU, and say so of a machine that has too few', () => {
    const l40s = fewMachines.filter(({ gpu }) => gpu === 'L40S');
    const { best, rejected } = chooseShared([
      { ...small, machines: l40s },
      { ...large, machines: l40s },
    ]);
    expect(best).toBeUndefined();
    expect(rejected.map(({ kind, because }) => [kind, because])).toEqual([
      ['too-small', 'needs 1 GPU for small, 1 GPU for large, since no two models share a GPU; has 1'],
    ]);
  });

  it('name the model that rules a machine out', () => {
    const { rejected } = chooseShared([small, large]);
    const t4 = rejected.find(({ instanceType }) => instanceType === 't4');
    expect(t4?.because).toMatch(/^small: .*T4/);
    expect(t4?.part).toBe(0);
  });

  it('leave GPUs idle that nobody needs', () => {
    const only = [machine('l40sx4', 'L40S', 4, 8)];
    const { best } = chooseShared([
      { ...small, machines: only },
      { ...large, machines: only },
    ]);
    expect(best?.because).toContain('of its 4; 2 stay idle');
  });

  it('need a host for all engines', () => {
    const only = [machine('l40sx2', 'L40S', 2, 8, { vcpus: 6 })];
    const { rejected } = chooseShared([
      { ...small, machines: only },
      { ...large, machines: only },
    ]);
    expect(rejected[0]?.kind).toBe('host');
    expect(rejected[0]?.because).toContain('needs 7 vCPUs');
  });

  it('take only machines that every model allows', () => {
    const { best, rejected } = chooseShared([small, { ...large, machines: [] }]);
    expect(best).toBeUndefined();
    expect(rejected).toEqual([]);
  });

  it('keep to the order of the GPUs that a model names', () => {
    const { best } = chooseShared([{ ...small, gpuOrder: ['A100-80GB', 'L4'] }, small]);
    expect(best?.machine.gpu).toBe('A100-80GB');
  });
});

const chats = models().filter(({ task }) => task === 'chat');
const machines = fc
  .array(
    fc.record({
      gpu: fc.constantFrom('L4', 'L40S', 'A100-80GB', 'H100-80GB'),
      gpuCount: fc.constantFrom(1, 2, 4, 8),
      usd: fc.integer({ min: 1, max: 9 }),
      vcpus: fc.constantFrom(8, 16, 64),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((all) =>
    all.map(({ gpu, gpuCount, usd, vcpus }, at) => machine(`m${at}`, gpu, gpuCount, usd, { vcpus })),
  );
const asked = fc.record({
  model: fc.constantFrom(...chats),
  quantizations: fc.constantFrom(['none' as const], ['none' as const, 'fp8' as const]),
  requestsPerSecond: fc.double({ min: 0, max: 20, noNaN: true }),
});

describe('the shared search', () => {
  it('gives one model what it gets alone', () => {
    fc.assert(
      fc.property(machines, asked, (offered, { requestsPerSecond, ...others }) => {
        const one = named('one', {
          ...others,
          machines: offered,
          load: { requestsPerSecond, inputTokens: 500, outputTokens: 200 },
        });
        const alone = choose(one);
        const shared = chooseShared([one]);
        expect(shared.best?.parts[0]).toEqual(alone.best);
        expect(shared.best?.usdPerMonth).toBe(alone.best?.usdPerMonth);
        expect(shared.rejected).toEqual(alone.rejected);
      }),
      { numRuns: 30 },
    );
  });

  it('finds the cheapest machine on which some division of the GPUs works', () => {
    fc.assert(
      fc.property(machines, fc.array(asked, { minLength: 2, maxLength: 3 }), (offered, all) => {
        const requests = all.map(({ requestsPerSecond, ...others }, at) =>
          named(`model-${at}`, {
            ...others,
            machines: offered,
            load: { requestsPerSecond, inputTokens: 500, outputTokens: 200 },
          }),
        );
        const works = offered.filter((one) => divisions(requests, one));
        const cheapest = Math.min(...works.map(({ usdPerHourOnDemand }) => usdPerHourOnDemand as number));
        const { best } = chooseShared(requests);
        expect(best?.machine.usdPerHourOnDemand ?? Infinity).toBe(cheapest);
      }),
      { numRuns: 60 },
    );
  });
});

/** Tries every number of copies in every form for each model. */
function divisions(requests: SharedRequest[], one: (typeof fewMachines)[number]): boolean {
  const host = requests[0]?.host ?? { vcpus: 0, memoryGiB: 0 };
  const options = requests.map((asks) =>
    [1, 2, 4, 8].flatMap((tensorParallel) =>
      asks.quantizations.flatMap((quantization) =>
        [1, 2, 3, 4, 5, 6, 7, 8].flatMap((copies) => {
          const gpus = copies * tensorParallel;
          if (gpus > one.gpuCount) return [];
          const search = { request: asks, shapes: new Map() };
          const outcome = weigh(
            search,
            { ...one, gpuCount: gpus },
            supportedGpu(one),
            tensorParallel,
            quantization,
          );
          return 'rejection' in outcome ? [] : [{ gpus, copies, engine: engineHost(tensorParallel) }];
        }),
      ),
    ),
  );
  const fits = (at: number, gpus: number, vcpus: number, memoryGiB: number): boolean => {
    if (gpus > one.gpuCount || vcpus > one.vcpus || memoryGiB > one.memoryGiB) return false;
    const mine = options[at];
    return (
      mine === undefined ||
      mine.some(({ gpus: more, copies, engine }) =>
        fits(at + 1, gpus + more, vcpus + copies * engine.vcpus, memoryGiB + copies * engine.memoryGiB),
      )
    );
  };
  return fits(0, 0, host.vcpus, host.memoryGiB);
}

describe('adapters', () => {
  it('take memory by rank, width and layers', () => {
    // Qwen3-8B: 36 layers of 4096, heads 32 x 128, KV heads 8 x 128, MLP 12288, in 2 bytes
    const perLayer = 2 * (4096 + 4096) + 2 * (4096 + 1024) + 3 * (4096 + 12288);
    expect(adaptersGiB(model('Qwen/Qwen3-8B'), 3)).toBeCloseTo((3 * 64 * perLayer * 36 * 2) / 2 ** 30, 9);
    expect(adaptersGiB(model('Qwen/Qwen3-8B'), 0)).toBe(0);
  });

  it('leave less to the cache', () => {
    const l40s = fewMachines.filter(({ gpu }) => gpu === 'L40S');
    const kv = (adapters: number) =>
      choose(request({ adapters, machines: l40s })).best?.memory.kvCacheTokens as number;
    // 8 adapters of 0.33 GiB each, and 144 KiB a token
    expect(kv(0) - kv(8)).toBeCloseTo((adaptersGiB(model('Qwen/Qwen3-8B'), 8) * 2 ** 30) / 147456, -1);
  });
});
