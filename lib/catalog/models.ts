import { distance } from 'fastest-levenshtein';
import { groupBy, once } from './table';
import { variantOf } from './variants';

/** Shape of a whole model: what memory and speed are computed from. */
export interface Geometry {
  parametersBillion: number;
  /** Used per token; the same as all of them without experts. */
  activeParametersBillion: number;
  layers: number;
  hiddenSize: number;
  attentionHeads: number;
  kvHeads: number;
  /** With `mla`: not what the cache holds. */
  headDim: number;
  maxContext: number;
  /** `hybrid`: most layers keep a state of fixed size (linear attention, Mamba) instead of a cache. */
  attention: 'mha' | 'gqa' | 'mqa' | 'mla' | 'hybrid';
  /** Layers that cache every token. */
  fullAttentionLayers: number;
  /** Tokens that the other layers cache; null: they cache none. */
  slidingWindow: number | null;
  /** Of most weights. */
  dtype: 'bf16' | 'fp16' | 'fp8' | 'int4';
  weightsGiB: number;
  /** Cache bytes of one token in 16 bits over the full-attention layers, all GPUs together. */
  kvBytesPerTokenBf16: number;
  vocabSize: number | null;
  /** Intermediate size of the dense MLP. */
  mlpWidth: number | null;
  experts: number | null;
  expertsPerToken: number | null;
  expertWidth: number | null;
}

export interface Model extends Geometry {
  /** Hugging Face id. */
  id: string;
  /** Weights need an accepted licence and a token; as generally known, not checked per model. */
  gated: boolean;
  license: string;
  task: 'chat' | 'completion' | 'embedding';
  /** Geometry comes from a public configuration file or catalogue. */
  verified: boolean;
  source: string;
  asOf: string;
  note: string;
}

const table = once(() => groupBy(require('./data/models.json'), 'id', (model: Model) => model));
const all = once(() => table().names.flatMap((id) => table().get(id)));

export function models(): readonly Model[] {
  return all();
}

/**
 * A catalogued model, or a quantized variant of one: a suffix such as `-FP8`, `-AWQ`, `-GPTQ-Int4`; both also
 * as re-uploaded by another organisation. A variant has the shape of its base and its own weights.
 */
export function findModel(hubId: string): Model | undefined {
  const wanted = hubId.trim().toLowerCase();
  const id = table().names.find((name) => name.toLowerCase() === wanted);
  return id === undefined ? variantOf(hubId.trim(), all()) : table().get(id)[0];
}

/** Up to three ids that the user may have meant: most words in common first, then fewest letters to change. */
export function nearestModels(hubId: string): string[] {
  const wanted = hubId.trim().toLowerCase();
  // edit distance takes the product of both lengths; no hub id is longer
  if (wanted.length > 200) return [];
  const wantedWords = words(wanted);
  return models()
    .map(({ id }) => {
      const known = words(id.toLowerCase());
      const missing = wantedWords.filter((word) => !known.includes(word)).length;
      const extra = known.filter((word) => !wantedWords.includes(word)).length;
      return { id, missing, extra, edits: distance(wanted, id.toLowerCase()) };
    })
    .filter(({ missing, edits }) => missing < wantedWords.length / 2 || edits <= 3)
    .sort((a, b) => a.missing - b.missing || a.extra - b.extra || a.edits - b.edits)
    .slice(0, 3)
    .map(({ id }) => id);
}

/** `meta-llama/Llama-3.1-8B-Instruct` is meta, llama, 3.1, 8b: people add and forget the last word. */
function words(id: string): string[] {
  return [...new Set(id.split(/[^a-z0-9.]+/).filter((word) => word && !/^(instruct|chat|it)$/.test(word)))];
}
