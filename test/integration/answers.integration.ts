import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client, type Streamed } from './client';
import { promptTokens } from './fake-engine';
import { model, planned } from './plans';
import { Stack } from './stack';
import { until } from './until';

describe('the generated gateway', () => {
  const plan = planned({
    aliases: { 'gpt-4o': model },
    responseCache: { ttlSeconds: 3600 },
    keyLimits: { requestsPerMinute: 1000 },
  });
  const { timeouts } = plan.decisions;
  let stack: Stack;
  let client: Client;
  let long: Promise<Streamed>;

  beforeAll(async () => {
    stack = await Stack.start(plan);
    client = new Client(stack.gateway.url);
    // read by the test of long answers, which would otherwise be as long as all others together
    const gapSeconds = timeouts.streamSilenceSeconds / 2;
    const tokens = Math.ceil((timeouts.engineKeepAliveSeconds + 10) / gapSeconds);
    stack.engine(0).behaviour = { betweenTokensMs: gapSeconds * 1000, tokens };
    long = client.stream('a long answer', model);
    await until('the long answer is under way', () => stack.engine(0).running === 1);
    stack.engine(0).behaviour = {};
  });
  afterAll(() => stack?.remove());

  it('answers through the engine', async () => {
    const answer = await client.chat('plain', model);
    expect(answer.status).toBe(200);
    expect(answer.json.choices[0].message.content).toBe('t0 t1 t2 t3 t4 ');
    expect(answer.json.usage).toMatchObject({ prompt_tokens: promptTokens, completion_tokens: 5 });
  });

  it('streams an answer token by token, to its end', async () => {
    const streamed = await client.stream('streamed', model);
    expect(streamed).toMatchObject({ status: 200, done: true, error: undefined, cut: false });
    expect(streamed.pieces.filter((piece) => piece !== '')).toEqual(['t0 ', 't1 ', 't2 ', 't3 ', 't4 ']);
  });

  it('answers text completions', async () => {
    const answer = await client.ask('/v1/completions', { model, prompt: 'once' });
    expect(answer.json?.choices?.[0]?.text).toBe('t0 t1 t2 t3 t4 ');
  });

  it('answers under an alias with the same engine', async () => {
    const before = stack.engine(0).hits;
    expect((await client.chat('by alias', 'gpt-4o')).status).toBe(200);
    expect(stack.engine(0).hits).toBe(before + 1);
    expect(stack.engine(0).asked.at(-1)?.body.model).toBe(model);
  });

  it('refuses a key that nobody made, without asking the engine', async () => {
    const before = stack.engine(0).hits;
    const answer = await new Client(stack.gateway.url, 'sk-nobody').chat('hello', model);
    expect(answer.status).toBe(401);
    expect(stack.engine(0).hits).toBe(before);
  });

  it('refuses a model that the plan does not have', async () => {
    expect((await client.chat('hello', 'gpt-5')).status).toBe(400);
  });

  it('answers an equal request from the cache without touching the engine', async () => {
    const first = await client.chat('asked twice', model);
    const hits = stack.engine(0).hits;
    const second = await client.chat('asked twice', model);
    expect(stack.engine(0).hits).toBe(hits);
    expect(second.json.choices[0].message).toEqual(first.json.choices[0].message);
    await client.chat('asked once', model);
    expect(stack.engine(0).hits).toBe(hits + 1);
  });

  it('answers its health check without asking an engine, and its workers live from the start on', async () => {
    const hits = stack.engine(0).hits;
    expect(await stack.gateway.isAlive()).toBe(true);
    expect((await fetch(`${stack.gateway.url}/health`)).status).toBe(401);
    expect(stack.engine(0).hits).toBe(hits);
    // what uvicorn says of a worker that it killed
    expect(stack.gateway.log).not.toMatch(/Child process \[\d+\] died/);
  });

  it('names no engine in an error', async () => {
    stack.engine(0).behaviour = { status: 500 };
    const answer = await client.chat('failing', model);
    stack.engine(0).behaviour = {};
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.text).not.toContain(stack.engine(0).url);
    await until('the engine is asked again', async () => (await client.chat('well?', model)).status === 200);
  });

  it('shows strangers neither its documentation nor its metrics', async () => {
    for (const path of ['/docs', '/redoc', '/openapi.json'])
      expect([path, (await fetch(stack.gateway.url + path)).status]).toEqual([path, 404]);
    expect((await fetch(`${stack.gateway.url}/metrics/`)).status).toBe(401);
  });

  it('answers again after the cache was restarted', async () => {
    await stack.cache.stop();
    expect((await client.chat('while the cache is away', model)).status).toBe(200);
    await stack.cache.resume();
    expect((await client.chat('when the cache is back', model)).status).toBe(200);
    await until('answers are cached again', async () => {
      await client.chat('cached after the restart', model);
      const hits = stack.engine(0).hits;
      await client.chat('cached after the restart', model);
      return stack.engine(0).hits === hits;
    });
  });

  it('cuts no stream that lasts longer than every idle timeout from client to engine', async () => {
    const answer = await long;
    const seconds = (answer.pieces.length - 1) * (timeouts.streamSilenceSeconds / 2);
    expect(answer).toMatchObject({ status: 200, done: true, error: undefined, cut: false });
    expect(seconds).toBeGreaterThan(
      Math.max(
        timeouts.answerSeconds,
        timeouts.streamSilenceSeconds,
        timeouts.balancerIdleSeconds,
        timeouts.gatewayKeepAliveSeconds,
        timeouts.engineKeepAliveSeconds,
      ),
    );
  }, 200_000);

  it('sends engines no key that vLLM does not know', () => {
    expect([...stack.engine(0).unknown]).toEqual([]);
    expect(stack.engine(0).hits).toBeGreaterThan(5);
  });
});
