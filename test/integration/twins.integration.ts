import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Client } from './client';
import { generated } from './generated';
import { model, planned } from './plans';
import { Stack } from './stack';
import { until } from './until';

const plan = planned(
  { keyLimits: { requestsPerMinute: 10_000 } },
  { models: [{ source: 'Qwen/Qwen3-8B', instanceType: 'g6.12xlarge', tensorParallel: 2 }] },
);
const { gateway } = plan.decisions;
const { allowed_fails: allowedFails, cooldown_time: cooldownSeconds } = parse(
  generated(plan, 'litellm.yaml'),
).router_settings;
/** So many answers in a row come from one of two copies by chance once in a million rounds. */
const round = 20;

/** A gateway and two copies of a model, none of which failed before: a cooldown outlives the fault. */
function twins() {
  let stack: Stack | undefined;
  let client: Client;
  beforeAll(async () => {
    stack = await Stack.start(plan);
    client = new Client(stack.gateway.url);
  });
  afterAll(() => stack?.remove());
  const engine = (index: number) => (stack as Stack).engine(index);
  return {
    engine,
    engines: () => (stack as Stack).engines,
    hitsOf: (index: number) => engine(index).hits,
    /** One request after the other; what clients got that is no answer. */
    async failures(count: number): Promise<string[]> {
      const seen: string[] = [];
      for (let sent = 0; sent < count; sent++) {
        const { status, text } = await client.chat(`number ${sent}`, model);
        if (status !== 200) seen.push(`${sent}: ${status} ${text}`);
      }
      return seen;
    },
  };
}

describe('the generated gateway in front of two copies of a model', () => {
  const { engine, engines, hitsOf, failures } = twins();

  it('asks both copies', async () => {
    expect(plan.decisions.models[0]?.copies).toBe(2);
    await until('both copies were asked', async () => {
      expect(await failures(4)).toEqual([]);
      return hitsOf(0) > 0 && hitsOf(1) > 0;
    });
  });

  it('answers every request through the healthy copy while the other one fails', async () => {
    engine(0).behaviour = { status: 503 };
    const before = hitsOf(0);
    const began = Date.now();
    expect(await failures(40)).toEqual([]);
    const cooldowns = 1 + Math.floor((Date.now() - began) / (1000 * cooldownSeconds));
    const asked = hitsOf(0) - before;
    expect(asked).toBeGreaterThan(0);
    // each worker finds out for itself: the failures that it allows, and a request that tries this copy alone,
    // since the cooldown is known only after its error was logged
    const attempts = 1 + gateway.retries;
    expect(asked).toBeLessThanOrEqual(cooldowns * gateway.workers * (allowedFails + attempts));
  });

  it('asks the failing copy not once while it is cooled down', async () => {
    // a cooldown begins anew at each end of the last one, so look for a round that lies within one
    await until(`${round} answers without a try on the failing copy`, async () => {
      const before = hitsOf(0);
      expect(await failures(round)).toEqual([]);
      return hitsOf(0) === before;
    });
  });

  it('asks it again once it is well', async () => {
    engine(0).behaviour = {};
    const before = hitsOf(0);
    await until('the copy is asked again', async () => {
      expect(await failures(4)).toEqual([]);
      return hitsOf(0) > before;
    });
  });

  it('sends engines no key that vLLM does not know', () => {
    for (const { unknown } of engines()) expect([...unknown]).toEqual([]);
  });
});

describe('the generated gateway while one of two copies is killed', () => {
  const { engine, hitsOf, failures } = twins();

  it('goes on answering every request', async () => {
    await until('both copies were asked', async () => {
      expect(await failures(4)).toEqual([]);
      return hitsOf(0) > 0 && hitsOf(1) > 0;
    });
    engine(1).stop();
    expect(await failures(30)).toEqual([]);
  });

  it('asks the copy again when it has come back, and no request fails meanwhile', async () => {
    await engine(1).resume();
    const before = hitsOf(1);
    await until('the copy is asked again', async () => {
      expect(await failures(4)).toEqual([]);
      return hitsOf(1) > before;
    });
  });
});
