import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Deployment } from '../../lib/spec/types';
import { Child } from '../integration/child';
import { freePort } from '../integration/free-port';
import { until } from '../integration/until';
import { Sandbox } from '../runtime/sandbox';
import { plan } from '../single-server';
import { FakeHub } from './fake-hub';

const model = 'Qwen/Qwen3-8B';
const place = 'models/qwen-qwen3-8b/main';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const files = {
  'config.json': '{"model_type": "qwen3"}',
  'model-00001-of-00002.safetensors': 'first half of the weights '.repeat(4000),
  'model-00002-of-00002.safetensors': 'second half of the weights '.repeat(4000),
  'sub/tokenizer.json': '[1, 2]',
};
const manifest = Object.entries(files)
  .map(([name, text]) => `${sha256(text)}  ${name}\n`)
  .join('');
const spec: Deployment = {
  name: 'chat',
  cloud: 'aws',
  region: 'us-east-1',
  models: [{ source: model }],
  traffic: { concurrentUsers: 50 },
  modelStore: { import: 'manual', bucket: 'weights' },
};

const bin = process.env.IMPORT_BIN ?? '';

/** The built command with the real aws command and hub client, a local S3 (moto) and a hub of the test's own. */
describe('llm-constructs import', () => {
  let moto: Child;
  let endpoint: string;
  let hub: FakeHub;
  let folder: string;
  const children: Child[] = [];

  beforeAll(async () => {
    if (bin === '') throw new Error('IMPORT_BIN is not set: run these tests with npm run verify -- import');
    const port = await freePort();
    endpoint = `http://127.0.0.1:${port}`;
    moto = new Child('moto', [join(bin, 'moto_server'), '-H', '127.0.0.1', '-p', String(port)]);
    await until('moto answers', async () => {
      moto.mustRun();
      return (await fetch(endpoint).catch(() => undefined)) !== undefined;
    });
  });
  afterAll(() => moto?.kill());

  beforeEach(async () => {
    await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' });
    folder = mkdtempSync(join(tmpdir(), 'llm-import-test-'));
    writeFileSync(join(folder, 'llm.json'), JSON.stringify(spec));
    hub = await FakeHub.start(model, files);
    aws('s3api', 'create-bucket', '--bucket', 'weights');
  });
  afterEach(async () => {
    for (const child of children.splice(0)) await child.kill();
    hub.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const env = (more: Record<string, string> = {}) => ({
    PATH: `${bin}:${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: folder,
    TMPDIR: folder,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
    AWS_EC2_METADATA_DISABLED: 'true',
    HF_ENDPOINT: hub.url,
    HF_HUB_DISABLE_XET: '1',
    LLM_POLL_SECONDS: '0.2',
    ...more,
  });
  const aws = (...words: string[]) =>
    execFileSync(join(bin, 'aws'), ['--region', 'us-east-1', ...words], { env: env(), encoding: 'utf8' });
  const inBucket = () =>
    aws('s3', 'ls', '--recursive', 's3://weights')
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/).slice(3).join(' '))
      .filter(Boolean);
  const content = (name: string) => aws('s3', 'cp', '--quiet', `s3://weights/${place}/${name}`, '-');
  const whole = [...Object.keys(files), 'SHA256SUMS'].map((name) => `${place}/${name}`).sort();

  function start(words: string[] = [], more: Record<string, string> = {}): Child {
    const cli = join(process.cwd(), 'dist/llm-constructs.js');
    const work = words.includes('--work') ? [] : ['--work', join(folder, 'work')];
    const child = new Child(
      'import',
      [process.execPath, cli, 'import', join(folder, 'llm.json'), ...work, ...words],
      {
        env: env(more),
        cwd: folder,
      },
    );
    children.push(child);
    return child;
  }
  async function imported(words: string[] = [], more: Record<string, string> = {}) {
    const child = start(words, more);
    return { code: await child.end(), log: child.log };
  }
  function given(contents: Record<string, string>): string {
    const target = join(folder, 'given');
    for (const [name, text] of Object.entries(contents)) {
      mkdirSync(dirname(join(target, name)), { recursive: true });
      writeFileSync(join(target, name), text);
    }
    return target;
  }

  it('fills the bucket from the hub, manifest and all, and leaves neither lock nor download', async () => {
    const { code, log } = await imported();
    expect([code, log]).toEqual([0, expect.stringContaining('imported')]);
    expect(inBucket().sort()).toEqual(whole);
    expect(content('SHA256SUMS')).toBe(`# ${model}@main commit ${'c'.repeat(40)}\n${manifest}`);
    expect(existsSync(join(folder, 'work', place))).toBe(false);
  });

  it('does nothing the second time', async () => {
    await imported();
    const before = hub.downloads.length;
    const { code, log } = await imported(['--json']);
    expect(code).toBe(0);
    expect(log).toContain('"state": "already there"');
    expect(hub.downloads).toHaveLength(before);
  });

  it('is what a machine of the same spec then takes, every checksum right', async () => {
    await imported();
    const machine = new Sandbox(plan(spec));
    try {
      const { PATH: _, HOME: __, ...variables } = env();
      Object.assign(machine.variables, variables, { PATH: `${machine.commands}:${bin}:${process.env.PATH}` });
      machine.write('/etc/llm/env', "LLM_REGION='us-east-1'\nLLM_MODEL_BUCKET='weights'\n");
      const took = await machine.run(
        'python3',
        machine.program('model_store.py'),
        machine.path('/var/lib/llm'),
      );
      expect([took.status, took.stdout, took.stderr]).toEqual([
        0,
        expect.stringContaining('copied and checked 4 files'),
        '',
      ]);
    } finally {
      machine.remove();
    }
  });

  it('goes on where it was when it was killed', async () => {
    hub.stalled.add('model-00002-of-00002.safetensors');
    const killed = start();
    await until('the first half is there and the second one hangs', () => {
      killed.mustRun();
      const parts = readdirSync(folder, { recursive: true }).map(String);
      return (
        hub.downloads.includes('model-00002-of-00002.safetensors') &&
        parts.some((name) => name.endsWith(`${place}/model-00001-of-00002.safetensors`))
      );
    });
    await killed.kill();
    expect(inBucket()).toEqual([`${place}/LOCK`]);
    hub.stalled.clear();
    hub.downloads.length = 0;
    const { code, log } = await imported();
    expect(code, log).toBe(0);
    expect(log).toContain('going on with the import that');
    expect(hub.downloads).not.toContain('model-00001-of-00002.safetensors');
    expect(inBucket().sort()).toEqual(whole);
  });

  it('waits while another imports, and downloads nothing then', async () => {
    hub.stalled.add('config.json');
    const first = start(['--work', join(folder, 'one')]);
    await until('the first one has the lock and downloads', () => hub.downloads.length > 0);
    const second = start(['--work', join(folder, 'two')]);
    await until('the second one waits', () => {
      second.mustRun();
      return second.log.includes('is importing; waiting for SHA256SUMS');
    });
    const before = hub.downloads.length;
    const third = await imported(['--work', join(folder, 'one')]);
    expect(third).toMatchObject({ code: 1, log: expect.stringContaining('another import works in') });
    await first.kill();
    hub.stalled.clear();
    // the same folder as the one that was killed: it goes on
    expect((await imported(['--work', join(folder, 'one')])).code).toBe(0);
    expect(await second.end()).toBe(0);
    expect(second.log).toContain('imported by another');
    expect(existsSync(join(folder, 'two', place))).toBe(false);
    expect(before).toBeGreaterThan(0);
    expect(inBucket().sort()).toEqual(whole);
  });

  it('lets one of two machines import that boot at once, and both have the weights', async () => {
    const machines = ['i-0one', 'i-0two'].map((id) => ({
      id,
      machine: new Sandbox(plan({ ...spec, modelStore: { bucket: 'weights' } })),
    }));
    try {
      const ran = machines.map(async ({ id, machine }) => {
        const {
          PATH: _,
          HOME: __,
          ...variables
        } = env({ LLM_METADATA_URL: await machine.listen(() => ({ text: id })) });
        Object.assign(machine.variables, variables, {
          PATH: `${machine.commands}:${bin}:${process.env.PATH}`,
        });
        machine.write('/etc/llm/env', "LLM_REGION='us-east-1'\nLLM_MODEL_BUCKET='weights'\n");
        // the engine's image stands for the hub's client that it holds
        machine.command(
          'docker',
          `case $* in run*) to=$(printf '%s' "$*" | sed 's#.*--volume \\([^ ]*\\):/import .*#\\1#'); exec ${join(bin, 'python3')} '${machine.program('hub_download.py')}' ${model} main "$to";; esac`,
        );
        const { status, stdout } = await machine.run(
          'python3',
          machine.program('model_store.py'),
          machine.path('/var/lib/llm'),
        );
        expect([id, status, stdout]).toEqual([id, 0, stdout]);
        expect(machine.read(`/var/lib/llm/${place}/config.json`)).toBe(files['config.json']);
        return machine.calls().filter((call) => call.startsWith('docker run')).length;
      });
      const imports = await Promise.all(ran);
      expect(imports.sort()).toEqual([0, 1]);
      expect(inBucket().sort()).toEqual(whole);
    } finally {
      for (const { machine } of machines) machine.remove();
    }
  });

  it('refuses what is not as the hub says, removes it, and succeeds once it is', async () => {
    hub.wrongSums = { 'model-00001-of-00002.safetensors': '0'.repeat(64) };
    const { code, log } = await imported();
    expect(code).toBe(1);
    expect(log).toContain(
      'not what the hub says they are, and removed; try again: model-00001-of-00002.safetensors',
    );
    expect(inBucket()).toEqual([`${place}/LOCK`]);
    hub.wrongSums = {};
    expect((await imported()).code).toBe(0);
    expect(content('SHA256SUMS')).toBe(`# ${model}@main commit ${'c'.repeat(40)}\n${manifest}`);
  });

  it('says how to get a gated model, and takes it with a token', async () => {
    hub.gated = true;
    const { code, log } = await imported();
    expect(code).toBe(1);
    expect(log).toContain(`${model} is gated: accept its terms at https://huggingface.co/${model}`);
    expect(log).toContain('A token is read from HF_TOKEN');
    expect(inBucket()).toEqual([`${place}/LOCK`]);
    expect((await imported([], { HF_TOKEN: 'hf_allowed' })).code).toBe(0);
  });

  it('takes a folder instead, without asking the hub', async () => {
    const from = given({ ...files, '.cache/x': 'not a weight', 'sub/.hidden': 'nor this' });
    const { code } = await imported(['--from', from, '--json']);
    expect(code).toBe(0);
    expect(inBucket().sort()).toEqual(whole);
    expect(content('SHA256SUMS')).toBe(`# ${model}@main from a folder\n${manifest}`);
    expect(existsSync(join(from, 'config.json'))).toBe(true);
    expect(hub.downloads).toEqual([]);
  });

  it('refuses a folder that is not as its own SHA256SUMS says, before anything is in the bucket', async () => {
    const from = given({ ...files, 'config.json': 'tampered', SHA256SUMS: manifest });
    const { code, log } = await imported(['--from', from]);
    expect(code).toBe(1);
    expect(log).toContain('do not match its SHA256SUMS: config.json');
    expect(inBucket()).toEqual([]);
  });

  it('says which bucket is not there', async () => {
    const { code, log } = await imported(['--bucket', 'no-such-bucket', '--from', given(files)]);
    expect(code).toBe(1);
    expect(log).toMatch(/aws s3api put-object failed: .*NoSuchBucket/s);
  });
});
