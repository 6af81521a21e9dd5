import { afterEach, describe, expect, it } from 'vitest';
import { type FakeGateway, fakeMachine } from './fake-machine';
import { groups, installedFleet, installedGateway, withCopies } from './groups';
import { canRunPrograms, type Installed, type Sandbox } from './sandbox';

const plan = groups();
const steps = (stdout: string) => [...stdout.matchAll(/^boot: (\w+): begin$/gm)].map(([, name]) => name);

describe.skipIf(!canRunPrograms)('boot of a machine of a group', () => {
  let machine: Sandbox;
  let gateway: FakeGateway;
  afterEach(() => machine.remove());

  async function prepare(installed: Installed, made = plan) {
    ({ machine, gateway } = await fakeMachine(made, installed));
    machine.write('/secrets/llm-database-secret', '{"username": "litellm", "password": "p"}');
    machine.write('/secrets/llm-cache-secret', 'c');
  }
  const boot = () => machine.run('bash', machine.program('boot.sh'));
  const called = (words: string) => machine.calls().filter((call) => call.includes(words));
  const hook = 'autoscaling complete-lifecycle-action --lifecycle-hook-name llm-boot-hook';
  const inOrder = (...words: string[]) => {
    const calls = machine.calls();
    return words.map((word) => calls.findIndex((call) => call.includes(word)));
  };

  it('goes from a blank GPU machine to engines that answer: hook first, then the stack', async () => {
    await prepare(installedFleet(plan));
    const { status, stdout, stderr } = await boot();
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(steps(stdout)).toEqual([
      ...['forget_last_boot', 'tools', 'hook_waits', 'gpus', 'docker_engine', 'weights_folder'],
      ...['secrets', 'images', 'models', 'start_stack', 'first_answer', 'ready'],
    ]);
    expect(stdout).toMatch(/boot: end: the engines answer\n$/);
    expect(called(hook)).toEqual([
      `aws ${hook} --auto-scaling-group-name llm-group --lifecycle-action-result CONTINUE --instance-id i-0me`,
    ]);
    const [completed = -1, signalled = -1] = inOrder(hook, 'signal-resource');
    expect(completed).toBeGreaterThan(-1);
    expect(signalled).toBeGreaterThan(completed);
  });

  it("knows nothing of keys on a GPU machine, but the engines' own", async () => {
    await prepare(installedFleet(plan));
    expect((await boot()).status).toBe(0);
    expect(machine.exists('/run/llm/engine.env')).toBe(true);
    expect(machine.exists('/run/llm/gateway.env')).toBe(false);
    expect(called('get-secret-value').every((call) => call.includes('llm-engine-secret'))).toBe(true);
    expect(called('volume')).toEqual([]);
  });

  it('gives gateways the key that the engines ask for, which follows from no seed of the gateway', async () => {
    const keyOf = async (installed: Installed, file: string, seeds: Record<string, string> = {}) => {
      await prepare(installed);
      for (const [name, value] of Object.entries(seeds)) machine.write(`/secrets/${name}`, value);
      await machine.run('python3', machine.program('fetch_secrets.py'));
      const found = /_API_KEY='([0-9a-f]{64})'/.exec(machine.read(`/run/llm/${file}`))?.[1];
      machine.remove();
      return found;
    };
    const asked = await keyOf(installedFleet(plan), 'engine.env');
    expect(asked).toBeDefined();
    expect(await keyOf(installedGateway(plan), 'gateway.env')).toBe(asked);
    const others = { 'llm-internal-secret': 'another' };
    expect(await keyOf(installedGateway(plan), 'gateway.env', others)).toBe(asked);
    const another = { 'llm-engine-secret': 'another' };
    expect(await keyOf(installedFleet(plan), 'engine.env', another)).not.toBe(asked);
    expect(await keyOf(installedGateway(plan), 'gateway.env', another)).not.toBe(asked);
  });

  it('goes from a blank machine to a gateway that answers, while no fleet does', async () => {
    await prepare(installedGateway(plan));
    gateway.answers = false;
    const { status, stdout, stderr } = await boot();
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(steps(stdout)).toEqual([
      ...['forget_last_boot', 'tools', 'hook_waits', 'docker_engine', 'data_folder'],
      ...['secrets', 'images', 'start_stack', 'first_answer', 'ready'],
    ]);
    expect(gateway.made.map(({ key }) => key)).toEqual([machine.read('/secrets/llm-application-key-secret')]);
    expect(called(hook)).toHaveLength(1);
    expect(called('nvidia-smi')).toEqual([]);
  });

  it('leaves no secret outside the tmpfs, and none on a command line', async () => {
    await prepare(installedGateway(plan));
    await boot();
    const all = Object.entries(machine.files());
    const found = (path: string) => all.find(([name]) => name === path)?.[1] ?? '';
    const values = [...found('/run/llm/gateway.env').matchAll(/='([^']+)'/g)].map(
      ([, value]) => value as string,
    );
    const secrets = [
      ...values.filter((value) => value.length > 16),
      found('/secrets/llm-application-key-secret'),
    ];
    expect(secrets.length).toBeGreaterThanOrEqual(4);
    const elsewhere = all.filter(([path]) => !/^\/(run\/llm|secrets)\//.test(path));
    expect(elsewhere.map(([path]) => path)).toContain('/calls');
    for (const [path, text] of elsewhere)
      for (const secret of secrets) expect(text.includes(secret), `a secret in ${path}`).toBe(false);
  });

  const everyCommand = {
    gateway: [
      'docker compose version',
      'docker info',
      'get-secret-value',
      'pull --quiet',
      'put-secret-value',
      'complete-lifecycle-action',
      'signal-resource',
      'record-lifecycle',
    ],
    fleet: [
      ...['docker compose version', 'nvidia-smi', 'docker info', 'get-secret-value', 'pull --quiet'],
      ...['record-lifecycle', 'sync', 'up --detach', 'complete-lifecycle-action', 'signal-resource'],
    ],
  };
  const cases = Object.entries(everyCommand).flatMap(([role, words]) =>
    words.map((word) => [role as 'gateway' | 'fleet', word] as const),
  );
  it.each(cases)('of the %s ends well in the end when `%s` fails once', async (role, words) => {
    await prepare(role === 'gateway' ? installedGateway(plan) : installedFleet(plan));
    machine.write('/fail-once', words);
    const first = await boot();
    if (first.status !== 0) expect((await boot()).status).toBe(0);
    expect(machine.exists('/fail-once')).toBe(false);
    expect(machine.exists('/run/llm/ready')).toBe(true);
  });

  it('waits for another gateway that migrates the database', async () => {
    await prepare(installedGateway(plan));
    machine.write('/fail-once', 'up --detach');
    const { status, stdout } = await boot();
    expect(status).toBe(0);
    expect(stdout).toContain('attempt 1 to start the stack failed; another machine may be migrating');
    expect(called('up --detach')).toHaveLength(2);
  });

  it('runs again after a reboot, when nobody waits for it any more', async () => {
    await prepare(installedFleet(plan));
    expect((await boot()).status).toBe(0);
    machine.write('/nobody-waits', '');
    machine.write('/stack-is-complete', '');
    const { status, stdout } = await boot();
    expect(status).toBe(0);
    expect(stdout).toContain('the group does not wait for this machine');
    expect(stdout).toContain('the stack is not waiting');
  });

  it('prepares itself for the warm pool and tells the stack nothing; leaving it, boots and serves', async () => {
    await prepare(installedFleet(plan));
    machine.write('/lifecycle', 'Warmed:Stopped');
    const entering = await boot();
    expect(entering.status).toBe(0);
    expect(entering.stdout).toContain('goes to the warm pool (Warmed:Stopped)');
    expect(called('signal-resource')).toEqual([]);
    expect(called(hook)).toHaveLength(1);
    expect(machine.exists('/run/llm/ready')).toBe(false);
    // stopped: what lies in the tmpfs is gone, and so is what docker ran
    await machine.run('rm', '-rf', machine.path('/run/llm'));
    machine.write('/lifecycle', 'InService');
    const leaving = await boot();
    expect(leaving.stderr).toBe('');
    expect(leaving.status).toBe(0);
    expect(leaving.stdout).toContain('is on the disk already');
    expect(called(hook)).toHaveLength(2);
    expect(called('signal-resource')).toHaveLength(1);
    expect(called('up --detach')).toHaveLength(2);
  });

  it('fills its own disks again when a stop has emptied them', async () => {
    await prepare(installedFleet(plan));
    machine.write('/mounts', `${machine.path('/opt/dlami/nvme')}\n`);
    await boot();
    expect(machine.read('/run/llm/compose.env')).toContain(machine.path('/opt/dlami/nvme/llm'));
    await machine.run('rm', '-rf', machine.path('/opt/dlami/nvme/llm'));
    const { status, stdout } = await boot();
    expect(status).toBe(0);
    expect(stdout).toContain('copying chat-old from');
  });

  it('stops where no disk has room for the weights, and says how much is needed', async () => {
    await prepare(installedFleet(plan));
    machine.command('df', 'printf "Avail\\n%sG\\n" 3');
    const { status, stderr } = await boot();
    expect(status).toBe(1);
    expect(stderr).toMatch(/no disk has room for \d+ GiB of weights/);
  });

  it('that failed for good gives up the launch, and tells the stack', async () => {
    await prepare(installedFleet(plan));
    const { status } = await machine.run('bash', machine.program('boot-failed.sh'));
    expect(status).toBe(0);
    expect(called(hook).join()).toContain('--lifecycle-action-result ABANDON');
    expect(called('signal-resource').join()).toContain('--status FAILURE');
    expect(called('set-instance-health').join()).toContain('--health-status Unhealthy');
  });

  it('takes the files of its own type, and refuses to be one that the fleet does not have', async () => {
    const installed = installedFleet(plan, 0, 1);
    await prepare(installed);
    machine.command('curl', 'case $* in */instance-type) echo m7i.large;; *) echo token;; esac');
    const wrong = await machine.run('bash', machine.program('pick-form.sh'));
    expect(wrong.status).toBe(1);
    expect(wrong.stderr).toContain('this machine is a m7i.large, and the fleet has settings.json@');
    machine.remove();
    await prepare(installed);
    await machine.run('rm', machine.program('settings.json'), machine.program('compose.yaml'));
    const right = await machine.run('bash', machine.program('pick-form.sh'));
    expect(right.status).toBe(0);
    const file = (path: string) => machine.read(`/opt/llm/bundle/${path}`);
    for (const name of ['settings.json', 'compose.yaml', 'boot.sh'])
      expect(file(name)).toBe(file(`${name}@${installed.instanceType}`));
  });

  it('starts nginx with the engines where a machine has several', async () => {
    const several = withCopies(plan, 2);
    await prepare(installedFleet(several), several);
    expect((await boot()).status).toBe(0);
    for (const name of ['engine-chat-old-0', 'engine-chat-old-1'])
      expect(machine.exists(`/var/lib/llm/cache/${name}`)).toBe(true);
    expect(machine.read('/opt/llm/bundle/nginx.conf')).toContain('server 127.0.0.1:8101');
  });
});
