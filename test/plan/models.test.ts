import { describe, expect, it } from 'vitest';
import { bill } from '../../lib/cost/bill';
import type { ModelDecision, Plan } from '../../lib/plan/plan';
import { planSections } from '../../lib/report/plan';
import { planned } from './example';

const cloud = 'bedrock:anthropic.claude-haiku-4-5-20251001-v1:0';
const small = { name: 'small', source: 'Qwen/Qwen3-8B' };
const large = { name: 'large', source: 'Qwen/Qwen3-32B', quantization: 'fp8' } as const;
const traffic = { requestsPerSecond: 2 };
const model = (plan: Plan, at: number) => plan.decisions.models[at] as ModelDecision;
const line = (plan: Plan, id: string) => bill(plan).lines.find((one) => one.id === id);

describe('several models', () => {
  const plan = planned({
    models: [{ ...small, traffic: { sharePercent: 75 } }, large],
    traffic,
  });

  it('share one machine and the load', () => {
    const { machine, models, load } = plan.decisions;
    expect(models.map(({ name }) => name)).toEqual(['small', 'large']);
    expect(models.map((one) => one.load.peakRequestsPerSecond)).toEqual([1.5, 0.5]);
    expect(load.peakRequestsPerSecond).toBe(2);
    expect(load.requestsPerMonth).toBe(1_752_000);
    const used = models.reduce((sum, { copies, tensorParallel }) => sum + copies * tensorParallel, 0);
    expect(used).toBeLessThanOrEqual(machine.gpuCount);
    for (const one of models) {
      expect(one.expected.requestsPerSecondCapacity).toBeGreaterThanOrEqual(one.load.peakRequestsPerSecond);
    }
  });

  it('are charged the whole machine together', () => {
    const { machine, models } = plan.decisions;
    const charged = models.reduce(
      (sum, one) => sum + (one.usdPerMillionTokens * one.load.requestsPerMonth * 1300) / 1e6,
      0,
    );
    expect(charged / (machine.usdPerHourOnDemand * 730)).toBeCloseTo(1, 2);
  });

  it('weigh tokens by requests', () => {
    const { load } = planned({
      models: [
        { ...small, traffic: { sharePercent: 75, inputTokens: 400, outputTokens: 100 } },
        { ...large, traffic: { inputTokens: 2000, outputTokens: 500 } },
      ],
      traffic,
    }).decisions;
    expect([load.inputTokens, load.outputTokens]).toEqual([800, 200]);
  });

  it('store the weights of all', () => {
    const { modelStore, models } = plan.decisions;
    expect(modelStore.storedGiB).toBe(Math.ceil(model(plan, 0).weightsGiB + (models[1]?.weightsGiB ?? 0)));
  });

  it('of which one only stands in are charged at what they can do', () => {
    const spare = model(planned({ models: [{ ...small, fallbacks: 'large' }, large], traffic }), 1);
    expect(spare.load.requestsPerMonth).toBe(0);
    expect(spare.copies).toBe(1);
    expect(spare.usdPerMillionTokens).toBeGreaterThan(0);
    expect(Number.isFinite(spare.usdPerMillionTokens)).toBe(true);
    expect(spare.because).toContain('nothing is planned for it');
  });

  it('with an embedding model count its requests beside the others', () => {
    const { decisions } = planned({
      models: [small, { name: 'emb', source: 'BAAI/bge-m3', traffic: { requestsPerSecond: 1 } }],
      traffic: { ...traffic, outputTokens: 500 },
    });
    expect(decisions.models[1]?.load).toMatchObject({ inputTokens: 300, outputTokens: 0 });
    expect(decisions.load.peakRequestsPerSecond).toBe(3);
  });

  it('reuse prefixes, but not in an encoder, which keeps no cache', () => {
    const { decisions } = planned({
      models: [
        small,
        { name: 'encoder', source: 'BAAI/bge-m3', traffic: { requestsPerSecond: 0.1 } },
        { name: 'decoder', source: 'Qwen/Qwen3-Embedding-0.6B', traffic: { requestsPerSecond: 0.1 } },
      ],
      traffic,
    });
    expect(decisions.models.map(({ prefixCaching }) => prefixCaching)).toEqual([true, false, true]);
    expect(decisions.models.map(({ because }) => because.includes('an encoder keeps no cache'))).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('that no machine holds are refused with the reason', () => {
    expect(() =>
      planned({
        models: [
          { ...small, gpu: 'L4' },
          { ...large, gpu: 'T4' },
        ],
      }),
    ).toThrow(/offers none of the machines that `gpu` or `instanceType` of all models allow/);
  });
});

describe('versions of a model', () => {
  const plan = planned({
    models: [
      {
        name: 'chat',
        versions: [
          { name: 'old', source: 'Qwen/Qwen3-8B', revision: 'v1', weightPercent: 90 },
          { name: 'new', source: 'Qwen/Qwen3-4B', quantization: 'fp8', weightPercent: 10 },
        ],
      },
    ],
    traffic,
  });

  it('are engines of their own under one name, and split its load', () => {
    expect(
      plan.decisions.models.map(({ name, version, weightPercent, source, revision, quantization }) => [
        name,
        version,
        weightPercent,
        source,
        revision,
        quantization,
      ]),
    ).toEqual([
      ['chat', 'old', 90, 'Qwen/Qwen3-8B', 'v1', 'none'],
      ['chat', 'new', 10, 'Qwen/Qwen3-4B', 'main', 'fp8'],
    ]);
    expect(model(plan, 1).load.requestsPerMonth).toBe(175_200);
  });

  it('are each named when their revision is open', () => {
    expect(plan.warnings.map(({ path }) => path)).toContain('models[0].versions[1].revision');
  });
});

describe('what an engine does beside its model', () => {
  it('is adapters, for which memory is kept, and guessed tokens', () => {
    const plain = model(planned({ models: [small] }), 0);
    const more = model(
      planned({
        models: [
          { ...small, draftModel: 'ngram', adapters: [{ name: 'hr', source: 'acme/hr', revision: 'v3' }] },
        ],
      }),
      0,
    );
    expect(plain.adapters).toEqual([]);
    expect([plain.speculation, plain.adapterRank]).toEqual([undefined, undefined]);
    expect(more.adapters).toEqual([{ name: 'hr', source: 'acme/hr', origin: 'hub', revision: 'v3' }]);
    expect(more.adapterRank).toBe(64);
    expect(more.speculation).toEqual({ method: 'ngram', tokens: 5 });
    expect(more.because).toContain('as if they gave nothing');
    expect(more.expected.weightsGiBPerGpu).toBeGreaterThan(plain.expected.weightsGiBPerGpu);
  });
});

describe('a managed model', () => {
  const plan = planned({
    region: 'eu-central-1',
    models: [
      { ...small, fallbacks: ['cloud', 'spare'] },
      {
        name: 'cloud',
        source: cloud,
        traffic: { requestsPerSecond: 1, inputTokens: 500, outputTokens: 100 },
      },
      { name: 'spare', source: 'bedrock:amazon.nova-lite-v1:0' },
    ],
    traffic,
    gateway: { degradedAnswer: 'busy' },
  });

  it('is called through the profile of the region, with its regions to permit', () => {
    expect(plan.decisions.managedModels[0]).toMatchObject({
      name: 'cloud',
      provider: 'bedrock',
      modelId: 'anthropic.claude-haiku-4-5-20251001-v1:0',
      inferenceProfile: 'eu.anthropic.claude-haiku-4-5-20251001-v1:0',
      foundationModelRegions: [
        'eu-central-1',
        'eu-north-1',
        'eu-south-1',
        'eu-south-2',
        'eu-west-1',
        'eu-west-3',
      ],
      task: 'chat',
      usdPerMillionInputTokens: 1,
      usdPerMillionOutputTokens: 5,
      maxContext: 200_000,
      requestsPerMonth: 876_000,
    });
  });

  it('is called by its own id where it needs no profile', () => {
    const [bare] = planned({ models: [small, 'bedrock:qwen.qwen3-32b-v1:0'] }).decisions.managedModels;
    expect(bare?.name).toBe('qwen.qwen3-32b-v1-0');
    expect(bare?.inferenceProfile).toBeUndefined();
    expect(bare?.foundationModelRegions).toEqual(['us-east-1']);
  });

  it('costs its tokens, and nothing while it is only a fallback', () => {
    expect(line(plan, 'managed-cloud-input')).toMatchObject({
      quantity: 438,
      unit: '1M tokens',
      usdPerMonth: 438,
    });
    expect(line(plan, 'managed-cloud-output')?.usdPerMonth).toBeCloseTo(438, 6);
    expect(line(plan, 'managed-spare-input')).toMatchObject({
      usdPerMonth: 0,
      because: 'spare is a fallback: it costs nothing until the models before it fail, and is not counted',
    });
  });

  it('without a price in the data has a line that says so', () => {
    const unknown = planned({ models: [small, { name: 'x', source: 'bedrock:acme.wonder-v1:0' }] });
    expect(unknown.decisions.managedModels[0]?.maxContext).toBeNull();
    expect(line(unknown, 'managed-x-input')).toMatchObject({ usdPerMonth: null, note: 'price not known' });
  });

  it('answers prompts that are too long for ours', () => {
    const { gateway } = plan.decisions;
    expect(gateway.fallbacks).toEqual([{ model: 'small', to: ['cloud', 'spare'] }]);
    expect(gateway.contextWindowFallbacks).toEqual([{ model: 'small', to: ['cloud', 'spare'] }]);
    expect(gateway.degradedAnswer).toBe('busy');
  });

  it('is shown with its route', () => {
    const titles = planSections(plan).map(({ title }) => title);
    expect(titles).toContain('Managed model cloud (bedrock:anthropic.claude-haiku-4-5-20251001-v1:0)');
    const routes = planSections(plan).find(({ title }) => title === 'Routes')?.rows;
    expect(routes).toContainEqual(['small fails', 'then cloud, then spare']);
  });
});

describe('masking of personal data', () => {
  const plan = planned({ gateway: { piiMasking: true } });

  it('has entities, images of its own, and a host for them', () => {
    const { gateway, images } = plan.decisions;
    expect(gateway.piiMasking?.language).toBe('en');
    expect(gateway.piiMasking?.entities).toContain('CREDIT_CARD');
    expect(images.piiAnalyzer).toBe('mcr.microsoft.com/presidio-analyzer:2.2.362');
    expect(images.piiAnonymizer).toBe('mcr.microsoft.com/presidio-anonymizer:2.2.362');
    expect(planned().decisions.images.piiAnalyzer).toBeUndefined();
    // 1 + 1 vCPUs beside an engine of 3 do not fit the 4 of the machine without masking
    expect(planned().decisions.machine.vcpus).toBe(4);
    expect(plan.decisions.machine.vcpus).toBeGreaterThan(4);
  });

  it('takes its images from the mirror', () => {
    const { images } = planned({
      gateway: { piiMasking: true },
      images: { registry: 'mirror.example.com' },
    }).decisions;
    expect(images.piiAnalyzer).toBe('mirror.example.com/presidio-analyzer:2.2.362');
  });
});
