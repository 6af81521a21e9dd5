import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Child } from '../integration/child';
import { freePort } from '../integration/free-port';
import { pause, until } from '../integration/until';
import { awsVariables } from './aws-steps';
import { FakeGateway } from './fake-gateway';
import { Moto } from './moto';
import { facts, line, Program } from './worker';

describe('a batch worker on SQS and S3', () => {
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

  function start(more: Record<string, string> = {}): Child {
    const words = { ...facts, cloud: 'aws' as const, gatewayUrl: gateway.url, queue, deadQueue: dead };
    const worker = program.start(
      { ...words, cloudVariables: { AWS_REGION: 'eu-central-1' } },
      { ...awsVariables(moto.url), ...more },
    );
    workers.push(worker);
    return worker;
  }

  /** Puts a file of requests and its message. */
  async function job(name: string, prompts: string[]): Promise<string> {
    const text = prompts.map((prompt) => `${line(prompt)}\n`).join('');
    const version = await moto.put('input', `${name}.jsonl`, text);
    await moto.sendAll(queue, [JSON.stringify({ object: `${name}.jsonl` })]);
    return `${name}/${version}/`;
  }

  const settled = () => until('the queue is empty', async () => (await moto.depth(queue)) === 0, 300);
  const results = async (base: string, kind = 'output') =>
    (await moto.get('output', `${base}${kind}-00000.jsonl`))
      .split('\n')
      .slice(0, -1)
      .map((text) => JSON.parse(text));

  it('keeps a job that takes longer than its lease, so nobody else gets it', async () => {
    gateway.delayMilliseconds = 7000;
    const base = await job('long', ['slow-1', 'slow-2']);
    start();
    start();
    await settled();
    expect(gateway.asked.map(({ id }) => id).sort()).toEqual(['slow-1', 'slow-2']);
    expect((await results(base)).map((one) => one.custom_id)).toEqual(['slow-1', 'slow-2']);
  });

  it('stores the job of two workers once, when both have it', async () => {
    gateway.delayMilliseconds = 1500;
    const base = await job('both', ['one', 'two']);
    await moto.sendAll(queue, [JSON.stringify({ object: 'both.jsonl' })]);
    start({ LLM_BATCH_CONCURRENCY: '2' });
    start({ LLM_BATCH_CONCURRENCY: '2' });
    await settled();
    expect((await results(base)).map((one) => one.custom_id)).toEqual(['one', 'two']);
    expect((await moto.keys('output', 'both/')).sort()).toEqual(
      ['done.json', 'output-00000.jsonl', 'work/00000.jsonl', 'work/plan.json'].map((name) => base + name),
    );
  });

  it('waits for a gateway that is away for longer than the lease, and counts it against no job', async () => {
    const port = await freePort();
    await gateway.close();
    const base = await job('away', ['patient']);
    const worker = start({ LLM_BATCH_GATEWAY_URL: `http://127.0.0.1:${port}`, LLM_BATCH_MAX_ATTEMPTS: '1' });
    await until('it waits', () => worker.log.includes('waiting: '));
    await pause(6000);
    gateway = await new FakeGateway().listen(port);
    await settled();
    expect(await moto.drain(dead)).toEqual([]);
    expect((await results(base))[0].response.status_code).toBe(200);
  });

  it('sends nothing while the engines are saturated, and goes on when they are not', async () => {
    gateway.signals = 'llm in_flight_ratio=0.7,up=1.0\n';
    const base = await job('saturated', ['later']);
    start({ LLM_BATCH_SATURATION_URL: `${gateway.url}/signals`, LLM_BATCH_WATCH_SECONDS: '0.2' });
    await until('the job is checked', async () =>
      (await moto.keys('output', base)).includes(`${base}work/plan.json`),
    );
    await pause(2000);
    expect(gateway.asked).toEqual([]);
    gateway.signals = 'llm in_flight_ratio=0.69,up=1.0\n';
    await settled();
    expect(gateway.asked.map(({ id }) => id)).toEqual(['later']);
  });

  it('never has more requests under way than the concurrency', async () => {
    gateway.delayMilliseconds = 50;
    for (let at = 0; at < 5; at++)
      await job(
        `many-${at}`,
        Array.from({ length: 20 }, (_, index) => `${at}-${index}`),
      );
    start({ LLM_BATCH_CONCURRENCY: '3' });
    await settled();
    expect(gateway.asked).toHaveLength(100);
    expect(gateway.mostInFlight).toBeLessThanOrEqual(4); // and a question for the models
  });

  it('asks nothing before the time of a Retry-After', async () => {
    gateway.refuse = { status: 503, body: { error: 'full' }, headers: { 'Retry-After': '3' } };
    await job('retry', ['again-1', 'again-2']);
    start({ LLM_BATCH_CONCURRENCY: '1' });
    await until('it was refused', () => gateway.asked.length > 0);
    gateway.refuse = undefined;
    await settled();
    const [first, second] = gateway.asked.map(({ at }) => at) as [number, number];
    expect(second - first).toBeGreaterThanOrEqual(2900);
  });

  it('asks for no fallback, and waits when it is answered with the degraded answer all the same', async () => {
    const made = { choices: [{ message: { role: 'assistant', content: 'we are away' } }] };
    gateway.refuse = { status: 200, body: made, headers: { 'x-llm-degraded': 'true' } };
    const base = await job('degraded', ['true-answer']);
    start();
    await until('it was answered', () => gateway.asked.length > 1);
    expect((await moto.keys('output', base)).map((key) => key.slice(base.length))).toEqual([
      'work/plan.json',
    ]);
    gateway.refuse = undefined;
    await settled();
    const [found] = await results(base);
    expect(found.response.body.choices[0].message.content).toContain('you said true-answer');
    expect(gateway.asked.map(({ body }) => body.disable_fallbacks)).toEqual(gateway.asked.map(() => true));
  });

  it('waits while the budget of its key is spent, and stores no line as an error', async () => {
    const error = { message: 'Budget has been exceeded!', type: 'budget_exceeded', param: null, code: '422' };
    gateway.refuse = { status: 422, body: { error } };
    const base = await job('budget', ['paid-1', 'paid-2']);
    start();
    await until('it was refused', () => gateway.asked.length > 2);
    gateway.refuse = undefined;
    await settled();
    expect((await results(base)).map((one) => one.custom_id)).toEqual(['paid-1', 'paid-2']);
    expect(await moto.keys('output', `${base}errors`)).toEqual([]);
  });

  it('gives up one line that breaks while others are answered, and stores the error', async () => {
    const base = await job('breaks', ['breaks', 'fine']);
    start({ LLM_BATCH_CONCURRENCY: '2' });
    let others = 0;
    await until('the line is given up', async () => {
      await pause(500);
      await job(`beside-${others}`, [`beside-${others++}`]);
      return (await moto.keys('output', base)).includes(`${base}done.json`);
    });
    const errors = await results(base, 'errors');
    expect(errors.map((one) => [one.custom_id, one.response.status_code])).toEqual([['breaks', 500]]);
    expect((await results(base)).map((one) => one.custom_id)).toEqual(['fine']);
    // five times, and a time before any other was answered
    const times = gateway.asked.filter(({ id }) => id === 'breaks').length;
    expect([5, 6]).toContain(times);
  });

  it('finishes what it holds after SIGTERM, takes nothing more, and ends with 0', async () => {
    gateway.delayMilliseconds = 2000;
    const base = await job('drain', ['held']);
    const worker = start();
    await until('it asks', () => gateway.asked.length > 0);
    worker.signal('SIGTERM');
    await pause(100);
    await job('drain-next', ['not-taken']);
    expect(await worker.end()).toBe(0);
    expect(await moto.keys('output', base)).toContain(`${base}done.json`);
  });

  it('gives back what it cannot finish after SIGTERM, and counts it against no job', async () => {
    gateway.delayMilliseconds = 60_000;
    await job('handed', ['endless']);
    const worker = start({ LLM_BATCH_DRAIN_SECONDS: '1' });
    await until('it asks', () => gateway.asked.length > 0);
    worker.signal('SIGTERM');
    expect(await worker.end()).toBe(0);
    gateway.delayMilliseconds = 0;
    // a job that was taken once too often would be a dead letter
    start({ LLM_BATCH_MAX_ATTEMPTS: '1' });
    await settled();
    expect(await moto.drain(dead)).toEqual([]);
    expect(gateway.asked.map(({ id }) => id)).toEqual(['endless', 'endless']);
  });

  it('buries a job that was taken too often, with that reason', async () => {
    await job('deadly', ['never']);
    for (let attempt = 0; attempt < 3; attempt++)
      await moto.sqs('ReceiveMessage', { QueueUrl: queue, VisibilityTimeout: 0 });
    start({ LLM_BATCH_MAX_ATTEMPTS: '3' });
    await settled();
    expect((await moto.drain(dead)).map(({ reason }) => reason)).toEqual([
      'taken 3 times, and no worker lived to finish it',
    ]);
    expect(gateway.asked).toEqual([]);
  });

  it('takes the same file again only when its content changed', async () => {
    const first = await job('again', ['a']);
    start();
    await settled();
    expect(await job('again', ['a'])).toBe(first);
    await settled();
    const second = await job('again', ['b']);
    await settled();
    expect(second).not.toBe(first);
    expect(gateway.asked.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('cuts a file of 200,000 requests into parts with little memory', async () => {
    const prompts = Array.from({ length: 200_000 }, (_, at) => `${at}`);
    gateway.refuse = { status: 503, body: { error: 'full' }, headers: { 'Retry-After': '60' } };
    const version = await moto.put('input', 'large.jsonl', prompts.map((one) => `${line(one)}\n`).join(''));
    await moto.sendAll(queue, ['{"object":"large.jsonl"}']);
    const worker = start();
    await until('it is cut', () => worker.log.includes('200000 requests in '), 300);
    const plan = JSON.parse(await moto.get('output', `large/${version}/work/plan.json`));
    expect(plan).toMatchObject({
      lines: 200_000,
      partBytes: 1 << 20,
      parts: Math.ceil(plan.bytes / (1 << 20)),
    });
    const mostMiB = mostMemoryMiB(program.folder);
    console.log(
      `${(plan.bytes / 2 ** 20).toFixed()} MiB in ${plan.parts} parts, ${mostMiB.toFixed()} MiB of memory at most`,
    );
    expect(mostMiB).toBeLessThan(200);
  });

  it('embeds 1,200 texts in 4,096 dimensions with little memory', async () => {
    const texts = Array.from({ length: 1200 }, (_, at) =>
      JSON.stringify({
        custom_id: `text-${at}`,
        url: '/v1/embeddings',
        body: { model: 'small', input: `${at}` },
      }),
    );
    const version = await moto.put('input', 'embeds.jsonl', texts.map((one) => `${one}\n`).join(''));
    await moto.sendAll(queue, ['{"object":"embeds.jsonl"}']);
    start({ LLM_BATCH_CONCURRENCY: '8' });
    await settled();
    const done = JSON.parse(await moto.get('output', `embeds/${version}/done.json`));
    expect(done).toMatchObject({ lines: 1200, succeeded: 1200, failed: 0, parts: 7 });
    const mostMiB = mostMemoryMiB(program.folder);
    console.log(
      `${((1200 * gateway.embedding.length) / 2 ** 20).toFixed()} MiB of results, ${mostMiB.toFixed()} MiB of memory at most`,
    );
    expect(mostMiB).toBeLessThan(300);
  });
});

/** Of the one process whose command line names the folder: the most memory that it ever had. */
function mostMemoryMiB(folder: string): number {
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(folder))
        return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1]) / 1024;
    } catch {
      // it ended meanwhile
    }
  }
  throw new Error(`no process of ${folder}`);
}
