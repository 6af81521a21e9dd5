import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Client } from './client';
import { model, planned } from './plans';
import { Stack } from './stack';
import { until } from './until';

/** Seconds in which the gateway asks a failing engine without a twin nothing: `cooldown_time`. */
const cooldownSeconds = 5;

describe('the generated gateway in front of one engine', () => {
  const plan = planned({ keyLimits: { requestsPerMinute: 1000 } });
  const { gateway, timeouts } = plan.decisions;
  const attempts = 1 + gateway.retries;
  let stack: Stack;
  let client: Client;

  beforeAll(async () => {
    stack = await Stack.start(plan);
    client = new Client(stack.gateway.url);
  });
  afterAll(() => stack?.remove());
  // every test begins with an engine that is not cooled down
  afterEach(async () => {
    stack.engine(0).behaviour = {};
    let answers = 0;
    await until('the engine is asked again by every worker', async () => {
      const answered = (await client.chat('are you there?', model)).status === 200;
      answers = answered ? answers + 1 : 0;
      return answers >= 4 * gateway.workers;
    });
  });

  it('asks again when the engine is full for a moment, and the client sees nothing of it', async () => {
    stack.engine(0).behaviour = { status: 503, refusals: 1 };
    const before = stack.engine(0).hits;
    expect((await client.chat('once full', model)).status).toBe(200);
    expect(stack.engine(0).hits - before).toBe(2);
  });

  it('asks an engine that fails a bounded number of times, and not at all while it is cooled down', async () => {
    stack.engine(0).behaviour = { status: 500 };
    const before = stack.engine(0).hits;
    const begin = Date.now();
    const statuses = [];
    for (let sent = 0; sent < 25; sent++) statuses.push((await client.chat(`failing ${sent}`, model)).status);
    const windows = 1 + Math.floor((Date.now() - begin) / 1000 / cooldownSeconds);
    expect(statuses).not.toContain(200);
    expect(stack.engine(0).hits - before).toBeLessThanOrEqual(windows * attempts * gateway.workers);
    expect(windows * attempts * gateway.workers, 'requests that reached no engine').toBeLessThan(
      25 * attempts,
    );
  });

  it('answers again when a killed engine is back', async () => {
    stack.engine(0).stop();
    expect((await client.chat('nobody there', model)).status).not.toBe(200);
    await stack.engine(0).resume();
    await until('answers come again', async () => (await client.chat('back?', model)).status === 200);
  });

  it('waits for an engine that hangs once and not once more with every retry', async () => {
    stack.engine(0).behaviour = { hangs: true };
    const before = stack.engine(0).hits;
    const begin = Date.now();
    const answer = await client.chat('hello?', model);
    const seconds = (Date.now() - begin) / 1000;
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(stack.engine(0).hits - before).toBe(1);
    expect(seconds).toBeGreaterThanOrEqual(timeouts.answerSeconds - 0.1);
    expect(seconds).toBeLessThan(2 * timeouts.answerSeconds);
  });

  it('gives up a stream that fell silent, with an error event', async () => {
    stack.engine(0).behaviour = { tokens: 3, betweenTokensMs: 1000 * (timeouts.streamSilenceSeconds + 3) };
    const streamed = await client.stream('silence', model);
    expect(streamed.status).toBe(200);
    expect(streamed.pieces.join('')).toBe('t0 ');
    expect(streamed.error).toBeDefined();
    expect(streamed.cut).toBe(false);
  });

  it('ends a stream whose engine dies with an error event, not with a cut', async () => {
    stack.engine(0).behaviour = { tokens: 20, betweenTokensMs: 50, dieAfterTokens: 3 };
    const streamed = await client.stream('dying', model);
    expect(streamed.status).toBe(200);
    expect(streamed.pieces.join('')).toContain('t0 t1 ');
    expect(streamed.error).toBeDefined();
    expect(streamed.cut).toBe(false);
  });

  it('does not cool an engine down because a client went away', async () => {
    stack.engine(0).behaviour = { tokens: 50, betweenTokensMs: 100 };
    for (let time = 0; time < 4; time++) await client.leave('never mind', model);
    await until('the engine is told', () => stack.engine(0).running === 0);
    stack.engine(0).behaviour = {};
    expect((await client.chat('next', model)).status).toBe(200);
  });

  it('sends engines no key that vLLM does not know', () => {
    expect([...stack.engine(0).unknown]).toEqual([]);
  });
});
