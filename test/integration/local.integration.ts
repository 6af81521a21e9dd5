import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { engineServices } from '../../lib/runtime/layout';
import { LocalFolder } from '../runtime/local-folder';
import { Child } from './child';
import { freePort } from './free-port';
import { Gateway, litellm } from './gateway';
import { type ComposeService, withAddresses } from './generated';
import { planned } from './plans';
import { Postgres } from './postgres';
import { Redis } from './redis';

const hasCurl = spawnSync('curl', ['--version']).status === 0;

/**
 * The folder that `compose --engine simulated` writes, without docker: every service of compose.yaml but the
 * database is started with its own command, variables and mounted files, on ports and folders of the test.
 */
describe.skipIf(!hasCurl)('the stack on a machine of your own', () => {
  const plan = planned({ timeoutSeconds: 30 }, { traffic: { concurrentUsers: 10, outputTokens: 20 } }, 1);
  const [engineService = ''] = engineServices(plan).map(({ service }) => service);
  const work = mkdtempSync(join(tmpdir(), 'llm-docker-'));
  let folder: LocalFolder;
  let services: Record<string, ComposeService>;
  let postgres: Postgres;
  let redis: Redis;
  let engine: Child;
  let gateway: Gateway;

  beforeAll(async () => {
    folder = new LocalFolder(plan, { engine: 'simulated' });
    expect(folder.secrets().status).toBe(0);
    services = parse(folder.read('compose.yaml')).services;
    postgres = await Postgres.create();
    const password = folder.read('secrets/database_password');
    postgres.sql(`create role litellm login superuser password '${password}'`);
    postgres.sql('create database litellm owner litellm');
    redis = await Redis.start(of('valkey').command, folder.read('secrets/valkey.conf'));
    const enginePort = await freePort();
    engine = startEngine(enginePort);
    const files = {
      config: withAddresses(folder.read('litellm.yaml'), {
        [engineService]: `http://127.0.0.1:${enginePort}`,
      }),
      mounted: (path: string) => folder.read(path),
      secrets: folder.read('secrets/gateway.env').replace('@postgres:5432/', `@127.0.0.1:${postgres.port}/`),
      redisPort: redis.port,
    };
    // as depends_on of the gateway has it
    const migrate = litellm(of('migrate'), { ...files, folder: subfolder('migrate') });
    expect(await migrate.end(), migrate.log.slice(-3000)).toBe(0);
    gateway = await Gateway.start(of('gateway'), { ...files, folder: subfolder('gateway') });
    writeFileSync(join(work, 'docker'), fakeDocker(gateway, join(work, 'gateway', 'enter.sh')));
    chmodSync(join(work, 'docker'), 0o755);
  });
  afterAll(async () => {
    await gateway?.kill();
    await engine?.kill();
    await redis?.remove();
    await postgres?.remove();
    folder?.remove();
    rmSync(work, { recursive: true, force: true });
  });

  const of = (name: string): ComposeService => {
    const service = services[name];
    if (service === undefined) throw new Error(`compose.yaml has no service ${name}`);
    return service;
  };
  const subfolder = (name: string) => {
    mkdirSync(join(work, name));
    return join(work, name);
  };

  /** Places in the container as those of the folder. */
  function mounted(service: ComposeService, word: string): string {
    const volume = service.volumes.find(({ target }) => word === target);
    if (volume === undefined) return word;
    return join(folder.path, volume.source);
  }

  function startEngine(port: number): Child {
    const service = of(engineService);
    const [shell, enter, ...program] = service.entrypoint.map((word) => mounted(service, word));
    const own = join(work, 'enter-engine.sh');
    const secrets = mounted(service, '/run/secrets/env');
    writeFileSync(own, folder.read('enter.sh').replaceAll('/run/secrets/env', secrets));
    expect(enter).toBe(join(folder.path, 'enter.sh'));
    const command = service.command.map((word, index) => {
      const option = service.command[index - 1];
      if (option === '--host') return '127.0.0.1';
      return option === '--port' ? String(port) : word;
    });
    return new Child('the simulated engine', [shell as string, own, ...program, ...command], {
      env: { PATH: process.env.PATH, ...service.environment },
    });
  }

  /** What key.sh asks of docker. */
  const fakeDocker = (running: Gateway, enter: string) => `#!/bin/sh
case "$*" in
  'compose port gateway 4000') echo 127.0.0.1:${running.port} ;;
  'compose exec -T gateway /bin/sh /llm/enter.sh python3 /llm/new_key.py '*)
    shift 8
    LLM_GATEWAY=${running.url} exec /bin/sh ${enter} python3 ${join(folder.path, 'new_key.py')} "$@" ;;
  *) echo "not known: docker $*" >&2; exit 1 ;;
esac
`;

  /** key.sh as a user types it; it may wait for the engine. */
  async function keyScript(...words: string[]): Promise<{ exit: number | NodeJS.Signals; text: string }> {
    const child = new Child('key.sh', ['sh', join(folder.path, 'key.sh'), ...words], {
      env: { PATH: `${work}:${process.env.PATH}`, PYTHONDONTWRITEBYTECODE: '1' },
    });
    return { exit: await child.end(), text: child.log };
  }
  const shell = async (text: string) => {
    const child = new Child('sh', ['sh', '-c', text], { env: { PATH: process.env.PATH } });
    expect(await child.end(), child.log).toBe(0);
    return child.log;
  };

  it('gives a key and a request, which answers plain and streamed', async () => {
    const { exit, text } = await keyScript();
    expect(exit, text).toBe(0);
    const request = text.slice(text.indexOf('curl '));
    const key = /shown once: (sk-\S+)/.exec(text)?.[1];
    expect(request).toContain(`Bearer ${key}`);

    const silent = request.replace('curl ', 'curl --silent --show-error --noproxy "*" ');
    const answer = JSON.parse(await shell(silent));
    const name = plan.decisions.models[0]?.name;
    expect(answer).toMatchObject({ model: name, choices: [{ message: { role: 'assistant' } }] });
    expect(answer.choices[0].message.content).toContain('simulated');
    expect(answer.usage.completion_tokens).toBeGreaterThan(0);

    const streamed = await shell(silent.replace("-d '{", `-N -d '{"stream":true,`));
    const events = streamed.split('\n\n').filter((event) => event.startsWith('data: '));
    expect(events.at(-1)).toBe('data: [DONE]');
    const pieces = events.slice(0, -1).map((event) => JSON.parse(event.slice('data: '.length)));
    const words = pieces.map((piece) => piece.choices[0]?.delta?.content ?? '').join('');
    expect(words).toContain('simulated');
  });

  it('gives keys that have the limits of the plan and no more rights', async () => {
    const { text } = await keyScript('my application');
    const key = /shown once: (sk-\S+)/.exec(text)?.[1] ?? '';
    const limit = postgres.sql(
      `select rpm_limit from "LiteLLM_VerificationToken" where key_alias = 'my application'`,
      'litellm',
    );
    expect(Number(limit)).toBe(plan.decisions.gateway.keyLimits.requestsPerMinute);
    const another = await fetch(`${gateway.url}/key/generate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: '{}',
    });
    expect([401, 403]).toContain(another.status);
  });

  it('stops the engine in order, as docker does', async () => {
    engine.signal('SIGTERM');
    expect(await engine.end()).toBe(0);
  });
});
