import { describe, expect, it } from 'vitest';
import type { ManagedModel } from '../../lib/catalog/managed-models';
import { bill } from '../../lib/cost/bill';
import { cheapestEmbedding, closestChat, managedBillions, statedBillions } from '../../lib/cost/closest';
import { managedAlternative } from '../../lib/cost/managed';
import { parsePriceOverlay } from '../../lib/cost/overlay';
import type { Plan } from '../../lib/plan/plan';
import { alarm, aPlan } from './a-plan';

const sold = (model: string, usd = 1, task: ManagedModel['task'] = 'chat'): ManagedModel => ({
  provider: 'bedrock',
  cloud: 'aws',
  model,
  task,
  inputUsdPerMillionTokens: usd,
  outputUsdPerMillionTokens: usd,
  cachedInputUsdPerMillionTokens: null,
  maxInputTokens: 1,
  maxOutputTokens: 1,
  source: 'test',
  asOf: '2026-11-21',
  note: '',
});
const closest = (source: string, billions: number | undefined, ...candidates: ManagedModel[]) => {
  const found = closestChat(candidates, source, billions, (managed) => managed.inputUsdPerMillionTokens);
  return 'none' in found ? found.none : [found.managed.model, found.because];
};
const none = (billions: number) =>
  `of the chat models that are sold by the token and whose size is known, none is within 2 times ${billions} billion parameters`;

describe('the closest chat model', () => {
  it('is at most twice as large or small', () => {
    const reason = (size: number) =>
      `another family, ${size} against 8 billion parameters: the closest that is sold by the token`;
    expect(closest('a/b-8b', 8, sold('x-16b'))).toEqual(['x-16b', reason(16)]);
    expect(closest('a/b-8b', 8, sold('x-4b'))).toEqual(['x-4b', reason(4)]);
    expect(closest('a/b-8b', 8, sold('x-16.1b'), sold('x-3.9b'))).toBe(none(8));
    expect(closest('a/b-8b', 8)).toBe(none(8));
  });

  it('is no embedding model, and none whose size is unknown', () => {
    expect(closest('a/b-8b', 8, sold('x-8b', 1, 'embedding'), sold('nova-pro'))).toBe(none(8));
  });

  it('is not looked for where the size is not known', () => {
    expect(closest('a/b', undefined, sold('x-8b'))).toBe('the size of a/b is not known');
  });

  it('is the same model, else of the same family, else the nearest, else the cheapest', () => {
    const of = (...candidates: ManagedModel[]) => closest('Qwen/Qwen9-8B', 8, ...candidates);
    const same = sold('qwen.qwen9-8b-v1:0', 9);
    const family = sold('qwen.qwen3-12b', 5);
    const near = sold('other-8b', 3);
    const cheap = sold('another-8b', 2);
    for (const all of [
      [same, family, near, cheap],
      [cheap, near, family, same],
    ]) {
      expect(of(...all)[0]).toBe(same.model);
      expect(of(...all.filter((each) => each !== same))).toEqual([
        'qwen.qwen3-12b',
        'same family (Qwen), 12 against 8 billion parameters: the closest that is sold by the token',
      ]);
      expect(of(...all.filter((each) => each === near || each === cheap))[0]).toBe('another-8b');
      expect(of(sold('far-9b', 1), ...all.filter((each) => each === near))[0]).toBe('other-8b');
    }
    expect(of(same)[1]).toMatch(/^the same model, 8 against 8 billion/);
  });

  it('is no relative of a model of no family', () => {
    expect(closest('acme/thing-8b', 8, sold('foo-8b'))[1]).toMatch(/^another family, /);
  });

  it.each([
    ['acme/Foo-8B-Instruct-W8A8', 'foo-8b'],
    ['acme/Foo-8B-w4a16-g128', 'foo-8b'],
    ['acme/Foo-8B-quantized.w8a16', undefined],
    ['acme/Foo-8B-AWQ', 'foo-8b-chat'],
    ['Foo-8B', 'maker.foo-8b-instruct-v2:0'],
    // 3.1 is not 3.12, and a longer name is another model
    ['acme/Foo-8B-v3', 'foo-8b-v3-turbo'],
    ['acme/Foo-8B-v3', undefined, 'foo-8b-v31'],
    ['acme/Bar-8B', undefined, 'foo-8b'],
  ])('%s is the same model as %s', (source, same, other = 'foo-8b') => {
    const [, because] = closest(source, 8, sold(same ?? other)) as [string, string];
    expect(because.startsWith('the same model')).toBe(same !== undefined);
  });
});

describe('the cheapest embedding model', () => {
  it('is the cheapest, whatever the order', () => {
    const chat = sold('chat-8b', 0.001);
    const [a, b, c] = [sold('a', 3, 'embedding'), sold('b', 1, 'embedding'), sold('c', 2, 'embedding')];
    for (const all of [
      [chat, a, b, c],
      [c, b, a, chat],
      [b, a, c, chat],
    ]) {
      expect(cheapestEmbedding(all)).toEqual({
        managed: b,
        because:
          'embedding models state no size: the cheapest that is sold by the token; its vectors differ from yours',
      });
    }
  });

  it('is none where none is sold', () => {
    expect(cheapestEmbedding([sold('chat-8b')])).toEqual({
      none: 'no embedding model is sold by the token',
    });
  });
});

describe('the size in a name', () => {
  it.each([
    ['llama3-1-8b-instruct', 8],
    ['Qwen2.5-0.5B', 0.5],
    ['Qwen2.5-1.25B', 1.25],
    ['8b', 8],
    ['qwen3-30b-a3b', 30],
    ['meta.llama4-scout-17b', undefined],
    ['Llama-4-Scout-17B', undefined],
    ['claude-opus-5', undefined],
    ['a1b', undefined],
    ['8bit', undefined],
    ['foo-8bx', undefined],
    ['foo-1..5b', undefined],
  ])('%s is %s', (name, billions) => {
    expect(statedBillions(name)).toBe(billions);
  });

  it('is that of the catalogue where none is stated', () => {
    expect(managedBillions('meta.llama4-scout-17b-instruct-v1:0')).toBeCloseTo(108.64, 2);
    expect(managedBillions('vertex_ai/meta/llama-4-maverick-17b-128e-instruct-maas')).toBeCloseTo(401.58, 2);
    expect(managedBillions('deepseek.v3.2')).toBeCloseTo(671.88, 2);
    // Kimi K2 is in the catalogue, K2.5 is not
    expect(managedBillions('moonshotai.kimi-k2.5')).toBeUndefined();
    expect(managedBillions('amazon.nova-pro-v1:0')).toBeUndefined();
    expect(managedBillions('openai.gpt-oss-20b-1:0')).toBe(20);
  });
});

describe('the managed alternative of a plan', () => {
  const cost = { usdPerMonthWithoutRequests: 100, usdPerRequest: 0 };
  const found = (plan: Plan, usdPerRequest: number) => {
    const result = managedAlternative(plan, { ...cost, usdPerRequest });
    if ('none' in result) throw new Error(result.none);
    return result.managed;
  };

  it('never breaks even where a request costs as much here', () => {
    const { usdPerRequest } = found(aPlan(), 0);
    expect(found(aPlan(), usdPerRequest).breakEvenRequestsPerMonth).toBeNull();
    expect(found(aPlan(), usdPerRequest / 2).breakEvenRequestsPerMonth).toBeCloseTo(200 / usdPerRequest, 6);
  });

  it('has the size that the spec describes under the name of the model, and no other', () => {
    const plan = aPlan();
    const models = [
      { name: 'other', geometry: { parametersBillion: 70 } },
      { name: 'llama', geometry: { parametersBillion: 9 } },
    ];
    const described = (list: unknown[]) =>
      ({ ...plan, spec: { ...plan.spec, models: list } }) as unknown as Plan;
    expect(found(described(models), 0).because).toContain('8 against 9 billion');
    expect(found(described(models.slice(0, 1)), 0).because).toContain('8 against 8.03 billion');
    expect(found(described([]), 0).because).toContain('8 against 8.03 billion');
  });
});

describe('the origin of a price', () => {
  it('of a machine is the catalogue, to be trusted, with nothing to add', () => {
    const machine = bill(aPlan()).lines.find(({ id }) => id === 'gpu-machine');
    expect(machine).toMatchObject({
      confidence: 'high',
      note: '',
      priceRegion: 'us-east-1',
      standsIn: false,
    });
  });

  it('of a broken overlay without a name is the text itself', () => {
    expect(() => parsePriceOverlay('- 1')).toThrow(/^1 problem in the spec\n {2}a price overlay is a map/);
    expect(() => parsePriceOverlay('- 1', 'prices.yaml')).toThrow(
      /^1 problem in prices\.yaml\n {2}\(prices\.yaml\)\n/,
    );
  });
});

describe('the slow shares', () => {
  it('are sent only for an alarm on what the machine sends', () => {
    const slow = { ...alarm('llm_ttft_slow_percent'), limitMs: 2000 };
    const count = (alarms: unknown[]) =>
      bill(aPlan({ monitoring: { alarms } as never })).lines.find(({ id }) => id === 'custom-metric')
        ?.quantity;
    expect(count([slow])).toBe(15);
    expect(count([{ ...slow, metric: { ...slow.metric, sentBy: 'cloud' } }])).toBe(14);
    expect(count([])).toBe(14);
  });
});
