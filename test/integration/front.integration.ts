import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { groups, installedFleet, withCopies } from '../runtime/groups';
import { Child } from './child';
import { Client } from './client';
import { FakeEngine } from './fake-engine';
import { freePort } from './free-port';
import { required } from './required';
import { until } from './until';

describe('the generated nginx in front of two engines of one machine', () => {
  const plan = withCopies(groups({ gateway: { timeoutSeconds: 10 } }), 2);
  const folder = mkdtempSync(join(tmpdir(), 'llm-front-'));
  let nginx: Child;
  let engines: FakeEngine[];
  let client: Client;
  let url: string;

  beforeAll(async () => {
    engines = await Promise.all(['chat', 'chat'].map((model) => FakeEngine.start(model, 'engine-key')));
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const { bundle } = installedFleet(plan);
    let config = bundle.files.find(({ path }) => path.startsWith('nginx.conf'))?.content ?? '';
    const here: [string, string][] = [
      ['listen 8000;', `listen 127.0.0.1:${port};`],
      ...engines.map((engine, index): [string, string] => [
        `127.0.0.1:${8100 + index} `,
        `127.0.0.1:${engine.port} `,
      ]),
    ];
    for (const [machines, own] of here) {
      expect(config).toContain(machines);
      config = config.replace(machines, own);
    }
    config = config.replaceAll('/tmp/', `${folder}/`);
    mkdirSync(join(folder, 'logs'));
    writeFileSync(join(folder, 'nginx.conf'), config);
    const words = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-g', 'daemon off; error_log stderr;'];
    nginx = new Child('nginx', [required('NGINX'), ...words], {
      cwd: folder,
      env: { PATH: process.env.PATH ?? '' },
    });
    await until('nginx answers for itself', async () => (await fetch(`${url}/health`)).status === 200);
    client = new Client(url, 'engine-key');
  });
  afterAll(async () => {
    await nginx?.kill();
    for (const engine of engines ?? []) engine.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    for (const engine of engines) engine.behaviour = {};
  });
  const hits = () => engines.map((engine) => engine.hits);
  const engine = (index: number) => engines[index] as FakeEngine;

  it('gives every request to the engine with the fewest', async () => {
    engine(0).behaviour = { firstTokenMs: 3000 };
    const before = hits();
    const slow = client.chat('slow', 'chat');
    const other = client.chat('slow too', 'chat');
    await until('one is at the slow engine', async () => engine(0).running === 1);
    for (let sent = 0; sent < 6; sent++)
      expect((await client.chat(`quick ${sent}`, 'chat')).status).toBe(200);
    expect(engine(0).hits - (before[0] ?? 0)).toBe(1);
    expect((await Promise.all([slow, other])).map(({ status }) => status)).toEqual([200, 200]);
  });

  it('asks the other engine when one is full, and says so when both are', async () => {
    engine(0).behaviour = { status: 503 };
    for (let sent = 0; sent < 6; sent++)
      expect((await client.chat(`number ${sent}`, 'chat')).status).toBe(200);
    engine(1).behaviour = { status: 503 };
    expect((await client.chat('one more', 'chat')).status).toBe(503);
    engine(1).behaviour = {};
    // no engine is left out for having been full
    expect((await client.chat('room again', 'chat')).status).toBe(200);
  });

  it('passes on each piece of a stream when it comes', async () => {
    for (const one of engines) one.behaviour = { tokens: 5, betweenTokensMs: 200 };
    const times: number[] = [];
    const { done, pieces } = await client.stream('pieces', 'chat', { onPiece: () => times.push(Date.now()) });
    expect(done).toBe(true);
    expect(pieces.length).toBeGreaterThanOrEqual(5);
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(500);
  });

  it('goes on with one engine while the other is away', async () => {
    engine(1).stop();
    for (let sent = 0; sent < 6; sent++)
      expect((await client.chat(`number ${sent}`, 'chat')).status).toBe(200);
    await engine(1).resume();
    const before = engine(1).hits;
    for (let sent = 0; sent < 6; sent++) await client.chat(`back ${sent}`, 'chat');
    expect(engine(1).hits).toBeGreaterThan(before);
  });

  it('ends what runs before it stops', async () => {
    for (const one of engines) one.behaviour = { tokens: 5, betweenTokensMs: 300 };
    const stream = client.stream('last', 'chat');
    await until('the stream runs', async () => engines.some(({ running }) => running === 1));
    nginx.signal('SIGQUIT');
    expect((await stream).done).toBe(true);
    expect(await nginx.end()).toBe(0);
  });
});
