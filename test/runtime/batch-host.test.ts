import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { BatchDecision, FleetMachine } from '../../lib/plan/plan';
import { composeProject } from '../../lib/runtime/compose';
import { environmentKeysFor } from '../../lib/runtime/environment';
import { batchHost, gatewayHost, type Host, serverHost } from '../../lib/runtime/host';
import { settings } from '../../lib/runtime/settings';
import { planned, scaled } from '../plan/example';
import { fakeMachine } from './fake-machine';
import { canRunPrograms, eventually, Sandbox } from './sandbox';

const files = { requestsPerDay: 1000, maxAttempts: 4 };
const onOne = () => planned({ traffic: { concurrentUsers: 20 }, batch: files });
const onFleet = () => scaled({ batch: files });
const nova = () => scaled({ models: ['bedrock:amazon.nova-lite-v1:0'], batch: files });
const ownOf = ({ decisions: { batch } }: { decisions: { batch?: BatchDecision } }) => {
  if (batch?.own === undefined) throw new Error('files have no machines of their own');
  return batch.own;
};

interface Worker {
  image: string;
  environment: Record<string, string>;
  depends_on: Record<string, unknown>;
  stop_grace_period: string;
}
const workerOf = (host: Host) =>
  (composeProject(host, { driver: 'local', options: {} }).services as Record<string, unknown>).batch as
    | Worker
    | undefined;
const batchKeys = (keys: string[]) => keys.filter((key) => key.startsWith('LLM_BATCH'));

describe('the worker on a single server', () => {
  it('asks the gateway, whose image it runs, and looks at the engines first', () => {
    const plan = onOne();
    const worker = workerOf(serverHost(plan));
    expect(worker?.image).toBe(plan.decisions.images.gateway);
    expect(worker?.environment).toMatchObject({
      LLM_BATCH_CLOUD: 'aws',
      LLM_BATCH_GATEWAY_URL: 'http://127.0.0.1:4000',
      LLM_BATCH_SATURATION_URL: 'http://127.0.0.1:4081/signals',
      LLM_BATCH_SATURATION: '0.7',
      LLM_BATCH_MAX_ATTEMPTS: '4',
      LLM_BATCH_LEASE_SECONDS: '120',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: compose reads the variable
      LLM_BATCH_QUEUE: '${LLM_BATCH_QUEUE}',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: compose reads the variable
      AWS_REGION: '${LLM_REGION}',
    });
    expect(Object.keys(worker?.depends_on ?? {})).toEqual(['gateway']);
  });

  it('is told the names that its compose file reads', () => {
    expect(batchKeys(environmentKeysFor(onOne(), 'server'))).toEqual([
      ...['LLM_BATCH_QUEUE', 'LLM_BATCH_DEAD_QUEUE', 'LLM_BATCH_INPUT', 'LLM_BATCH_OUTPUT'],
    ]);
    expect(batchKeys(environmentKeysFor(planned(), 'server'))).toEqual([]);
  });

  it('is not there without files', () => {
    expect(workerOf(serverHost(planned()))).toBeUndefined();
    expect(JSON.parse(settings(serverHost(planned()))).worker).toBeNull();
  });
});

describe('the worker of a scaled deployment', () => {
  it('stands beside the gateways for a model of the cloud, where no engine tells its load', () => {
    const worker = workerOf(gatewayHost(nova()));
    expect(worker?.environment.LLM_BATCH_GATEWAY_URL).toBe('http://127.0.0.1:4000');
    expect(worker?.environment).not.toHaveProperty('LLM_BATCH_SATURATION_URL');
  });

  it('stands beside the engines of its own machines and asks them', () => {
    const plan = onFleet();
    expect(workerOf(gatewayHost(plan))).toBeUndefined();
    const own = ownOf(plan);
    const host = batchHost(plan, own, own.fleet.machines[0] as FleetMachine);
    const worker = workerOf(host);
    expect(worker?.environment.LLM_BATCH_GATEWAY_URL).toBe('http://127.0.0.1:8000');
    expect(Object.keys(worker?.depends_on ?? {})).toEqual(host.engines.map(({ service }) => service));
    expect(batchKeys(environmentKeysFor(plan, 'fleet'))).toEqual([]);
    expect(batchKeys(environmentKeysFor(plan, 'batch'))).toHaveLength(4);
  });

  it('is told the secret of engines alone', () => {
    const secrets = environmentKeysFor(onFleet(), 'batch').filter((key) => key.endsWith('_SECRET'));
    expect(secrets).toEqual(['LLM_ENGINE_SECRET']);
  });

  it('is not counted among the answers that users wait for', () => {
    const plan = onFleet();
    const own = ownOf(plan);
    const { sends } = JSON.parse(settings(batchHost(plan, own, own.fleet.machines[0] as FleetMachine)));
    expect(sends.deployment).toEqual([]);
    expect(sends.fleet.name).toBe('batch');
  });
});

describe.skipIf(!canRunPrograms)('a machine with a worker', () => {
  const machines: Sandbox[] = [];
  afterEach(() => {
    for (const machine of machines.splice(0)) machine.remove();
  });
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const keyOf = (machine: Sandbox) => /LLM_BATCH_KEY='(.*)'/.exec(machine.read('/run/llm/batch.env'))?.[1];

  async function booted() {
    const made = await fakeMachine(onOne());
    machines.push(made.machine);
    await made.machine.run('python3', made.machine.program('fetch_secrets.py'));
    return made;
  }

  it('makes a key for it that asks for the one model, with no limit of clients', async () => {
    const { machine, gateway } = await booted();
    expect((await machine.run('python3', machine.program('first_answer.py'))).status).toBe(0);
    const made = gateway.made.find((one) => one.key_alias?.startsWith('batch-'));
    expect(made).toMatchObject({ key: keyOf(machine), models: ['qwen3-8b'], rpm_limit: 1_000_000_000 });
    expect(keyOf(machine)).toMatch(/^sk-[0-9a-f]{64}$/);
    expect(gateway.changed).toEqual([]);
  });

  it('gives a key of an earlier plan the model of this one', async () => {
    const { machine, gateway } = await booted();
    gateway.keys.add(sha256(keyOf(machine) as string));
    expect((await machine.run('python3', machine.program('first_answer.py'))).status).toBe(0);
    expect(gateway.changed).toEqual([expect.objectContaining({ key: keyOf(machine), models: ['qwen3-8b'] })]);
  });

  it('lets the worker give its jobs back before it waits for answers', async () => {
    const machine = new Sandbox(onOne());
    machines.push(machine);
    const engine = await machine.listen(() => ({ text: 'vllm:num_requests_running 0\n' }));
    const metadata = await machine.listen(({ url }) =>
      url?.endsWith('/target-lifecycle-state') ? { text: 'Terminated' } : { text: 'i-0me' },
    );
    machine.patchSettings((known) => {
      for (const one of known.engines) one.url = engine;
    });
    for (const name of ['docker', 'aws', 'umount']) machine.command(name);
    const quick = { LLM_POLL_SECONDS: '0.03', LLM_SETTLE_SECONDS: '0', LLM_METADATA_URL: metadata };
    Object.assign(machine.variables, quick);
    expect((await machine.run('python3', machine.program('drain.py'))).status).toBe(0);
    await eventually(() => machine.calls().length >= 2);
    expect(machine.calls().slice(0, 2)).toEqual([
      expect.stringMatching(/ stop --timeout 105 batch$/),
      expect.stringMatching(/ stop$/),
    ]);
  });
});
