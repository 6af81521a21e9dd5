import type { Geometry } from '../catalog/models';

/** How the weights lie in GPU memory and in which precision the matrix units multiply them. */
export type WeightFormat = 'bf16' | 'fp16' | 'fp8' | 'int4';

const bytesPerGiB = 2 ** 30;

/**
 * Bytes per parameter of quantized linear layers. 4-bit: half a byte plus one 16-bit scale and one 4-bit
 * zero point per 128 weights (AWQ and GPTQ, group size 128, their usual setting).
 */
const bytesPerLinearParameter: Record<WeightFormat, number> = {
  bf16: 2,
  fp16: 2,
  fp8: 1,
  int4: 0.5 + 2.5 / 128,
};

/** Attention, MLP and router of all layers, in parameters; 0 where the catalogue lacks the MLP width. */
function bodyParameters(model: Geometry): number {
  if (model.attention === 'mla' || model.attention === 'hybrid') return 0;
  if (model.mlpWidth === null && model.expertWidth === null) return 0;
  const attention = model.hiddenSize * model.headDim * (2 * model.attentionHeads + 2 * model.kvHeads);
  const mlp =
    model.experts && model.expertWidth
      ? model.experts * 3 * model.hiddenSize * model.expertWidth + model.experts * model.hiddenSize
      : 3 * model.hiddenSize * (model.mlpWidth ?? 0);
  return model.layers * (attention + mlp);
}

/** Parameters of one embedding table. */
export function tableParameters(model: Geometry): number {
  return (model.vocabSize ?? 100_000) * model.hiddenSize;
}

/**
 * 1 where input and output embedding are one table, 2 where they are two. What the layers leave over of
 * the published parameter count tells which.
 */
export function embeddingTables(model: Geometry): 1 | 2 {
  const body = bodyParameters(model);
  if (body === 0) return model.parametersBillion < 4 ? 1 : 2;
  const left = model.parametersBillion * 1e9 - body;
  return left > 1.5 * tableParameters(model) ? 2 : 1;
}

/** Loaded weights of the whole model in GiB. Quantizers leave embeddings and head in 16 bits. */
export function loadedWeightsGiB(model: Geometry, format: WeightFormat): number {
  if (format === model.dtype || (is16Bit(format) && is16Bit(model.dtype))) return model.weightsGiB;
  const tables = Math.min(
    embeddingTables(model) * tableParameters(model),
    0.5 * model.parametersBillion * 1e9,
  );
  const linear = model.parametersBillion * 1e9 - tables;
  return (linear * bytesPerLinearParameter[format] + tables * 2) / bytesPerGiB;
}

export function is16Bit(format: WeightFormat): boolean {
  return format === 'bf16' || format === 'fp16';
}

/** KV heads that one GPU holds: replicated once there are more GPUs than heads. */
function kvHeadsPerGpu(model: Geometry, tensorParallel: number): number {
  return Math.max(1, Math.ceil(model.kvHeads / tensorParallel));
}

/** Bytes that one token takes in one attention layer of one GPU. MLA is replicated on every GPU. */
function kvBytesPerLayer(model: Geometry, tensorParallel: number, bytesPerValue: number): number {
  if (model.attention === 'mla') {
    return (model.kvBytesPerTokenBf16 / 2 / model.layers) * bytesPerValue;
  }
  return 2 * kvHeadsPerGpu(model, tensorParallel) * model.headDim * bytesPerValue;
}

export interface KvShape {
  /** Bytes of one token over all layers that keep every token. */
  fullBytesPerToken: number;
  /** Bytes of one token over the layers that keep only a window. */
  slidingBytesPerToken: number;
  slidingWindow: number;
}

/** What one token of context costs on one GPU. Sliding layers are those that are not full-attention layers. */
export function kvShape(model: Geometry, tensorParallel: number, kvBytesPerValue: number): KvShape {
  const perLayer = kvBytesPerLayer(model, tensorParallel, kvBytesPerValue);
  const sliding = model.slidingWindow === null ? 0 : model.layers - model.fullAttentionLayers;
  return {
    fullBytesPerToken:
      perLayer * (model.slidingWindow === null ? kvLayers(model) : model.fullAttentionLayers),
    slidingBytesPerToken: perLayer * sliding,
    slidingWindow: model.slidingWindow ?? 0,
  };
}

function kvLayers(model: Geometry): number {
  return model.fullAttentionLayers;
}

/** KV bytes that a sequence of `tokens` tokens holds on one GPU; `ahead`: tokens scheduled at once. */
export function sequenceKvBytes(shape: KvShape, tokens: number, ahead = 0): number {
  return (
    shape.fullBytesPerToken * tokens +
    shape.slidingBytesPerToken * Math.min(tokens, shape.slidingWindow + ahead)
  );
}

/** Weights that a step over `tokens` tokens reads, as a share of one, given which experts they touch. */
export function expertsTouched(model: Geometry, tokens: number): number {
  if (!model.experts || !model.expertsPerToken) return 1;
  return 1 - (1 - model.expertsPerToken / model.experts) ** tokens;
}
