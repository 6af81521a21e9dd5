import type { Gpu } from '../catalog/gpus';
import type { Geometry, Model } from '../catalog/models';
import type { WeightFormat } from './geometry';

export type Quantization = 'none' | 'fp8' | 'awq' | 'gptq';

export const tensorParallelSizes = [1, 2, 4, 8] as const;

/** Group and block size of quantized weights: a GPU's slice of a layer must be a multiple of it. */
const quantizationGroup = 128;

/**
 * Oldest GPUs whose kernels read fp8 weights (Turing, as 8-bit weights with 16-bit products) and write an fp8
 * cache (Ampere: Turing's attention kernels know 16 bits only).
 * @see vllm/model_executor/layers/quantization/utils/marlin_utils_fp8.py, is_fp8_marlin_supported: 75 (0.30, 2026-09)
 */
const fp8ComputeCapability = { weights: 7.5, cache: 8 };

/** Why this GPU cannot run the model in this form at all; undefined where it can. */
export function unsupportedForm(
  model: Model,
  quantization: Quantization,
  kvCacheDtype: 'auto' | 'fp8',
  gpu: Gpu,
): string | undefined {
  if ((quantization === 'awq' || quantization === 'gptq') && model.dtype !== 'int4') {
    return `${model.id} is a ${model.dtype} checkpoint, not ${quantization}: name the quantized checkpoint as source`;
  }
  if (quantization === 'fp8' && model.dtype === 'int4') {
    return `${model.id} is already in 4 bits: quantization fp8 needs a 16-bit or fp8 checkpoint`;
  }
  const precision = unsupportedPrecision(weightFormat(model, quantization), kvCacheDtype, gpu);
  if (precision) return precision;
  if (!gpu.bf16 && /gemma-?[23]/i.test(model.id)) {
    return `${gpu.name} has no bfloat16, and Gemma 2 and 3 overflow in float16`;
  }
  return undefined;
}

/** Why the GPU has no kernels for these weights or this cache. */
export function unsupportedPrecision(
  format: WeightFormat,
  kvCacheDtype: 'auto' | 'fp8',
  gpu: Gpu,
): string | undefined {
  const has = `${gpu.name} (compute capability ${gpu.computeCapability}) has no kernels for`;
  const { weights, cache } = fp8ComputeCapability;
  if (format === 'fp8' && gpu.computeCapability < weights) {
    return `${has} fp8 weights: ${weights.toFixed(1)} and later have`;
  }
  return kvCacheDtype === 'fp8' && gpu.computeCapability < cache
    ? `${has} an fp8 KV cache: ${cache.toFixed(1)} and later have`
    : undefined;
}

export function weightFormat(model: Model, quantization: Quantization): WeightFormat {
  if (quantization === 'none') return model.dtype;
  return quantization === 'fp8' ? 'fp8' : 'int4';
}

/** Why the model cannot be split over so many GPUs; undefined where it can. */
export function unsplittable(
  model: Geometry,
  tensorParallel: number,
  format: WeightFormat,
): string | undefined {
  if (tensorParallel === 1) return undefined;
  if (model.attentionHeads % tensorParallel !== 0) {
    return `tensorParallel ${tensorParallel} does not divide ${model.attentionHeads} attention heads`;
  }
  const kv = model.kvHeads;
  if (model.attention !== 'mla' && kv % tensorParallel !== 0 && tensorParallel % kv !== 0) {
    return `tensorParallel ${tensorParallel} and ${kv} KV heads do not divide each other`;
  }
  const width = model.expertWidth ?? model.mlpWidth;
  const grouped = format === 'int4' || (format === 'fp8' && model.dtype === 'fp8');
  if (grouped && width !== null && (width / tensorParallel) % quantizationGroup !== 0) {
    return `an MLP width of ${width} over ${tensorParallel} GPUs is not a multiple of the quantization group of ${quantizationGroup}`;
  }
  if (width !== null && width % tensorParallel !== 0) {
    return `tensorParallel ${tensorParallel} does not divide the MLP width of ${width}`;
  }
  return undefined;
}

/** Names of models that take images as well; the catalogue does not say. */
const seeing =
  /llava|pixtral|vision|omni|[-.]vl\b|vl[-.]|llama-4|gemma-?3-(4|12|27)b|gemma-?4|mistral-small-3\.|mistral-large-3|ministral-3|qwen3\.[5-9]/i;

export function hasVision(hubId: string): boolean {
  return seeing.test(hubId);
}
