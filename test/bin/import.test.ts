import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeAws } from '../runtime/fake-cloud';
import { canRunPrograms } from '../runtime/sandbox';
import { ran, spec } from './fake-terminal';

const place = 'models/qwen-qwen3-8b/main';
const files = { 'config.json': '{}', 'model.safetensors': 'weights', 'sub/tokenizer.json': '[]' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'import-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const imported = (words: string[], input = spec) =>
  ran(['import', '-', '--work', join(folder, 'work'), ...words], { input });

describe('import', () => {
  it('asks for the bucket that the stack made, with the command that prints its name', async () => {
    const { code, err } = await imported([]);
    expect(code).toBe(1);
    expect(err).toContain('--bucket is needed');
    expect(err).toContain('--region us-east-1 --stack-name chat-prod');
  });

  it.each(['s3://weights', 'Weights', 'a'])('refuses %s as the name of a bucket', async (bucket) => {
    const { code, err } = await imported(['--bucket', bucket]);
    expect(code).toBe(1);
    expect(err).toContain('Give the bare name, without s3://');
  });

  it('refuses a spec whose models are in buckets already', async () => {
    const own = spec.replace(
      '[Qwen/Qwen3-8B]',
      '[{name: own, source: "s3://mine/qwen", baseModel: Qwen/Qwen3-8B}]',
    );
    const { code, err } = await imported(['--bucket', 'weights'], own);
    expect(code).toBe(1);
    expect(err).toContain('no model of this spec comes from the hub');
  });

  it('refuses a folder that is not there before it starts anything', async () => {
    const { code, err } = await imported(['--bucket', 'weights', '--from', join(folder, 'nothing')]);
    expect(code).toBe(1);
    expect(err).toContain('--from: there is no folder');
  });
});

describe.skipIf(!canRunPrograms)('import with a fake aws command', () => {
  beforeEach(() => {
    writeFileSync(join(folder, 'aws'), fakeAws(folder));
    chmodSync(join(folder, 'aws'), 0o755);
    // itself and not a version manager's, which would put its own commands before the fake one
    const python = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' });
    writeFileSync(join(folder, 'python3'), `#!/bin/sh\nexec '${python.stdout.trim()}' "$@"\n`, {
      mode: 0o755,
    });
    vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
    vi.stubEnv('TMPDIR', folder);
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, 'given', name)), { recursive: true });
      writeFileSync(join(folder, 'given', name), text);
    }
  });
  const from = () => ['--bucket', 'weights', '--from', join(folder, 'given')];
  const inBucket = () =>
    readdirSync(join(folder, 'buckets/weights'), { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .map((one) => join(one.parentPath, one.name).slice(join(folder, 'buckets/weights/').length))
      .sort();

  it('uploads the files, then the manifest, and gives the lock back', async () => {
    const { code, out } = await imported([...from(), '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual([
      {
        name: 'qwen3-8b',
        source: 'Qwen/Qwen3-8B',
        revision: 'main',
        folder: `s3://weights/${place}`,
        state: 'imported',
      },
    ]);
    expect(inBucket()).toEqual(
      [...Object.keys(files), 'SHA256SUMS'].map((name) => `${place}/${name}`).sort(),
    );
    const calls = readFileSync(join(folder, 'calls'), 'utf8')
      .split('\n')
      .filter((call) => /put-object|sync|delete/.test(call));
    expect(calls.map((call) => /LOCK |SHA256SUMS --body|s3 sync/.exec(call)?.[0] ?? call)).toHaveLength(4);
    expect(calls[0]).toContain('--if-none-match');
    expect(calls[2]).toContain('SHA256SUMS');
    expect(calls[3]).toContain('delete-object');
  });

  it('leaves nothing behind in the folder for temporary files', async () => {
    await imported(from());
    expect(readdirSync(folder).filter((name) => name.startsWith('llm-import-'))).toEqual([]);
  });

  it('passes on why it failed, once, and exits with 1', async () => {
    writeFileSync(join(folder, 'given/SHA256SUMS'), `${'0'.repeat(64)}  config.json\n`);
    const { code, err } = await imported(from());
    expect(code).toBe(1);
    expect(err.match(/do not match its SHA256SUMS: config\.json/g)).toHaveLength(1);
    expect(existsSync(join(folder, 'buckets'))).toBe(false);
  });

  it('goes on after a failure in the middle', async () => {
    writeFileSync(join(folder, 'fail-once'), 's3 sync');
    const first = await imported(from());
    expect([first.code, first.err]).toEqual([1, expect.stringContaining('aws s3 sync to s3://weights/')]);
    expect(inBucket()).toEqual([`${place}/LOCK`]);
    const second = await imported(from());
    expect([second.code, second.err]).toEqual([0, expect.stringContaining('going on with the import that')]);
  });
});
