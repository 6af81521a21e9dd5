import { describe, expect, it } from 'vitest';
import { ran } from './fake-terminal';

const one = { id: 'a', model: 'Qwen/Qwen3-8B', gpu: 'L4', maxModelLen: 8192 };

async function answers(cases: unknown) {
  const { code, out } = await ran(['fit', '--input', '-', '--json'], { input: JSON.stringify(cases) });
  expect(code).toBe(0);
  return JSON.parse(out);
}

describe('fit', () => {
  it('tells whether a model fits, its cache and its speed', async () => {
    const { code, out } = await ran([
      'fit',
      '--model',
      'Qwen/Qwen3-8B',
      '--gpu',
      'L4',
      '--max-context',
      '8192',
      '--json',
    ]);
    expect(code).toBe(0);
    const answer = JSON.parse(out);
    expect(answer).toMatchObject({ id: 'Qwen/Qwen3-8B', fits: true });
    expect(answer.kvCacheTokens).toBeGreaterThan(8192);
    expect(answer.interTokenMs).toBeGreaterThan(10);
  });

  it('passes each option on: less memory for the engine leaves a smaller cache', async () => {
    const tokens = async (...more: string[]) =>
      JSON.parse((await ran(['fit', '--model', 'Qwen/Qwen3-8B', '--gpu', 'L40S', '--json', ...more])).out)
        .kvCacheTokens;
    const all = await tokens();
    expect(await tokens('--utilization', '0.7')).toBeLessThan(all);
    expect(await tokens('--kv-cache-dtype', 'fp8')).toBeGreaterThan(all);
    expect(await tokens('--weights-dtype', 'fp8')).toBeGreaterThan(all);
    expect(await tokens('--tensor-parallel', '2')).toBeGreaterThan(all);
    expect(await tokens('--max-batched-tokens', '16384')).toBeLessThan(all);
  });

  it.each([
    [['fit'], 'fit needs --model and --gpu'],
    [['fit', '--model', 'Qwen/Qwen3-8B', '--gpu', 'L5'], 'L5 is not in the table of GPUs'],
    [['fit', '--model', 'Qwen/Qwen3-9B', '--gpu', 'L4'], 'Qwen/Qwen3-9B is not in the catalogue'],
    [['fit', '--model', 'a', '--gpu', 'L4', '--utilization', '92'], '--utilization 92 is no share'],
    [['fit', '--model', 'a', '--gpu', 'L4', '--concurrency', 'many'], 'many is no whole number'],
  ])('%j is refused', async (argv, message) => {
    const { code, err } = await ran(argv);
    expect(code).toBe(1);
    expect(err).toContain(message);
  });
});

describe('fit --input', () => {
  it('answers in the order of the cases', async () => {
    const [first, second] = await answers([
      { ...one, id: 2 },
      { ...one, id: 'b', gpu: 'T4' },
    ]);
    expect(first).toMatchObject({ id: 2, fits: true });
    expect(second).toMatchObject({ id: 'b', fits: false });
  });

  it('takes null for not stated, and ignores other keys', async () => {
    const [plain, withMore] = await answers([
      one,
      { ...one, tensorParallel: null, modelFacts: null, colour: 'red' },
    ]);
    expect(withMore).toEqual(plain);
  });

  it.each([
    [5, 'a case is an object'],
    [null, 'a case is an object'],
    [{ model: 'a', gpu: 'L4' }, '`id` must be a text or a number'],
    [{ id: 1, gpu: 'L4' }, '`model` is missing'],
    [{ ...one, gpu: 4 }, '`gpu` must be a text'],
    [{ ...one, tensorParallel: '2' }, '`tensorParallel` must be a whole number above 0'],
    [{ ...one, maxModelLen: -1 }, '`maxModelLen` must be a whole number above 0'],
    [{ ...one, tensorParallel: 1.5 }, '`tensorParallel` must be a whole number above 0'],
    [{ ...one, inputTokens: -1 }, '`inputTokens` must be a number of at least 0'],
    [{ ...one, engineVersion: {} }, '`engineVersion` must be a text or a number'],
    [{ ...one, gpuMemoryUtilization: 0 }, '`gpuMemoryUtilization` must be a number above 0'],
    [{ ...one, modelFacts: [] }, '`modelFacts` is an object'],
  ])('answers %j with nulls and the reason, beside the others', async (entry, reason) => {
    const [bad, good] = await answers([entry, one]);
    expect(bad).toMatchObject({ fits: null, kvCacheTokens: null, outputTokensPerSecond: null });
    expect(bad.because).toContain(reason);
    expect(good.fits).toBe(true);
  });

  it.each([
    ['{', 'is not JSON'],
    ['{}', 'must be an array of cases'],
  ])('refuses %s', async (input, message) => {
    const { code, err } = await ran(['fit', '--input', '-'], { input });
    expect(code).toBe(1);
    expect(err).toContain(`standard input ${message}`);
  });

  it('tells memory all the same where a load of nothing is stated', async () => {
    const [plain, idle] = await answers([one, { ...one, concurrency: 0, inputTokens: 0, outputTokens: 0 }]);
    expect(idle).toEqual(plain);
    expect(idle).toMatchObject({ fits: true, outputTokensPerSecond: null });
  });

  it('answers a thousand cases', async () => {
    const cases = Array.from({ length: 1000 }, (_, id) => ({
      ...one,
      id,
      concurrency: 1 + (id % 64),
      inputTokens: 1000,
      outputTokens: 300,
    }));
    const told = await answers(cases);
    expect(told).toHaveLength(1000);
    expect(told[999]).toMatchObject({ id: 999, fits: true });
  });
});
