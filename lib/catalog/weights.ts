import type { Geometry } from './models';

/**
 * Bytes of a quantized parameter. 4-bit: half a byte, a 16-bit scale and a 4-bit zero point for each 128
 * weights (AWQ and GPTQ as usually made); NVFP4 has an 8-bit scale for each 16, MXFP4 for each 32.
 * Against the sizes that vLLM logs for Qwen3 and Qwen2.5 AWQ and GPTQ and Llama 3.3 FP8: within 2 %.
 */
export const bytesPerParameter = {
  fp8: 1,
  int4: 0.5 + 2.5 / 128,
  nvfp4: 0.5 + 1 / 16,
  mxfp4: 0.5 + 1 / 32,
} as const;

export type WeightFormat = keyof typeof bytesPerParameter;

/** GiB of a checkpoint of which only the linear layers are quantized; embeddings, head and norms keep 16 bits. */
export function quantizedWeightsGiB(
  parametersBillion: number,
  parametersBillionIn16Bits: number,
  format: WeightFormat,
): number {
  const quantized = parametersBillion - parametersBillionIn16Bits;
  return ((quantized * bytesPerParameter[format] + parametersBillionIn16Bits * 2) * 1e9) / 2 ** 30;
}

/**
 * Input and output embeddings, in billions. Whether they are one table or two is told by what the layers
 * leave over of the published parameter count; where the layers are not known, two are assumed.
 */
export function embeddingParametersBillion(model: Geometry): number {
  const table = ((model.vocabSize ?? 0) * model.hiddenSize) / 1e9;
  const layers = layerParametersBillion(model);
  return layers !== undefined && model.parametersBillion - layers < 1.5 * table ? table : 2 * table;
}

function layerParametersBillion(model: Geometry): number | undefined {
  if (model.attention === 'mla' || model.attention === 'hybrid') return undefined;
  const width = model.experts !== null ? (model.expertWidth ?? 0) * model.experts : (model.mlpWidth ?? 0);
  if (width === 0) return undefined;
  const attention = model.headDim * (2 * model.attentionHeads + 2 * model.kvHeads);
  return (model.layers * model.hiddenSize * (attention + 3 * width)) / 1e9;
}
