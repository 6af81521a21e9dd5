import { describe, expect, it } from 'vitest';
import { bill } from '../../lib/cost/bill';
import type { ModelDecision, Plan } from '../../lib/plan/plan';
import { aPlan, aPublicPlan } from './a-plan';

const llama = aPlan().decisions.models[0] as ModelDecision;

function serving(source: string, change: Partial<ModelDecision> = {}): Plan {
  return aPlan({ models: [{ ...llama, source, ...change }] as ModelDecision[] });
}

describe('the closest managed model', () => {
  // litellm price map of 2026-08-01: 0.22 USD per million tokens, in and out
  it('is the same model where the cloud sells it, at 1,300 tokens a request', () => {
    const managed = bill(aPlan()).managedAlternative;
    expect(managed).toMatchObject({
      provider: 'bedrock',
      model: 'meta.llama3-1-8b-instruct-v1:0',
      asOf: '2026-08-01',
    });
    expect(managed?.usdPerRequest).toBeCloseTo((1300 * 0.22) / 1e6, 12);
    expect(managed?.usdPerMonth).toBeCloseTo(286, 6);
    expect(managed?.because).toBe(
      'the same model, 8 against 8.03 billion parameters: the closest that is sold by the token',
    );
  });

  it.each([
    ['meta-llama/Llama-3.3-70B-Instruct', 'meta.llama3-3-70b-instruct-v1:0'],
    ['meta-llama/Llama-3.1-70B-Instruct', 'meta.llama3-1-70b-instruct-v1:0'],
    ['neuralmagic/Meta-Llama-3.1-70B-Instruct-FP8', 'meta.llama3-1-70b-instruct-v1:0'],
    ['Qwen/Qwen3-Coder-30B-A3B-Instruct', 'qwen.qwen3-coder-30b-a3b-v1:0'],
    // the same family before another one of the very same size
    ['Qwen/Qwen2.5-32B-Instruct', 'qwen.qwen3-32b-v1:0'],
    // gpt-oss-20b has the very size, and another family
    ['acme/qwen-20b', 'qwen.qwen3-coder-30b-a3b-v1:0'],
    ['mistralai/Mistral-7B-Instruct-v0.3', 'mistral.ministral-3-8b-instruct'],
    ['Qwen/Qwen3-32B', 'qwen.qwen3-32b-v1:0'],
    ['google/gemma-3-27b-it', 'google.gemma-3-27b-it'],
    ['openai/gpt-oss-120b', 'openai.gpt-oss-120b-1:0'],
    // sizes that no name states, from the catalogue: 672 and 402 billion
    ['deepseek-ai/DeepSeek-V3.2', 'deepseek.v3.2'],
    ['deepseek-ai/DeepSeek-V3', 'deepseek.v3.2'],
    ['meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8', 'meta.llama4-maverick-17b-instruct-v1:0'],
    ['meta-llama/Llama-4-Scout-17B-16E-Instruct', 'meta.llama4-scout-17b-instruct-v1:0'],
    // no Qwen near 8 billion is sold: the cheaper of the two 8-billion models
    ['Qwen/Qwen3-8B', 'mistral.ministral-3-8b-instruct'],
  ])('of %s is %s', (source, expected) => {
    expect(bill(serving(source)).managedAlternative?.model).toBe(expected);
  });

  it('is none where nothing near in size is sold, and the bill says so', () => {
    const { managedAlternative, because } = bill(serving('Qwen/Qwen2.5-1.5B-Instruct'));
    expect(managedAlternative).toBeUndefined();
    expect(because).toContain(
      'no managed alternative: of the chat models that are sold by the token and whose size is known, none is within 2 times 1.54 billion parameters',
    );
  });

  it('is the cheapest embedding model for an embedding model: 0.02 USD per million tokens', () => {
    const plan = serving('BAAI/bge-m3', { task: 'embedding' });
    const managed = bill(plan).managedAlternative;
    expect(managed?.model).toBe('amazon.titan-embed-text-v2:0');
    expect(managed?.usdPerRequest).toBeCloseTo((1000 * 0.02) / 1e6, 12);
  });

  it('is none where the size of the model is not known', () => {
    expect(bill(serving('acme/mystery')).because).toContain(
      'no managed alternative: the size of acme/mystery is not known',
    );
  });

  it('takes the size of a geometry that the spec describes', () => {
    const plan = serving('acme/mystery');
    const models = [{ name: 'llama', geometry: { parametersBillion: 8 } }];
    const described = { ...plan, spec: { ...plan.spec, models } } as unknown as Plan;
    expect(bill(described).managedAlternative?.because).toContain('8 against 8 billion');
  });

  it('is none where several models share the machine', () => {
    const two = aPlan({ models: [llama, { ...llama, name: 'second' }] });
    expect(bill(two).because.at(-1)).toContain('several models share the machine');
  });
});

describe('break-even', () => {
  it('is where the bill and the managed price meet', () => {
    for (const plan of [aPlan(), aPublicPlan()]) {
      const even = bill(plan).managedAlternative?.breakEvenRequestsPerMonth ?? 0;
      const { load } = plan.decisions;
      const factor = even / load.requestsPerMonth;
      const atEven = bill({
        ...plan,
        decisions: {
          ...plan.decisions,
          load: {
            ...load,
            requestsPerMonth: even,
            meanRequestsPerSecond: load.meanRequestsPerSecond * factor,
            peakRequestsPerSecond: load.peakRequestsPerSecond * factor,
            requestsInFlight: load.requestsInFlight * factor,
          },
        },
      });
      expect(atEven.managedAlternative?.usdPerMonth).toBeCloseTo(atEven.total.expectedUsd, 4);
    }
  });

  it('is the bill over the price of a request where there is no load to learn from', () => {
    const idle = aPlan({ load: { requestsPerMonth: 0, meanRequestsPerSecond: 0 } });
    const { managedAlternative, total } = bill(idle);
    expect(managedAlternative?.breakEvenRequestsPerMonth).toBeCloseTo(total.expectedUsd / 0.000286, 3);
  });

  it('is never where each request alone costs more here', () => {
    const tiny = aPublicPlan({ load: { ...aPlan().decisions.load, inputTokens: 1, outputTokens: 0 } });
    expect(bill(tiny).managedAlternative?.breakEvenRequestsPerMonth).toBeNull();
  });

  it('comes with what the machine can answer in a month: 5 requests a second at the peak, a third in the mean', () => {
    const { managedAlternative } = bill(aPlan());
    expect(managedAlternative?.peakFactor).toBeCloseTo(3, 9);
    expect(managedAlternative?.capacityRequestsPerMonth).toBeCloseTo(13_140_000 / 3, 3);
    const steady = aPlan({ load: { peakRequestsPerSecond: 1, meanRequestsPerSecond: 1 } });
    expect(bill(steady).managedAlternative?.capacityRequestsPerMonth).toBe(13_140_000);
  });
});
