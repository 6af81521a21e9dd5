import { describe, expect, it } from 'vitest';
import type { ModelDecision } from '../../lib/plan/plan';
import { serverHost } from '../../lib/runtime/host';
import { modelFolder } from '../../lib/runtime/layout';
import { settings } from '../../lib/runtime/settings';
import { examplePlan } from './example-plan';
import { severalModels, versions } from './several-models';

const of = (plan = severalModels()) => JSON.parse(settings(serverHost(plan)));

describe('settings of the programs on a machine', () => {
  it('name everything that clients can ask for once, and who answers', () => {
    expect(of().served).toEqual([
      { name: 'chat', task: 'chat', by: 'engine' },
      { name: 'small', task: 'chat', by: 'engine' },
      { name: 'hr', task: 'chat', by: 'adapter' },
      { name: 'legal', task: 'chat', by: 'adapter' },
      { name: 'nova', task: 'chat', by: 'cloud' },
    ]);
  });

  it('tell versions of a model apart, since each has room of its own', () => {
    const engines: { service: string; model: string }[] = of().engines;
    expect(engines.map(({ service, model }) => [service, model])).toEqual([
      ['engine-chat-old-0', 'chat-old'],
      ['engine-chat-old-1', 'chat-old'],
      ['engine-chat-new-0', 'chat-new'],
      ['engine-small-0', 'small'],
    ]);
  });

  it('list every folder of weights and adapters once, with the rank that the engine can take', () => {
    const rows = of().models.map((one: Record<string, unknown>) => [
      one.name,
      one.folder,
      one.origin,
      one.largestRank,
    ]);
    expect(rows).toEqual([
      ['chat-old', 'models/qwen-qwen3-8b/b968826d9c46dd6066d109eabc6255188de91218', 'hub', undefined],
      ['chat-new', 'models/qwen-qwen3-4b/b968826d9c46dd6066d109eabc6255188de91218', 'hub', undefined],
      // small has the weights of chat-new
      ['hr', 'models/acme-hr-lora/v1', 'hub', 64],
      ['legal', 'models/acme-lora-cc11feac/v1', 'bucket', 64],
    ]);
  });

  it('keep apart what looks alike: sources of one spelling, and revisions that differ in case or in a sign', () => {
    const folders = (...models: [source: string, revision: string][]) =>
      models.map(([source, revision]) => modelFolder({ source, revision }));
    const alike = folders(
      ['s3://my-weights/qwen/ft', 'none'],
      ['s3://my-weights/qwen-ft', 'none'],
      ['s3://my-weights/qwen/FT', 'none'],
      ['org/lora-a', 'main'],
      ['Org-lora/a', 'main'],
      ['s3://org/lora-a', 'main'],
      ['org/lora_a', 'main'],
      ['org/lora-a', 'release_1'],
      ['org/lora-a', 'Release-1'],
      ['org/lora-a', 'release-1'],
      ['org/lora-a', '___'],
    );
    expect(new Set(alike).size).toBe(alike.length);
    for (const folder of alike) expect(folder).toMatch(/^models\/[a-z0-9.-]+\/[a-z0-9.-]+$/);
    // the hub takes its names in any case, and these need no mark
    expect(folders(['Qwen/Qwen3-8B', 'main'], ['qwen/qwen3-8b', 'v1.0'])).toEqual([
      'models/qwen-qwen3-8b/main',
      'models/qwen-qwen3-8b/v1.0',
    ]);
  });

  it('list two versions of one source with a folder each', () => {
    const [one, other] = versions();
    const models = [
      { ...one, source: 'acme/own', revision: 'release_1' },
      { ...other, source: 'acme/own', revision: 'Release-1' },
    ] as ModelDecision[];
    const all: { revision: string; folder: string }[] = JSON.parse(
      settings(serverHost(examplePlan({ models }))),
    ).models;
    expect(all.map(({ revision }) => revision)).toEqual(['release_1', 'Release-1']);
    expect(new Set(all.map(({ folder }) => folder)).size).toBe(2);
  });

  it('name the degraded answer and the containers beside the gateway only where the plan has them', () => {
    expect([of().degradedModel, of().containers]).toEqual([
      'degraded-answer',
      [
        { service: 'pii-analyzer', url: 'http://127.0.0.1:4082' },
        { service: 'pii-anonymizer', url: 'http://127.0.0.1:4083' },
      ],
    ]);
    const plain = of(examplePlan({ models: versions() }));
    expect([plain.degradedModel, plain.containers]).toEqual([null, []]);
  });
});
