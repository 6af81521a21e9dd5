import { describe, expect, it } from 'vitest';
import { settings } from '../../lib/runtime/settings';
import { exampleModels, examplePlan } from './example-plan';
import { adapter, severalModels, versions } from './several-models';

const of = (plan = severalModels()) => JSON.parse(settings(plan));

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
      ['legal', 'models/acme-lora/v1', 'bucket', 64],
    ]);
  });

  it('refuse two sources that would lie in one folder', () => {
    const models = exampleModels({
      adapters: [
        adapter('a', { source: 's3://acme/a-b', origin: 'bucket' }),
        adapter('b', { source: 's3://acme/a/b', origin: 'bucket' }),
      ],
      adapterRank: 64,
    });
    expect(() => settings(examplePlan({ models }))).toThrow(
      's3://acme/a-b and s3://acme/a/b would lie in one folder, models/acme-a-b/v1: rename one',
    );
  });

  it('name the degraded answer and the containers beside the gateway only where the plan has them', () => {
    expect([of().degradedModel, of().piiContainers]).toEqual([
      'degraded-answer',
      [
        { service: 'pii-analyzer', url: 'http://127.0.0.1:4082' },
        { service: 'pii-anonymizer', url: 'http://127.0.0.1:4083' },
      ],
    ]);
    const plain = of(examplePlan({ models: versions() }));
    expect([plain.degradedModel, plain.piiContainers]).toEqual([null, []]);
  });
});
