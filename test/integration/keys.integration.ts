import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelDecision } from '../../lib/plan/plan';
import { Client } from './client';
import type { Gateway } from './gateway';
import { model, planned } from './plans';
import { Stack } from './stack';
import { until } from './until';

const keyRequests = 3;
const modelRequests = 30;
/** Stands in a prompt and nowhere else. */
const secret = 'zebra-crossing-4711';

describe('keys and limits of two generated gateways with one cache and one database', () => {
  const plan = planned(
    { keyLimits: { requestsPerMinute: keyRequests, budgetUsdPerMonth: 25 } },
    { models: [{ source: 'Qwen/Qwen3-8B', rateLimit: { requestsPerMinute: modelRequests } }] },
  );
  let stack: Stack;
  let operator: Client;
  let second: Gateway;

  beforeAll(async () => {
    stack = await Stack.start(plan);
    operator = new Client(stack.gateway.url);
    second = await stack.addGateway();
  });
  afterAll(() => stack?.remove());

  async function newKey(settings: object = {}): Promise<string> {
    const answer = await operator.ask('/key/generate', settings);
    expect(answer.status, answer.text).toBe(200);
    return answer.json.key;
  }

  it('gives a key that was made without limits those of the plan', async () => {
    const key = await newKey();
    const { info } = (await operator.ask(`/key/info?key=${key}`)).json;
    expect(info).toMatchObject({ rpm_limit: keyRequests, max_budget: 25, budget_duration: '30d' });
  });

  it('holds the plan limit of such a key over both gateways together', async () => {
    const key = await newKey();
    const clients = [stack.gateway, second].map(({ url }) => new Client(url, key));
    const answers = [];
    for (let round = 0; round < 6; round++) {
      for (const client of clients) answers.push(await client.chat(`round ${round}`, model));
    }
    const passed = answers.filter(({ status }) => status === 200).length;
    const refused = answers.filter(({ status }) => status === 429);
    expect({ passed, refused: refused.length }).toEqual({ passed: keyRequests, refused: 12 - keyRequests });
    expect(refused[0]?.headers.get('retry-after')).toMatch(/^\d+$/);
  });

  it('lets a key use only the models of its list', async () => {
    const key = await newKey({ models: ['some-other-model'] });
    const hits = stack.engine(0).hits;
    const answer = await new Client(stack.gateway.url, key).chat('hello', model);
    expect(answer.status).toBe(403);
    expect(stack.engine(0).hits).toBe(hits);
  });

  it('refuses a key whose budget is spent, at both gateways', async () => {
    const key = await newKey({ max_budget: 1e-6, rpm_limit: 100 });
    const clients = [stack.gateway, second].map(({ url }) => new Client(url, key));
    expect((await clients[0]?.chat('the first one', model))?.status).toBe(200);
    for (const client of clients) {
      await until(
        'the budget is known to be spent',
        async () => (await client.chat('more', model)).status === 422,
      );
    }
  });

  it('writes what a key spent to Postgres at the price of the plan, and no word of prompt or answer', async () => {
    const key = await newKey({ rpm_limit: 100, key_alias: 'spender' });
    const client = new Client(stack.gateway.url, key);
    stack.engine(0).behaviour = { tokens: 7 };
    const answer = await client.chat(`my ${secret}`, model);
    expect(answer.status).toBe(200);
    const streamed = await client.stream(`streamed ${secret}`, model);
    expect(streamed.done).toBe(true);
    // errors have rows and lines of their own
    stack.engine(0).behaviour = { status: 500, refusals: 1 };
    await client.chat(`failing ${secret}`, model, { num_retries: 0 });
    stack.engine(0).behaviour = { tokens: 7 };
    const usd = (2 * (11 + 7) * (plan.decisions.models[0] as ModelDecision).usdPerMillionTokens) / 1e6;
    const spent = await until(
      'spend is written, once a minute',
      () => {
        const found = stack.sql(`select spend from "LiteLLM_VerificationToken" where key_alias = 'spender'`);
        return Number(found) >= usd * 0.999 && found;
      },
      150,
    );
    expect(Number(spent) / usd).toBeGreaterThan(0.999);
    const rows = `select count(*) from "LiteLLM_SpendLogs" where spend > 0 and api_key =
      (select token from "LiteLLM_VerificationToken" where key_alias = 'spender')`;
    await until('both answers are in the spend log', () => stack.sql(rows) === '2', 150);
    const stored = stack.postgres.dump('litellm');
    expect(stored).toContain('spender');
    expect(stored).not.toContain(secret);
    expect(stored).not.toContain('t0 t1 ');
  }, 240_000);

  it('writes prompts to no log', () => {
    expect(stack.engine(0).asked.filter(({ body }) => JSON.stringify(body).includes(secret)).length).toBe(3);
    for (const gateway of stack.gateways) expect(gateway.log).not.toContain(secret);
  });

  it('keeps serving known keys while Postgres is away, and stays healthy for the balancer', async () => {
    const key = await newKey({ rpm_limit: 1000 });
    const client = new Client(second.url, key);
    // each worker has a memory of its own; the cache is common
    for (let time = 0; time < 4; time++) expect((await client.chat('before', model)).status).toBe(200);
    await stack.postgres.stop();
    for (let time = 0; time < 4; time++) {
      expect((await client.chat('meanwhile', model)).status).toBe(200);
      expect(await second.isAlive()).toBe(true);
    }
    await stack.postgres.resume();
    await until('keys are made again', async () => (await operator.ask('/key/generate', {})).status === 200);
    expect((await client.chat('after', model)).status).toBe(200);
  }, 240_000);

  it('holds the limit of a model over all keys and both gateways', async () => {
    const clients = [stack.gateway, second].map(({ url }) => new Client(url));
    // limits count from minute to minute, so a round that saw the minute change says nothing
    const round = async () => {
      const minute = Math.floor(Date.now() / 60_000);
      const before = stack.engine(0).hits;
      const statuses: number[] = [];
      for (let sent = 0; sent < 2 * modelRequests; sent++)
        statuses.push((await clients[sent % 2]?.chat(`number ${sent}`, model))?.status ?? 0);
      const within = Math.floor(Date.now() / 60_000) === minute;
      return within && { statuses, hits: stack.engine(0).hits - before };
    };
    const { statuses, hits } = await until('a round within one minute', round, 300);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect(hits).toBeLessThanOrEqual(modelRequests);
    expect(hits).toBe(statuses.filter((status) => status === 200).length);
  }, 320_000);

  it('sends engines no key that vLLM does not know', () => {
    expect([...stack.engine(0).unknown]).toEqual([]);
  });
});
