import { describe, expect, it } from 'vitest';
import { maxContext, resolveModel } from '../../lib/plan/model';
import { smallestModel } from './example';

const geometry = {
  parametersBillion: 8.19,
  layers: 36,
  hiddenSize: 4096,
  attentionHeads: 32,
  kvHeads: 8,
  headDim: 128,
  maxContext: 40960,
  vocabSize: 151936,
  mlpWidth: 12288,
};
const model = { ...smallestModel(), source: 'acme/own-8b' };

describe('resolveModel', () => {
  it('finds a model of the catalogue', () => {
    expect(resolveModel(smallestModel())).toMatchObject({
      id: 'Qwen/Qwen3-8B',
      layers: 36,
      task: 'chat',
    });
  });

  it('takes the shape of a base model', () => {
    expect(resolveModel({ ...model, baseModel: 'Qwen/Qwen3-8B' }).kvBytesPerTokenBf16).toBe(147456);
  });

  it('computes what follows from a described shape', () => {
    // 2 x 36 layers x 8 heads x 128 x 2 bytes, and 8.19e9 x 2 bytes
    expect(resolveModel({ ...model, geometry })).toMatchObject({
      kvBytesPerTokenBf16: 147456,
      attention: 'gqa',
      fullAttentionLayers: 36,
    });
    expect(resolveModel({ ...model, geometry }).weightsGiB).toBeCloseTo(15.26, 1);
    expect(resolveModel({ ...model, geometry: { ...geometry, kvHeads: 1 } }).attention).toBe('mqa');
    expect(resolveModel({ ...model, geometry: { ...geometry, kvHeads: 32 } }).attention).toBe('mha');
  });

  it('lets single values override the base model', () => {
    const wider = resolveModel({ ...model, baseModel: 'Qwen/Qwen3-8B', geometry: { maxContext: 131072 } });
    expect(wider).toMatchObject({ maxContext: 131072, layers: 36, weightsGiB: 15.26 });
  });

  it('names what a description lacks', () => {
    const { hiddenSize: _, layers: __, ...half } = geometry;
    expect(() => resolveModel({ ...model, geometry: half })).toThrow(
      "acme/own-8b lacks layers, hiddenSize: write them here, or give `baseModel`, or the path of the model's config.json as `geometry`",
    );
  });
});

describe('maxContext', () => {
  const shape = resolveModel(smallestModel());
  const own = smallestModel();

  it("is a power of two with room for four mean requests, at least 8192, at most the model's", () => {
    expect(maxContext(own, shape, 1300)).toBe(8192);
    expect(maxContext(own, shape, 3250)).toBe(16384);
    expect(maxContext(own, shape, 30_000)).toBe(40960);
    expect(maxContext({ ...own, maxContext: 5000 }, shape, 1300)).toBe(5000);
  });
});
