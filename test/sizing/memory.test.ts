import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findGpu, type Gpu, gpus } from '../../lib/catalog/gpus';
import { models } from '../../lib/catalog/models';
import { kvShape, sequenceKvBytes } from '../../lib/sizing/kv';
import { fitMemory, type MemoryInput, safeUtilization, visibleMemoryGiB } from '../../lib/sizing/memory';
import { hasVision } from '../../lib/sizing/shapes';
import { model } from './a-request';

const gpu = (name: string): Gpu => findGpu(name) as Gpu;

/** Qwen3-8B as vLLM 0.19 serves it by default on an H100. */
const input = (others: Partial<MemoryInput> = {}): MemoryInput => ({
  model: model('Qwen/Qwen3-8B'),
  weightFormat: 'bf16',
  kvCacheDtype: 'auto',
  gpu: gpu('H100'),
  tensorParallel: 1,
  gpuMemoryUtilization: 0.95,
  maxContext: 8192,
  maxSequences: 1024,
  maxBatchedTokens: 8192,
  graphs: 'outside',
  engineMinor: 19,
  ...others,
});

/** vLLM 0.19 on H100 at utilization 0.95: accuracy report of the llm-d planner, 2026. */
const report = 'llm-d planner accuracy report, vLLM 0.19.0, 2026';

describe('start-up memory, part by part', () => {
  it.each([
    [
      'weights of Llama-3.1-8B',
      14.99,
      'weightsGiBPerGpu',
      { model: model('meta-llama/Llama-3.1-8B-Instruct') },
      report,
    ],
    [
      'weights over two GPUs',
      7.51,
      'weightsGiBPerGpu',
      { model: model('meta-llama/Llama-3.1-8B-Instruct'), tensorParallel: 2 },
      report,
    ],
    [
      'weights converted to fp8 at load',
      8.49,
      'weightsGiBPerGpu',
      { model: model('meta-llama/Llama-3.1-8B-Instruct'), weightFormat: 'fp8' },
      report,
    ],
    [
      'weights of the fullest of four stages',
      4.26,
      'weightsGiBPerGpu',
      { model: model('meta-llama/Llama-3.1-8B-Instruct'), pipelineParallel: 4 },
      report,
    ],
    [
      'weights of Qwen3-8B in AWQ',
      5.709,
      'weightsGiBPerGpu',
      { weightFormat: 'int4' },
      'public start-up log, vLLM 0.10.2 on L40S',
    ],
    [
      'weights of Llama-3.3-70B in fp8',
      67.7,
      'weightsGiBPerGpu',
      { model: model('meta-llama/Llama-3.3-70B-Instruct'), weightFormat: 'fp8' },
      'public start-up log, 2025',
    ],
    [
      'sampler of Llama-3.1-8B',
      1.89,
      'activationGiB',
      { model: model('meta-llama/Llama-3.1-8B-Instruct') },
      report,
    ],
    [
      'sampler of Qwen2.5-7B, not divided by tensor parallelism',
      2.21,
      'activationGiB',
      { model: model('Qwen/Qwen2.5-7B-Instruct'), tensorParallel: 4 },
      report,
    ],
    ['sampler of Gemma 2', 3.62, 'activationGiB', { model: model('google/gemma-2-9b-it') }, report],
    [
      'sampler before 0.17',
      5.64,
      'activationGiB',
      { model: model('Qwen/Qwen3-14B'), engineMinor: 15 },
      report,
    ],
    [
      'forward pass where the vocabulary is small',
      0.85,
      'activationGiB',
      { model: model('ibm-granite/granite-3.3-8b-instruct') },
      report,
    ],
    [
      'sampler and expert workspace of Qwen3-30B-A3B',
      2.68,
      'activationGiB',
      { model: model('Qwen/Qwen3-30B-A3B') },
      report,
    ],
    ['what is not PyTorch on one GPU', 0.25, 'nonTorchGiB', {}, report],
    ['what is not PyTorch on two with NVLink', 2.07, 'nonTorchGiB', { tensorParallel: 2 }, report],
    [
      'CUDA graphs of an 8B model',
      0.84,
      'graphsGiB',
      { model: model('meta-llama/Llama-3.1-8B-Instruct') },
      report,
    ],
    [
      'CUDA graphs of a 72B model over four GPUs',
      2.73,
      'graphsGiB',
      { model: model('Qwen/Qwen2.5-72B-Instruct'), gpu: gpu('L40S'), tensorParallel: 4, maxSequences: 256 },
      'public start-up log, vLLM 0.19 on g6e.12xlarge, 2026-04',
    ],
  ] as const)('predicts %s within a tenth (%f GiB)', (_, measured, part, others, source) => {
    expect(source).not.toBe('');
    const predicted = fitMemory(input(others))[part];
    expect(Math.abs(predicted / measured - 1)).toBeLessThan(0.1);
  });

  it.each([
    ['T4', 14.56],
    ['L4', 22.03],
    ['A10', 22.07],
    ['L40S', 44.42],
    ['A100-80GB', 79.25],
    ['H100-80GB', 79.19],
    ['RTX-PRO-6000', 94.97],
  ])('knows what PyTorch sees of a %s (%f GiB, as engines print it)', (name, printed) => {
    expect(Math.abs(visibleMemoryGiB(gpu(name)) - printed)).toBeLessThan(0.1);
  });

  it('takes less than nvidia-smi shows where no print is known', () => {
    for (const card of gpus()) {
      expect(visibleMemoryGiB(card)).toBeLessThan(card.visibleMiB / 1024);
      expect(visibleMemoryGiB(card)).toBeGreaterThan(card.visibleMiB / 1024 - 1.5);
    }
  });

  it('counts CUDA graphs in the budget from vLLM 0.21, and none in eager mode', () => {
    const outside = fitMemory(input());
    const inside = fitMemory(input({ graphs: 'inside' }));
    const none = fitMemory(input({ graphs: 'none' }));
    expect(outside.kvPoolGiBPerGpu - inside.kvPoolGiBPerGpu).toBeCloseTo(inside.graphsGiB, 6);
    expect(none.graphsGiB).toBe(0);
    expect(none.kvPoolGiBPerGpu).toBe(outside.kvPoolGiBPerGpu);
  });
});

describe('the utilization of a plan', () => {
  const asked = (gpuName: string, id: string, tensorParallel = 1, maxSequences = 256) => {
    const { gpuMemoryUtilization: _, ...others } = input({
      gpu: gpu(gpuName),
      model: model(id),
      tensorParallel,
      maxSequences,
    });
    return safeUtilization(others, 0.92);
  };

  it('is the usual one where the rest of the GPU holds the CUDA graphs', () => {
    expect(asked('H100', 'Qwen/Qwen3-8B')).toBe(0.92);
    expect(asked('A100-80GB', 'meta-llama/Llama-3.3-70B-Instruct', 4)).toBe(0.92);
  });

  it('is much less for eight GPUs over PCIe, whose graphs have been seen to take 9.5 GiB', () => {
    expect(asked('L40S', 'meta-llama/Llama-3.3-70B-Instruct', 8)).toBe(0.76);
    expect(44.4 * (1 - asked('L40S', 'meta-llama/Llama-3.3-70B-Instruct', 8))).toBeGreaterThan(9.5);
  });

  it('is less on small GPUs and with many layers over several GPUs', () => {
    expect(asked('L4', 'Qwen/Qwen3-8B')).toBe(0.9);
    expect(asked('T4', 'Qwen/Qwen2.5-1.5B-Instruct')).toBe(0.9);
    expect(asked('L40S', 'Qwen/Qwen2.5-72B-Instruct', 4)).toBe(0.89);
  });

  it('grows with fewer sequences, for which fewer graphs are captured', () => {
    expect(asked('L40S', 'Qwen/Qwen2.5-72B-Instruct', 4, 16)).toBe(0.92);
  });
});

describe('a model that sees', () => {
  it.each([
    ['google/gemma-3-12b-it', true],
    ['mistralai/Mistral-Small-3.2-24B-Instruct-2506', true],
    ['Qwen/Qwen3-VL-32B-Instruct-FP8', true],
    ['Qwen/Qwen3.5-27B', true],
    ['meta-llama/Llama-3.2-11B-Vision-Instruct', true],
    ['Qwen/Qwen3-8B', false],
    ['mistralai/Mistral-Small-24B-Instruct-2501', false],
    ['google/gemma-3-1b-it', false],
  ])('is told by its name: %s %s', (id, sees) => {
    expect(hasVision(id)).toBe(sees);
  });

  it('needs room for images, and a wider margin', () => {
    const blind = fitMemory(input());
    const seeing = fitMemory(input({ vision: true }));
    expect(blind.kvPoolGiBPerGpu - seeing.kvPoolGiBPerGpu).toBeCloseTo(0.3, 6);
    expect(seeing.shortageGiB - blind.shortageGiB).toBeCloseTo(1, 6);
  });
});

describe('the cache', () => {
  it.each([
    ['GQA over fewer GPUs than heads', 'Qwen/Qwen3-8B', 4, 36 * 2 * 2 * 128 * 2],
    ['GQA over more GPUs than heads: repeated', 'Qwen/Qwen2.5-7B-Instruct', 8, 28 * 2 * 1 * 128 * 2],
    ['MLA: whole on every GPU', 'deepseek-ai/DeepSeek-V3-0324', 8, 61 * 576 * 2],
  ])('of one token, %s', (_, id, tensorParallel, bytes) => {
    const shape = kvShape({ model: model(id), tensorParallel, kvCacheDtype: 'auto' });
    expect(sequenceKvBytes(shape, 1)).toBe(bytes);
    expect(shape.loggedBytesPerToken).toBe(bytes);
  });

  it('keeps no more of a sliding layer than its window and what one step adds', () => {
    const shape = kvShape({ model: model('google/gemma-3-27b-it'), tensorParallel: 1, kvCacheDtype: 'auto' });
    const layer = 2 * 16 * 128 * 2;
    expect(shape).toMatchObject({ fullBytesPerToken: 10 * layer, slidingBytesPerToken: 52 * layer });
    expect(sequenceKvBytes(shape, 512)).toBe(62 * layer * 512);
    expect(sequenceKvBytes(shape, 100_000, 2048)).toBe(10 * layer * 100_000 + 52 * layer * 3072);
  });

  it('keeps a state instead of tokens in linear-attention layers, two where prefixes are cached', () => {
    const hybrid = model('Qwen/Qwen3.5-27B');
    const state = 24 * 256 * 128 * 4;
    const bytes = (prefixCaching: boolean) =>
      kvShape({ model: hybrid, tensorParallel: 1, kvCacheDtype: 'auto', prefixCaching }).stateBytes;
    expect(bytes(false)).toBe(48 * state);
    expect(bytes(true)).toBe(2 * 48 * state);
  });

  it('is counted as the log of the version counts it', () => {
    const gemma = { model: model('google/gemma-3-27b-it'), maxContext: 32768 };
    const older = fitMemory(input({ ...gemma, engineMinor: 20 }));
    const newer = fitMemory(input({ ...gemma, engineMinor: 21 }));
    expect(older.kvCacheTokens).toBe(Math.floor((older.kvPoolGiBPerGpu * 2 ** 30) / (62 * 2 * 16 * 128 * 2)));
    expect(newer.kvCacheTokens).toBe(Math.floor(newer.sequencesAtMaxContext * 32768));
    expect(newer.kvCacheTokens).toBeGreaterThan(2 * older.kvCacheTokens);
  });

  it('needs no room for an encoder', () => {
    const fit = fitMemory(input({ model: model('BAAI/bge-m3'), weightFormat: 'fp16', maxContext: 8192 }));
    expect(fit).toMatchObject({
      fits: true,
      kvCacheTokens: 0,
      sequencesAtMaxContext: Number.POSITIVE_INFINITY,
    });
  });
});

describe('whether a model fits', () => {
  it('asks for one sequence of full context, and for a margin before a plan relies on it', () => {
    const tight = fitMemory(
      input({
        gpu: gpu('L4'),
        gpuMemoryUtilization: 0.9,
        maxContext: 16384,
        maxSequences: 256,
        maxBatchedTokens: 2048,
      }),
    );
    expect(tight).toMatchObject({ fits: true, fitsSafely: true });
    const long = fitMemory(
      input({
        gpu: gpu('L4'),
        gpuMemoryUtilization: 0.9,
        maxContext: 40960,
        maxSequences: 256,
        maxBatchedTokens: 2048,
      }),
    );
    expect(long).toMatchObject({ fits: false, fitsSafely: false });
    expect(long.because).toMatch(
      /^needs 21\.\d GiB with one request of 40960 tokens; L4 has 19\.8 GiB at utilization 0\.9$/,
    );
    expect(long.shortageGiB).toBeGreaterThan(1.5);
  });

  const anyInput = fc
    .record({
      model: fc.constantFrom(...models()),
      gpu: fc.constantFrom(...gpus()),
      tensorParallel: fc.constantFrom(1, 2, 4, 8),
      gpuMemoryUtilization: fc.double({ min: 0.5, max: 0.95, noNaN: true }),
      maxContext: fc.integer({ min: 512, max: 131_072 }),
      maxSequences: fc.constantFrom(16, 256, 1024),
      maxBatchedTokens: fc.constantFrom(2048, 8192),
      engineMinor: fc.integer({ min: 8, max: 33 }),
      graphs: fc.constantFrom('inside', 'outside', 'none'),
    })
    .map((others) => input({ ...others, weightFormat: others.model.dtype } as Partial<MemoryInput>));

  it('never becomes worse with more memory', () => {
    fc.assert(
      fc.property(anyInput, fc.integer({ min: 1, max: 100_000 }), (some, moreMiB) => {
        const unnamed = { ...some.gpu, name: 'a card' };
        const before = fitMemory({ ...some, gpu: unnamed });
        const after = fitMemory({ ...some, gpu: { ...unnamed, visibleMiB: unnamed.visibleMiB + moreMiB } });
        expect(after.kvPoolGiBPerGpu).toBeGreaterThanOrEqual(before.kvPoolGiBPerGpu);
        expect(after.kvCacheTokens).toBeGreaterThanOrEqual(before.kvCacheTokens);
        if (before.fits) expect(after.fits).toBe(true);
      }),
      { numRuns: 2000, seed: 4 },
    );
  });

  it('never becomes worse with a smaller context, fewer sequences, an fp8 cache or quantized weights', () => {
    fc.assert(
      fc.property(anyInput, (some) => {
        const before = fitMemory(some);
        const easier: Partial<MemoryInput>[] = [
          { maxContext: Math.ceil(some.maxContext / 2) },
          { maxSequences: 8 },
          { kvCacheDtype: 'fp8' },
          ...(some.weightFormat === 'bf16' ? [{ weightFormat: 'fp8' as const }] : []),
        ];
        for (const change of easier) {
          const after = fitMemory({ ...some, ...change });
          if (before.fits) expect(after.fits).toBe(true);
          if (before.fitsSafely) expect(after.fitsSafely).toBe(true);
        }
      }),
      { numRuns: 2000, seed: 4 },
    );
  });

  it('holds its parts together: budget = weights + activations + rest + pool', () => {
    fc.assert(
      fc.property(anyInput, (some) => {
        const fit = fitMemory(some);
        if (fit.kvPoolGiBPerGpu === 0) return;
        const sum =
          fit.weightsGiBPerGpu +
          fit.activationGiB +
          fit.nonTorchGiB +
          fit.kvPoolGiBPerGpu +
          (some.graphs === 'inside' ? fit.graphsGiB : 0);
        expect(sum).toBeCloseTo(fit.visibleGiB * some.gpuMemoryUtilization, 6);
      }),
      { numRuns: 1000, seed: 4 },
    );
  });
});
