import type { Geometry } from '../catalog/models';
import { bytesPerParameter, embeddingParametersBillion, quantizedWeightsGiB } from '../catalog/weights';

/** How the weights lie in GPU memory and in which precision the matrix units multiply them. */
export type WeightFormat = 'bf16' | 'fp16' | 'fp8' | 'int4';

/**
 * Reads "awq int4", "fp8 (online)", "bfloat16"...; 8-bit integers count as fp8. Undefined where nothing is
 * stated or the kind is not modelled.
 */
export function weightFormatOf(text: string | null | undefined): WeightFormat | undefined {
  const kind = (text ?? '').toLowerCase();
  if (/int8|w8a|8bit|8-bit|mxfp8/.test(kind)) return 'fp8';
  if (/int4|awq|gptq|w4a|fp4|4bit|4-bit/.test(kind)) return 'int4';
  if (/fp8|float8/.test(kind)) return 'fp8';
  if (/bf16|bfloat16/.test(kind)) return 'bf16';
  return /fp16|float16|half/.test(kind) ? 'fp16' : undefined;
}

export function is16Bit(format: WeightFormat): boolean {
  return format === 'bf16' || format === 'fp16';
}

/** Parameters of one embedding table; a vocabulary that is not known counts as a usual one. */
export function tableParameters(model: Geometry): number {
  return vocabulary(model) * model.hiddenSize;
}

export function vocabulary(model: Geometry): number {
  return model.vocabSize ?? 128_000;
}

/** 1 where input and output embedding are one table, 2 where they are two. */
export function embeddingTables(model: Geometry): 1 | 2 {
  return embeddingParametersBillion(model) * 1e9 > 1.5 * tableParameters(model) ? 2 : 1;
}

/** Loaded weights of the whole model in GiB. Quantizers leave embeddings and head in 16 bits. */
export function loadedWeightsGiB(model: Geometry, format: WeightFormat): number {
  if (format === model.dtype || (is16Bit(format) && is16Bit(model.dtype))) return model.weightsGiB;
  if (is16Bit(format)) return (model.parametersBillion * 2e9) / 2 ** 30;
  const in16Bits = embeddingParametersBillion(model);
  return quantizedWeightsGiB(model.parametersBillion, in16Bits, format === 'fp8' ? 'fp8' : 'int4');
}

/** Share of the experts that a step over `tokens` tokens touches, if they choose evenly. */
export function expertsTouched(model: Geometry, tokens: number): number {
  if (!model.experts || !model.expertsPerToken) return 1;
  return 1 - (1 - model.expertsPerToken / model.experts) ** tokens;
}

/** No experts and no layers that keep states. */
export function isDense(model: Geometry): boolean {
  return model.experts === null && model.attention !== 'hybrid';
}

/** Parameters of the routed experts, from what a token uses of them. */
function expertParameters(model: Geometry): number {
  if (!model.experts || !model.expertsPerToken || model.experts <= model.expertsPerToken) return 0;
  const unused = (model.parametersBillion - model.activeParametersBillion) * 1e9;
  return unused / (1 - model.expertsPerToken / model.experts);
}

/**
 * Bytes of all routed experts. Some 4-bit checkpoints quantize nothing else (gpt-oss): told by the file size,
 * which is then nearer to experts in 4 bits and the rest in 16 than to all linear layers in 4.
 */
export function expertWeightBytes(model: Geometry, format: WeightFormat): number {
  const experts = expertParameters(model);
  if (experts === 0) return 0;
  const total = loadedWeightsGiB(model, format) * 2 ** 30;
  const all = model.parametersBillion * 1e9;
  const tables = embeddingParametersBillion(model) * 1e9;
  const bytes = is16Bit(format) ? 2 : bytesPerParameter[format === 'fp8' ? 'fp8' : 'int4'];
  const onlyExperts = experts * bytes + (all - experts) * 2;
  const allLinear = (all - tables) * bytes + tables * 2;
  return Math.abs(total - onlyExperts) < Math.abs(total - allLinear)
    ? Math.max(0, total - (all - experts) * 2)
    : Math.max(0, ((total - tables * 2) * experts) / Math.max(1, all - tables));
}
