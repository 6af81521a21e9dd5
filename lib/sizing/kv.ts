import type { Geometry } from '../catalog/models';

/** What a sequence keeps on one GPU, by kind of layer. All in bytes. */
export interface KvShape {
  /** One token, over the layers that keep every token. */
  fullBytesPerToken: number;
  /** One token, over the layers that keep a window of tokens. */
  slidingBytesPerToken: number;
  slidingWindow: number;
  /** One sequence, over the layers that keep a state (linear attention, Mamba). */
  stateBytes: number;
  /** One token as the engine's log counts it up to vLLM 0.20: as if every layer kept every token. */
  loggedBytesPerToken: number;
}

/**
 * Columns of the state matrix of a linear-attention or Mamba-2 layer and bytes of a value (32 bits): the
 * same in Qwen3-Next, Qwen3.5 and Nemotron 3, whose rows are as many as the attention heads are wide. To
 * share prefixes the engine keeps the state at the last block boundary as well.
 */
const stateColumns = 128;
const stateValueBytes = 4;
const pagesPerState = { whenCachingPrefixes: 2, otherwise: 1 };

export interface KvLayout {
  model: Geometry;
  kvCacheDtype: 'auto' | 'fp8';
  tensorParallel: number;
  /** By default on, as in the engine. */
  prefixCaching?: boolean;
}

export function kvShape({ model, kvCacheDtype, tensorParallel, prefixCaching }: KvLayout): KvShape {
  const bytesPerValue = kvCacheDtype === 'fp8' ? 1 : 2;
  const pages = prefixCaching === false ? pagesPerState.otherwise : pagesPerState.whenCachingPrefixes;
  const perLayer = layerBytesPerToken(model, tensorParallel, bytesPerValue);
  const others = model.layers - model.fullAttentionLayers;
  const sliding = model.slidingWindow === null ? 0 : others;
  const states = model.attention === 'hybrid' && model.slidingWindow === null ? others : 0;
  const state =
    (model.attentionHeads * model.headDim * stateColumns * stateValueBytes * pages) / tensorParallel;
  return {
    fullBytesPerToken: perLayer * model.fullAttentionLayers,
    slidingBytesPerToken: perLayer * sliding,
    slidingWindow: model.slidingWindow ?? 0,
    stateBytes: states * state,
    loggedBytesPerToken: perLayer * (model.fullAttentionLayers + sliding + states),
  };
}

/** MLA keeps one compressed vector on every GPU; other heads are split, and repeated once there are too few. */
function layerBytesPerToken(model: Geometry, tensorParallel: number, bytesPerValue: number): number {
  if (model.attention === 'mla') return (model.kvBytesPerTokenBf16 / 2 / model.layers) * bytesPerValue;
  const heads = Math.max(1, Math.ceil(model.kvHeads / tensorParallel));
  return 2 * heads * model.headDim * bytesPerValue;
}

/** Bytes that a sequence of `tokens` tokens holds on one GPU; `ahead`: tokens scheduled in one step. */
export function sequenceKvBytes(shape: KvShape, tokens: number, ahead = 0): number {
  return (
    shape.fullBytesPerToken * tokens +
    shape.slidingBytesPerToken * Math.min(tokens, shape.slidingWindow + ahead) +
    shape.stateBytes
  );
}
