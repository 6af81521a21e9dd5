import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { engineServices } from '../../lib/runtime/layout';
import { Client } from './client';
import type { FakeEngine } from './fake-engine';
import { planned } from './plans';
import { Stack } from './stack';
import { until } from './until';

const degradedAnswer = 'Our assistant is busy. Please try again in a minute.';
/** What the engine of `small` takes; the gateway knows no tokens of ours, so the engine is who refuses. */
const smallContext = 4000;

describe('the generated gateway in front of several models', () => {
  const plan = planned(
    {
      keyLimits: { requestsPerMinute: 100_000 },
      degradedAnswer,
    },
    {
      traffic: { concurrentUsers: 20 },
      models: [
        {
          name: 'assistant',
          maxContext: 8192,
          versions: [
            { name: 'stable', source: 'Qwen/Qwen3-8B', weightPercent: 90 },
            { name: 'candidate', source: 'Qwen/Qwen3-4B', weightPercent: 10 },
          ],
        },
        { name: 'small', source: 'Qwen/Qwen3-4B', maxContext: 4096, fallbacks: ['long'] },
        { name: 'long', source: 'Qwen/Qwen3-8B', maxContext: 16384 },
      ],
    },
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
  // every test begins with engines that are well and not cooled down
  afterEach(async () => {
    for (const engine of stack.engines) engine.behaviour = {};
    for (const name of ['assistant', 'small', 'long']) {
      let answers = 0;
      await until(`${name} answers at every worker`, async () => {
        const before = hitsOf(name);
        const answered = (await client.chat('are you there?', name)).status === 200 && hitsOf(name) > before;
        answers = answered ? answers + 1 : 0;
        return answers >= 4 * gateway.workers;
      });
    }
  });

  /** Of a model's name, or of one version of it. */
  const enginesOf = (name: string): FakeEngine[] =>
    stack.engines.filter((_, index) => {
      const { model } = engineServices(plan)[index] ?? {};
      return name === model?.name || name === `${model?.name}-${model?.version}`;
    });
  const hitsOf = (name: string) => enginesOf(name).reduce((sum, engine) => sum + engine.hits, 0);
  const ail = (name: string, behaviour: FakeEngine['behaviour']) => {
    for (const engine of enginesOf(name)) engine.behaviour = behaviour;
  };
  const chats = async (name: string, count: number, atOnce = 1) => {
    const answers = [];
    for (let sent = 0; sent < count; sent += atOnce)
      answers.push(
        ...(await Promise.all(
          Array.from({ length: atOnce }, (_, index) => client.chat(`number ${sent + index}`, name)),
        )),
      );
    return answers;
  };

  it('deals the requests of a name to its versions by their weights', async () => {
    const [stable, candidate] = [hitsOf('assistant-stable'), hitsOf('assistant-candidate')];
    const count = 600;
    const answers = await chats('assistant', count, 10);
    expect(answers.map(({ status }) => status).filter((status) => status !== 200)).toEqual([]);
    const share = hitsOf('assistant-candidate') - candidate;
    expect(hitsOf('assistant-stable') - stable + share).toBe(count);
    // mean 60, standard deviation 7.3: five of them are left in two runs of a million
    const deviation = Math.sqrt(count * 0.9 * 0.1);
    expect(share).toBeGreaterThan(count * 0.1 - 5 * deviation);
    expect(share).toBeLessThan(count * 0.1 + 5 * deviation);
  }, 200_000);

  it('answers through the other version while one fails', async () => {
    ail('assistant-stable', { status: 503 });
    const answers = await chats('assistant', 40);
    const degraded = answers.filter(({ headers }) => headers.get('x-llm-degraded') !== null);
    expect(degraded).toEqual([]);
    expect(answers.map(({ status }) => status).filter((status) => status !== 200)).toEqual([]);
  });

  it('asks another model when an engine dies: few attempts reach the dead one, none while it is cooled down', async () => {
    ail('small', { dies: true });
    const [small, long] = [hitsOf('small'), hitsOf('long')];
    const begin = Date.now();
    const answers = await chats('small', 40);
    const windows = 1 + Math.floor((Date.now() - begin) / 1000 / 5);
    expect(answers.map(({ status }) => status).filter((status) => status !== 200)).toEqual([]);
    expect(hitsOf('long') - long).toBe(40);
    expect(hitsOf('small') - small).toBeGreaterThan(0);
    expect(hitsOf('small') - small).toBeLessThanOrEqual(windows * attempts * gateway.workers);
    await until('a round of answers within one cooldown', async () => {
      const before = hitsOf('small');
      const round = await chats('small', 8);
      expect(round.every(({ status }) => status === 200)).toBe(true);
      return hitsOf('small') === before;
    });
  });

  it('streams from another model when nobody listens at the first one', async () => {
    enginesOf('small')[0]?.stop();
    const long = hitsOf('long');
    const streamed = await client.stream('hello?', 'small');
    await enginesOf('small')[0]?.resume();
    expect(streamed).toMatchObject({ status: 200, done: true, error: undefined, cut: false });
    expect(streamed.pieces.join('')).toBe('t0 t1 t2 t3 t4 ');
    expect(hitsOf('long')).toBe(long + 1);
  });

  it('sends a prompt that is too long for a model to the one with more context, and cools nobody down', async () => {
    ail('small', { maxPromptCharacters: smallContext });
    const [small, long] = [hitsOf('small'), hitsOf('long')];
    const answer = await client.chat('x '.repeat(smallContext), 'small');
    expect(answer.status, answer.text).toBe(200);
    expect(hitsOf('long')).toBe(long + 1);
    // the gateway counts tokens itself and need not ask the engine
    expect(hitsOf('small') - small).toBeLessThanOrEqual(1);
    expect((await client.chat('short', 'small')).status).toBe(200);
    expect(hitsOf('long')).toBe(long + 1);
  });

  it('refuses a prompt that is too long for every model, without a degraded answer', async () => {
    for (const name of ['small', 'long']) ail(name, { maxPromptCharacters: smallContext });
    const answer = await client.chat('x '.repeat(smallContext), 'small');
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain(degradedAnswer);
    expect(answer.text).toMatch(/context/i);
  });

  it('sends engines no key that vLLM does not know', () => {
    for (const engine of stack.engines) expect([...engine.unknown]).toEqual([]);
  });
});
