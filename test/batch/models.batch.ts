import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Child } from '../integration/child';
import { until } from '../integration/until';
import { awsVariables } from './aws-steps';
import { FakeGateway } from './fake-gateway';
import { Moto } from './moto';
import { facts, line, Program } from './worker';

const forbidden = { status: 403, body: { error: { message: 'no access to this model' } } };

describe('a batch worker with one model of two away', () => {
  const program = new Program('aws');
  const workers: Child[] = [];
  let moto: Moto;
  let gateway: FakeGateway;
  let queue: string;
  let dead: string;
  let number = 0;

  beforeAll(async () => {
    moto = await Moto.start();
    for (const bucket of ['input', 'output']) await moto.createBucket(bucket);
  });
  beforeEach(async () => {
    number += 1;
    gateway = await new FakeGateway().listen();
    dead = await moto.createQueue(`dead-${number}`);
    queue = await moto.createQueue(`jobs-${number}`, { VisibilityTimeout: '2' });
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.kill()));
    await gateway.close();
  });
  afterAll(async () => {
    await moto.stop();
    program.remove();
  });

  function start(more: Record<string, string> = {}): void {
    const words = { ...facts, cloud: 'aws' as const, gatewayUrl: gateway.url, queue, deadQueue: dead };
    const variables = { ...awsVariables(moto.url), ...more };
    workers.push(program.start({ ...words, cloudVariables: { AWS_REGION: 'eu-central-1' } }, variables));
  }

  async function job(name: string, lines: string[]): Promise<string> {
    const version = await moto.put(
      'input',
      `${name}-${number}.jsonl`,
      lines.map((one) => `${one}\n`).join(''),
    );
    await moto.sendAll(queue, [JSON.stringify({ object: `${name}-${number}.jsonl` })]);
    return `${name}-${number}/${version}/`;
  }

  const away = (id: string) => line(id, id, { model: 'away' });
  const stored = (key: string) => async () => (await moto.keys('output')).includes(key);
  const settled = () => until('the queue is empty', async () => (await moto.depth(queue)) === 0, 300);

  it.each([
    ['refuses', forbidden],
    ['is limited for minutes', { status: 429, body: { error: 'limit' }, headers: { 'Retry-After': '300' } }],
  ])(
    'answers the lines of the other while one %s, with more lines of it than may be under way',
    async (_, reply) => {
      gateway.away = reply;
      const mixed = Array.from({ length: 20 }, (_, at) => away(`away-${at}`));
      await job('mixed', [...mixed, line('beside')]);
      const base = await job('other', [line('other-1'), line('other-2')]);
      start({ LLM_BATCH_CONCURRENCY: '4' });
      await until('the other is done', stored(`${base}done.json`), 60);
      const small = () => gateway.asked.filter(({ body }) => body.model === 'small').map(({ id }) => id);
      await until('all of the other are answered', () => small().length >= 3, 60);
      expect(small().sort()).toEqual(['beside', 'other-1', 'other-2']);
      expect(await moto.drain(dead)).toEqual([]);
    },
  );

  it('ends a job whose model refuses for too long as a dead letter that says so', async () => {
    gateway.away = forbidden;
    const base = await job('refused', [away('never'), line('fine')]);
    start({ LLM_BATCH_GIVE_UP_SECONDS: '4' });
    await settled();
    const reason = /^away has answered 403 for 0\.001 hours: .*no access to this model/;
    expect((await moto.drain(dead)).map((letter) => letter.reason)).toEqual([expect.stringMatching(reason)]);
    expect(JSON.parse(await moto.get('output', `${base}rejected.json`)).reason).toMatch(reason);
    // after the cause is gone, the same message is enough
    gateway.away = undefined;
    await job('refused', [away('never'), line('fine')]);
    await until('it is done', stored(`${base}done.json`), 60);
  });

  it('waits for a model that refuses for a moment', async () => {
    gateway.away = forbidden;
    const base = await job('moment', [away('patient')]);
    start();
    await until('it was refused', () => gateway.asked.length > 1);
    gateway.away = undefined;
    await until('it is done', stored(`${base}done.json`), 60);
    expect(await moto.drain(dead)).toEqual([]);
    expect(await moto.keys('output', `${base}errors`)).toEqual([]);
  });
});
