import { describe, expect, it } from 'vitest';
import { findModel } from '../../lib/catalog/models';
import { type ProcessorForm, type ProcessorRequest, processorForms } from '../../lib/sizing/processor';

const GiB = 2 ** 30;
const geometry = (id: string) => {
  const model = findModel(id);
  if (model === undefined) throw new Error(`${id} is not in the catalogue`);
  return model;
};
const request = (changes: Partial<ProcessorRequest> = {}): ProcessorRequest => ({
  model: geometry('Qwen/Qwen3-8B'),
  weightsBytes: 8 * GiB,
  vocabSize: null,
  contextTokens: 8192,
  sequences: 64,
  prefixCaching: true,
  task: 'chat',
  readsInSteps: true,
  ...changes,
});
const machine = { memoryMiB: 64 * 1024, othersMiB: 2048, threads: 8 };

function formsOf(requests: ProcessorRequest[], changes: Partial<typeof machine> = {}): ProcessorForm[] {
  const sized = processorForms(requests, { ...machine, ...changes });
  if ('neededMiB' in sized) throw new Error(`${sized.neededMiB} MiB are needed`);
  return sized.forms;
}
const formOf = (changes: Partial<ProcessorRequest> = {}, on: Partial<typeof machine> = {}) =>
  formsOf([request(changes)], on)[0] as ProcessorForm;

describe('llama.cpp on processors', () => {
  it('runs four sequences at once, as it does untold, where the memory is enough', () => {
    const { sequences, contextTokens, batchTokens, threads } = formOf();
    expect({ sequences, contextTokens, batchTokens, threads }).toEqual({
      sequences: 4,
      contextTokens: 8192,
      batchTokens: 512,
      threads: 8,
    });
  });

  it('runs no more than the plan asks for', () => {
    expect(formOf({ sequences: 2 }).sequences).toBe(2);
  });

  it('counts weights, the cache of each sequence, that of earlier prompts, a step and the program', () => {
    // 36 layers x 2 x 8 heads x 128 x 2 bytes a token
    const sequenceMiB = (36 * 2 * 8 * 128 * 2 * 8192) / 2 ** 20;
    expect(sequenceMiB).toBe(1152);
    const stepMiB = (4 * 512 * (151_936 + 8 * 4096 + 3 * 12_288)) / 2 ** 20;
    const needed = 8192 + (4 + 2) * sequenceMiB + stepMiB + 256;
    const { promptCacheMiB, memoryLimitMiB } = formOf();
    expect(promptCacheMiB).toBe(2 * sequenceMiB);
    expect(memoryLimitMiB).toBe(Math.ceil(1.1 * needed));
  });

  it('runs fewer sequences where memory is short, and none where not even one fits', () => {
    expect(formOf({}, { memoryMiB: 16_500 }).sequences).toBe(1);
    expect(formOf({}, { memoryMiB: 18_500 }).sequences).toBe(3);
    const sized = processorForms([request()], { ...machine, memoryMiB: 12_000 });
    expect(sized).toEqual({ neededMiB: 2048 + formOf({ sequences: 1 }).memoryLimitMiB });
  });

  it('deals threads and memory to several models alike', () => {
    const forms = formsOf([request(), request({ weightsBytes: 2 * GiB })], { memoryMiB: 25_000, threads: 7 });
    expect(forms.map(({ threads }) => threads)).toEqual([3, 3]);
    const [one, other] = forms.map(({ sequences }) => sequences);
    expect(one).toBe(other);
    expect(one).toBeLessThan(4);
    expect(formsOf([request(), request()], { threads: 1 }).map(({ threads }) => threads)).toEqual([1, 1]);
  });

  it('keeps no prompts where prefixes are not reused, and of embeddings never', () => {
    expect(formOf({ prefixCaching: false }).promptCacheMiB).toBe(0);
    expect(formOf({ task: 'embedding' }).promptCacheMiB).toBe(0);
  });

  it('reads a text at once where its vector is the mean of all, with memory for that step', () => {
    const inSteps = formOf({ task: 'embedding' });
    const atOnce = formOf({ task: 'embedding', readsInSteps: false });
    expect([inSteps.batchTokens, atOnce.batchTokens]).toEqual([512, 8192]);
    expect(atOnce.memoryLimitMiB).toBeGreaterThan(inSteps.memoryLimitMiB);
  });

  it('needs no cache for an encoder', () => {
    const encoder = { model: geometry('BAAI/bge-m3'), weightsBytes: GiB, task: 'embedding' } as const;
    const one = formOf({ ...encoder, sequences: 1 }).memoryLimitMiB;
    expect(formOf({ ...encoder, sequences: 4 }).memoryLimitMiB).toBe(one);
  });

  it('keeps a window and not the whole context where layers have one, and some states to go back to', () => {
    const windowed = geometry('openai/gpt-oss-20b');
    expect(windowed.slidingWindow).not.toBeNull();
    const long = { model: windowed, contextTokens: 131_072, weightsBytes: 12 * GiB };
    const all = { ...windowed, fullAttentionLayers: windowed.layers, slidingWindow: null };
    expect(formOf(long).memoryLimitMiB).toBeLessThan(formOf({ ...long, model: all }).memoryLimitMiB);
    expect(formOf(long).checkpoints).toBe(4);
  });
});
