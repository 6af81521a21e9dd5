import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from './client';
import { model, planned } from './plans';
import { Stack } from './stack';

const clientRequests = 2;
/** As `first_answer.py` asks for it. */
const rights = {
  models: [model],
  rpm_limit: 1_000_000_000,
  tpm_limit: 1_000_000_000,
  max_budget: 1_000_000_000,
};

describe('the key of a batch worker', () => {
  const plan = planned({ keyLimits: { requestsPerMinute: clientRequests, budgetUsdPerMonth: 25 } });
  const key = `sk-${'0'.repeat(64)}`;
  let stack: Stack;
  let operator: Client;
  let worker: Client;

  beforeAll(async () => {
    stack = await Stack.start(plan);
    operator = new Client(stack.gateway.url);
    const made = await operator.ask('/key/generate', { ...rights, key, key_alias: 'batch-0' });
    expect(made.status, made.text).toBe(200);
    worker = new Client(stack.gateway.url, key);
  });
  afterAll(() => stack?.remove());

  const listed = async () => {
    const answer = await fetch(`${stack.gateway.url}/v1/models`, {
      headers: { authorization: `Bearer ${key}` },
    });
    return ((await answer.json()) as { data: { id: string }[] }).data.map(({ id }) => id);
  };

  it('lists the model that answers files, and no other', async () => {
    expect(await listed()).toEqual([model]);
  });

  it('is not held to what a client may send a minute', async () => {
    const body = { model, messages: [{ role: 'user', content: 'a line' }], disable_fallbacks: true };
    for (let line = 0; line < 2 * clientRequests; line++) {
      const answer = await worker.ask('/v1/chat/completions', body);
      expect(answer.status, answer.text).toBe(200);
    }
  });

  it('asks for the model of a later plan when it is told so', async () => {
    const changed = await operator.ask('/key/update', { ...rights, key, models: ['another'] });
    expect(changed.status, changed.text).toBe(200);
    expect(await listed()).toEqual(['another']);
  });
});
