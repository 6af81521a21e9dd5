import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { examplePlan } from './example-plan';
import { device, type FakeGateway, fakeMachine } from './fake-machine';
import { canRunPrograms, type Sandbox } from './sandbox';

describe.skipIf(!canRunPrograms)('boot of a machine', () => {
  let machine: Sandbox;
  let gateway: FakeGateway;

  beforeEach(async () => {
    ({ machine, gateway } = await fakeMachine(examplePlan()));
  });
  afterEach(() => machine.remove());

  const boot = () => machine.run('bash', machine.program('boot.sh'));
  const applicationKey = () => machine.read('/secrets/llm-application-key-secret');
  const called = (words: string) => machine.calls().filter((call) => call.includes(words));

  it('goes from a blank machine to an API that answers, and tells the stack so', async () => {
    const { status, stdout, stderr } = await boot();
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const steps = [...stdout.matchAll(/^boot: (\w+): begin$/gm)].map(([, name]) => name);
    expect(steps).toEqual([
      'forget_last_boot',
      'tools',
      'gpus',
      'docker_engine',
      'attach_data_volume',
      'mount_data_volume',
      'postgres_version',
      'weights_folder',
      'secrets',
      'images',
      'models',
      'start_stack',
      'first_answer',
      'ready',
    ]);
    expect(stdout).toMatch(/boot: end: the API answers\n$/);
    expect(machine.exists('/run/llm/ready')).toBe(true);
    expect(called('signal-resource').join()).toContain(
      '--stack-name llm-stack --logical-resource-id llm-signal-resource --unique-id i-0me --status SUCCESS',
    );
  });

  it('formats a blank volume, mounts it by its UUID and makes the folders that containers need', async () => {
    await boot();
    expect(called('mkfs.ext4')).toEqual([`mkfs.ext4 -q -m 1 ${machine.path(device)}`]);
    expect(called('mount -o')).toEqual([`mount -o noatime UUID=uuid-of-it ${machine.path('/var/lib/llm')}`]);
    for (const name of ['postgres', 'valkey', 'cache/engine-qwen3-8b-0'])
      expect(machine.exists(`/var/lib/llm/${name}`)).toBe(true);
  });

  it('makes the application key once, stores it, and makes the same one again for a new database', async () => {
    await boot();
    const key = applicationKey();
    expect(key).toMatch(/^sk-[\w-]{43}$/);
    expect(gateway.made).toEqual([{ key, key_alias: expect.stringMatching(/^application-[0-9a-f]{8}$/) }]);
    await boot();
    expect([applicationKey(), gateway.made.length]).toEqual([key, 1]);
    gateway.keys.clear();
    await boot();
    expect([applicationKey(), gateway.made.length, gateway.made[1]?.key]).toEqual([key, 2, key]);
  });

  it('leaves no secret outside the tmpfs, and none on a command line', async () => {
    await boot();
    const all = machine.files();
    const inRun = Object.entries(all).filter(([path]) => path.startsWith('/run/llm/'));
    const values = inRun.flatMap(([, text]) => [...text.matchAll(/[\w-]{16,}/g)].map(([value]) => value));
    const secrets = [
      ...values.filter((value) => /^sk-|^[0-9a-f]{64}$/.test(value)),
      applicationKey(),
      'the-seed-5678',
    ];
    expect(secrets.length).toBeGreaterThanOrEqual(6);
    const elsewhere = Object.entries(all).filter(
      ([path]) => !path.startsWith('/run/llm/') && !path.startsWith('/secrets/'),
    );
    expect(elsewhere.length).toBeGreaterThan(30);
    for (const [path, text] of elsewhere) {
      for (const secret of secrets) expect(text.includes(secret), `a secret in ${path}`).toBe(false);
    }
  });

  it('prints no secret', async () => {
    const { stdout } = await boot();
    expect(stdout).not.toMatch(/sk-|the-seed|[0-9a-f]{64}/);
  });

  it('names the step that failed, whatever it is, and goes on at the next attempt', async () => {
    const failures: [words: string, step: string][] = [
      ['docker compose version', 'tools'],
      ['driver_version', 'gpus'],
      ['describe-volumes', 'attach_data_volume'],
      ['attach-volume', 'attach_data_volume'],
      ['mkfs.ext4', 'mount_data_volume'],
      ['mount -o', 'mount_data_volume'],
      ['resize2fs', 'mount_data_volume'],
      ['get-secret-value --secret-id llm-internal-secret', 'secrets'],
      ['head-object', 'models'],
      ['s3 sync', 'models'],
      ['up --detach', 'start_stack'],
      ['put-secret-value', 'first_answer'],
      ['signal-resource', 'ready'],
    ];
    for (const [words, step] of failures) {
      machine.write('/fail-once', words);
      const { status, stderr } = await boot();
      expect(status, words).not.toBe(0);
      expect(stderr, words).toMatch(/made to fail|failed/);
      expect(stderr, words).toContain(`boot: ${step}: FAILED (exit `);
      expect(machine.exists('/fail-once'), words).toBe(false);
    }
    expect((await boot()).status).toBe(0);
    // an attempt that failed in between took nothing twice
    expect(called(' attach-volume')).toHaveLength(2);
    expect(gateway.made).toHaveLength(1);
  }, 240_000);

  it.each(['nvidia-smi --list-gpus', 'docker info', 'pull --quiet'])(
    'asks again where a moment helps: %s',
    async (words) => {
      machine.write('/fail-once', words);
      expect((await boot()).status).toBe(0);
      expect(machine.exists('/fail-once')).toBe(false);
    },
  );

  it('waits for a volume that another machine still holds, and never takes it by force', async () => {
    machine.write('/volume-holder', 'i-0old');
    machine.command(
      'sleep',
      `[ "$(grep -c '^sleep' '${machine.root}/calls')" -lt 3 ] || rm -f '${machine.root}/volume-holder'`,
    );
    const { status, stdout } = await boot();
    expect(stdout).toContain('volume vol-0abc is in-use on i-0old; waiting');
    expect(status).toBe(0);
    expect(called('detach-volume')).toEqual([]);
    expect(called('aws').join()).not.toContain('force');
  });

  it('ends with what to do when the other machine never lets go', async () => {
    machine.remove();
    ({ machine, gateway } = await fakeMachine(examplePlan({ timeouts: { drainSeconds: -880 } })));
    machine.write('/volume-holder', 'i-0old');
    const { status, stderr } = await boot();
    expect(status).toBe(1);
    expect(stderr).toContain(
      'volume vol-0abc is in-use on i-0old and is never taken by force: end that machine',
    );
  });

  it('formats nothing that is not blank', async () => {
    machine.write(device, 'somebody had data here');
    const { status, stderr } = await boot();
    expect(status).toBe(1);
    expect(stderr).toContain('has no file system and is not blank: it is not formatted');
    expect(called('mkfs')).toEqual([]);
  });

  it('keeps a volume with a file system as it is', async () => {
    machine.write(device, 'ext4 and data');
    expect((await boot()).status).toBe(0);
    expect(called('mkfs')).toEqual([]);
    expect(machine.read(device)).toBe('ext4 and data');
  });

  it('starts no Postgres on data of another major version', async () => {
    machine.write('/var/lib/llm/postgres/pgdata/PG_VERSION', '16\n');
    const { status, stderr } = await boot();
    expect(status).toBe(1);
    expect(stderr).toContain('the data volume holds Postgres 16 and this is 17');
    expect(called('up --detach')).toEqual([]);
  });

  it.each([
    ['570.172.08', 'NVIDIA driver 570.172.08 is older than 580'],
    ['Unknown Error', 'NVIDIA driver version Unknown Error is not a version'],
  ])('refuses driver %s', async (driver, message) => {
    machine.write('/driver', `${driver}\n`);
    const { status, stderr } = await boot();
    expect(status).toBe(1);
    expect(stderr).toContain(message);
  });

  it('puts weights on the own disks of the machine where they fit, else on the data volume', async () => {
    const weights = () => /LLM_WEIGHTS='(.*)'/.exec(machine.read('/run/llm/compose.env'))?.[1];
    await boot();
    expect(weights()).toBe(machine.path('/var/lib/llm'));
    machine.write('/mounts', `${machine.path('/opt/dlami/nvme')}\n${machine.path('/var/lib/llm')}\n`);
    await boot();
    expect(weights()).toBe(machine.path('/opt/dlami/nvme/llm'));
    expect(Object.keys(machine.files()).some((path) => path.startsWith('/opt/dlami/nvme/llm/models/'))).toBe(
      true,
    );
  });

  it('is not ready while the gateway has no answer of the engine', async () => {
    gateway.answers = false;
    machine.write(
      '/opt/llm/bundle/first_answer.py',
      machine.read('/opt/llm/bundle/first_answer.py').replaceAll('wait_until(300', 'wait_until(0'),
    );
    const { status, stderr } = await boot();
    expect(status).toBe(1);
    expect(stderr).toContain('qwen3-8b does not answer through the gateway: the engine is away');
    expect(machine.exists('/run/llm/ready')).toBe(false);
    expect(called('signal-resource')).toEqual([]);
  });

  it('opens registries of AWS by identity, and keeps what opens them in the tmpfs', async () => {
    machine.remove();
    const registry = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
    ({ machine, gateway } = await fakeMachine(
      examplePlan({ images: { engine: `${registry}/vllm:1`, gateway: `${registry}/litellm:1` } }),
    ));
    machine.command(
      'docker',
      `case $* in login*) cat >/dev/null; echo "config $DOCKER_CONFIG" >>'${machine.root}/calls';; esac`,
    );
    expect((await boot()).status).toBe(0);
    expect(called('get-login-password')).toEqual(['aws ecr get-login-password --region eu-west-1']);
    expect(called('docker login')).toEqual([`docker login --username AWS --password-stdin ${registry}`]);
    expect(called('config /')).toEqual([`config ${machine.path('/run/llm/docker')}`]);
  });

  it('needs no stack that waits: a machine that replaces another one has nobody to tell', async () => {
    machine.write('/stack-is-complete', '');
    const { status, stdout } = await boot();
    expect(status).toBe(0);
    expect(stdout).toContain('signal: the stack is not waiting');
  });

  it('that failed for good tells the stack and has the group replace the machine', async () => {
    const { status, stdout } = await machine.run('bash', machine.program('boot-failed.sh'));
    expect(status).toBe(0);
    expect(stdout).toContain('asked the group llm-group to replace i-0me');
    expect(called('signal-resource').join()).toContain('--status FAILURE');
    expect(called('set-instance-health').join()).toContain('--instance-id i-0me --health-status Unhealthy');
  });
});
