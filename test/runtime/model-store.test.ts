import { createHash } from 'node:crypto';
import { utimesSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { SingleServerPlan } from '../../lib/plan/plan';
import { exampleModels, examplePlan } from './example-plan';
import { fakeAws } from './fake-cloud';
import { canRunPrograms, eventually, Sandbox } from './sandbox';

const folder = 'models/qwen-qwen3-8b/b968826d9c46dd6066d109eabc6255188de91218';
const bucket = `/buckets/llm-model-bucket/${folder}`;
const disk = `/var/lib/llm/${folder}`;
const files = { 'config.json': '{}', 'model.safetensors': 'the weights', 'sub/tokenizer.json': '[1]' };
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const manifest = Object.entries(files)
  .map(([name, text]) => `${sha256(text)}  ${name}\n`)
  .join('');

/** As this program writes it. */
const imported = `# Qwen/Qwen3-8B@b968826d9c46dd6066d109eabc6255188de91218 commit b968826\n${manifest}`;

describe.skipIf(!canRunPrograms)('weights of a machine', () => {
  let machine: Sandbox;
  afterEach(() => machine.remove());

  async function prepare(plan: SingleServerPlan = examplePlan()) {
    machine = new Sandbox(plan);
    machine.command('aws', fakeAws(machine.root));
    const hub = Object.entries(files).map(
      ([name, text]) => `mkdir -p "$(dirname "$to/${name}")"; printf %s '${text}' >"$to/${name}"`,
    );
    machine.command(
      'docker',
      `case $* in run*) to=$(printf '%s' "$*" | sed 's#.*--volume \\([^ ]*\\):/import .*#\\1#'); ${hub.join('; ')}; mkdir -p "$to/.cache"; touch "$to/.cache/x"; printf b968826 >"$to/.commit";; esac`,
    );
    machine.variables.LLM_METADATA_URL = await machine.listen(() => ({ text: 'i-0me' }));
    machine.variables.LLM_POLL_SECONDS = '0.05';
  }
  const bring = () => machine.run('python3', machine.program('model_store.py'), machine.path('/var/lib/llm'));
  function fillBucket(contents: Record<string, string> = files) {
    for (const [name, text] of Object.entries(contents)) machine.write(`${bucket}/${name}`, text);
    machine.write(`${bucket}/SHA256SUMS`, manifest);
  }
  const imports = () => machine.calls().filter((call) => call.startsWith('docker run'));

  it('come from the hub into the bucket once: manifest last, lock taken first and given back', async () => {
    await prepare();
    const { status, stdout } = await bring();
    expect(stdout).toContain('imported qwen3-8b');
    expect(status).toBe(0);
    expect(machine.read(`${bucket}/SHA256SUMS`)).toBe(imported);
    expect(machine.exists(`${bucket}/.commit`)).toBe(false);
    expect(machine.read(`${bucket}/sub/tokenizer.json`)).toBe('[1]');
    expect(machine.exists(`${bucket}/LOCK`)).toBe(false);
    expect(machine.exists(`${bucket}/.cache/x`)).toBe(false);
    const order = machine.calls().filter((call) => /put-object|sync|docker run|delete-object/.test(call));
    expect(
      order.map(
        (call) => /LOCK|SHA256SUMS$|sync|docker run/.exec(call.replace(/ --(body|exclude).*/, ''))?.[0],
      ),
    ).toEqual(['LOCK', 'docker run', 'sync', 'SHA256SUMS', 'LOCK']);
  });

  it('are recorded with their commit, in a manifest that sha256sum reads too', async () => {
    await prepare();
    expect((await bring()).stdout).toContain('imported qwen3-8b, commit b968826');
    expect(
      (await machine.run('bash', '-c', `cd '${machine.path(bucket)}' && sha256sum -c SHA256SUMS`)).status,
    ).toBe(0);
    await machine.run('rm', '-r', machine.path(disk));
    expect((await bring()).stdout).toContain('copied and checked 3 files of qwen3-8b');
  });

  it('are downloaded in the image of the engine, as it is pinned', async () => {
    await prepare(examplePlan({ modelStore: { hubTokenSecret: 'x' } }));
    await bring();
    const [call] = imports();
    expect(call).toContain('--entrypoint python3');
    expect(call).toMatch(
      /vllm\/vllm-openai:v0\.33\.0 \/hub_download\.py Qwen\/Qwen3-8B b968826d9c46dd6066d109eabc6255188de91218 \/import$/,
    );
    // the token is a file: neither an argument nor a variable of the container
    expect(call).toContain('--env HF_TOKEN_PATH=/run/secrets/hub_token');
  });

  it('are copied from the bucket by every later machine, and each checksum is checked', async () => {
    await prepare();
    fillBucket();
    const { status, stdout } = await bring();
    expect(status).toBe(0);
    expect(stdout).toContain('copied and checked 3 files of qwen3-8b');
    expect(machine.read(`${disk}/model.safetensors`)).toBe('the weights');
    expect(imports()).toEqual([]);
  });

  it('stay where they are at the next boot', async () => {
    await prepare();
    fillBucket();
    await bring();
    const before = machine.calls().length;
    expect((await bring()).stdout).toContain('qwen3-8b is on the disk already');
    expect(
      machine
        .calls()
        .slice(before)
        .filter((call) => call.includes('sync')),
    ).toEqual([]);
  });

  it('are fetched again where a copy was cut off or damaged', async () => {
    await prepare();
    fillBucket();
    machine.write(`${disk}/model.safetensors`, 'the weigHts');
    const { status, stdout } = await bring();
    expect(stdout).toContain('first copy: wrong or missing: model.safetensors');
    expect(status).toBe(0);
    expect(machine.read(`${disk}/model.safetensors`)).toBe('the weights');
  });

  it('are refused when the bucket holds other bytes than its manifest says', async () => {
    await prepare();
    fillBucket({ ...files, 'model.safetensors': 'tampered with' });
    const { status, stderr } = await bring();
    expect(status).toBe(1);
    expect(stderr).toContain('do not match its SHA256SUMS: model.safetensors');
    expect(machine.exists(`${disk}/.complete`)).toBe(false);
  });

  it('are never written outside their folder, whatever the manifest names', async () => {
    await prepare();
    fillBucket();
    machine.write(`${bucket}/SHA256SUMS`, `${sha256('x')}  ../../etc/passwd\n`);
    expect((await bring()).stderr).toContain('names files outside the model: ../../etc/passwd');
  });

  it('are awaited while another machine imports', async () => {
    await prepare();
    machine.write(`${bucket}/LOCK`, 'i-0other');
    const ended = bring();
    await eventually(() => machine.calls().filter((call) => call.includes('head-object')).length > 4);
    expect(imports()).toEqual([]);
    fillBucket();
    const { status, stdout } = await ended;
    expect(stdout).toContain('i-0other is importing; waiting for SHA256SUMS');
    expect(status).toBe(0);
    expect(imports()).toEqual([]);
  });

  it.each(['1', '2'])(
    'are imported by this machine when the other one has died over it, with version %s of aws',
    async (version) => {
      await prepare();
      if (version === '1') machine.write('/aws-version-1', '');
      machine.write(`${bucket}/LOCK`, 'i-0other');
      const long = new Date(Date.now() - 1021 * 1000);
      utimesSync(machine.path(`${bucket}/LOCK`), long, long);
      const { status, stdout } = await bring();
      expect(stdout).toContain('i-0other gave no sign for over 1020 s: taking over');
      expect(status).toBe(0);
      expect(machine.calls().some((call) => call.includes('--if-match'))).toBe(true);
      expect(imports()).toHaveLength(1);
    },
  );

  it('go on to be imported by the machine that began', async () => {
    await prepare();
    machine.write(`${bucket}/LOCK`, 'i-0me');
    expect((await bring()).stdout).toContain('going on with the import that i-0me began');
    expect(machine.read(`${bucket}/SHA256SUMS`)).toBe(imported);
  });

  it('are taken from the bucket when another finishes just before this machine has the lock', async () => {
    await prepare();
    fillBucket();
    const place = machine.path(bucket);
    await machine.run('mv', `${place}/SHA256SUMS`, machine.path('/sums'));
    machine.write('/meanwhile', `put-object\nmv sums '${place}/SHA256SUMS'`);
    const { status, stdout } = await bring();
    expect(stdout).toContain('copied and checked 3 files of qwen3-8b');
    expect([status, imports()]).toEqual([0, []]);
    expect(machine.exists(`${bucket}/LOCK`)).toBe(false);
  });

  it('do not fail when the lock of another goes while this machine reads it', async () => {
    await prepare();
    fillBucket();
    const place = machine.path(bucket);
    machine.write(`${bucket}/LOCK`, 'i-0other');
    await machine.run('mv', `${place}/SHA256SUMS`, machine.path('/sums'));
    machine.write('/meanwhile', `s3 cp\nrm '${place}/LOCK' && mv sums '${place}/SHA256SUMS'`);
    const { status, stderr } = await bring();
    expect([status, stderr]).toEqual([0, '']);
    expect(imports()).toEqual([]);
  });

  it('that the hub does not give end with what to do, and leave no manifest', async () => {
    await prepare();
    machine.command('docker', 'case $* in run*) echo 401 >&2; exit 1;; esac');
    const { status, stderr } = await bring();
    expect(status).toBe(1);
    expect(stderr).toContain('did not come from the hub (without a token)');
    expect(stderr).toContain('modelStore.hubTokenSecret');
    expect(machine.exists(`${bucket}/SHA256SUMS`)).toBe(false);
  });

  it('are awaited with the commands for an upload when the spec says manual', async () => {
    await prepare(examplePlan({ modelStore: { import: 'manual' } }));
    const ended = bring();
    await eventually(() => machine.calls().length > 3);
    fillBucket();
    const { status, stdout } = await ended;
    expect(status).toBe(0);
    expect(stdout).toContain(`aws s3 sync . s3://llm-model-bucket/${folder}`);
    expect(machine.exists(`${bucket}/LOCK`)).toBe(false);
    expect(imports()).toEqual([]);
  });

  it('accept the manifest that those commands write', async () => {
    await prepare(examplePlan({ modelStore: { import: 'manual' } }));
    for (const [name, text] of Object.entries(files)) machine.write(`/upload/${name}`, text);
    const line =
      "find . -type f ! -path './.*' ! -name SHA256SUMS -printf '%P\\0' | sort -z | xargs -0 sha256sum > SHA256SUMS";
    expect((await machine.run('bash', '-c', `cd '${machine.path('/upload')}' && ${line}`)).status).toBe(0);
    fillBucket();
    machine.write(`${bucket}/SHA256SUMS`, machine.read('/upload/SHA256SUMS'));
    const ended = await bring();
    expect(ended.status).toBe(0);
    expect(machine.read('/upload/SHA256SUMS')).toBe(manifest);
  });

  it('of a folder of the user are copied as they are, and checked where they say how', async () => {
    const models = exampleModels({ origin: 'bucket', source: 's3://own-weights/mistral', revision: 'none' });
    await prepare(examplePlan({ models }));
    for (const [name, text] of Object.entries(files))
      machine.write(`/buckets/own-weights/mistral/${name}`, text);
    expect((await bring()).stdout).toContain('which has no SHA256SUMS to check against');
    expect(machine.read('/var/lib/llm/models/own-weights-mistral-3f9e7279/none/config.json')).toBe('{}');
    machine.write('/buckets/own-weights/mistral/SHA256SUMS', manifest);
    expect((await bring()).stdout).toContain('copied and checked 3 files');
  });

  it('of an empty folder of the user end the boot', async () => {
    await prepare(
      examplePlan({ models: exampleModels({ origin: 'bucket', source: 's3://own-weights/nothing' }) }),
    );
    const { status, stderr } = await bring();
    expect(status).toBe(1);
    expect(stderr).toContain('s3://own-weights/nothing is empty or not readable');
  });

  /** Revisions in the bucket, the first the oldest, beside another model. */
  function fillWithRevisions(...names: string[]) {
    for (const [day, name] of names.entries()) {
      const place = `/buckets/llm-model-bucket/models/qwen-qwen3-8b/${name}`;
      machine.write(`${place}/model.safetensors`, name);
      machine.write(`${place}/SHA256SUMS`, 'x');
      const stamp = new Date(1.7e12 + day * 86_400_000);
      utimesSync(machine.path(`${place}/SHA256SUMS`), stamp, stamp);
    }
    machine.write('/buckets/llm-model-bucket/models/qwen-qwen3-8b-other/old/SHA256SUMS', 'x');
  }
  const inBucket = (...names: string[]) =>
    names.filter((name) =>
      machine.exists(`/buckets/llm-model-bucket/models/qwen-qwen3-8b/${name}/model.safetensors`),
    );

  it('leave as many revisions in the bucket as the spec keeps, the newest and their own', async () => {
    await prepare(examplePlan({ modelStore: { keepRevisions: 3 } }));
    fillWithRevisions('zeta', 'alpha', 'beta', 'gamma');
    const { status, stdout } = await bring();
    expect(status).toBe(0);
    expect(inBucket('zeta', 'alpha', 'beta', 'gamma')).toEqual(['beta', 'gamma']);
    expect(machine.exists(`${bucket}/SHA256SUMS`)).toBe(true);
    expect(machine.exists('/buckets/llm-model-bucket/models/qwen-qwen3-8b-other/old/SHA256SUMS')).toBe(true);
    expect(stdout).toContain('deleting models/qwen-qwen3-8b/zeta from the bucket: 3 revisions are kept');
  });

  it('keep only themselves where the spec keeps one revision', async () => {
    await prepare(examplePlan({ modelStore: { keepRevisions: 1 } }));
    fillWithRevisions('alpha', 'beta');
    await bring();
    expect(inBucket('alpha', 'beta')).toEqual([]);
    expect(machine.exists(`${bucket}/SHA256SUMS`)).toBe(true);
  });

  it('delete nothing when they are only copied, nor in a bucket that the machine may not delete in', async () => {
    await prepare(examplePlan({ modelStore: { keepRevisions: 1 } }));
    fillBucket();
    fillWithRevisions('alpha');
    await bring();
    expect(inBucket('alpha')).toEqual(['alpha']);
    await machine.run('rm', '-r', machine.path(bucket), machine.path(disk));
    machine.write('/deletes-locks-only', '');
    const { status, stdout } = await bring();
    expect(status).toBe(0);
    expect(stdout).toContain('old revisions stay in llm-model-bucket');
    expect(inBucket('alpha')).toEqual(['alpha']);
  });

  it('serve although an old revision could not be deleted', async () => {
    await prepare(examplePlan({ modelStore: { keepRevisions: 1 } }));
    fillWithRevisions('alpha');
    machine.write('/fail-once', 's3 rm');
    const { status, stdout } = await bring();
    expect(status).toBe(0);
    expect(stdout).toContain('old revisions are still in the bucket: aws s3 rm failed');
  });

  it('of old revisions make room, but for the newest', async () => {
    await prepare();
    fillBucket();
    const old = (name: string) => `/var/lib/llm/models/qwen-qwen3-8b/${name}`;
    machine.write(`${old('first')}/model.safetensors`, 'old');
    machine.write(`${old('second')}/model.safetensors`, 'newer');
    const long = new Date(1e12);
    utimesSync(machine.path(old('first')), long, long);
    await bring();
    expect([machine.exists(old('first')), machine.exists(old('second')), machine.exists(disk)]).toEqual([
      false,
      true,
      true,
    ]);
  });
});
