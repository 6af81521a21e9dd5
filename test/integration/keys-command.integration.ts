import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ran } from '../bin/fake-terminal';
import { Client } from './client';
import { model, planned } from './plans';
import { operatorKey, Stack } from './stack';
import { until } from './until';

/** LiteLLM's memory of keys in each worker, and a margin for two busy cores. */
const forgottenSeconds = 90;

describe('llm-constructs keys on the real gateway and Postgres', () => {
  const plan = planned({ keyLimits: { requestsPerMinute: 60, budgetUsdPerMonth: 25 } });
  let stack: Stack;

  beforeAll(async () => {
    stack = await Stack.start(plan);
  });
  afterAll(() => stack?.remove());
  afterEach(() => vi.unstubAllEnvs());

  async function keys(...words: string[]) {
    vi.stubEnv('LLM_MASTER_KEY', operatorKey);
    const done = await ran(['keys', ...words, '--url', stack.gateway.url, '--json']);
    return { code: done.code, said: JSON.parse(done.out) };
  }
  const ask = async (key: string) => (await new Client(stack.gateway.url, key).chat('hello', model)).status;

  it('makes a key that answers, with every limit as asked', async () => {
    const { code, said } = await keys(
      ...['create', '--name', 'wiki-bot', '--model', model, '--requests-per-minute', '7'],
      ...['--tokens-per-minute', '5000', '--budget-usd', '5', '--budget-period', 'week', '--expires', '90d'],
    );
    expect(code).toBe(0);
    expect(await ask(said.key)).toBe(200);
    const columns = 'rpm_limit, tpm_limit, max_budget, budget_duration, models';
    expect(stack.sql(`select ${columns} from "LiteLLM_VerificationToken" where token = '${said.id}'`)).toBe(
      `7|5000|5|7d|{${model}}`,
    );
    expect(new Date(said.expires).getTime() - new Date(said.created).getTime()).toBeGreaterThan(89 * 864e5);
  });

  it('gives a key without options the limits of the spec', async () => {
    const { said } = await keys('create', '--name', 'plain');
    expect(said).toMatchObject({ requestsPerMinute: 60, budgetUsd: 25, budgetPeriod: '30d', expires: null });
  });

  it('lists every key and no value', async () => {
    const { said } = await keys('list');
    expect(said.map(({ name }: { name: string }) => name)).toEqual(['wiki-bot', 'plain']);
    expect(JSON.stringify(said)).not.toMatch(/sk-[A-Za-z0-9_-]{8}/);
  });

  it('refuses a taken name, an unknown model and an unknown key', async () => {
    for (const [words, message] of [
      [['create', '--name', 'plain'], 'There is a key named plain already'],
      [
        ['create', '--name', 'other', '--model', 'nope'],
        `--model nope is not served here. Served are ${model}`,
      ],
      [['revoke', 'plane'], 'Did you mean `plain`?'],
    ] as const) {
      const { code, said } = await keys(...words);
      expect(code).toBe(1);
      expect(said.error.message).toContain(message);
    }
  });

  it('takes neither a wrong key nor that of an application as the operator', async () => {
    const { said } = await keys('create', '--name', 'application');
    for (const key of [said.key, 'sk-wrong']) {
      vi.stubEnv('LLM_MASTER_KEY', key);
      for (const words of [['list'], ['create', '--name', 'mine'], ['revoke', 'plain']]) {
        const { code, err } = await ran(['keys', ...words, '--url', stack.gateway.url]);
        expect(code).toBe(1);
        expect(err.replace(/\s+/g, ' ')).toContain('does not take the key in LLM_MASTER_KEY');
      }
    }
  });

  it('revokes a key: out of the list at once, out of every worker within its memory of keys', async () => {
    const { said } = await keys('create', '--name', 'short-lived', '--requests-per-minute', '1000');
    for (let time = 0; time < 4; time++) expect(await ask(said.key)).toBe(200);
    expect((await keys('revoke', said.id.slice(0, 8))).said.name).toBe('short-lived');
    expect((await keys('list')).said.some(({ name }: { name: string }) => name === 'short-lived')).toBe(
      false,
    );
    const refused = async () => {
      for (let time = 0; time < 6; time++) if ((await ask(said.key)) !== 401) return false;
      return true;
    };
    await until('all workers refuse it', refused, forgottenSeconds);
  }, 240_000);

  it('says what the gateway says while Postgres is away', async () => {
    await stack.postgres.stop();
    const { code, said } = await keys('list');
    expect(code).toBe(1);
    expect(said.error.message).toContain('Keys live in its database');
    await stack.postgres.resume();
  });
});
