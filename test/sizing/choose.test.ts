import { describe, expect, it } from 'vitest';
import { gpuMachines } from '../../lib/catalog/machines';
import { choose, type SizingRequest } from '../../lib/sizing/choose';
import { fewMachines, machine, model, request } from './a-request';

const kinds = (result: ReturnType<typeof choose>, instanceType: string) =>
  result.rejected.filter((one) => one.instanceType === instanceType).map(({ kind }) => kind);

describe('the choice', () => {
  it('takes the cheapest machine that fits and meets the service level', () => {
    const { best, runnerUp } = choose(request());
    expect(best?.machine.instanceType).toBe('l4');
    expect(best?.usdPerMonth).toBe(730);
    expect(best?.dtype).toBe('bfloat16');
    expect(runnerUp?.candidate.machine.instanceType).toBe('l40s');
    expect(runnerUp?.because).toBe('730 USD a month dearer than l4');
  });

  it('says how many GiB lack where a model does not fit', () => {
    const result = choose(request());
    expect(result.rejected.find(({ instanceType }) => instanceType === 't4')).toMatchObject({
      kind: 'does-not-fit',
      usdPerMonth: 438,
      because: expect.stringMatching(
        /^Qwen\/Qwen3-8B needs 1[78]\.\d GiB with one request of 8192 tokens; T4 has 13\.4 GiB at utilization 0\.92$/,
      ),
    });
  });

  it('uses float16 on a GPU without bfloat16', () => {
    const small = model('Qwen/Qwen2.5-1.5B-Instruct');
    expect(choose(request({ model: small })).best).toMatchObject({
      dtype: 'float16',
      machine: { gpu: 'T4' },
    });
  });

  it('fills a machine with as many engines as its GPUs hold', () => {
    const best = choose(request({ machines: [machine('l4x4', 'L4', 4, 4)], tensorParallel: 2 })).best;
    expect(best).toMatchObject({ tensorParallel: 2, copiesPerMachine: 2, machines: 1 });
  });

  it('adds machines where it may, and else says what one machine holds', () => {
    const one = [machine('l4', 'L4', 1, 1)];
    const load = { requestsPerSecond: 4, inputTokens: 500, outputTokens: 200 };
    const { best } = choose(request({ machines: one, load, maxMachines: 20 }));
    expect(best?.machines).toBeGreaterThan(2);
    expect(best?.usdPerMonth).toBe(730 * (best?.machines ?? 0));
    const { rejected } = choose(request({ machines: one, load }));
    expect(rejected).toHaveLength(1);
    expect(rejected[0]).toMatchObject({
      kind: 'too-small',
      because: expect.stringMatching(
        /^holds \S+ of 4\.00 requests\/s within the service level; \d+ machines would do$/,
      ),
    });
  });

  it('gives the nearest latency where none is fast enough', () => {
    const { best, rejected } = choose(
      request({
        machines: [machine('l4', 'L4', 1, 1), machine('h100', 'H100', 1, 7)],
        slo: { ttftMs: 2000, interTokenMs: 3 },
      }),
    );
    expect(best).toBeUndefined();
    expect(rejected.map(({ instanceType, kind }) => [instanceType, kind])).toEqual([
      ['l4', 'too-slow'],
      ['h100', 'too-slow'],
    ]);
    expect(rejected[1]?.because).toMatch(
      /^\d\.\d\d ms between tokens alone on the machine; the limit is 3 ms$/,
    );
  });

  it('counts the host: front end, scheduler, one process a GPU, and what runs beside them', () => {
    const result = choose(
      request({
        machines: [
          machine('few-vcpus', 'L4', 1, 0.8, { vcpus: 3 }),
          machine('little-memory', 'L4', 1, 0.9, { memoryGiB: 10 }),
          machine('enough', 'L4', 1, 1, { vcpus: 4, memoryGiB: 16 }),
        ],
      }),
    );
    expect(result.best?.machine.instanceType).toBe('enough');
    expect(result.rejected.map(({ kind, because }) => [kind, because])).toEqual([
      ['host', 'needs 4 vCPUs for 1 engine and what runs beside it; has 3'],
      ['host', 'needs 11 GiB of host memory for 1 engine and what runs beside it; has 10'],
    ]);
  });

  it("obeys the user's order of GPUs before price", () => {
    const result = choose(request({ gpuOrder: ['T4', 'L40S', 'l4'] }));
    expect(result.best?.machine.gpu).toBe('L40S');
    expect(kinds(result, 'l4')).toEqual(['order']);
    expect(kinds(result, 't4')).toEqual(['does-not-fit']);
  });

  it("obeys the user's order of machine types before price", () => {
    const result = choose(request({ instanceTypeOrder: ['l4x4', 'l4'] }));
    expect(result.best?.machine.instanceType).toBe('l4x4');
  });

  it('prefers the quantization named first where the price is the same', () => {
    const machines = [machine('h100', 'H100', 1, 7)];
    expect(choose(request({ machines, quantizations: ['none', 'fp8'] })).best?.quantization).toBe('none');
    expect(choose(request({ machines, quantizations: ['fp8', 'none'] })).best?.quantization).toBe('fp8');
  });

  it('takes fewer GPUs and then less tensor parallelism where the price is the same', () => {
    const machines = [machine('two', 'L40S', 2, 2), machine('one', 'L40S', 1, 2)];
    expect(choose(request({ machines })).best?.machine.instanceType).toBe('one');
    expect(choose(request({ machines: machines.slice(0, 1) })).best?.tensorParallel).toBe(1);
  });

  it('quantizes where that makes a cheaper machine do', () => {
    const big = model('Qwen/Qwen3-32B');
    const machines = [machine('l40s', 'L40S', 1, 2), machine('l40sx2', 'L40S', 2, 4)];
    expect(choose(request({ model: big, machines, quantizations: ['none', 'fp8'] })).best).toMatchObject({
      quantization: 'fp8',
      machine: { instanceType: 'l40s' },
    });
    expect(choose(request({ model: big, machines, quantizations: ['none'] })).best).toMatchObject({
      tensorParallel: 2,
      machine: { instanceType: 'l40sx2' },
    });
  });

  it('falls back to the on-demand price where no spot price is known', () => {
    const machines = [machine('l4', 'L4', 1, 1), machine('l40s', 'L40S', 1, 2, { usdPerHourSpot: 0.5 })];
    expect(choose(request({ machines, purchase: 'spot' })).best).toMatchObject({
      machine: { instanceType: 'l40s' },
      usdPerMonth: 365,
    });
    expect(choose(request({ machines: machines.slice(0, 1), purchase: 'spot' })).best?.usdPerMonth).toBe(730);
  });

  it('rejects what has no price, and says so', () => {
    const { best, rejected } = choose(request({ machines: [machine('l4', 'L4', 1, null)] }));
    expect(best).toBeUndefined();
    expect(rejected).toMatchObject([
      { kind: 'no-price', usdPerMonth: null, because: 'no on-demand price is known in us-east-1' },
    ]);
  });

  it('sizes embeddings by the time of the whole answer', () => {
    const { best } = choose(
      request({
        model: model('BAAI/bge-m3'),
        task: 'embedding',
        maxContext: 8192,
        load: { requestsPerSecond: 20, inputTokens: 400, outputTokens: 0 },
      }),
    );
    expect(best).toMatchObject({
      machine: { instanceType: 't4' },
      speed: { interTokenMs: 0, outputTokensPerSecond: 0 },
      maxBatchedTokens: 8192,
    });
    expect(best?.speed.ttftMs).toBeLessThan(500);
  });

  it.each([
    [
      'awq of a 16-bit checkpoint',
      { quantizations: ['awq' as const] },
      'Qwen/Qwen3-8B is a bf16 checkpoint, not awq: name the quantized checkpoint as source',
    ],
    [
      'an fp8 cache on a T4',
      { kvCacheDtype: 'fp8' as const, machines: fewMachines.slice(0, 1) },
      'T4 (compute capability 7.5) has no kernels for an fp8 KV cache: 8.0 and later have',
    ],
    [
      'Gemma 3 in float16',
      { model: model('google/gemma-3-4b-it'), machines: fewMachines.slice(0, 1) },
      'T4 has no bfloat16, and Gemma 2 and 3 overflow in float16',
    ],
  ])('refuses %s', (_, others, because) => {
    const { best, rejected } = choose(request(others));
    expect(best).toBeUndefined();
    expect(rejected[0]).toMatchObject({ kind: 'unsupported', because });
  });

  it('refuses slices of GPUs, ARM hosts and GPUs that the table lacks', () => {
    const { rejected } = choose(
      request({
        machines: [
          machine('slice', 'A10', 0.5, 1),
          machine('arm', 'T4', 1, 1, { arch: 'arm64' }),
          machine('amd', 'MI300X', 8, 1),
          machine('unheard', 'Z9000', 1, 1),
        ],
      }),
    );
    expect(new Set(rejected.map(({ kind }) => kind))).toEqual(new Set(['unsupported']));
    expect(rejected.find(({ instanceType }) => instanceType === 'unheard')?.because).toBe(
      'Z9000 is not in the table of GPUs',
    );
    expect(rejected.every(({ because }) => because.length > 10)).toBe(true);
  });

  it.each([
    [
      'more GPUs than the machine has',
      { tensorParallel: 2, machines: fewMachines.slice(1, 2) },
      'tensorParallel 2 needs as many GPUs; l4 has 1',
    ],
    [
      'heads that do not divide',
      {
        tensorParallel: 8,
        model: model('Qwen/Qwen2.5-14B-Instruct'),
        quantizations: ['none' as const],
        machines: [machine('x', 'L4', 8, 1)],
      },
      undefined,
    ],
    [
      '28 heads over 8',
      { tensorParallel: 8, model: model('Qwen/Qwen2.5-7B-Instruct'), machines: [machine('x', 'L4', 8, 1)] },
      'tensorParallel 8 does not divide 28 attention heads',
    ],
    [
      'quantization groups cut by the split',
      {
        tensorParallel: 4,
        model: model('Qwen/Qwen3-30B-A3B-Instruct-2507-FP8'),
        machines: [machine('x', 'L40S', 4, 1)],
      },
      'an MLP width of 768 over 4 GPUs is not a multiple of the quantization group of 128',
    ],
  ])('checks the split: %s', (_, others, because) => {
    const { best, rejected } = choose(request({ ...others, maxContext: 4096 }));
    if (because === undefined) expect(best?.tensorParallel).toBe(8);
    else expect(rejected[0]).toMatchObject({ kind: 'shape', because });
  });

  describe('at the example loads, 1,000 tokens in and 300 out, a request a minute and user', () => {
    const machines = gpuMachines('aws', 'us-east-1');
    const monthly = (users: number, hubId: string, quantizations: SizingRequest['quantizations']) =>
      choose(
        request({
          model: model(hubId),
          machines,
          quantizations,
          load: { requestsPerSecond: users / 60, inputTokens: 1000, outputTokens: 300 },
          maxMachines: users > 100 ? 100 : 1,
        }),
      ).best?.usdPerMonth ?? Number.NaN;
    const small = 'meta-llama/Llama-3.1-8B-Instruct';
    const large = 'meta-llama/Llama-3.3-70B-Instruct';

    // usual bands: 1,000 to 3,000, 5,000 to 20,000, and 50,000 USD and more
    it.each([
      [100, small, ['none'], 1000, 3000],
      [2000, small, ['none'], 5000, 20_000],
      [15_000, small, ['none'], 50_000, 120_000],
      // above the band: a 70B in 16 bits takes eight A100 whatever the load; in fp8 four cards of 96 GiB
      [100, large, ['none'], 15_000, 17_500],
      [100, large, ['fp8'], 11_000, 13_500],
      // above the band: a 70B does nine times the work of an 8B
      [2000, large, ['none', 'fp8'], 60_000, 120_000],
      [15_000, large, ['none', 'fp8'], 400_000, 800_000],
    ] as const)(
      '%i users of %s in %j cost %i to %i USD a month',
      (users, hubId, quantizations, least, most) => {
        const usd = monthly(users, hubId, quantizations);
        expect(usd).toBeGreaterThan(least);
        expect(usd).toBeLessThan(most);
      },
    );
  });
});
