import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { thisCores } from '../../bin/this-machine';
import { header, text, whole } from '../gguf-bytes';
import { ran } from './fake-terminal';

let parent: string;
let out: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'compose-'));
  out = join(parent, 'local');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

interface Model {
  layers?: number;
  width?: number;
  context?: number;
  kind?: number;
  template?: boolean;
  pooling?: number;
  more?: Buffer[];
}

/** A header without weights, by default that of Qwen3-8B in 8 bits. */
function gguf(name: string, model: Model = {}): string {
  const { layers = 36, width = 4096, context = 40960, kind = 7, template = true, pooling, more = [] } = model;
  const path = join(parent, name);
  const entries = [
    text('general.architecture', 'qwen3'),
    text('general.name', 'Qwen3'),
    whole('general.file_type', kind),
    whole('qwen3.block_count', layers),
    whole('qwen3.embedding_length', width),
    whole('qwen3.context_length', context),
    whole('qwen3.vocab_size', 151_936),
    ...(template ? [text('tokenizer.chat_template', '{{ messages }}')] : []),
    ...(pooling === undefined ? [] : [whole('qwen3.pooling_type', pooling)]),
    ...more,
  ];
  writeFileSync(path, header(entries, []));
  return path;
}

const spec = `name: chat
cloud: aws
region: us-east-1
models: [Qwen/Qwen3-8B]
traffic: {concurrentUsers: 50}
`;
const compose = (input: string, ...words: string[]) =>
  ran(
    [
      ...['compose', '-', '--out', out, '--engine', 'llama.cpp', '--memory', '64', '--threads', '8'],
      ...words,
    ],
    { input },
  );
// biome-ignore lint/suspicious/noExplicitAny: a compose file, of which tests look at single values
const services = (): any => parse(readFileSync(join(out, 'compose.yaml'), 'utf8')).services;
const argumentOf = (words: string[], flag: string) => words[words.indexOf(flag) + 1];
const flat = (shown: string) => shown.replace(/\s+/g, ' ');

describe('compose --engine llama.cpp', () => {
  it('starts a server of the pinned build with the given file', async () => {
    const file = gguf('qwen.gguf');
    const { code, out: shown, err } = await compose(spec, '--gguf', file);
    expect([code, err]).toEqual([0, '']);
    const engine = services()['engine-qwen3-8b-0'];
    expect(engine.image).toBe('ghcr.io/ggml-org/llama.cpp:server-b11312');
    expect(engine.volumes).toContainEqual({
      type: 'bind',
      source: file,
      target: '/weights/qwen.gguf',
      read_only: true,
      bind: { create_host_path: false },
    });
    expect(argumentOf(engine.command, '--model')).toBe('/weights/qwen.gguf');
    expect(engine).not.toHaveProperty('deploy');
    expect(engine.mem_limit).toMatch(/^\d+m$/);
    expect(flat(shown)).toContain('qwen.gguf, which says that it is Qwen3, q8_0');
    expect(shown).toMatch(/\nStart\ncd \S+\nsh secrets\.sh\ndocker compose up --detach\nsh key\.sh\n$/);
  });

  it('takes the specs that ask for no GPU and a kind of GGUF, which no cloud form does', async () => {
    const poc = readFileSync('test/spec/reference/12.yaml', 'utf8');
    const small = gguf('Qwen3-0.6B-Q8_0.gguf', { layers: 28, width: 1024 });
    expect((await compose(poc, '--gguf', small)).code).toBe(0);
    expect(services()['engine-qwen3-0.6b-gguf-0'].command).toContain('/weights/Qwen3-0.6B-Q8_0.gguf');
    const refused = await ran(['compose', '-', '--out', out, '--engine', 'simulated'], { input: poc });
    expect(refused.err).toMatch(/models\[0\]\.gpu/);
    expect(flat(refused.err)).toContain('compose --engine llama.cpp');
  });

  it('refuses a file of another kind than the spec asks for', async () => {
    const poc = readFileSync('test/spec/reference/12.yaml', 'utf8');
    const { code, err } = await compose(poc, '--gguf', gguf('a.gguf', { layers: 28, width: 1024, kind: 15 }));
    expect(code).toBe(1);
    expect(err).toContain('is of kind q4_k_m, and the spec asks for q8_0');
  });

  it.each<[string, Model, RegExp]>([
    ['another model', { width: 1024 }, /36 layers of width 1024, and Qwen\/Qwen3-8B has 36 of 4096/],
    [
      'too short a context',
      { context: 4096 },
      /made for 4096 tokens, and the plan has 8192.*maxContext: 4096/,
    ],
    ['no chat template', { template: false }, /has no chat template.*task: completion/],
    ['a later part', { more: [whole('split.no', 1), whole('split.count', 2)] }, /is part 2 of 2/],
  ])('refuses %s with what to do', async (_, model, message) => {
    const { code, err } = await compose(spec, '--gguf', gguf('bad-00002-of-00002.gguf', model));
    expect(code).toBe(1);
    expect(flat(err)).toMatch(message);
    expect(existsSync(out)).toBe(false);
  });

  it('refuses an embedding file that does not say how it embeds', async () => {
    const input = spec.replace('Qwen/Qwen3-8B', 'Qwen/Qwen3-Embedding-0.6B');
    const shape = { layers: 28, width: 1024 };
    const { err } = await compose(input, '--gguf', gguf('a.gguf', shape));
    expect(flat(err)).toContain('does not say how the vectors of tokens become one');
    expect((await compose(input, '--gguf', gguf('b.gguf', { ...shape, pooling: 3 }))).code).toBe(0);
    const { command } = services()['engine-qwen3-embedding-0.6b-0'];
    expect(command).toContain('--embeddings');
    expect(argumentOf(command, '--ubatch-size')).toBe('512');
    expect((await compose(input, '--gguf', gguf('c.gguf', { ...shape, pooling: 1 }))).code).toBe(0);
    const mean = services()['engine-qwen3-embedding-0.6b-0'].command;
    expect(argumentOf(mean, '--ubatch-size')).toBe('8192');
  });

  it('takes all parts of a model in several, and says which are missing', async () => {
    const parts = [whole('split.count', 2)];
    const first = gguf('big-00001-of-00002.gguf', { more: [whole('split.no', 0), ...parts] });
    const { err } = await compose(spec, '--gguf', first);
    expect(err).toContain(`${join(parent, 'big-00002-of-00002.gguf')} is missing beside it`);
    gguf('big-00002-of-00002.gguf', { more: [whole('split.no', 1), ...parts] });
    expect((await compose(spec, '--gguf', first)).code).toBe(0);
    const { volumes, command } = services()['engine-qwen3-8b-0'];
    const targets = volumes.map(({ target }: { target: string }) => target);
    expect(targets).toEqual(
      expect.arrayContaining(['/weights/big-00001-of-00002.gguf', '/weights/big-00002-of-00002.gguf']),
    );
    expect(argumentOf(command, '--model')).toBe('/weights/big-00001-of-00002.gguf');
  });

  it('refuses a file that the container could not read', async () => {
    const file = gguf('mine.gguf');
    chmodSync(file, 0o600);
    expect((await compose(spec, '--gguf', file)).err).toContain(`chmod a+r ${file}`);
  });

  it('finds the file in the folder of weights, by its kind where there are several', async () => {
    mkdirSync(join(parent, 'weights'));
    gguf('weights/mmproj-f16.gguf', { more: [text('general.type', 'mmproj')] });
    const none = await compose(spec, '--weights', join(parent, 'weights'));
    expect(none.err).toContain('holds no GGUF file of qwen3-8b');
    gguf('weights/q8.gguf');
    expect((await compose(spec, '--weights', join(parent, 'weights'))).code).toBe(0);
    gguf('weights/q4.gguf', { kind: 15 });
    const two = await compose(spec, '--weights', join(parent, 'weights'));
    expect(two.err).toContain('holds 2 GGUF files for qwen3-8b (q4.gguf, q8.gguf): choose with --gguf FILE.');
    const asked = spec.replace('[Qwen/Qwen3-8B]', '[{source: Qwen/Qwen3-8B, quantization: Q4_K_M}]');
    expect((await compose(asked, '--weights', join(parent, 'weights'))).code).toBe(0);
    expect(argumentOf(services()['engine-qwen3-8b-0'].command, '--model')).toBe('/weights/q4.gguf');
  });

  it('wants a file for each of several models, by name', async () => {
    const input = spec.replace(
      '[Qwen/Qwen3-8B]',
      '[{name: a, source: Qwen/Qwen3-8B}, {name: b, source: Qwen/Qwen3-8B}]',
    );
    const file = gguf('q.gguf');
    expect((await compose(input, '--gguf', file)).err).toContain(
      'write MODEL=FILE, where MODEL is `a` or `b`',
    );
    expect((await compose(input, '--gguf', `a=${file}`)).err).toContain(
      'b needs a GGUF file of Qwen/Qwen3-8B',
    );
    expect((await compose(input, '--gguf', `a=${file}`, '--gguf', `b=${file}`)).code).toBe(0);
    expect(argumentOf(services()['engine-a-0'].command, '--threads')).toBe('4');
    const twice = await compose(input, '--gguf', `a=${file}`, '--gguf', `a=${file}`);
    expect(twice.err).toContain('--gguf names a twice');
  });

  it('refuses what does not fit into the memory of the machine, with the numbers', async () => {
    const file = gguf('q.gguf');
    const { code, err } = await compose(spec, '--gguf', file, '--memory', '4');
    expect(code).toBe(1);
    expect(flat(err)).toMatch(
      /Even one sequence at a time needs \d\.\d GiB with gateway and database, and the machine has 4\.0: qwen3-8b has 0\.0 GiB of weights and 8192 tokens of context/,
    );
  });

  it('refuses adapters at their place', async () => {
    const input = spec.replace(
      '[Qwen/Qwen3-8B]',
      '[{source: Qwen/Qwen3-8B, adapters: [{name: law, source: org/law}]}]',
    );
    const { err } = await compose(input, '--gguf', gguf('q.gguf'));
    expect(err).toContain('models[0].adapters[0]');
    expect(flat(err)).toContain('law: llama.cpp takes adapters as GGUF files and by number');
  });

  it('says what it leaves out of the spec', async () => {
    const input = spec.replace(
      '[Qwen/Qwen3-8B]',
      '[{source: Qwen/Qwen3-8B, draftModel: ngram, kvCacheDtype: fp8, gpu: L4, engineArgs: {seed: 1}}]',
    );
    const { out: shown } = await compose(input, '--gguf', gguf('q.gguf'), '--json');
    const rows: { what: string }[] = JSON.parse(shown).differences;
    expect(rows.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        'qwen3-8b: 5 tokens guessed from the prompt',
        'qwen3-8b: engineArgs seed',
        'qwen3-8b: KV cache in fp8',
      ]),
    );
  });

  it('refuses its options where another engine would not read them', async () => {
    const words = ['compose', '-', '--out', out, '--engine', 'simulated', '--gguf', 'a', '--threads', '2'];
    const { code, err } = await ran(words, { input: spec });
    expect(code).toBe(1);
    expect(err).toContain('--gguf, --threads are for --engine llama.cpp');
    expect((await compose(spec, '--memory', '0')).err).toContain('a number above 0 is needed');
    expect((await compose(spec, '--threads', '1.5')).err).toContain('a whole number above 0 is needed');
  });
});

describe('cores of this machine', () => {
  it('count once, however many threads they run', () => {
    expect(thisCores(() => '0,1\n')).toBe(1);
  });

  it('are its threads where the system does not tell', () => {
    const all = thisCores(() => {
      throw new Error('no such file');
    });
    expect(all).toBeGreaterThanOrEqual(1);
  });
});
