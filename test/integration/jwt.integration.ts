import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyHeader } from '../../lib/plan/network';
import { Client } from './client';
import { model, planned } from './plans';
import { Stack } from './stack';
import { until } from './until';

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
/** As an issuer writes them; the balancer has checked it, the gateway must not take it for a key. */
const token = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iss: 'https://id.example.com', aud: 'llm', sub: 'hr-chatbot' })}.c2lnbmF0dXJl`;

describe('the gateway behind a balancer that checks tokens', () => {
  const plan = planned(
    {
      jwt: { issuer: 'https://id.example.com', jwksUrl: 'https://id.example.com/jwks', audience: 'llm' },
      // with the most that rows may hold
      promptRetentionDays: 7,
    },
    { network: { domain: 'llm.example.com', dnsZone: 'Z0123456789ABCDEFGHIJ' } },
  );
  let stack: Stack;
  let key: string;

  beforeAll(async () => {
    stack = await Stack.start(plan);
    const made = await new Client(stack.gateway.url).ask('/key/generate', {
      key_alias: 'beside a token',
      rpm_limit: 1,
    });
    key = made.json.key;
  });
  afterAll(() => stack?.remove());

  const ask = (headers: Record<string, string>) =>
    fetch(`${stack.gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }] }),
    });

  it('refuses a request with a token alone', async () => {
    expect((await ask({})).status).toBe(401);
    expect((await ask({ [keyHeader]: 'sk-not-a-key' })).status).toBe(401);
    expect(stack.engine(0).hits).toBe(0);
  });

  it('takes the key beside the token, with its limits, and sends the engine neither', async () => {
    expect((await ask({ [keyHeader]: key })).status).toBe(200);
    expect((await ask({ [keyHeader]: key })).status).toBe(429);
    const { asked, headers } = stack.engine(0);
    const got = JSON.stringify([asked, headers]);
    expect(got).toContain('hello');
    expect([got.includes(token), got.includes(key)]).toEqual([false, false]);
  });

  it('writes the token to no log and no row', async () => {
    expect(stack.gateway.log).not.toContain(token);
    await until(
      'the row of the answer is written',
      () => stack.postgres.dump('litellm').includes('t0 t1 '),
      150,
    );
    const rows = stack.postgres.dump('litellm');
    expect(rows).toContain('hello');
    expect([rows.includes(token), rows.includes(key)]).toEqual([false, false]);
  }, 200_000);
});
