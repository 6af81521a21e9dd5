import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScaledPlan } from '../../lib/plan/plan';
import { fakeAws } from '../runtime/fake-cloud';
import { groups, installedGateway } from '../runtime/groups';
import { Sandbox } from '../runtime/sandbox';
import { Client } from './client';
import type { Gateway } from './gateway';
import { operatorKey, Stack } from './stack';
import { until } from './until';

/** Answers of the two versions together: enough for bounds of four deviations that tell 20 % from 10 and from 30. */
const requests = 300;

describe('the generated gateway in front of fleets', () => {
  const asked = groups({
    gateway: { timeoutSeconds: 10, keyLimits: { requestsPerMinute: 100_000 } },
    models: [
      {
        name: 'chat',
        versions: [
          { name: 'old', source: 'Qwen/Qwen3-8B', weightPercent: 80 },
          { name: 'new', source: 'Qwen/Qwen3-8B', revision: 'v2', weightPercent: 20 },
        ],
      },
      { name: 'small', source: 'Qwen/Qwen3-4B' },
    ],
  });
  const { decisions } = asked;
  const plan: ScaledPlan = {
    ...asked,
    decisions: { ...decisions, gateway: { ...decisions.gateway, workers: 1 } },
  };
  let stack: Stack;
  let client: Client;
  let second: Gateway;

  beforeAll(async () => {
    stack = await Stack.start(plan);
    client = new Client(stack.gateway.url);
    second = await stack.addGateway();
  });
  afterAll(() => stack?.remove());

  const statuses = async (count: number, model: string) => {
    const seen: number[] = [];
    for (let sent = 0; sent < count; sent++) seen.push((await client.chat(`number ${sent}`, model)).status);
    return seen;
  };
  const failures = (seen: number[]) => seen.filter((status) => status !== 200);

  it('asks the versions of a name as their weights say', async () => {
    expect(failures(await statuses(requests, 'chat'))).toEqual([]);
    const share = stack.engine(1).hits;
    const [mean, deviation] = [requests * 0.2, Math.sqrt(requests * 0.2 * 0.8)];
    expect(stack.engine(0).hits + share).toBe(requests);
    expect(share).toBeGreaterThan(mean - 4 * deviation);
    expect(share).toBeLessThan(mean + 4 * deviation);
  });

  it('asks the fleet of a name for it and no other', async () => {
    const before = [0, 1].map((index) => stack.engine(index).hits);
    expect(failures(await statuses(5, 'small'))).toEqual([]);
    expect(stack.engine(2).hits).toBe(5);
    expect([0, 1].map((index) => stack.engine(index).hits)).toEqual(before);
  });

  it('takes the other version where one fails before it answers', async () => {
    stack.engine(1).behaviour = { status: 503 };
    const seen = await statuses(60, 'chat');
    stack.engine(1).behaviour = {};
    expect(failures(seen)).toEqual([]);
  });

  it('goes on asking a fleet of which single machines fail: the balancer has others', async () => {
    const before = stack.engine(2).hits;
    for (let round = 0; round < 10; round++) {
      // one machine refuses, and the next attempt lands on another
      stack.engine(2).behaviour = { status: 503, refusals: 1 };
      expect((await client.chat(`round ${round}`, 'small')).status).toBe(200);
    }
    expect(stack.engine(2).hits - before).toBe(20);
    stack.engine(2).behaviour = { status: 503 };
    expect(failures(await statuses(2, 'small'))).toHaveLength(2);
    stack.engine(2).behaviour = {};
    // at once, and not after a cooldown
    expect((await client.chat('well again', 'small')).status).toBe(200);
  });

  it('counts requests in flight, so that drain.py waits for the last piece of a stream', async () => {
    stack.engine(2).behaviour = { tokens: 30, betweenTokensMs: 300 };
    const { machine } = stack;
    machine.patchSettings(({ gateway }) => {
      gateway.url = stack.gateway.url;
    });
    machine.command('docker');
    Object.assign(machine.variables, {
      LLM_SETTLE_SECONDS: '0',
      LLM_POLL_SECONDS: '0.2',
      LLM_METADATA_URL: await machine.listen(({ url }) => ({
        text: url?.endsWith('/target-lifecycle-state') ? 'Terminated' : 'i-0me',
      })),
    });
    const stream = client.stream('long', 'small');
    await until('the stream runs', async () => stack.engine(2).running === 1);
    const drained = machine.run('python3', machine.program('drain.py'));
    const { done } = await stream;
    const ended = Date.now();
    const { status, stdout } = await drained;
    stack.engine(2).behaviour = {};
    expect(done).toBe(true);
    expect(status).toBe(0);
    expect(stdout).toContain('1 requests are running');
    expect(stdout).toContain('no request is running');
    expect(Date.now()).toBeGreaterThan(ended);
  });

  it('has one application key though two gateways make it at the same time', async () => {
    const shared = stack.machine;
    const machines = [stack.gateway, second].map((gateway) => {
      const machine = new Sandbox(plan, installedGateway(plan));
      // buckets and secrets of one account
      machine.command('aws', fakeAws(shared.root));
      machine.write('/run/llm/gateway.env', shared.read('/run/llm/gateway.env'));
      machine.patchSettings((settings) => {
        settings.gateway.url = gateway.url;
      });
      return machine;
    });
    const ends = await Promise.all(
      machines.map((machine) => machine.run('python3', machine.program('first_answer.py'))),
    );
    for (const machine of machines) machine.remove();
    expect(ends.map(({ status, stderr }) => [status, stderr])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    const key = shared.read('/secrets/llm-application-key-secret');
    const rows = stack.sql(
      `select key_alias from "LiteLLM_VerificationToken" where key_alias like 'application-%'`,
    );
    expect(rows.trim().split('\n')).toHaveLength(1);
    for (const { url } of [stack.gateway, second])
      await until(
        `${url} takes the key`,
        async () => (await new Client(url, key).chat('hello', 'small')).status === 200,
      );
    expect(key).not.toBe(operatorKey);
  });
});
