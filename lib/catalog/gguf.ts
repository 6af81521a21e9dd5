import { UserError } from '../errors';
import { GgufReader, type GgufSource } from './gguf-reader';

/** What a GGUF file says of the model in it. */
export interface GgufHeader {
  /** llama.cpp's name of the architecture, such as `qwen3`. */
  architecture: string;
  /** As its author named it. */
  name: string | null;
  /** Kind of most weights, such as `q8_0`; null: a kind that is newer than this list. */
  kind: string | null;
  layers: number;
  hiddenSize: number;
  /** Longest text that the model was trained for. */
  maxContext: number;
  vocabSize: number | null;
  /** How vectors of tokens become one of the text; null: the file does not say. */
  pooling: 'none' | 'mean' | 'cls' | 'last' | 'rank' | null;
  chatTemplate: boolean;
  /** Of a model in several files: which of how many, counted from 1. */
  part: { number: number; of: number };
}

/** `general.file_type` (llama.cpp b11312, include/llama.h). */
const kinds: Record<number, string> = {
  0: 'f32',
  1: 'f16',
  2: 'q4_0',
  3: 'q4_1',
  7: 'q8_0',
  8: 'q5_0',
  9: 'q5_1',
  10: 'q2_k',
  11: 'q3_k_s',
  12: 'q3_k_m',
  13: 'q3_k_l',
  14: 'q4_k_s',
  15: 'q4_k_m',
  16: 'q5_k_s',
  17: 'q5_k_m',
  18: 'q6_k',
  19: 'iq2_xxs',
  20: 'iq2_xs',
  21: 'q2_k_s',
  22: 'iq3_xs',
  23: 'iq3_xxs',
  24: 'iq1_s',
  25: 'iq4_nl',
  26: 'iq3_s',
  27: 'iq3_m',
  28: 'iq2_s',
  29: 'iq2_m',
  30: 'iq4_xs',
  31: 'iq1_m',
  32: 'bf16',
  36: 'tq1_0',
  37: 'tq2_0',
  38: 'mxfp4_moe',
  39: 'nvfp4',
};

const poolings = ['none', 'mean', 'cls', 'last', 'rank'] as const;

/**
 * Reads the header of a GGUF file (version 2 or 3), a few megabytes at most.
 *
 * @throws UserError for another file, one that is cut off, and one that holds no model
 */
export function readGguf(source: GgufSource): GgufHeader {
  const reader = new GgufReader(source);
  const { values, lengths } = reader.metadata();
  const fail = (text: string) => new UserError(`${source.name} ${text}`);
  const text = (key: string) => (typeof values.get(key) === 'string' ? String(values.get(key)) : null);
  const number = (key: string) => (typeof values.get(key) === 'number' ? Number(values.get(key)) : null);
  const type = text('general.type') ?? 'model';
  if (type !== 'model')
    throw fail(`holds ${type === 'mmproj' ? 'an image encoder' : `a part of kind ${type}`} and no model`);
  const architecture = text('general.architecture');
  if (architecture === null) throw fail('names no architecture: download or convert it again');
  const need = (key: string) => {
    const value = number(`${architecture}.${key}`);
    if (value === null) throw fail(`lacks ${architecture}.${key}: download or convert it again`);
    return value;
  };
  const parts = number('split.count') ?? 1;
  const part = { number: (number('split.no') ?? 0) + 1, of: Math.max(1, parts) };
  reader.mustHoldItsTensors();
  const pooling = number(`${architecture}.pooling_type`);
  return {
    architecture,
    name: text('general.name'),
    kind: kinds[number('general.file_type') ?? -1] ?? null,
    layers: need('block_count'),
    hiddenSize: need('embedding_length'),
    maxContext: need('context_length'),
    vocabSize: lengths.get('tokenizer.ggml.tokens') ?? number(`${architecture}.vocab_size`),
    pooling: pooling === null ? null : (poolings[pooling] ?? null),
    chatTemplate: text('tokenizer.chat_template') !== null,
    part,
  };
}
