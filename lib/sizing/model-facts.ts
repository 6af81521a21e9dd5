import type { Geometry } from '../catalog/models';
import { bytesPerParameter } from '../catalog/weights';
import { type WeightFormat, weightFormatOf } from './geometry';

/** A problem is a sentence for the user. */
export type Found<Type> = { found: Type } | { problem: string };

const counts = [
  'params_billion_total',
  'params_billion_active',
  'num_layers',
  'hidden_size',
  'num_attention_heads',
  'num_kv_heads',
  'head_dim',
  'max_context',
  'sliding_window',
  'weights_gib',
  'vocab_size',
  'mlp_width',
  'num_experts',
  'experts_per_token',
  'expert_width',
] as const;
/** 0 where all layers keep a window or a state. */
const countsFromZero = ['full_attention_layers', 'kv_bytes_per_token_bf16'] as const;
const texts = ['attention_kind', 'default_dtype'] as const;
const numbers = [...counts, ...countsFromZero] as const;

/** Geometry under the column names of the model table; null or empty: not stated. */
export type ModelFacts = { [name in (typeof numbers)[number]]?: number | string | null } & {
  [name in (typeof texts)[number]]?: string | null;
} & { [other: string]: unknown };

/** What is stated, as numbers: rows of a CSV file come as texts. */
export type Facts = { [name in (typeof numbers)[number]]?: number } & {
  [name in (typeof texts)[number]]?: string;
};

export function readFacts(facts: ModelFacts): Found<Facts> {
  const found: Facts = {};
  for (const name of numbers) {
    const stated = facts[name];
    if (stated === undefined || stated === null || stated === '') continue;
    const value = typeof stated === 'string' ? Number(stated) : stated;
    const least = (countsFromZero as readonly string[]).includes(name) ? 0 : Number.MIN_VALUE;
    if (typeof value !== 'number' || !Number.isFinite(value) || value < least) {
      return {
        problem: `modelFacts.${name} must be a number ${least === 0 ? 'of at least 0' : 'above 0'}, not ${JSON.stringify(stated)}`,
      };
    }
    found[name] = value;
  }
  for (const name of texts) {
    const stated = facts[name];
    if (stated === undefined || stated === null || stated === '') continue;
    if (typeof stated !== 'string') return { problem: `modelFacts.${name} must be a text` };
    found[name] = stated;
  }
  return { found };
}

/** Facts over those of the catalogued model, where there is one. */
export function fromFacts(facts: Facts, known: Geometry | undefined): Found<Geometry> {
  const dtype = weightFormatOf(facts.default_dtype) ?? known?.dtype ?? 'bf16';
  if (facts.default_dtype !== undefined && weightFormatOf(facts.default_dtype) === undefined) {
    return {
      problem: `modelFacts.default_dtype ${facts.default_dtype} is not modelled: 16 bit, fp8 and 4 bit are`,
    };
  }
  const parametersBillion =
    facts.params_billion_total ??
    known?.parametersBillion ??
    (facts.weights_gib === undefined ? undefined : (facts.weights_gib * 2 ** 30) / 1e9 / bytesOf(dtype));
  const layers = facts.num_layers ?? known?.layers;
  const hiddenSize = facts.hidden_size ?? known?.hiddenSize;
  const attentionHeads = facts.num_attention_heads ?? known?.attentionHeads;
  if (!layers || !hiddenSize || !attentionHeads || !parametersBillion) {
    return {
      problem:
        'modelFacts needs params_billion_total (or weights_gib), num_layers, hidden_size and num_attention_heads',
    };
  }
  const experts = facts.num_experts ?? known?.experts ?? null;
  const expertsPerToken = facts.experts_per_token ?? known?.expertsPerToken ?? null;
  const expertWidth = facts.expert_width ?? known?.expertWidth ?? null;
  const shape = { parametersBillion, layers, hiddenSize, experts, expertsPerToken, expertWidth };
  const active = facts.params_billion_active ?? known?.activeParametersBillion ?? activeBillion(shape);
  if (active === undefined) {
    return {
      problem:
        'modelFacts with num_experts needs params_billion_active, or experts_per_token and expert_width',
    };
  }
  const kvHeads = facts.num_kv_heads ?? known?.kvHeads ?? attentionHeads;
  const headDim = facts.head_dim ?? known?.headDim ?? hiddenSize / attentionHeads;
  const fullAttentionLayers = facts.full_attention_layers ?? known?.fullAttentionLayers ?? layers;
  const attention =
    facts.attention_kind === undefined && facts.num_kv_heads === undefined && known
      ? known.attention
      : attentionOf(facts.attention_kind, kvHeads, attentionHeads);
  const sameWeights = facts.params_billion_total === undefined && facts.default_dtype === undefined;
  return {
    found: {
      ...shape,
      activeParametersBillion: Math.min(active, parametersBillion),
      attentionHeads,
      kvHeads,
      headDim,
      maxContext: facts.max_context ?? known?.maxContext ?? 131_072,
      attention,
      fullAttentionLayers,
      slidingWindow: facts.sliding_window ?? known?.slidingWindow ?? null,
      dtype,
      weightsGiB:
        facts.weights_gib ??
        (sameWeights ? known?.weightsGiB : undefined) ??
        (parametersBillion * 1e9 * bytesOf(dtype)) / 2 ** 30,
      kvBytesPerTokenBf16:
        facts.kv_bytes_per_token_bf16 ??
        (attention === 'mla' ? layers * 576 * 2 : 2 * fullAttentionLayers * kvHeads * headDim * 2),
      vocabSize: facts.vocab_size ?? known?.vocabSize ?? null,
      mlpWidth: facts.mlp_width ?? known?.mlpWidth ?? null,
    },
  };
}

/** 4 bits: with scales, and embeddings in 16 bits, as usual. */
function bytesOf(dtype: WeightFormat): number {
  if (dtype === 'int4') return bytesPerParameter.int4 + 0.04;
  return dtype === 'fp8' ? 1 : 2;
}

/** Without experts all parameters; else less those of the experts not chosen: three matrices each. */
function activeBillion(
  shape: Pick<
    Geometry,
    'parametersBillion' | 'layers' | 'hiddenSize' | 'experts' | 'expertsPerToken' | 'expertWidth'
  >,
): number | undefined {
  const { parametersBillion, layers, hiddenSize, experts, expertsPerToken, expertWidth } = shape;
  if (experts === null) return parametersBillion;
  if (expertsPerToken === null || expertWidth === null) return undefined;
  const idle = (layers * (experts - expertsPerToken) * 3 * hiddenSize * expertWidth) / 1e9;
  return Math.max(0.02 * parametersBillion, parametersBillion - idle);
}

function attentionOf(kind: string | undefined, kvHeads: number, heads: number): Geometry['attention'] {
  const text = (kind ?? '').toLowerCase();
  if (/mla/.test(text)) return 'mla';
  if (/hybrid|mamba|linear/.test(text)) return 'hybrid';
  if (kvHeads === heads) return 'mha';
  return kvHeads === 1 ? 'mqa' : 'gqa';
}
