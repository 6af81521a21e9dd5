import { writeFileSync } from 'node:fs';
import { field, flag, float32, header, int32, int64, list, string, text, whole } from '../gguf-bytes';

/** A chat template in ChatML's form, as Qwen's is. */
const chatTemplate =
  "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}" +
  '{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}';
const controls = ['<unk>', '<|im_start|>', '<|im_end|>'];
const control = { unknown: 0, start: 1, end: 2 };
const bytes = Array.from(
  { length: 256 },
  (_, byte) => `<0x${byte.toString(16).padStart(2, '0').toUpperCase()}>`,
);
/** SentencePiece's sign for a blank; every other character is a byte. */
const blank = '\u2581';
const vocabulary = [...controls, ...bytes, blank];
const tokenType = { normal: 1, unknown: 2, control: 3, byte: 6 };

/** GGUF's number for it. */
const meanOfTokens = 1;

const width = 64;
const mlpWidth = 128;
const heads = 4;
const layers = 2;

/** The model as a spec describes it. */
export const randomGeometry = {
  parametersBillion: 0.0001,
  layers,
  hiddenSize: width,
  attentionHeads: heads,
  kvHeads: heads / 2,
  vocabSize: vocabulary.length,
  mlpWidth,
};

/** Tokens of a conversation in the file's template and vocabulary: one for a character, one for a control word. */
export function countTokens(messages: { role: string; content: string }[]): number {
  const turns = messages.map(({ role, content }) => 2 + [...`${role}\n${content}\n`].length);
  return turns.reduce((sum, tokens) => sum + tokens, 0) + 1 + 'assistant\n'.length;
}

/**
 * A model file of llama.cpp (GGUF 3, "llama" architecture, float32, about 0.5 MB): real layers, real tokenizer,
 * random weights. The most likely token is always a printable character: the others' output weights are zero.
 */
export function writeRandomModel(
  path: string,
  contextTokens: number,
  task: 'chat' | 'embedding' = 'chat',
): void {
  const metadata = [
    text('general.architecture', 'llama'),
    text('general.name', 'random weights for tests'),
    whole('llama.context_length', contextTokens),
    whole('llama.embedding_length', width),
    whole('llama.block_count', layers),
    whole('llama.feed_forward_length', mlpWidth),
    whole('llama.attention.head_count', heads),
    whole('llama.attention.head_count_kv', heads / 2),
    whole('llama.rope.dimension_count', width / heads),
    whole('llama.vocab_size', vocabulary.length),
    field('llama.attention.layer_norm_rms_epsilon', 6, float32(1e-5)),
    text('tokenizer.ggml.model', 'llama'),
    list('tokenizer.ggml.tokens', 8, vocabulary.map(string)),
    list(
      'tokenizer.ggml.scores',
      6,
      vocabulary.map(() => float32(0)),
    ),
    list(
      'tokenizer.ggml.token_type',
      5,
      vocabulary.map((_, token) => int32(typeOf(token))),
    ),
    whole('tokenizer.ggml.bos_token_id', control.start),
    whole('tokenizer.ggml.eos_token_id', control.end),
    whole('tokenizer.ggml.unknown_token_id', control.unknown),
    flag('tokenizer.ggml.add_bos_token', false),
    flag('tokenizer.ggml.add_space_prefix', false),
    text('tokenizer.chat_template', chatTemplate),
    ...(task === 'embedding' ? [whole('llama.pooling_type', meanOfTokens)] : []),
  ];
  const weights = tensors();
  let offset = 0;
  const infos = weights.map(({ name, shape, values }) => {
    const at = offset;
    offset += aligned(values.byteLength);
    return Buffer.concat([string(name), int32(shape.length), ...shape.map(int64), int32(0), int64(at)]);
  });
  const data = weights.map(({ values }) => padded(Buffer.from(values.buffer)));
  writeFileSync(path, Buffer.concat([padded(header(metadata, infos)), ...data]));
}

interface Tensor {
  name: string;
  /** Innermost dimension first. */
  shape: number[];
  values: Float32Array;
}

function tensors(): Tensor[] {
  const random = randomNumbers(20261121);
  const matrix = (name: string, columns: number, rows: number, scale = 1 / Math.sqrt(columns)): Tensor => ({
    name,
    shape: [columns, rows],
    values: Float32Array.from({ length: columns * rows }, () => (random() * 2 - 1) * scale),
  });
  const ones = (name: string): Tensor => ({
    name,
    shape: [width],
    values: new Float32Array(width).fill(1),
  });
  const output = matrix('output.weight', width, vocabulary.length);
  for (const [token] of vocabulary.entries())
    if (!isPrintable(token)) output.values.fill(0, token * width, (token + 1) * width);
  const block = (index: number) => [
    ones(`blk.${index}.attn_norm.weight`),
    matrix(`blk.${index}.attn_q.weight`, width, width),
    matrix(`blk.${index}.attn_k.weight`, width, width / 2),
    matrix(`blk.${index}.attn_v.weight`, width, width / 2),
    matrix(`blk.${index}.attn_output.weight`, width, width),
    ones(`blk.${index}.ffn_norm.weight`),
    matrix(`blk.${index}.ffn_gate.weight`, width, mlpWidth),
    matrix(`blk.${index}.ffn_up.weight`, width, mlpWidth),
    matrix(`blk.${index}.ffn_down.weight`, mlpWidth, width),
  ];
  return [
    matrix('token_embd.weight', width, vocabulary.length, 1),
    ...Array.from({ length: layers }, (_, index) => block(index)).flat(),
    ones('output_norm.weight'),
    output,
  ];
}

function isPrintable(token: number): boolean {
  const byte = token - controls.length;
  return byte > 0x20 && byte < 0x7f;
}

function typeOf(token: number): number {
  if (token === control.unknown) return tokenType.unknown;
  if (token < controls.length) return tokenType.control;
  return token < controls.length + bytes.length ? tokenType.byte : tokenType.normal;
}

/** Mulberry32: the same numbers on every machine. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const alignment = 32;
const aligned = (length: number) => Math.ceil(length / alignment) * alignment;
const padded = (data: Buffer) => Buffer.concat([data, Buffer.alloc(aligned(data.length) - data.length)]);
