import type { Geometry, Model } from '../catalog/models';
import { findModel, nearestModels } from '../catalog/models';
import type { WeightFormat } from './geometry';

/** Geometry of a model that the catalogue lacks, under the column names of the model table. */
export interface ModelFacts {
  params_billion_total?: number | null;
  params_billion_active?: number | null;
  num_layers?: number | null;
  hidden_size?: number | null;
  num_attention_heads?: number | null;
  num_kv_heads?: number | null;
  head_dim?: number | null;
  max_context?: number | null;
  attention_kind?: string | null;
  full_attention_layers?: number | null;
  sliding_window?: number | null;
  default_dtype?: string | null;
  weights_gib?: number | null;
  kv_bytes_per_token_bf16?: number | null;
  vocab_size?: number | null;
  mlp_width?: number | null;
  num_experts?: number | null;
  experts_per_token?: number | null;
  expert_width?: number | null;
  [other: string]: unknown;
}

/** One question to `fit`. Only `id`, `model` and `gpu` are required; null or absent: not stated. */
export interface FitCase {
  id: string | number;
  /** Hub id. */
  model: string;
  /** Name in the GPU table. */
  gpu: string;
  weightsDtype?: string | null;
  kvCacheDtype?: string | null;
  gpuCount?: number | null;
  tensorParallel?: number | null;
  pipelineParallel?: number | null;
  engine?: string | null;
  engineVersion?: string | number | null;
  gpuMemoryUtilization?: number | null;
  maxModelLen?: number | null;
  concurrency?: number | null;
  inputTokens?: number | null;
  outputTokens?: number | null;
  /** `closed`: a client keeps `concurrency` in flight; `burst`: all `requests` at once. */
  arrival?: 'closed' | 'burst' | null;
  requests?: number | null;
  maxNumBatchedTokens?: number | null;
  maxNumSeqs?: number | null;
  modelFacts?: ModelFacts | null;
}

/** A problem is a sentence for the user. */
export type Found<Type> = { found: Type } | { problem: string };

/** The model's shape: the user's facts before the catalogue. */
export function caseGeometry(question: FitCase): Found<Geometry> {
  if (question.modelFacts) return fromFacts(question.modelFacts);
  const model: Model | undefined = findModel(question.model);
  if (model) return { found: model };
  const near = nearestModels(question.model);
  return {
    problem: `${question.model} is not in the catalogue: ${near.length ? `did you mean ${near.join(', ')}? Else ` : ''}give its geometry as modelFacts`,
  };
}

function fromFacts(facts: ModelFacts): Found<Geometry> {
  const { num_layers, hidden_size, num_attention_heads, params_billion_total } = facts;
  if (!num_layers || !hidden_size || !num_attention_heads || !params_billion_total) {
    return {
      problem: 'modelFacts needs params_billion_total, num_layers, hidden_size and num_attention_heads',
    };
  }
  const kvHeads = facts.num_kv_heads ?? num_attention_heads;
  const headDim = facts.head_dim ?? hidden_size / num_attention_heads;
  const fullAttentionLayers = facts.full_attention_layers ?? num_layers;
  const dtype = weightFormatOf(facts.default_dtype) ?? 'bf16';
  const attention = attentionOf(facts.attention_kind, kvHeads, num_attention_heads);
  return {
    found: {
      parametersBillion: params_billion_total,
      activeParametersBillion: facts.params_billion_active ?? params_billion_total,
      layers: num_layers,
      hiddenSize: hidden_size,
      attentionHeads: num_attention_heads,
      kvHeads,
      headDim,
      maxContext: facts.max_context ?? 131_072,
      attention,
      fullAttentionLayers,
      slidingWindow: facts.sliding_window ?? null,
      dtype,
      weightsGiB: facts.weights_gib ?? (params_billion_total * 1e9 * bytesPerParameter[dtype]) / 2 ** 30,
      kvBytesPerTokenBf16:
        facts.kv_bytes_per_token_bf16 ??
        (attention === 'mla' ? num_layers * 576 * 2 : 2 * fullAttentionLayers * kvHeads * headDim * 2),
      vocabSize: facts.vocab_size ?? null,
      mlpWidth: facts.mlp_width ?? null,
      experts: facts.num_experts ?? null,
      expertsPerToken: facts.experts_per_token ?? null,
      expertWidth: facts.expert_width ?? null,
    },
  };
}

const bytesPerParameter: Record<WeightFormat, number> = { bf16: 2, fp16: 2, fp8: 1, int4: 0.56 };

function attentionOf(kind: string | null | undefined, kvHeads: number, heads: number): Geometry['attention'] {
  const text = (kind ?? '').toLowerCase();
  if (/mla/.test(text)) return 'mla';
  if (/hybrid|mamba|linear/.test(text)) return 'hybrid';
  if (kvHeads === heads) return 'mha';
  return kvHeads === 1 ? 'mqa' : 'gqa';
}

/** Reads "awq int4", "fp8 (online)", "bfloat16"...; undefined where nothing is stated or the kind is not modelled. */
export function weightFormatOf(text: string | null | undefined): WeightFormat | undefined {
  const kind = (text ?? '').toLowerCase();
  if (/int4|awq|gptq|w4a16|mxfp4|nvfp4|fp4|4bit|4-bit/.test(kind)) return 'int4';
  if (/fp8|float8|int8|w8a8/.test(kind)) return 'fp8';
  if (/bf16|bfloat16/.test(kind)) return 'bf16';
  return /fp16|float16|half/.test(kind) ? 'fp16' : undefined;
}
