import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { plan } from '../single-server';
import { ran, spec } from './fake-terminal';

let parent: string;
let out: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'compose-'));
  out = join(parent, 'local');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const compose = (...words: string[]) => ran(['compose', '-', '--out', out, ...words], { input: spec });
const services = () => parse(readFileSync(join(out, 'compose.yaml'), 'utf8')).services;

describe('compose', () => {
  it('writes the folder and ends with what to type there', async () => {
    const { code, out: text, err } = await compose('--engine', 'simulated');
    expect([code, err]).toEqual([0, '']);
    expect(readdirSync(out).sort()).toEqual([
      '.gitignore',
      'README.md',
      'compose.yaml',
      'enter.sh',
      'key.sh',
      'litellm.yaml',
      'llm-constructs.json',
      'new_key.py',
      'plan.json',
      'request_guard.py',
      'secrets.sh',
      'simulated_engine.py',
      'simulated_pace.py',
      'simulated_series.py',
    ]);
    expect(text).toMatch(/\nStart\ncd \S+\nsh secrets\.sh\ndocker compose up --detach\nsh key\.sh\n$/);
    expect(text).toContain('http://localhost:4000/v1');
    expect(text.replace(/\s+/g, ' ')).toContain('simulated: no model runs, answers say so');
  });

  it('takes vLLM unless told otherwise, and says which GPU it expects', async () => {
    const { code, out: text } = await compose();
    expect(code).toBe(0);
    const { machine, models } = plan({
      name: 'chat',
      cloud: 'aws',
      region: 'us-east-1',
      models: ['Qwen/Qwen3-8B'],
      traffic: { concurrentUsers: 50 },
    }).decisions;
    expect(services()['engine-qwen3-8b-0'].command).toEqual(
      expect.arrayContaining(['--max-num-seqs', String(models[0]?.maxSequences)]),
    );
    expect(text.replace(/\s+/g, ' ')).toContain(`it needs 1 x ${machine.gpu}, NVIDIA driver 580 or newer`);
    expect(text.replace(/\s+/g, ' ')).toContain('another GPU needs other flags');
  });

  it('prints one JSON document with --json', async () => {
    const { code, out: text } = await compose('--engine', 'simulated', '--json');
    expect(code).toBe(0);
    const answer = JSON.parse(text);
    expect(answer).toMatchObject({ out, url: 'http://localhost:4000/v1', engine: 'simulated' });
    expect(answer.files.every((name: string) => existsSync(join(out, name)))).toBe(true);
    expect(answer.next).toEqual([`cd ${out}`, 'sh secrets.sh', 'docker compose up --detach', 'sh key.sh']);
    expect(answer.differences[0]).toEqual({
      what: expect.stringContaining('qwen3-8b on 1 x '),
      here: expect.stringContaining('simulated'),
    });
  });

  it('names managed services that a container replaces', async () => {
    const input = `${spec}database: managed\ncache: managed\n`;
    const { code, out: text } = await ran(['compose', '-', '--out', out, '--json'], { input });
    expect(code).toBe(0);
    const rows: { what: string; here: string }[] = JSON.parse(text).differences;
    expect(rows).toContainEqual({
      what: 'managed Postgres',
      here: 'a Postgres container with a volume; you make the backups',
    });
    expect(rows).toContainEqual({ what: 'managed Valkey', here: 'a Valkey container with a volume' });
    expect(Object.keys(services())).toEqual(expect.arrayContaining(['postgres', 'valkey']));
  });

  it("keeps secrets and the user's own settings when it runs again, and replaces the rest", async () => {
    await compose();
    mkdirSync(join(out, 'secrets'), { mode: 0o700 });
    writeFileSync(join(out, 'secrets/operator_key'), 'sk-mine');
    writeFileSync(join(out, '.env'), 'LLM_PORT=8080\n');
    writeFileSync(join(out, 'compose.override.yaml'), 'services: {}\n');
    const inode = statSync(join(out, 'secrets/operator_key')).ino;
    expect(existsSync(join(out, 'hub_download.py'))).toBe(true);
    const { code } = await compose('--engine', 'simulated');
    expect(code).toBe(0);
    expect(readFileSync(join(out, 'secrets/operator_key'), 'utf8')).toBe('sk-mine');
    // the same file: a running container has it mounted
    expect(statSync(join(out, 'secrets/operator_key')).ino).toBe(inode);
    expect(statSync(join(out, 'secrets')).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(out, '.env'), 'utf8')).toBe('LLM_PORT=8080\n');
    expect(existsSync(join(out, 'compose.override.yaml'))).toBe(true);
    expect(existsSync(join(out, 'hub_download.py'))).toBe(false);
    expect(readdirSync(parent)).toEqual(['local']);
  });

  it('refuses a folder with files that it did not write', async () => {
    mkdirSync(out);
    writeFileSync(join(out, 'thesis.tex'), '');
    const { code, err } = await compose();
    expect(code).toBe(1);
    expect(err).toContain('holds files that llm-constructs did not write (thesis.tex)');
    expect(readdirSync(out)).toEqual(['thesis.tex']);
  });

  it('reads weights from a folder that has them', async () => {
    const weights = join(parent, 'weights');
    const missing = await compose('--weights', weights);
    expect(missing.code).toBe(1);
    expect(missing.err).toContain(`--weights: not there are\n  ${weights}/config.json of Qwen/Qwen3-8B\n`);
    expect(existsSync(out)).toBe(false);
    mkdirSync(weights);
    writeFileSync(join(weights, 'config.json'), '{}');
    expect((await compose('--weights', weights)).code).toBe(0);
    expect(services()['engine-qwen3-8b-0'].volumes).toContainEqual({
      type: 'bind',
      source: weights,
      target: '/weights',
      read_only: true,
      bind: { create_host_path: false },
    });
    const both = await compose('--weights', weights, '--engine', 'simulated');
    expect(both.code).toBe(1);
    expect(both.err).toContain('--engine simulated runs no model');
  });

  it('refuses a bucket of the cloud without a folder, with the way out, but simulates it', async () => {
    const input = spec.replace(
      '[Qwen/Qwen3-8B]',
      '[{name: mine, source: "s3://my-bucket/weights", baseModel: Qwen/Qwen3-8B}]',
    );
    const { code, err } = await ran(['compose', '-', '--out', out], { input });
    expect(code).toBe(1);
    expect(err).toContain('models[0].source');
    expect(err).toContain('aws s3 cp --recursive s3://my-bucket/weights weights');
    expect(err).toContain('--engine simulated');
    const simulated = await ran(['compose', '-', '--out', out, '--engine', 'simulated'], { input });
    expect(simulated.code).toBe(0);
  });

  const several = spec.replace(
    '[Qwen/Qwen3-8B]',
    `
  - name: chat
    source: s3://my-bucket/chat
    baseModel: Qwen/Qwen3-8B
    adapters:
      - {name: law, source: org/law-lora}
      - {name: tax, source: s3://my-bucket/tax}
  - name: small
    baseModel: Qwen/Qwen3-0.6B
    versions:
      - {name: v1, source: Qwen/Qwen3-0.6B, weightPercent: 90}
      - {name: v2, source: s3://my-bucket/small, weightPercent: 10}
`,
  );

  it('refuses every bucket at its place in the spec: weights, adapters, versions', async () => {
    const { code, out: text } = await ran(['compose', '-', '--out', out, '--json'], { input: several });
    expect(code).toBe(1);
    const issues: { path: string; rule: string; message: string }[] = JSON.parse(text).error.issues;
    expect(issues.map(({ path, message }) => [path, /\((aws [^)]*)\)/.exec(message)?.[1]])).toEqual([
      ['models[0].source', 'aws s3 cp --recursive s3://my-bucket/chat weights/chat'],
      ['models[0].adapters[1].source', 'aws s3 cp --recursive s3://my-bucket/tax weights/adapters/tax'],
      ['models[1].versions[1].source', 'aws s3 cp --recursive s3://my-bucket/small weights/small-v2'],
    ]);
  });

  it('names everything that a folder of weights lacks, and mounts what it has', async () => {
    const weights = join(parent, 'weights');
    const files = [
      'chat/config.json',
      'adapters/law/adapter_config.json',
      'adapters/tax/adapter_config.json',
      'small-v1/config.json',
      'small-v2/config.json',
    ];
    const run = () => ran(['compose', '-', '--out', out, '--weights', weights], { input: several });
    const { code, err } = await run();
    expect(code).toBe(1);
    expect(files.filter((file) => !err.includes(`\n  ${weights}/${file} of `))).toEqual([]);
    for (const file of files) {
      mkdirSync(dirname(join(weights, file)), { recursive: true });
      writeFileSync(join(weights, file), '{}');
    }
    expect((await run()).code).toBe(0);
    const mounted = Object.values(services() as Record<string, { volumes: { source: string }[] }>).flatMap(
      ({ volumes }) => volumes.map(({ source }) => source),
    );
    for (const file of files) expect(mounted).toContain(dirname(join(weights, file)));
  });

  it('refuses an engine that it does not have', async () => {
    const { code, err } = await compose('--engine', 'ollama');
    expect(code).toBe(1);
    expect(err).toContain("'ollama' is invalid. Allowed choices are vllm, llama.cpp, simulated.");
  });

  it('can be read by containers of other users, whatever the umask', async () => {
    const before = process.umask(0o077);
    try {
      await compose('--engine', 'simulated');
    } finally {
      process.umask(before);
    }
    expect(statSync(join(out, 'litellm.yaml')).mode & 0o777).toBe(0o644);
    expect(statSync(join(out, 'secrets.sh')).mode & 0o777).toBe(0o755);
  });

  it('keeps every line of the table within the screen, and commands whole', async () => {
    const long = join(parent, `it's ${'long'.repeat(30)}`);
    const shown = await ran(['compose', '-', '--out', long, '--engine', 'simulated'], { input: spec });
    const [table, commands] = shown.out.split('\nStart\n') as [string, string];
    expect(table.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(commands.split('\n')[0]).toBe(`cd '${long.replace("'", "'\\''")}'`);
  });
});
