import { describe, expect, it } from 'vitest';
import { findGpu, type Gpu } from '../../lib/catalog/gpus';
import type { GpuMachine } from '../../lib/catalog/machines';
import type { Model } from '../../lib/catalog/models';
import {
  engineHost,
  engineShape,
  plannedRequestsPerSecond,
  speedAtLoad,
  usdPerHour,
} from '../../lib/sizing/candidate';
import { runningAt, ttftP95Ms } from '../../lib/sizing/capacity';
import { choose, type SizingRequest } from '../../lib/sizing/choose';
import { unsplittable, unsupportedForm, weightFormat } from '../../lib/sizing/shapes';
import { promptSpeed, steadySpeed } from '../../lib/sizing/speed';
import { figure } from '../../lib/sizing/weigh';
import { machine, model, request } from './a-request';

const gpu = (name: string) => findGpu(name) as Gpu;
const rejectedBy = (others: Partial<SizingRequest>) =>
  choose(request(others)).rejected.map(({ instanceType, kind, because }) => [instanceType, kind, because]);
const pair = (a: GpuMachine, b: GpuMachine, others: Partial<SizingRequest> = {}) =>
  [
    [a, b],
    [b, a],
  ].map((machines) => {
    const { best, runnerUp } = choose(request({ machines, tensorParallel: 1, ...others }));
    return [best?.machine.instanceType, runnerUp?.candidate.machine.instanceType, runnerUp?.because];
  });

describe('of two machines at one price', () => {
  it('the one with fewer GPUs is taken', () => {
    const reason = 'costs the same as a, which has fewer GPUs';
    const found = pair(machine('a', 'L40S', 1, 2), machine('b', 'L40S', 2, 2));
    expect(found).toEqual([
      ['a', 'b', reason],
      ['a', 'b', reason],
    ]);
  });

  it('the one that needs fewer of them is taken', () => {
    const one = machine('a', 'L40S', 1, 2);
    const two = machine('b', 'L40S', 2, 4);
    const holds = choose(request({ machines: [one] })).best?.speed.requestsPerSecondCapacity as number;
    // two with one GPU, or one with two
    const load = { requestsPerSecond: holds * 1.5, inputTokens: 500, outputTokens: 200 };
    const found = pair(one, two, { load, maxMachines: 9 });
    const reason = 'costs the same as b, which has fewer machines';
    expect(found).toEqual([
      ['b', 'a', reason],
      ['b', 'a', reason],
    ]);
  });

  it('the one whose name sorts first is taken', () => {
    const reason = 'costs the same as a, which has the name that sorts first';
    const found = pair(machine('b', 'L40S', 1, 2), machine('a', 'L40S', 1, 2));
    expect(found).toEqual([
      ['a', 'b', reason],
      ['a', 'b', reason],
    ]);
  });
});

describe('of two ways to use one machine', () => {
  it('the quantization named first is taken', () => {
    const machines = [machine('h100', 'H100', 1, 7)];
    for (const quantizations of [
      ['none', 'fp8'],
      ['fp8', 'none'],
    ] as const) {
      const { best, runnerUp, rejected } = choose(request({ machines, quantizations }));
      expect(best?.quantization).toBe(quantizations[0]);
      // there is no other machine, so the other way is the runner-up
      expect(runnerUp?.candidate.quantization).toBe(quantizations[1]);
      expect(runnerUp?.because).toBe(
        `costs the same as h100 ${quantizations[0] === 'none' ? 'not quantized' : 'fp8'}, which has the quantization named first`,
      );
      expect(rejected.map(({ kind }) => kind)).toEqual(['dearer']);
    }
  });

  it('the one that holds more is taken', () => {
    const { best, runnerUp } = choose(request({ machines: [machine('two', 'L40S', 2, 4)] }));
    expect(best?.tensorParallel).toBe(1);
    expect(runnerUp?.candidate.tensorParallel).toBe(2);
    expect(runnerUp?.because).toMatch(
      /^costs the same as two at tensor parallelism 1, which holds \S+ requests\/s instead of \S+$/,
    );
    // 70 billion in 16 bits leave little cache on four A100s of 40 GiB
    const tight = choose(
      request({
        model: model('meta-llama/Llama-3.3-70B-Instruct'),
        machines: [machine('a100x8', 'A100-40GB', 8, 22, { nvlink: true })],
        load: { requestsPerSecond: 0.5, inputTokens: 1000, outputTokens: 300 },
      }),
    );
    expect(tight.best?.tensorParallel).toBe(8);
  });

  it('another machine is the runner-up, even a dearer one', () => {
    const machines = [machine('two', 'L40S', 2, 4), machine('far', 'H100', 1, 70)];
    const { runnerUp } = choose(request({ machines }));
    expect(runnerUp?.candidate.machine.instanceType).toBe('far');
    expect(runnerUp?.because).toBe('48180 USD a month dearer than two');
  });

  it('there is none where nothing else works', () => {
    const chosen = choose(request({ machines: [machine('one', 'L40S', 1, 2)] }));
    expect(chosen).not.toHaveProperty('runnerUp');
    expect(chosen.rejected).toEqual([]);
    const none = choose(request({ machines: [machine('t4', 'T4', 1, 1)] }));
    expect(Object.keys(none)).toEqual(['rejected']);
  });
});

describe("the user's lists", () => {
  const machines = [
    machine('cheap', 'L4', 1, 1),
    machine('middle', 'L40S', 1, 2),
    machine('dear', 'H100-80GB', 1, 9),
  ];

  it('go before price, machine types before GPUs', () => {
    const asked = { gpuOrder: ['L4', 'L40S', 'H100'], instanceTypeOrder: ['dear', 'middle'] };
    const { best, rejected } = choose(request({ machines, ...asked }));
    expect(best?.machine.instanceType).toBe('dear');
    for (const { kind, because } of rejected) {
      expect([kind, because]).toEqual(['order', 'works, but dear (H100-80GB) comes first in the list given']);
    }
    expect(rejected).toHaveLength(2);
  });

  it('may name a GPU with or without its memory', () => {
    for (const name of ['h100', 'H100-80GB', 'H100 80GB']) {
      expect(choose(request({ machines, gpuOrder: [name] })).best?.machine.instanceType).toBe('dear');
    }
  });

  it('let price decide within one GPU', () => {
    const two = [machine('one', 'L40S', 1, 3), machine('other', 'L40S', 1, 2), machine('l4', 'L4', 1, 1)];
    const { best, rejected } = choose(request({ machines: two, gpuOrder: ['L40S'] }));
    expect(best?.machine.instanceType).toBe('other');
    expect(rejected.map(({ instanceType, kind }) => [instanceType, kind])).toEqual([
      ['one', 'dearer'],
      ['l4', 'order'],
    ]);
  });
});

describe('what is rejected', () => {
  it('has the nearest of each kind last', () => {
    const slow = { slo: { ttftMs: 5000, interTokenMs: 3 } };
    const order = (machines: GpuMachine[]) => rejectedBy({ machines, ...slow }).map(([name]) => name);
    const near = machine('near', 'H100', 1, 7);
    const far = machine('far', 'L4', 1, 1);
    expect(order([near, far])).toEqual(['far', 'near']);
    expect(order([far, near])).toEqual(['far', 'near']);
  });

  it('may be a slice of a GPU, which is refused aloud', () => {
    const [first, ...others] = rejectedBy({ machines: [machine('slice', 'A10', 0.5, 1)] });
    expect(first?.slice(0, 2)).toEqual(['slice', 'unsupported']);
    expect(others).toEqual([]);
  });

  it('because of its GPUs names the split that was asked for', () => {
    expect(rejectedBy({ machines: [machine('l4', 'L4', 1, 1)], tensorParallel: 4 })).toEqual([
      ['l4', 'shape', 'tensorParallel 4 needs as many GPUs; l4 has 1'],
    ]);
  });

  it('because of its host counts every engine', () => {
    const host = (others: Partial<GpuMachine>) =>
      rejectedBy({ machines: [machine('m', 'L40S', 4, 1, others)], tensorParallel: 2 });
    expect(host({ vcpus: 8 })).toEqual([
      ['m', 'host', 'needs 9 vCPUs for 2 engines and what runs beside them; has 8'],
    ]);
    expect(host({ memoryGiB: 23 })).toEqual([
      ['m', 'host', 'needs 24 GiB of host memory for 2 engines and what runs beside them; has 23'],
    ]);
    expect(host({ vcpus: 9, memoryGiB: 24 })).toEqual([]);
  });

  it('for too much load says what it holds and how many would do, at whose price', () => {
    const one = machine('m', 'L40S', 1, 2);
    const asked = (requestsPerSecond: number, maxMachines: number) => ({
      machines: [one],
      load: { requestsPerSecond, inputTokens: 500, outputTokens: 200 },
      maxMachines,
    });
    const each = choose(request(asked(0.1, 1))).best?.speed.requestsPerSecondCapacity as number;
    const { rejected } = choose(request(asked(each * 7.5, 3)));
    expect(rejected).toEqual([
      expect.objectContaining({
        kind: 'too-small',
        usdPerMonth: 2 * 730 * 8,
        because: `holds ${figure(each * 3)} of ${figure(each * 7.5)} requests/s within the service level; 8 machines would do`,
      }),
    ]);
    // what is just held needs no machine more
    expect(choose(request(asked(each * 3, 3))).best).toMatchObject({
      machines: 3,
      speed: { requestsPerSecondCapacity: expect.closeTo(each * 3, 9) },
    });
    expect(choose(request(asked(each * 3.01, 4))).best?.machines).toBe(4);
  });

  it('for too little memory by a hair says that it is too near', () => {
    const machines = [machine('l4', 'L4', 1, 1)];
    const at = (maxContext: number) => rejectedBy({ machines, maxContext });
    const contexts = Array.from({ length: 40 }, (_, step) => 8192 + step * 1024);
    const outcomes = contexts.map((maxContext) => at(maxContext)[0]?.[2] ?? 'works');
    const tight = outcomes.filter((each) => each.endsWith(', too near for a prediction to be relied on'));
    expect(tight.length).toBeGreaterThan(1);
    expect(outcomes.at(-1)).toMatch(/^Qwen\/Qwen3-8B needs .* at utilization 0\.\d+$/);
  });

  it('for slowness names the limit that is missed', () => {
    const machines = [machine('l4', 'L4', 1, 1)];
    const [first] = rejectedBy({ machines, slo: { ttftMs: 30, interTokenMs: 1 } });
    expect(first?.[1]).toBe('too-slow');
    expect(first?.[2]).toMatch(/^first token after \d+ ms alone on the machine; the limit is 30 ms$/);
    const [gaps] = rejectedBy({ machines, slo: { ttftMs: 9000, interTokenMs: 1 } });
    expect(gaps?.[2]).toMatch(/^\d+\.\d ms between tokens alone on the machine; the limit is 1 ms$/);
    const embedding = {
      model: model('BAAI/bge-m3'),
      task: 'embedding' as const,
      load: { requestsPerSecond: 1, inputTokens: 400, outputTokens: 0 },
    };
    const [answer] = rejectedBy({ ...embedding, machines, slo: { ttftMs: 10, interTokenMs: 1 } });
    const { steps } = engineShape(request(embedding), gpu('L4'), 1, 'none');
    expect(answer?.[2]).toBe(
      `first token after ${Math.round(ttftP95Ms(promptSpeed(steps, 1)))} ms alone on the machine; the limit is 10 ms`,
    );
  });

  it('names the nearest of two that are slow by their first token', () => {
    const load = { requestsPerSecond: 0.1, inputTokens: 6000, outputTokens: 10 };
    const slow = (ttftMs: number, machines: GpuMachine[]) =>
      rejectedBy({ machines, load, slo: { ttftMs, interTokenMs: 1000 } }).map(([name]) => name);
    const machines = [machine('h100', 'H100', 1, 7), machine('l4', 'L4', 1, 1)];
    expect(slow(40, machines)).toEqual(['l4', 'h100']);
    expect(slow(40, [...machines].reverse())).toEqual(['l4', 'h100']);
  });
});

describe('a candidate', () => {
  it('says what it holds and how fast it is', () => {
    const machines = [machine('m', 'L40S', 2, 2)];
    const { best } = choose(request({ machines, tensorParallel: 1 }));
    const { speed, because, copiesPerMachine } = best as NonNullable<typeof best>;
    expect(copiesPerMachine).toBe(2);
    expect(because).toBe(
      `holds ${figure(speed.requestsPerSecondCapacity)} requests/s for 1.00 at peak; first token ${Math.round(speed.ttftMs)} ms (limit 2000), ${figure(speed.interTokenMs)} ms between tokens (limit 100)`,
    );
  });

  it('uses links between GPUs only where both GPU and machine have them', () => {
    const speed = (name: string, nvlink: boolean) =>
      choose(request({ machines: [machine('m', name, 4, 9, { nvlink })], tensorParallel: 4 })).best?.speed
        .interTokenMs as number;
    expect(speed('A100-80GB', true)).toBeLessThan(speed('A100-80GB', false));
    expect(speed('L40S', true)).toBe(speed('L40S', false));
  });
});

describe('an engine', () => {
  const asked = request({ load: { requestsPerSecond: 1, inputTokens: 500, outputTokens: 200 } });
  const tokens = (name: string, others: Partial<SizingRequest> = {}, change: Partial<Gpu> = {}) =>
    engineShape({ ...asked, ...others }, { ...gpu(name), ...change }, 1, 'none').maxBatchedTokens;

  it('takes larger prompt chunks on Hopper and later with at least 70 GiB', () => {
    expect(tokens('H100')).toBe(8192);
    expect(tokens('A100-80GB')).toBe(2048);
    expect(tokens('L40S')).toBe(2048);
    expect(tokens('H100', {}, { memoryGiB: 70, computeCapability: 9 })).toBe(8192);
    expect(tokens('H100', {}, { memoryGiB: 69 })).toBe(2048);
    expect(tokens('H100', {}, { computeCapability: 8.9 })).toBe(2048);
    const embedding = { model: model('BAAI/bge-m3'), task: 'embedding' as const };
    expect(tokens('L4', { ...embedding, maxContext: 8192 })).toBe(8192);
    expect(tokens('L4', { ...embedding, maxContext: 512 })).toBe(2048);
    expect(tokens('L4', { maxContext: 4096 })).toBe(2048);
  });

  it('has places for a quarter more than the service level allows, from 16 to 256, in powers of two', () => {
    const shape = (interTokenMs: number, name = 'L40S') =>
      engineShape({ ...asked, slo: { ttftMs: 1e5, interTokenMs } }, gpu(name), 1, 'none');
    for (const limit of [24, 30, 40, 60, 100, 200, 1000]) {
      const { maxSequences, capacity } = shape(limit);
      const running = capacity?.speed.running ?? 0;
      const wanted = 2 ** Math.ceil(Math.log2(Math.max(16, running * 1.25)));
      if (running > 0) expect([limit, maxSequences]).toEqual([limit, Math.min(256, wanted)]);
    }
    expect(shape(30).maxSequences).toBeLessThan(256);
    expect(shape(1e5, 'H200').maxSequences).toBe(256);
    // even one sequence is too slow, or does not fit
    expect(shape(1)).toMatchObject({ maxSequences: 16 });
    expect(shape(1)).not.toHaveProperty('capacity');
    expect(shape(100, 'T4')).toMatchObject({ maxSequences: 16, memory: { fitsSafely: false } });
  });

  it('has its speed at the stated load, and its capacity at the service level', () => {
    const shape = engineShape(asked, gpu('L40S'), 1, 'none');
    const capacity = shape.capacity as NonNullable<typeof shape.capacity>;
    const at = speedAtLoad(shape, capacity, 3, asked);
    const running = runningAt(shape.steps, 1 / 3, capacity.speed.running, false);
    const steady = steadySpeed(shape.steps, running);
    const planned = plannedRequestsPerSecond(capacity);
    expect(planned).toBeCloseTo(capacity.speed.requestsPerSecond * 0.8, 9);
    expect(at.sequencesInFlight).toBe(capacity.speed.running);
    expect(at.requestsPerSecondCapacity).toBeCloseTo(planned * 3, 9);
    expect(at.outputTokensPerSecond).toBeCloseTo(planned * 3 * 200, 6);
    expect(at.ttftMs).toBeCloseTo(ttftP95Ms(steady), 6);
    expect(at.interTokenMs).toBeCloseTo(steady.interTokenMs, 6);
    expect(at.requestsInFlight).toBeCloseTo(running * 3, 6);
  });

  it('of embeddings shares steps at the stated load', () => {
    const load = { requestsPerSecond: 30, inputTokens: 300, outputTokens: 0 };
    const embedding = { ...asked, model: model('BAAI/bge-m3'), task: 'embedding' as const, load };
    const shape = engineShape(embedding, gpu('L4'), 1, 'none');
    const capacity = shape.capacity as NonNullable<typeof shape.capacity>;
    expect(capacity.speed).toEqual(promptSpeed(shape.steps, capacity.speed.running));
    const at = speedAtLoad(shape, capacity, 1, embedding);
    const running = runningAt(shape.steps, 30, capacity.speed.running, true);
    expect(at).toMatchObject({ outputTokensPerSecond: 0, interTokenMs: 0 });
    expect(at.ttftMs).toBeCloseTo(ttftP95Ms(promptSpeed(shape.steps, running)), 6);
    expect(at.requestsInFlight).toBeCloseTo(running, 9);
  });

  it('takes two cores and one for each GPU, 4 GiB and 3 for each GPU', () => {
    expect([1, 2, 8].map(engineHost)).toEqual([
      { vcpus: 3, memoryGiB: 7 },
      { vcpus: 4, memoryGiB: 10 },
      { vcpus: 10, memoryGiB: 28 },
    ]);
  });

  it('costs the price of how it is bought', () => {
    const spot = machine('m', 'L4', 1, 3, { usdPerHourSpot: 1 });
    expect(usdPerHour(spot, 'on-demand')).toBe(3);
    expect(usdPerHour(spot, 'spot')).toBe(1);
    expect(usdPerHour(machine('m', 'L4', 1, 3), 'spot')).toBe(3);
    expect(usdPerHour(machine('m', 'L4', 1, null), 'on-demand')).toBeNull();
  });
});

describe('the form of a model', () => {
  const change = (others: Partial<Model>) => ({ ...model('Qwen/Qwen3-8B'), ...others });

  it('is awq or gptq only where the checkpoint is', () => {
    const name = 'Qwen/Qwen3-8B';
    for (const kind of ['awq', 'gptq'] as const) {
      expect(unsupportedForm(change({}), kind, 'auto', gpu('L4'))).toBe(
        `${name} is a bf16 checkpoint, not ${kind}: name the quantized checkpoint as source`,
      );
      expect(unsupportedForm(change({ dtype: 'int4' }), kind, 'auto', gpu('L4'))).toBeUndefined();
    }
    expect(unsupportedForm(change({ dtype: 'int4' }), 'fp8', 'auto', gpu('L4'))).toBe(
      `${name} is already in 4 bits: quantization fp8 needs a 16-bit or fp8 checkpoint`,
    );
    expect(unsupportedForm(change({ dtype: 'int4' }), 'none', 'auto', gpu('L4'))).toBeUndefined();
    expect(unsupportedForm(change({ dtype: 'fp8' }), 'fp8', 'auto', gpu('L4'))).toBeUndefined();
    expect(unsupportedForm(change({}), 'fp8', 'fp8', { ...gpu('L4'), computeCapability: 8 })).toBeUndefined();
    expect(unsupportedForm(change({}), 'none', 'auto', gpu('T4'))).toBeUndefined();
  });

  it('has weights of its checkpoint, of 8 bits or of 4', () => {
    const formats = (['none', 'fp8', 'awq', 'gptq'] as const).map((kind) => weightFormat(change({}), kind));
    expect(formats).toEqual(['bf16', 'fp8', 'int4', 'int4']);
  });

  it.each([
    ['google/gemma-2-9b-it', true],
    ['google/gemma3-4b', true],
    ['google/Gemma-3-4b-it', true],
    ['google/gemma-1-7b', false],
    ['google/gemma-4-9b', false],
  ])('of %s in float16 overflows: %s', (id, overflows) => {
    const without = unsupportedForm(change({ id }), 'none', 'auto', gpu('T4'));
    expect(without).toBe(overflows ? 'T4 has no bfloat16, and Gemma 2 and 3 overflow in float16' : undefined);
    expect(unsupportedForm(change({ id }), 'none', 'auto', gpu('L4'))).toBeUndefined();
  });
});

describe('the split of a model', () => {
  const dense = { ...model('Qwen/Qwen3-8B'), attentionHeads: 32, kvHeads: 8, mlpWidth: 1024, experts: null };
  const split = (others: Partial<Model>, over: number, format: 'bf16' | 'fp8' | 'int4' = 'bf16') =>
    unsplittable({ ...dense, expertWidth: null, ...others }, over, format);

  it('over one GPU is none', () => {
    expect(split({ attentionHeads: 7, mlpWidth: 13 }, 1, 'int4')).toBeUndefined();
  });

  it('divides KV heads, or repeats them', () => {
    expect(split({}, 8)).toBeUndefined();
    expect(split({ kvHeads: 2 }, 8)).toBeUndefined();
    expect(split({ kvHeads: 1 }, 4)).toBeUndefined();
    expect(split({ attentionHeads: 24, kvHeads: 6 }, 4)).toBe(
      'tensorParallel 4 and 6 KV heads do not divide each other',
    );
    expect(split({ attentionHeads: 24, kvHeads: 6, attention: 'mla' }, 4)).toBeUndefined();
    expect(split({ attentionHeads: 32, kvHeads: 3 }, 8)).toBe(
      'tensorParallel 8 and 3 KV heads do not divide each other',
    );
  });

  it('divides the width of the MLP, or of an expert', () => {
    expect(split({ mlpWidth: 1002 }, 4)).toBe('tensorParallel 4 does not divide the MLP width of 1002');
    expect(split({ mlpWidth: 1002, expertWidth: 768 }, 4)).toBeUndefined();
    expect(split({ expertWidth: 770 }, 4)).toBe('tensorParallel 4 does not divide the MLP width of 770');
    expect(split({ mlpWidth: null }, 4, 'int4')).toBeUndefined();
  });

  it('keeps quantization groups whole where the checkpoint has them', () => {
    const groups = 'an MLP width of 768 over 4 GPUs is not a multiple of the quantization group of 128';
    expect(split({ mlpWidth: 768 }, 4)).toBeUndefined();
    expect(split({ mlpWidth: 768 }, 4, 'int4')).toBe(groups);
    expect(split({ mlpWidth: 768, dtype: 'fp8' }, 4, 'fp8')).toBe(groups);
    // quantized at load, by channel
    expect(split({ mlpWidth: 768 }, 4, 'fp8')).toBeUndefined();
    expect(split({ mlpWidth: 1024 }, 4, 'int4')).toBeUndefined();
    expect(split({ mlpWidth: 768 }, 2, 'int4')).toBeUndefined();
  });
});

it('writes figures with three digits, or all above a hundred', () => {
  expect([0.123456, 1, 12.345, 99.94, 100, 123.6, 4567.8].map(figure)).toEqual([
    '0.123',
    '1.00',
    '12.3',
    '99.9',
    '100',
    '124',
    '4568',
  ]);
});
