import { describe, expect, it } from 'vitest';
import { readGguf } from '../../lib/catalog/gguf';
import { float32, header, int32, int64, list, string, text, whole } from '../gguf-bytes';

const words = (count: number) =>
  list(
    'tokenizer.ggml.tokens',
    8,
    Array.from({ length: count }, (_, word) => string(`word ${word}`)),
  );
const metadata = (...more: Buffer[]) => [
  text('general.architecture', 'qwen3'),
  whole('general.file_type', 7),
  text('general.name', 'Qwen3 8B'),
  whole('qwen3.block_count', 36),
  whole('qwen3.embedding_length', 4096),
  whole('qwen3.context_length', 40960),
  ...more,
];
const tensor = (name: string, offset: number) =>
  Buffer.concat([string(name), int32(2), int64(4096), int64(8), int32(0), int64(offset)]);

const read = (bytes: Buffer) =>
  readGguf({
    name: 'a.gguf',
    bytes: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
  });

describe('a GGUF file', () => {
  it('says what model it holds', () => {
    const entries = metadata(
      words(20_000),
      // behind the longest list, so that skipping it by one byte would be noticed
      list('tokenizer.ggml.scores', 6, [float32(0), float32(1)]),
      list('nested', 9, [
        Buffer.concat([int32(8), int64(1), string('a')]),
        Buffer.concat([int32(4), int64(0)]),
      ]),
      text('tokenizer.chat_template', '{{ messages }}'),
      whole('qwen3.pooling_type', 3),
    );
    expect(read(header(entries, []))).toEqual({
      architecture: 'qwen3',
      name: 'Qwen3 8B',
      kind: 'q8_0',
      layers: 36,
      hiddenSize: 4096,
      maxContext: 40960,
      vocabSize: 20_000,
      pooling: 'last',
      chatTemplate: true,
      part: { number: 1, of: 1 },
    });
  });

  it('says which part of several it is', () => {
    const entries = metadata(whole('split.no', 1), whole('split.count', 3));
    expect(read(header(entries, [])).part).toEqual({ number: 2, of: 3 });
  });

  it('of a kind that this list does not know has none', () => {
    const entries = [text('general.architecture', 'a'), whole('general.file_type', 999)];
    const shape = ['block_count', 'embedding_length', 'context_length'].map((key) => whole(`a.${key}`, 1));
    expect(read(header([...entries, ...shape], [])).kind).toBeNull();
  });

  it('that is another file is refused with the way to a right one', () => {
    expect(() => read(Buffer.from('<html>not found</html>'))).toThrow(
      /a\.gguf is no GGUF file, and llama\.cpp reads no other: docs\/compose\.md/,
    );
  });

  it('of another version is refused', () => {
    const bytes = header(metadata(), []);
    bytes.writeUInt32LE(1, 4);
    expect(() => read(bytes)).toThrow('a.gguf is GGUF of version 1; 2 and 3 can be read');
  });

  it('that ends in the middle is refused, wherever the end is', () => {
    const whole = Buffer.concat([
      header(metadata(words(100)), [tensor('a', 0), tensor('b', 64)]),
      Buffer.alloc(200),
    ]);
    expect(read(whole).layers).toBe(36);
    for (let length = 8; length < whole.length - 200; length += 7)
      expect(() => read(whole.subarray(0, length)), String(length)).toThrow(/ends in the middle/);
    // the first tensor is there and the second one is not
    expect(() => read(whole.subarray(0, whole.length - 160))).toThrow(/ends in the middle/);
  });

  it('that is damaged is refused and costs no memory', () => {
    const bytes = header(metadata(), []);
    bytes.writeBigUInt64LE(2n ** 60n, 16);
    expect(() => read(bytes)).toThrow(/claims \d+ entries in its header: it is damaged/);
    const unknown = header([Buffer.concat([string('key'), int32(77)])], []);
    expect(() => read(unknown)).toThrow('a.gguf has a value of unknown type 77: it is damaged.');
  });

  it('that holds an image encoder is no model', () => {
    expect(() => read(header([text('general.type', 'mmproj')], []))).toThrow(
      'a.gguf holds an image encoder and no model',
    );
  });
});
