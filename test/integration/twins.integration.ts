import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from './client';
import { model, planned } from './plans';
import { Stack } from './stack';
import { until } from './until';

describe('the generated gateway in front of two copies of a model', () => {
  const plan = planned(
    { keyLimits: { requestsPerMinute: 10_000 } },
    { models: [{ source: 'Qwen/Qwen3-8B', instanceType: 'g6.12xlarge', tensorParallel: 2 }] },
  );
  const { gateway } = plan.decisions;
  const attempts = 1 + gateway.retries;
  let stack: Stack;
  let client: Client;

  beforeAll(async () => {
    stack = await Stack.start(plan);
    client = new Client(stack.gateway.url);
  });
  afterAll(() => stack?.remove());

  const statuses = async (count: number) => {
    const seen: number[] = [];
    for (let sent = 0; sent < count; sent++) seen.push((await client.chat(`number ${sent}`, model)).status);
    return seen;
  };
  const hitsOf = (index: number) => stack.engine(index).hits;
  const allAnswered = (seen: number[]) => seen.every((status) => status === 200);

  it('asks both copies', async () => {
    expect(plan.decisions.models[0]?.copies).toBe(2);
    await until('both copies were asked', async () => {
      expect(allAnswered(await statuses(4))).toBe(true);
      return hitsOf(0) > 0 && hitsOf(1) > 0;
    });
  });

  it('answers through the healthy copy while the other one fails, but for a request per worker at most', async () => {
    stack.engine(0).behaviour = { status: 503 };
    const before = hitsOf(0);
    const seen = await statuses(40);
    // LiteLLM retries on any copy, also on the one that just failed, until its cooldown is known
    expect(seen.filter((status) => status !== 200).length).toBeLessThanOrEqual(gateway.workers);
    expect(hitsOf(0) - before).toBeGreaterThan(0);
    // each worker may find out for itself, and one cooldown may end meanwhile
    expect(hitsOf(0) - before).toBeLessThanOrEqual(2 * attempts * gateway.workers);
  });

  it('asks the failing copy not once while it is cooled down', async () => {
    // a cooldown begins anew at each end of the last one, so look for a round that lies within one
    await until('forty answers without a try on the failing copy', async () => {
      const before = hitsOf(0);
      return allAnswered(await statuses(40)) && hitsOf(0) === before;
    });
  });

  it('asks it again once it is well', async () => {
    stack.engine(0).behaviour = {};
    const before = hitsOf(0);
    await until('the copy is asked again', async () => {
      expect(allAnswered(await statuses(4))).toBe(true);
      return hitsOf(0) > before;
    });
  });

  it('goes on answering while one copy is killed and comes back, but for a request per worker at most', async () => {
    stack.engine(1).stop();
    const dead = await statuses(30);
    await stack.engine(1).resume();
    const back = await statuses(10);
    expect([...dead, ...back].filter((status) => status !== 200).length).toBeLessThanOrEqual(gateway.workers);
  });

  it('sends engines no key that vLLM does not know', () => {
    for (const engine of stack.engines) expect([...engine.unknown]).toEqual([]);
  });
});
