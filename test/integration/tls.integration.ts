import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Authority } from './certificates';
import { Client } from './client';
import { model, planned } from './plans';
import { Stack } from './stack';
import { until } from './until';

const keyRequests = 3;

describe('the generated gateway with a managed database and a managed cache', () => {
  const plan = planned(
    { responseCache: { ttlSeconds: 3600 }, keyLimits: { requestsPerMinute: keyRequests } },
    { database: { postgres: 'managed' }, cache: { valkey: 'managed' } },
    1,
  );
  const stranger = new Authority();
  let stack: Stack;
  let client: Client;

  beforeAll(async () => {
    stack = await Stack.start(plan);
    client = new Client(stack.gateway.url);
  });
  afterAll(async () => {
    await stack?.remove();
    stranger.remove();
  });

  /** How many keys the cache holds, as it says over TLS. */
  const keysInCache = async () =>
    Number(/:(\d+)/.exec(await stack.cache.ask('AUTH of-the-cache', 'DBSIZE'))?.[1]);

  it('reaches Postgres over TLS, by every connection', async () => {
    const answer = await client.ask('/key/generate', {});
    expect(answer.status, answer.text).toBe(200);
    const over = stack.sql(
      `select distinct s.ssl from pg_stat_ssl s join pg_stat_activity a using (pid)
       where a.usename = 'litellm' and a.client_addr is not null`,
    );
    expect(over).toBe('t');
  });

  it('keeps limits and answers in the cache over TLS', async () => {
    const key = (await client.ask('/key/generate', {})).json.key;
    const limited = new Client(stack.gateway.url, key);
    const statuses = [];
    for (let sent = 0; sent < 6; sent++) statuses.push((await limited.chat(`number ${sent}`, model)).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429, 429]);
    await client.chat('asked twice', model);
    const hits = stack.engine(0).hits;
    await client.chat('asked twice', model);
    expect(stack.engine(0).hits).toBe(hits);
    expect(await keysInCache()).toBeGreaterThan(0);
  });

  it.each([
    ['that an unknown authority signed', () => stranger.issue('IP:127.0.0.1')],
    ['with the name of another server', () => stack.authority.issue('DNS:another.example')],
  ])('sends a cache with a certificate %s nothing, and answers without it', async (_, issue) => {
    await stack.cache.stop();
    stack.cache.certificate = issue();
    await stack.cache.resume();
    await until('the gateway looked at the certificate and hung up', async () => {
      expect((await client.chat('answered all the same', model)).status).toBe(200);
      return stack.cache.log.includes('Error accepting a client connection');
    });
    expect(await keysInCache()).toBe(0);
  });

  it('uses the cache again when its certificate is right', async () => {
    await stack.cache.stop();
    stack.cache.certificate = stack.authority.issue('IP:127.0.0.1');
    await stack.cache.resume();
    await until('the gateway writes to the cache', async () => {
      expect((await client.chat('after all', model)).status).toBe(200);
      return (await keysInCache()) > 0;
    });
  });
});
