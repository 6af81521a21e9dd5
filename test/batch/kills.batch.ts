import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Child } from '../integration/child';
import { until } from '../integration/until';
import { awsStep, awsVariables } from './aws-steps';
import { FakeGateway } from './fake-gateway';
import { type Fault, FaultProxy } from './fault-proxy';
import { type Job, madeJobs, type Poisoned, poisonedJobs } from './made-jobs';
import { Moto } from './moto';
import { facts, Program } from './worker';

/** Every step of a worker, in its order, and both sides of each: between every pair of steps a worker dies. */
const steps = [
  'receive',
  'head input',
  'models',
  'read input',
  'store plan',
  'send parts',
  'extend',
  'ask',
  'store record',
  'store errors',
  'store output',
  'list',
  'store done',
  'store rejected',
  'bury',
  'acknowledge',
];

/** Numbers that are the same in every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** All are armed from the begin; the common steps are counted up to different places of the work. */
function faults(): Fault[] {
  const random = seeded(6);
  const rare = new Set(['send parts', 'list', 'extend', 'store rejected', 'bury', 'store errors']);
  return steps.flatMap((step) =>
    (['before', 'after'] as const).map((when) => ({
      step,
      when,
      occurrence: rare.has(step) ? 1 : 1 + random(250),
    })),
  );
}

describe('1,000 jobs while workers are killed', () => {
  const gateway = new FakeGateway();
  const program = new Program('aws');
  const proxies: FaultProxy[] = [];
  const done: Fault[] = [];
  const exits: unknown[] = [];
  let moto: Moto;
  let queue: string;
  let dead: string;
  let jobs: Job[];
  let poisoned: Poisoned[];
  let letters: { body: string; reason: string | undefined }[];
  const output = new Map<string, string>();

  beforeAll(async () => {
    moto = await Moto.start();
    await gateway.listen();
    for (const bucket of ['input', 'output']) await moto.createBucket(bucket);
    dead = await moto.createQueue('dead');
    const redrive = JSON.stringify({
      maxReceiveCount: 100,
      deadLetterTargetArn: 'arn:aws:sqs:eu-central-1:123456789012:dead',
    });
    queue = await moto.createQueue('jobs', { VisibilityTimeout: '2', RedrivePolicy: redrive });
    jobs = madeJobs(1000);
    poisoned = poisonedJobs();
    const bodies: string[] = [];
    for (const [at, job] of [...poisoned, ...jobs].entries()) {
      if (job.text !== undefined) job.version = await moto.put('input', job.object, job.text);
      // our own form, or what S3 sends
      const event = { s3: { object: { key: encodeURIComponent(job.object), eTag: job.version } } };
      const body = job.body ?? JSON.stringify(at % 2 ? { object: job.object } : { Records: [event] });
      bodies.push(body);
      // a queue may deliver twice
      if (at % 20 === 0) bodies.push(body);
    }
    await moto.sendAll(queue, bodies);
    await work();
    for (const key of await moto.keys('output'))
      output.set(key, key.includes('/work/') ? '' : await moto.get('output', key));
    letters = await moto.drain(dead);
  });

  async function work(): Promise<void> {
    const armed = faults().map((fault) => ({ ...fault, left: fault.occurrence }));
    const running = new Set<Promise<void>>();
    const workers: Child[] = [];
    let ending = false;

    const begin = async () => {
      let child: Child | undefined;
      const reached = (step: string, when: Fault['when']) => {
        const fault = armed.find((one) => one.step === step && one.when === when);
        if (ending || fault === undefined || --fault.left > 0) return false;
        armed.splice(armed.indexOf(fault), 1);
        child?.signal('SIGKILL');
        done.push(fault);
        return true;
      };
      const cloud = await new FaultProxy(() => moto.url, awsStep, reached).listen();
      const stepOf = (incoming: { url?: string }) => (incoming.url === '/v1/models' ? 'models' : 'ask');
      const api = await new FaultProxy(() => gateway.url, stepOf, reached).listen();
      proxies.push(cloud);
      const words = { ...facts, cloud: 'aws' as const, gatewayUrl: api.url, queue, deadQueue: dead };
      child = program.start(
        { ...words, cloudVariables: { AWS_REGION: 'eu-central-1' } },
        // small, so that the larger jobs have several parts
        { ...awsVariables(cloud.url), LLM_BATCH_PART_BYTES: '4096' },
      );
      workers.push(child);
      const run = child.end().then(async (exit) => {
        exits.push(exit);
        cloud.close();
        api.close();
        workers.splice(workers.indexOf(child as Child), 1);
        running.delete(run);
        if (!ending) await begin();
      });
      running.add(run);
    };
    await begin();
    await begin();
    await until('every job is settled', async () => (await moto.depth(queue)) === 0, 800);
    ending = true;
    for (const worker of [...workers]) worker.signal('SIGTERM');
    await Promise.all(running);
  }

  afterAll(async () => {
    await gateway.close();
    await moto.stop();
    program.remove();
  });

  const base = (job: Job) => `${job.object.replace(/\.jsonl$/, '')}/${job.version}/`;

  it('kills a worker before and after each of its steps', () => {
    expect(done.map(({ step, when }) => `${when} ${step}`).sort()).toEqual(
      steps.flatMap((step) => [`after ${step}`, `before ${step}`]).sort(),
    );
    expect(exits.filter((exit) => exit === 'SIGKILL')).toHaveLength(done.length);
    // the others were asked to end, and did
    expect(exits.filter((exit) => exit !== 'SIGKILL')).toEqual([0, 0]);
  });

  it('stores every result exactly once, and loses none', () => {
    let results = 0;
    for (const job of jobs) {
      const files = [...output.keys()].filter((key) => key.startsWith(base(job)));
      const lines = (kind: string) =>
        files
          .filter((key) => key.startsWith(`${base(job)}${kind}-`))
          .sort()
          .flatMap((key) => (output.get(key) as string).split('\n').slice(0, -1))
          .map((text) => JSON.parse(text));
      const good = lines('output');
      const bad = lines('errors');
      // in the order of the file
      expect(good.map((one) => one.custom_id)).toEqual(job.ids.filter((id) => !id.startsWith('refused')));
      expect(bad.map((one) => one.custom_id)).toEqual(job.ids.filter((id) => id.startsWith('refused')));
      expect(new Set([...good, ...bad].map((one) => one.id)).size).toBe(job.ids.length);
      for (const one of good) {
        expect(one.response.status_code).toBe(200);
        expect(one.response.body.choices[0].message.content).toBe(`you said ${one.custom_id}\u2028é`);
        expect(one.error).toBeNull();
      }
      for (const one of bad) expect(one.response.status_code).toBe(400);
      expect(JSON.parse(output.get(`${base(job)}done.json`) as string)).toMatchObject({
        object: job.object,
        lines: job.ids.length,
        succeeded: good.length,
        failed: bad.length,
      });
      results += good.length + bad.length;
    }
    expect(results).toBe(jobs.flatMap(({ ids }) => ids).length);
    console.log(
      `${jobs.length} jobs, ${results} results, ${gateway.asked.length} requests at the gateway, ${done.length} kills`,
    );
  });

  it('stores no object twice', () => {
    const stored = proxies
      .flatMap(({ seen }) => seen)
      .filter(({ step, status }) => step.startsWith('store') && status === 200);
    expect(stored.length).toBe(output.size);
    expect(new Set(stored.map(({ path }) => path)).size).toBe(output.size);
  });

  it('ends each poisoned job as a dead letter with its reason, and sends none of its lines', () => {
    for (const job of poisoned) {
      const found = letters.filter(({ body }) => body.includes(job.mark));
      // a worker that died between burying and acknowledging buries again
      expect([job.mark, found.length >= 1]).toEqual([job.mark, true]);
      for (const { reason } of found) expect(reason).toMatch(job.reason);
      if (job.body === undefined) {
        const told = JSON.parse(output.get(`${base(job)}rejected.json`) as string);
        expect(told.reason).toMatch(job.reason);
      }
    }
    expect(letters.filter(({ body }) => !poisoned.some(({ mark }) => body.includes(mark)))).toEqual([]);
    expect(gateway.asked.filter(({ id }) => id.startsWith('poison'))).toEqual([]);
  });
});
