import { describe, expect, it } from 'vitest';
import { findModel, models, nearestModels } from '../../lib/catalog/models';

describe('models', () => {
  it('knows the shape of Qwen3-8B', () => {
    expect(findModel('Qwen/Qwen3-8B')).toMatchObject({
      parametersBillion: 8.19,
      layers: 36,
      kvHeads: 8,
      headDim: 128,
      attention: 'gqa',
      dtype: 'bf16',
      weightsGiB: 15.26,
      kvBytesPerTokenBf16: 147456,
      gated: false,
      license: 'apache-2.0',
    });
  });

  it('finds an id whatever its case', () => {
    expect(findModel(' qwen/QWEN3-8b ')?.id).toBe('Qwen/Qwen3-8B');
    expect(findModel('qwen3-8b')).toBeUndefined();
  });

  it('has a cache of exactly what the attention needs', () => {
    for (const model of models()) {
      const width = model.attention === 'mla' ? 576 : 2 * model.kvHeads * model.headDim;
      expect(model.kvBytesPerTokenBf16, model.id).toBe(model.fullAttentionLayers * width * 2);
    }
  });

  it('has dimensions that fit together', () => {
    for (const model of models()) {
      expect(model.attentionHeads % model.kvHeads, model.id).toBe(0);
      expect(model.fullAttentionLayers, model.id).toBeLessThanOrEqual(model.layers);
      expect(model.activeParametersBillion, model.id).toBeLessThanOrEqual(model.parametersBillion);
      expect((model.experts === null) === (model.expertsPerToken === null), model.id).toBe(true);
      const bits = (model.weightsGiB * 2 ** 30 * 8) / (model.parametersBillion * 1e9);
      const [least, most] = { bf16: [15.5, 16.5], fp16: [15.5, 16.5], fp8: [7.9, 9.5], int4: [4, 6] }[
        model.dtype
      ];
      expect(bits, model.id).toBeGreaterThan(least ?? 0);
      expect(bits, model.id).toBeLessThan(most ?? 0);
    }
  });

  it('says of a model from memory that it is not verified', () => {
    for (const model of models()) {
      if (/from memory/.test(model.source)) expect(model.verified, model.id).toBe(false);
    }
  });

  it.each([
    ['Qwen/Qwen3-31B', 'Qwen/Qwen3-32B'],
    ['llama-3.2-3b', 'meta-llama/Llama-3.2-3B-Instruct'],
    ['meta-llama/Llama-3.3-70B', 'meta-llama/Llama-3.3-70B-Instruct'],
    ['mistral-small', 'mistralai/Mistral-Small-24B-Instruct-2501'],
    ['gpt-oss-20b', 'openai/gpt-oss-20b'],
    ['Qwen/Qwen3-8b-instruct', 'Qwen/Qwen3-8B'],
  ])('for %s offers %s first', (written, id) => {
    expect(nearestModels(written)[0]).toBe(id);
  });

  it('offers the base model and the one that answers', () => {
    expect(nearestModels('llama-3.1-8b').slice(0, 2)).toEqual([
      'meta-llama/Llama-3.1-8B',
      'meta-llama/Llama-3.1-8B-Instruct',
    ]);
  });

  it('offers nothing where nothing is near', () => {
    expect(nearestModels('acme/secret-sauce')).toEqual([]);
    expect(nearestModels('')).toEqual([]);
    expect(nearestModels('x'.repeat(1_000_000))).toEqual([]);
  });
});

describe('quantized variants', () => {
  // sizes that vLLM 0.2x logged for these checkpoints
  it.each([
    ['Qwen/Qwen3-32B-AWQ', 'int4', 18.14],
    ['Qwen/Qwen2.5-7B-Instruct-AWQ', 'int4', 5.29],
    ['Qwen/Qwen2.5-3B-Instruct-AWQ', 'int4', 1.95],
    ['RedHatAI/Qwen3-8B-quantized.w4a16', 'int4', 5.684],
    ['nvidia/Llama-3.3-70B-Instruct-FP8', 'fp8', 67.7],
  ])('%s is %s of about %d GiB', (id, dtype, logged) => {
    const model = findModel(id);
    expect(model).toMatchObject({ id, dtype });
    expect(Math.abs((model?.weightsGiB ?? 0) / logged - 1)).toBeLessThan(0.025);
  });

  it.each([
    ['RedHatAI/Meta-Llama-3.1-8B-Instruct-FP8', 'fp8'],
    ['neuralmagic/Meta-Llama-3.1-8B-Instruct-FP8-dynamic', 'fp8'],
    ['RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w8a8', 'fp8'],
    ['hugging-quants/Meta-Llama-3.1-8B-Instruct-AWQ-INT4', 'int4'],
    ['hugging-quants/Meta-Llama-3.1-8B-Instruct-GPTQ-INT4', 'int4'],
    ['Qwen/Qwen2.5-14B-Instruct-GPTQ-Int4', 'int4'],
    ['nvidia/Qwen3-30B-A3B-NVFP4', 'int4'],
    ['someone/Qwen3-30B-A3B-Instruct-2507-AWQ', 'int4'],
  ])('knows %s as %s', (id, dtype) => {
    expect(findModel(id)).toMatchObject({ id, dtype });
  });

  it('keeps the shape and computes the weights', () => {
    const base = findModel('meta-llama/Llama-3.1-8B-Instruct');
    const variant = findModel('RedHatAI/Meta-Llama-3.1-8B-Instruct-FP8');
    expect(variant).toMatchObject({ layers: base?.layers, kvBytesPerTokenBf16: 131072, maxContext: 131072 });
    // 6.98 billion linear parameters in one byte, 1.05 billion of embeddings in two
    expect(variant?.weightsGiB).toBeCloseTo(8.46, 1);
    expect(variant?.note).toContain('shape of meta-llama/Llama-3.1-8B-Instruct');
  });

  it('takes a listed checkpoint before a computed one', () => {
    expect(findModel('Qwen/Qwen3-8B-FP8')).toMatchObject({ weightsGiB: 8.8, note: 'weightsGiB estimated' });
  });

  it('asks for a token where the base is gated and of the same organisation', () => {
    expect(findModel('meta-llama/Llama-3.3-70B-Instruct-FP8')?.gated).toBe(true);
    expect(findModel('nvidia/Llama-3.3-70B-Instruct-FP8')?.gated).toBe(false);
  });

  it.each([
    'Qwen/Qwen3-8B-GGUF',
    'Qwen/Qwen2.5-7B-Instruct-GPTQ-Int8',
    'Qwen/Qwen3-8B-Base',
    'Qwen/Qwen3-8B-AWQ-and-more',
    'openai/gpt-oss-20b-FP8',
    'Qwen/Qwen3-8B/AWQ',
    's3://bucket/Qwen3-8B-AWQ',
  ])('does not guess about %s', (id) => {
    expect(findModel(id)).toBeUndefined();
  });
});
