import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Child } from '../integration/child';
import { freePort } from '../integration/free-port';
import { until } from '../integration/until';
import { FakeGateway } from './fake-gateway';
import { FakeServiceBus } from './fake-service-bus';
import { tools } from './tools';
import { facts, line, Program } from './worker';

/** A token as Azurite reads it without a tenant; nothing checks its signature. */
function token(audience: string): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    aud: audience,
    iss: 'https://sts.windows.net/test/',
    iat: now - 60,
    nbf: now - 60,
    exp: now + 3600,
  };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.none`;
}

describe('a batch worker on Azurite, with Service Bus by its documented requests and not the real one', () => {
  const program = new Program('azure');
  const bus = new FakeServiceBus(['jobs', 'dead'], 3000);
  const audiences = new Set<string>();
  const workers: Child[] = [];
  let gateway: FakeGateway;
  let azurite: Child;
  let identity: Server;
  let blobs: string;
  let certificate: string;

  beforeAll(async () => {
    certificate = join(program.folder, 'certificate.pem');
    const key = join(program.folder, 'key.pem');
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        ...subject,
        '-keyout',
        key,
        '-out',
        certificate,
      ],
      { stdio: 'ignore' },
    );
    const data = join(program.folder, 'azurite');
    mkdirSync(data);
    const ports = [`${await freePort()}`, `${await freePort()}`, `${await freePort()}`] as const;
    azurite = new Child('azurite', [
      process.execPath,
      ...[tools.azurite, '--silent', '--skipApiVersionCheck', '--disableTelemetry'],
      ...['--location', data, '--oauth', 'basic', '--cert', certificate, '--key', key],
      ...['--blobPort', ports[0], '--queuePort', ports[1], '--tablePort', ports[2]],
    ]);
    blobs = `https://127.0.0.1:${ports[0]}/devstoreaccount1`;
    gateway = await new FakeGateway().listen();
    await bus.listen();
    identity = createServer((incoming, outgoing) => {
      const resource = new URL(incoming.url ?? '', 'http://identity').searchParams.get('resource') ?? '';
      audiences.add(resource);
      const expires = Math.floor(Date.now() / 1000) + 3600;
      outgoing.setHeader('Content-Type', 'application/json');
      const found = {
        access_token: token(resource),
        expires_on: String(expires),
        resource,
        token_type: 'Bearer',
      };
      outgoing.end(JSON.stringify(found));
    });
    await new Promise<void>((resolve) => identity.listen(0, '127.0.0.1', resolve));
    await until('Azurite answers', async () => {
      azurite.mustRun();
      return blob('GET', '?comp=list').then(
        ({ status }) => status === 200,
        () => false,
      );
    });
    for (const name of ['input', 'output'])
      expect((await blob('PUT', `/${name}?restype=container`)).status).toBe(201);
  });
  afterAll(async () => {
    await Promise.all([...workers, azurite].map((one) => one.kill()));
    await gateway.close();
    bus.close();
    identity.close();
    program.remove();
  });

  function blob(
    method: string,
    path: string,
    body = '',
  ): Promise<{ status: number; text: string; etag: string }> {
    return new Promise((resolve, reject) => {
      const headers = {
        Authorization: `Bearer ${token('https://storage.azure.com')}`,
        'x-ms-version': '2023-11-03',
        'x-ms-blob-type': 'BlockBlob',
        'Content-Length': Buffer.byteLength(body),
      };
      const sent = request(
        `${blobs}${path}`,
        { method, headers, ca: readFileSync(certificate) },
        async (answer) => {
          let text = '';
          for await (const piece of answer.setEncoding('utf8')) text += piece;
          resolve({
            status: answer.statusCode ?? 0,
            text,
            etag: String(answer.headers.etag ?? '').replaceAll('"', ''),
          });
        },
      );
      sent.on('error', reject).end(body);
    });
  }

  /** As Event Grid tells of a new blob. */
  async function job(name: string, prompts: string[]): Promise<string> {
    const text = prompts.map((one) => line(one)).join('\n');
    const { status, etag } = await blob('PUT', `/input/${encodeURI(name)}.jsonl`, text);
    expect(status).toBe(201);
    const event = {
      eventType: 'Microsoft.Storage.BlobCreated',
      subject: `/blobServices/default/containers/input/blobs/${name}.jsonl`,
      data: { eTag: etag },
    };
    bus.add('jobs', JSON.stringify(event));
    return `${name}/${etag}/`;
  }
  const keys = async () =>
    [...(await blob('GET', '/output?restype=container&comp=list')).text.matchAll(/<Name>(.*?)<\/Name>/g)].map(
      ([, name]) => name as string,
    );
  const read = async (key: string) => (await blob('GET', `/output/${encodeURI(key)}`)).text;

  function start(): Child {
    const worker = program.start(
      {
        ...{
          ...facts,
          cloud: 'azure' as const,
          gatewayUrl: gateway.url,
          leaseSeconds: 3,
          queue: 'jobs',
          deadQueue: 'dead',
        },
        ...{ inputBucket: `${blobs}/input`, outputBucket: `${blobs}/output` },
        cloudVariables: { LLM_BATCH_BUS_URL: bus.url, AZURE_CLIENT_ID: 'client' },
      },
      {
        IDENTITY_ENDPOINT: `http://127.0.0.1:${(identity.address() as AddressInfo).port}/token`,
        IDENTITY_HEADER: 'header',
        SSL_CERT_FILE: certificate,
        LLM_BATCH_PART_BYTES: '2048',
      },
    );
    workers.push(worker);
    return worker;
  }

  it('finishes every file through three kills, stores each result once and buries what is poisoned', async () => {
    const bases = new Map<string, string[]>();
    for (let at = 0; at < 30; at++) {
      const prompts = Array.from(
        { length: at === 0 ? 60 : 2 },
        (_, index) => `${index ? 'good' : 'refused'}-${at}-${index}`,
      );
      bases.set(await job(`día ${at}`, prompts), prompts);
    }
    const bad = await job('bad', ['poison', 'poison']);
    bus.add('jobs', 'nonsense');
    bus.add('jobs', '{"eventType":"Microsoft.Storage.BlobDeleted","subject":"x"}');
    gateway.delayMilliseconds = 100;
    for (const share of [0.1, 0.4, 0.7]) {
      const worker = start();
      await until('some lines are asked', () => gateway.asked.length > share * 118, 200);
      await worker.kill();
    }
    start();
    await until('every message is settled', () => bus.queues.jobs?.length === 0, 300);
    const found = await keys();
    for (const [base, prompts] of bases) {
      expect(found).toContain(`${base}done.json`);
      const lines = async (kind: string) => {
        const names = found.filter((key) => key.startsWith(`${base}${kind}-`)).sort();
        const texts = await Promise.all(names.map(read));
        return texts.flatMap((one) => one.split('\n').slice(0, -1)).map((one) => JSON.parse(one).custom_id);
      };
      expect(await lines('output')).toEqual(prompts.filter((one) => one.startsWith('good')));
      expect(await lines('errors')).toEqual(prompts.filter((one) => one.startsWith('refused')));
    }
    expect(JSON.parse(await read(`${bad}rejected.json`)).reason).toMatch(
      /has the custom_id of a line before it/,
    );
    const reasons = bus.queues.dead?.map(({ properties }) => properties.reason);
    expect(reasons).toContainEqual(expect.stringMatching(/names no object/));
    expect(reasons).toContainEqual(expect.stringMatching(/custom_id of a line before it/));
    expect([...audiences].sort()).toEqual(['https://servicebus.azure.net', 'https://storage.azure.com']);
    expect([...bus.requests].sort()).toEqual([
      'DELETE /{queue}/messages/{id}/{lock}',
      'POST /{queue}/messages',
      'POST /{queue}/messages/head',
      'POST /{queue}/messages/{id}/{lock}',
    ]);
  });
});
