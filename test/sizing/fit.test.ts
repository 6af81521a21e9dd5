import { describe, expect, it } from 'vitest';
import { findGpu, type Gpu } from '../../lib/catalog/gpus';
import { images } from '../../lib/catalog/images';
import { models } from '../../lib/catalog/models';
import { minorVersion, plannedVersion, vllmDefaults } from '../../lib/sizing/engine-defaults';
import { fit as answerTo, fitReport } from '../../lib/sizing/fit';
import { weightFormatOf } from '../../lib/sizing/geometry';

const within = (predicted: number | null, measured: number, share: number) =>
  expect(Math.abs((predicted ?? Number.NaN) / measured - 1)).toBeLessThan(share);

describe('an answer', () => {
  it('has memory and speed, from the defaults of the version where nothing is stated', () => {
    const answer = answerTo({
      id: 'a',
      model: 'Qwen/Qwen2.5-7B-Instruct',
      gpu: 'H100',
      engineVersion: '0.19.0',
      gpuMemoryUtilization: 0.95,
      concurrency: 16,
      inputTokens: 500,
      outputTokens: 200,
    });
    expect(Object.keys(answer)).toEqual([
      'id',
      'fits',
      'kvCacheTokens',
      'outputTokensPerSecond',
      'ttftMs',
      'interTokenMs',
      'because',
    ]);
    expect(answer).toMatchObject({ id: 'a', fits: true });
    // 1,096,000: llm-d planner accuracy report, vLLM 0.19.0 on H100
    within(answer.kvCacheTokens, 1_096_000, 0.01);
    expect(answer.outputTokensPerSecond).toBeGreaterThan(1000);
  });

  it('names GPUs with the memory left out or after a space', () => {
    const tokens = (gpu: string) => answerTo({ id: 1, model: 'Qwen/Qwen3-8B', gpu }).kvCacheTokens;
    expect(new Set(['H100', 'H100-80GB', 'h100 80GB', 'H100 80GB SXM'].map(tokens)).size).toBe(1);
    expect(new Set(['L4', 'L4 24GB', 'NVIDIA L4'].map(tokens)).size).toBe(1);
  });

  it('knows quantized variants by their id', () => {
    const whole = answerTo({
      id: 1,
      model: 'Qwen/Qwen3-32B',
      gpu: 'A100-80GB-PCIe',
      engineVersion: '0.19.0',
      maxModelLen: 8192,
    });
    const awq = answerTo({
      id: 2,
      model: 'Qwen/Qwen3-32B-AWQ',
      gpu: 'A100-80GB-PCIe',
      engineVersion: '0.19.0',
      maxModelLen: 8192,
    });
    // cssnoeasy/a100-vllm-benchmark-blog, 2026-08: 39,200 and 214,272 tokens
    within(whole.kvCacheTokens, 39_200, 0.02);
    within(awq.kvCacheTokens, 214_272, 0.02);
  });

  it('takes GPUs that are not split otherwise as tensor parallel', () => {
    const stated = answerTo({ id: 1, model: 'Qwen/Qwen3-32B', gpu: 'L40S', gpuCount: 4, tensorParallel: 4 });
    expect(answerTo({ id: 1, model: 'Qwen/Qwen3-32B', gpu: 'L40S', gpuCount: 4 })).toEqual(stated);
  });

  it('keeps memory and leaves speed open where the load is not stated', () => {
    expect(answerTo({ id: 1, model: 'Qwen/Qwen3-8B', gpu: 'L4', maxModelLen: 8192 })).toMatchObject({
      fits: true,
      outputTokensPerSecond: null,
      ttftMs: null,
      interTokenMs: null,
    });
  });

  it('says no with the numbers', () => {
    const answer = answerTo({
      id: 1,
      model: 'meta-llama/Llama-3.3-70B-Instruct',
      gpu: 'L4',
      gpuCount: 2,
      maxModelLen: 4096,
    });
    expect(answer).toMatchObject({ fits: false, kvCacheTokens: 0, outputTokensPerSecond: null });
    expect(answer.because).toMatch(
      /^meta-llama\/Llama-3\.3-70B-Instruct needs 6\d\.\d GiB on each of 2 GPUs with one request of 4096 tokens; L4 has 20\.3 GiB at utilization 0\.92$/,
    );
  });

  it('reads geometry from modelFacts, before the catalogue', () => {
    const modelFacts = {
      params_billion_total: 8.19,
      num_layers: 36,
      hidden_size: 4096,
      num_attention_heads: 32,
      num_kv_heads: 8,
      head_dim: 128,
      default_dtype: 'bfloat16',
      weights_gib: 15.26,
      vocab_size: 151936,
      mlp_width: 12288,
    };
    const known = answerTo({ id: 1, model: 'Qwen/Qwen3-8B', gpu: 'L40S', maxModelLen: 8192 });
    const told = answerTo({ id: 1, model: 'mine/like-qwen', gpu: 'L40S', maxModelLen: 8192, modelFacts });
    expect(told.kvCacheTokens).toBe(known.kvCacheTokens);
    expect(
      answerTo({
        id: 1,
        model: 'Qwen/Qwen3-8B',
        gpu: 'L40S',
        maxModelLen: 8192,
        modelFacts: { ...modelFacts, num_kv_heads: 4 },
      }).kvCacheTokens,
    ).toBeGreaterThan(1.9 * (known.kvCacheTokens ?? 0));
  });

  it('gives a range for a flood', () => {
    const flood = answerTo({
      id: 1,
      model: 'Qwen/Qwen3-8B',
      gpu: 'L40S',
      maxModelLen: 4096,
      arrival: 'burst',
      requests: 1000,
      inputTokens: 200,
      outputTokens: 200,
    });
    const [, low, high] = /expect (\d+) to (\d+) output tokens\/s$/.exec(flood.because) ?? [];
    expect(Number(low)).toBeCloseTo((flood.outputTokensPerSecond ?? 0) * 0.65, -1);
    expect(Number(high)).toBeCloseTo((flood.outputTokensPerSecond ?? 0) * 1.35, -1);
    expect(flood.ttftMs).toBeGreaterThan(1000);
  });

  it.each([
    [
      'a model it does not know',
      { model: 'Qwen/Qwen3-9B' },
      /^Qwen\/Qwen3-9B is not in the catalogue: did you mean .*Qwen\/Qwen3-8B/,
    ],
    ['a GPU it does not know', { gpu: 'MI300X' }, /^MI300X is not in the table of GPUs: T4, L4/],
    [
      'weights of a kind that is not modelled',
      { weightsDtype: 'ternary' },
      /^weights of kind ternary are not modelled: 16 bit, fp8 and 4 bit are$/,
    ],
    [
      'facts without the shape',
      { model: 'acme/own', modelFacts: { params_billion_total: 8 } },
      /^modelFacts needs params_billion_total \(or weights_gib\), num_layers, hidden_size and num_attention_heads$/,
    ],
  ])('is null for %s, and says so', (_, others, because) => {
    const answer = answerTo({ id: 1, model: 'Qwen/Qwen3-8B', gpu: 'L4', ...others });
    expect(answer).toMatchObject({
      fits: null,
      kvCacheTokens: null,
      outputTokensPerSecond: null,
      ttftMs: null,
      interTokenMs: null,
    });
    expect(answer.because).toMatch(because);
  });

  it('tells no cache size of engines that divide memory in another way', () => {
    const answer = answerTo({
      id: 1,
      model: 'Qwen/Qwen3-8B',
      gpu: 'L40S',
      engine: 'sglang',
      concurrency: 8,
      inputTokens: 100,
      outputTokens: 100,
    });
    expect(answer.kvCacheTokens).toBeNull();
    expect(answer.outputTokensPerSecond).toBeGreaterThan(100);
  });
});

describe('the report', () => {
  it('lists label and value, the reason last', () => {
    const lines = fitReport({
      id: 1,
      model: 'Qwen/Qwen3-8B',
      gpu: 'L4',
      maxModelLen: 8192,
      concurrency: 4,
      inputTokens: 500,
      outputTokens: 100,
    });
    expect(lines.map(([label]) => label)).toEqual([
      'fits',
      'weights per GPU',
      'activations',
      'other',
      'KV cache per GPU',
      'requests of full context at once',
      'KV cache tokens',
      'output tokens/s',
      'first token',
      'between tokens',
      'because',
    ]);
    expect(lines[0]).toEqual(['fits', 'yes']);
    expect(lines[1]).toEqual(['weights per GPU', '15.29 GiB']);
  });
});

describe('what a version does by default', () => {
  it.each([
    ['0.11.2', 11],
    ['v0.19', 19],
    ['0.31.0+cu130', 31],
    ['0.20.1+transformers-5.8.1', 20],
    ['V1, 2025-08', 10],
    ['V1', 10],
    ['V0, 2025-03', 7],
    ['2026-02', 15],
    ['not stated, 2025', 9],
    ['not stated', undefined],
    [undefined, undefined],
    [null, undefined],
  ])('reads %s as 0.%s', (text, minor) => {
    expect(minorVersion(text)).toBe(minor);
  });

  it.each([
    ['H100', true, 19, [0.9, 8192, 1024, 'outside']],
    ['H100', true, 22, [0.92, 8192, 1024, 'inside']],
    ['H100', true, 27, [0.92, 8192, 1024, 'outside']],
    ['H100', false, 27, [0.92, 8192, 1024, 'inside']],
    ['H100', false, 33, [0.92, 8192, 1024, 'outside']],
    ['A100-80GB', true, 19, [0.9, 2048, 256, 'outside']],
    ['A100-80GB', true, 31, [0.92, 8192, 1024, 'outside']],
    ['L4', true, 31, [0.92, 2048, 256, 'outside']],
  ])('%s, dense %s, 0.%i', (gpu, dense, minor, expected) => {
    const defaults = vllmDefaults({ gpu: findGpu(gpu) as Gpu, dense }, minor);
    expect([
      defaults.gpuMemoryUtilization,
      defaults.maxBatchedTokens,
      defaults.maxSequences,
      defaults.graphs,
    ]).toEqual(expected);
  });

  it('is that of the pinned version where none is named', () => {
    const served = { gpu: findGpu('L4') as Gpu, dense: true };
    expect(vllmDefaults(served, undefined)).toEqual(vllmDefaults(served, plannedVersion));
    expect(images.engine.version).toMatch(new RegExp(`^0\\.${plannedVersion}\\.`));
  });

  it.each([
    ['bfloat16', 'bf16'],
    ['fp16 (inferred)', 'fp16'],
    ['fp8 (online, weight only)', 'fp8'],
    ['awq int4', 'int4'],
    ['gptq w4a16', 'int4'],
    ['mxfp4', 'int4'],
    ['', undefined],
  ])('takes weights of kind "%s" as %s', (text, format) => {
    expect(weightFormatOf(text)).toBe(format);
  });
});

it('answers every catalogued model on every size without a throw', () => {
  for (const { id } of models()) {
    const answer = answerTo({
      id,
      model: id,
      gpu: 'H200',
      gpuCount: 8,
      concurrency: 8,
      inputTokens: 100,
      outputTokens: 100,
    });
    expect(answer.fits).not.toBeNull();
  }
});
