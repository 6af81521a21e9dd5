import { describe, expect, it } from 'vitest';
import { type EngineFlag, engineFlags } from '../../lib/catalog/engine-flags';
import { images } from '../../lib/catalog/images';
import type { ModelDecision } from '../../lib/plan/plan';
import { derivedFlags, engineCommand, reservedFlags } from '../../lib/runtime/vllm-command';
import { plannedAdapterRank } from '../../lib/sizing/adapters';
import { exampleModel, examplePlan } from './example-plan';
import { adapter } from './several-models';

/** By the exact name: vLLM's own parser also takes abbreviations. */
const known = new Map<string, EngineFlag>(
  engineFlags().flatMap((one) => {
    const off = one.opposite === null ? [] : [[`--${one.opposite}`, one] as const];
    return [[`--${one.flag}`, one] as const, ...off];
  }),
);

const command = (changes: Partial<ModelDecision> = {}) =>
  engineCommand({ ...exampleModel, ...changes }, '/weights', examplePlan().decisions.timeouts);
const argumentOf = (words: string[], flag: string) => words[words.indexOf(flag) + 1];

const adapters = [adapter('hr'), adapter('legal')];

const variants: Record<string, Partial<ModelDecision>> = {
  plain: {},
  'converted to fp8': { quantization: 'fp8', kvCacheDtype: 'fp8' },
  'quantized checkpoint': { quantization: 'awq', dtype: 'float16' },
  embedding: { task: 'embedding' },
  'without prefix caching': { prefixCaching: false },
  'with adapters': { adapters, adapterRank: 64 },
  'with speculation': { speculation: { method: 'ngram', tokens: 5 } },
};

describe('vllm serve', () => {
  it('is checked against the flags of the very version that is shipped', () => {
    expect(images.engine.reference).toContain('0.33.0');
  });

  it.each(Object.entries(variants))('knows every flag by its exact name: %s', (_, changes) => {
    const words = command(changes).slice(1);
    for (let index = 0; index < words.length; ) {
      const word = words[index] as string;
      const flag = known.get(word);
      expect(flag, word).toBeDefined();
      const value = words[index + 1];
      if (flag?.takesValue && flag.choices) expect(flag.choices, word).toContain(value);
      if (flag?.takesValue) expect(value, word).not.toMatch(/^--/);
      index += 1;
      // the last word of a flag is where the next one begins: some take several
      while (flag?.takesValue && index < words.length && !words[index]?.startsWith('--')) index += 1;
    }
  });

  it('knows every flag that is closed to engineArgs', () => {
    const closed = [...Object.keys(derivedFlags), ...Object.keys(reservedFlags)];
    expect(closed.filter((flag) => !known.has(flag))).toEqual([]);
  });

  it('serves the folder under the name that the gateway asks for', () => {
    expect(command()[0]).toBe('/weights');
    expect(argumentOf(command(), '--served-model-name')).toBe('qwen3-8b');
  });

  it('carries the decisions of the plan', () => {
    const words = command({
      tensorParallel: 4,
      maxSequences: 100,
      maxQueuedRequests: 300,
      kvCacheDtype: 'fp8',
    });
    expect(argumentOf(words, '--tensor-parallel-size')).toBe('4');
    expect(argumentOf(words, '--max-num-seqs')).toBe('100');
    expect(argumentOf(words, '--max-num-queued-reqs')).toBe('300');
    expect(argumentOf(words, '--kv-cache-dtype')).toBe('fp8');
    expect(argumentOf(words, '--max-model-len')).toBe('8192');
    expect(argumentOf(words, '--max-num-batched-tokens')).toBe('2048');
    expect(argumentOf(words, '--gpu-memory-utilization')).toBe('0.9');
    expect(argumentOf(words, '--dtype')).toBe('bfloat16');
  });

  it('lets running answers end: the engine itself would abort them', () => {
    expect(argumentOf(command(), '--shutdown-timeout')).toBe('300');
  });

  it('names a quantization only where the engine converts', () => {
    expect(argumentOf(command({ quantization: 'fp8' }), '--quantization')).toBe('fp8');
    for (const quantization of ['none', 'awq', 'gptq'] as const) {
      expect(command({ quantization })).not.toContain('--quantization');
    }
  });

  it('runs an embedding model as one', () => {
    expect(argumentOf(command({ task: 'embedding' }), '--runner')).toBe('pooling');
    expect(argumentOf(command(), '--runner')).toBe('generate');
  });

  it('leaves the reuse of prefixes to the engine for embedding models, unless it is switched off', () => {
    const words = command({ task: 'embedding' });
    expect(words).not.toContain('--enable-prefix-caching');
    expect(words).not.toContain('--disable-prefix-caching');
    expect(command({ task: 'embedding', prefixCaching: false })).toContain('--disable-prefix-caching');
  });

  it('switches prefix caching of a model that writes on or off by name, never by default', () => {
    expect(command()).toContain('--enable-prefix-caching');
    expect(command({ prefixCaching: false })).toContain('--disable-prefix-caching');
    expect(command({ prefixCaching: false })).not.toContain('--enable-prefix-caching');
  });

  it('keeps every adapter in memory under the name that clients send', () => {
    const words = command({ adapters, adapterRank: 64 });
    expect(words).toContain('--enable-lora');
    expect(argumentOf(words, '--max-loras')).toBe('2');
    expect(argumentOf(words, '--max-lora-rank')).toBe('64');
    const from = words.indexOf('--lora-modules');
    expect(words.slice(from + 1, from + 3)).toEqual(['hr=/adapters/0', 'legal=/adapters/1']);
    for (const flag of ['--enable-lora', '--max-loras', '--max-lora-rank', '--lora-modules'])
      expect(command()).not.toContain(flag);
  });

  it('keeps memory for a rank that the engine has a kernel for', () => {
    expect(known.get('--max-lora-rank')?.choices).toContain(String(plannedAdapterRank));
  });

  it('guesses tokens from the prompt where the plan says so', () => {
    const words = command({ speculation: { method: 'ngram', tokens: 5 } });
    expect(JSON.parse(argumentOf(words, '--speculative-config') ?? '')).toEqual({
      method: 'ngram',
      num_speculative_tokens: 5,
      prompt_lookup_max: 4,
    });
    expect(command()).not.toContain('--speculative-config');
  });

  it("passes the user's own flags as written", () => {
    const engineArgs = {
      'block-size': 16,
      'enforce-eager': true,
      'enable-auto-tool-choice': false,
      'trust-remote-code': false,
    };
    expect(command({ engineArgs }).slice(-5)).toEqual([
      '--block-size',
      '16',
      '--enforce-eager',
      '--disable-auto-tool-choice',
      '--no-trust-remote-code',
    ]);
    expect(known.has('--disable-auto-tool-choice')).toBe(true);
    expect(known.has('--no-trust-remote-code')).toBe(true);
  });

  it.each(['max-num-seqs', 'api-key'])('refuses %s as an own flag, since the plan decides it', (name) => {
    expect(() => command({ engineArgs: { [name]: 1 } })).toThrow(`decides --${name}`);
  });

  it('has no secret on its command line', () => {
    expect(command().join(' ')).not.toContain('api-key');
  });
});
