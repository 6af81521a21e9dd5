import type { Geometry } from '../catalog/models';

/**
 * Largest rank of an adapter that plans keep memory for; the engine refuses larger ones at start. Published
 * adapters have 8 to 64; the engine's own default of 16 would refuse many.
 * @see https://docs.vllm.ai/en/latest/features/lora.html (`--max-lora-rank`), 2026-11
 */
export const plannedAdapterRank = 64;

const bytesPerParameter = 2;

/**
 * GiB per GPU that the engine sets aside for adapters: at start it fills a slot each, of the largest rank, for
 * every linear layer of attention and MLP, with a matrix into the rank and one out of it. Tensor parallelism
 * divides only one of the two, which is not counted on: an upper bound.
 */
export function adaptersGiB(model: Geometry, adapters: number, rank = plannedAdapterRank): number {
  const hidden = model.hiddenSize;
  const query = model.attentionHeads * model.headDim;
  const keyOrValue = model.kvHeads * model.headDim;
  const mlp = model.mlpWidth ?? 4 * hidden;
  const widths = 2 * (hidden + query) + 2 * (hidden + keyOrValue) + 3 * (hidden + mlp);
  return (adapters * rank * widths * model.layers * bytesPerParameter) / 2 ** 30;
}
