import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { Child } from './child';
import { Client } from './client';
import type { FakeEngine } from './fake-engine';
import { freePort } from './free-port';
import { model, planned } from './plans';
import { pythonSeconds } from './processor-time';
import { required } from './required';
import { operatorKey, Stack } from './stack';
import { until } from './until';

const rounds = 200;
const blocks = 8;
const requestsInBlock = 200;
const atOnce = 16;

/** A way to the same engine. */
interface Way {
  name: string;
  client: Client;
  /** Group of its processes; absent: not LiteLLM. */
  group?: number;
}

const plan = planned({ keyLimits: { requestsPerMinute: 10_000_000 } });
const { workers } = plan.decisions.gateway;
const folder = mkdtempSync(join(tmpdir(), 'llm-bench-'));
let stack: Stack;
let minimal: Child;
const ways: Way[] = [];

beforeAll(async () => {
  stack = await Stack.start(plan);
  const engine = stack.engine(0);
  const engineKey = /VLLM_API_KEY='([^']*)'/.exec(stack.machine.read('/run/llm/engine.env'))?.[1] ?? '';
  const port = await freePort();
  minimal = await startMinimal(engine, engineKey, port);
  const { key } = (await new Client(stack.gateway.url).ask('/key/generate', {})).json;
  ways.push(
    { name: 'engine', client: new Client(engine.url, engineKey) },
    {
      name: 'LiteLLM, least configuration',
      client: new Client(`http://127.0.0.1:${port}`),
      group: minimal.pid,
    },
    {
      name: 'LiteLLM, ours, with an API key',
      client: new Client(stack.gateway.url, key),
      group: stack.gateway.child.pid,
    },
  );
});
afterAll(async () => {
  await minimal?.kill();
  await stack?.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** A model, a key, as many workers: no database, no cache, no limits, no metrics. */
async function startMinimal(engine: FakeEngine, api_key: string, port: number): Promise<Child> {
  const config = join(folder, 'minimal.yaml');
  const litellm_params = { model: `hosted_vllm/${model}`, api_base: `${engine.url}/v1`, api_key };
  writeFileSync(
    config,
    stringify({
      model_list: [{ model_name: model, litellm_params }],
      general_settings: { master_key: operatorKey },
    }),
  );
  mkdirSync(join(folder, 'prometheus'));
  const words = ['--port', String(port), '--host', '127.0.0.1', '--num_workers', String(workers)];
  const program = join(required('LITELLM_FOLDER'), 'bin/litellm');
  const limits = ['--timeout_worker_healthcheck', '60'];
  const child = new Child('LiteLLM', [program, '--config', config, ...words, ...limits], {
    cwd: folder,
    env: {
      PATH: `${join(required('LITELLM_FOLDER'), 'bin')}:${process.env.PATH}`,
      HOME: folder,
      LITELLM_LOCAL_MODEL_COST_MAP: 'True',
      LITELLM_LOG: 'ERROR',
      PROMETHEUS_MULTIPROC_DIR: join(folder, 'prometheus'),
    },
  });
  const url = `http://127.0.0.1:${port}/health/liveliness`;
  const alive = async () => {
    child.mustRun();
    return (await fetch(url).catch(() => undefined))?.status === 200;
  };
  await until('the least configuration answers', alive, 240);
  return child;
}

const milliseconds = async (run: () => Promise<void>) => {
  const begin = process.hrtime.bigint();
  await run();
  return Number(process.hrtime.bigint() - begin) / 1e6;
};
const plain = (way: Way) =>
  milliseconds(async () => {
    expect((await way.client.chat('hello', model)).status).toBe(200);
  });
const firstPiece = async (way: Way) => {
  const begin = process.hrtime.bigint();
  let first = 0;
  const onPiece = () => {
    first ||= Number(process.hrtime.bigint() - begin) / 1e6;
  };
  const streamed = await way.client.stream('hello', model, { onPiece });
  expect(streamed.done).toBe(true);
  return first;
};

const quantile = (values: number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))] as number;
const line = (name: string, text: string) => console.log(`  ${name.padEnd(32)} ${text}`);

/** Each round asks every way once, so that whatever else the machine does hits all alike. */
async function added(title: string, ask: (way: Way) => Promise<number>) {
  for (const way of ways) for (let time = 0; time < 20; time++) await ask(way);
  const times = new Map(ways.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++)
    for (const way of ways) times.get(way.name)?.push(await ask(way));
  const direct = times.get('engine') as number[];
  console.log(`${title}: added to the engine's own, one request at a time, ${rounds} interleaved rounds`);
  for (const [name, values] of times) {
    const more = values.map((value, round) => value - (direct[round] as number));
    if (name === 'engine') line(name, `median ${quantile(values, 0.5).toFixed(1)} ms in all`);
    else
      line(
        name,
        `median ${quantile(more, 0.5).toFixed(1)} ms  95th percentile ${quantile(more, 0.95).toFixed(1)} ms`,
      );
  }
}

it('measures', async () => {
  await added('plain answer', plain);
  await added('first piece of a stream', firstPiece);

  const gateways = ways.filter(({ group }) => group !== undefined);
  const rates = new Map(gateways.map(({ name }) => [name, [] as number[]]));
  const processor = new Map(gateways.map(({ name }) => [name, 0]));
  for (let block = 0; block < blocks; block++) {
    for (const { name, client, group = 0 } of gateways) {
      const before = pythonSeconds(group);
      let left = requestsInBlock;
      const user = async () => {
        while (left-- > 0) expect((await client.chat('hello', model)).status).toBe(200);
      };
      const ms = await milliseconds(async () => {
        await Promise.all(Array.from({ length: atOnce }, user));
      });
      rates.get(name)?.push((1000 * requestsInBlock) / ms);
      processor.set(name, (processor.get(name) ?? 0) + pythonSeconds(group) - before);
    }
  }
  const [least, ours] = gateways.map(({ name }) => rates.get(name) as number[]);
  console.log(
    `plain answers a second, ${atOnce} users at once, ${workers} workers, ${blocks} interleaved blocks of ${requestsInBlock}`,
  );
  for (const { name } of gateways) {
    const values = rates.get(name) as number[];
    const each = (1000 * (processor.get(name) as number)) / (blocks * requestsInBlock);
    line(name, `median ${quantile(values, 0.5).toFixed(0)}  processor time ${each.toFixed(1)} ms for each`);
  }
  const ratios = (ours as number[]).map((value, block) => value / ((least as number[])[block] as number));
  line('ours to least', `median of paired ratios ${quantile(ratios, 0.5).toFixed(2)}`);
}, 600_000);
