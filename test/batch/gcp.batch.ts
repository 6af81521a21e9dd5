import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Child } from '../integration/child';
import { freePort } from '../integration/free-port';
import { until } from '../integration/until';
import { FakeGateway } from './fake-gateway';
import { tools } from './tools';
import { facts, line, Program } from './worker';

const project = 'projects/test';

describe.skipIf(tools.pubsub === undefined || tools.fakeGcs === undefined)(
  "a batch worker on Google's Pub/Sub emulator and fake-gcs-server",
  () => {
    const program = new Program('gcp');
    const servers: Child[] = [];
    const workers: Child[] = [];
    const tokens: unknown[] = [];
    let gateway: FakeGateway;
    let metadata: Server;
    let pubsub: string;
    let storage: string;
    const reasons: string[] = [];

    beforeAll(async () => {
      const [one, two] = [await freePort(), await freePort()];
      pubsub = `http://127.0.0.1:${one}`;
      storage = `http://127.0.0.1:${two}`;
      servers.push(
        new Child('pubsub', ['java', '-jar', tools.pubsub as string, '--host=127.0.0.1', `--port=${one}`]),
      );
      const words = [
        '-scheme',
        'http',
        '-backend',
        'memory',
        '-host',
        '127.0.0.1',
        '-port',
        `${two}`,
        '-public-host',
        `127.0.0.1:${two}`,
      ];
      servers.push(new Child('gcs', [tools.fakeGcs as string, ...words]));
      gateway = await new FakeGateway().listen();
      metadata = createServer((incoming, outgoing) => {
        tokens.push([incoming.url, incoming.headers['metadata-flavor']]);
        outgoing.end(JSON.stringify({ access_token: 'token', expires_in: 3600 }));
      });
      await new Promise<void>((resolve) => metadata.listen(0, '127.0.0.1', resolve));
      const answers = (url: string) =>
        fetch(url).then(
          () => true,
          () => false,
        );
      await until('the emulators answer', async () => {
        for (const server of servers) server.mustRun();
        return (await answers(pubsub)) && (await answers(storage));
      });
      for (const name of ['jobs', 'dead']) await call('PUT', `${pubsub}/v1/${project}/topics/${name}`, {});
      await call('PUT', `${pubsub}/v1/${project}/subscriptions/jobs`, {
        topic: `${project}/topics/jobs`,
        ackDeadlineSeconds: 10,
        deadLetterPolicy: { deadLetterTopic: `${project}/topics/dead`, maxDeliveryAttempts: 100 },
      });
      await call('PUT', `${pubsub}/v1/${project}/subscriptions/dead`, { topic: `${project}/topics/dead` });
      for (const name of ['input', 'output'])
        await call('POST', `${storage}/storage/v1/b?project=test`, { name });
    });
    afterAll(async () => {
      await Promise.all([...workers, ...servers].map((one) => one.kill()));
      await gateway.close();
      metadata.close();
      program.remove();
    });

    async function call<Answer>(method: string, url: string, value: object | string): Promise<Answer> {
      const body = typeof value === 'string' ? value : JSON.stringify(value);
      const answer = await fetch(url, { method, body, headers: { 'Content-Type': 'application/json' } });
      if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as Answer;
    }

    const text = (value: string) => Buffer.from(value).toString('base64');
    /** As Cloud Storage tells of a new object. */
    async function job(name: string, prompts: string[]): Promise<string> {
      const url = `${storage}/upload/storage/v1/b/input/o?uploadType=media&name=${encodeURIComponent(name)}.jsonl`;
      const { generation } = await call<{ generation: string }>(
        'POST',
        url,
        prompts.map((one) => line(one)).join('\n'),
      );
      const attributes = {
        eventType: 'OBJECT_FINALIZE',
        objectId: `${name}.jsonl`,
        objectGeneration: generation,
      };
      await publish([{ data: text('{}'), attributes }]);
      return `${name}/${generation}/`;
    }
    const publish = (messages: object[]) =>
      call('POST', `${pubsub}/v1/${project}/topics/jobs:publish`, { messages });
    const keys = async () => {
      const page = await fetch(`${storage}/storage/v1/b/output/o`);
      const found = (await page.json()) as { items?: { name: string }[] };
      return (found.items ?? []).map(({ name }) => name);
    };
    const read = async (key: string) =>
      (await fetch(`${storage}/storage/v1/b/output/o/${encodeURIComponent(key)}?alt=media`)).text();

    function start(): Child {
      const worker = program.start(
        {
          ...{ ...facts, cloud: 'gcp' as const, gatewayUrl: gateway.url, leaseSeconds: 10 },
          ...{ queue: `${project}/topics/jobs`, deadQueue: `${project}/topics/dead` },
          cloudVariables: { LLM_BATCH_SUBSCRIPTION: `${project}/subscriptions/jobs` },
        },
        {
          LLM_BATCH_PUBSUB_URL: pubsub,
          LLM_BATCH_STORAGE_URL: storage,
          LLM_BATCH_PART_BYTES: '2048',
          GCE_METADATA_HOST: `127.0.0.1:${(metadata.address() as AddressInfo).port}`,
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
        bases.set(await job(`día/${at}`, prompts), prompts);
      }
      const bad = await job('bad', ['poison', 'poison']);
      await publish([
        { data: text('nonsense') },
        { attributes: { eventType: 'OBJECT_DELETE', objectId: 'x' } },
      ]);
      gateway.delayMilliseconds = 100;
      for (const share of [0.1, 0.4, 0.7]) {
        const worker = start();
        await until('some lines are asked', () => gateway.asked.length > share * 118, 200);
        await worker.kill();
      }
      start();
      const done = async () => {
        const found = await keys();
        return [...bases.keys()].every((base) => found.includes(`${base}done.json`)) && found;
      };
      const found = await until('every file is done', done, 500);
      for (const [base, prompts] of bases) {
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
      const letters = await until('both dead letters are there', async () => {
        const { receivedMessages: taken = [] } = await call<{
          receivedMessages?: { message: { data: string; attributes: Record<string, string> } }[];
        }>('POST', `${pubsub}/v1/${project}/subscriptions/dead:pull`, {
          maxMessages: 100,
          returnImmediately: true,
        });
        for (const one of taken) reasons.push(one.message.attributes.reason ?? '');
        return (
          reasons.some((one) => /names no object/.test(one)) && reasons.some((one) => /custom_id/.test(one))
        );
      });
      expect(letters).toBe(true);
      expect(tokens[0]).toEqual(['/computeMetadata/v1/instance/service-accounts/default/token', 'Google']);
    });
  },
);
