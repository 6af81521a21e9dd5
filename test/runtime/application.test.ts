import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { plan as planOf } from '../../lib/plan';
import type { Plan, ScaledPlan } from '../../lib/plan/plan';
import { bundle, fleetBundle, gatewayBundle } from '../../lib/runtime/bundle';
import { localBundle } from '../../lib/runtime/local/bundle';
import type { Deployment } from '../../lib/spec/types';
import { planned } from '../plan/example';
import { type FakeGateway, fakeMachine, secrets } from './fake-machine';
import { canRunPrograms, eventually, type Sandbox } from './sandbox';

const image = `ghcr.io/acme/chat@sha256:${'0'.repeat(64)}`;
const application: NonNullable<Deployment['application']> = {
  image,
  port: 8080,
  path: '/chat',
  env: { PRICE: 'it costs $5' },
  memoryGiB: 3,
};
const plan = planned({ application });
const text = (files: { path: string; content: string }[], path: string) =>
  files.find((file) => file.path === path)?.content ?? '';
const compose = (files: { path: string; content: string }[]) => parse(text(files, 'compose.yaml'));

describe('the container of the user in the compose project', () => {
  const { services, networks } = compose(bundle(plan, 'aws').files);

  it('is the image of the spec with its variables, the address of the gateway and a key from a file', () => {
    expect(services.application).toMatchObject({
      image,
      environment: { PRICE: 'it costs $$5', OPENAI_BASE_URL: 'http://gateway:4000/v1' },
      env_file: ['/run/llm/application.env'],
      ports: ['4084:8080'],
    });
  });

  it('cannot starve the gateway: memory without swap, a CPU, a number of processes', () => {
    expect(services.application).toMatchObject({
      mem_limit: '3g',
      memswap_limit: '3g',
      cpus: 1,
      pids_limit: 512,
    });
  });

  it('meets the gateway and nobody else, and no secret of another program is in it', () => {
    const inside = Object.entries(services as Record<string, { networks?: string[] }>)
      .filter(([, service]) => service.networks?.includes('user'))
      .map(([name]) => name);
    expect(inside.sort()).toEqual(['application', 'gateway']);
    expect(services.gateway.networks).toEqual(['default', 'user']);
    expect(services.application.networks).toEqual(['user']);
    expect(services.application.volumes).toEqual([]);
    expect(networks.user.driver_opts).toEqual({ 'com.docker.network.bridge.name': 'llm-user' });
  });

  it("leaves the gateway its way to the machine's identity: docker goes out through the network that sorts first", () => {
    expect(Object.keys(networks).sort()[0]).toBe('default');
  });

  it('is not part of what a machine starts to serve, and stops before the gateway that it depends on', () => {
    for (const name of ['application', 'application-key'])
      expect(services[name].profiles).toEqual(['application']);
    expect(services.application.depends_on).toEqual({
      gateway: { condition: 'service_healthy' },
      'application-key': { condition: 'service_completed_successfully' },
    });
    expect(services.gateway.depends_on).not.toHaveProperty('application');
  });

  it('logs where the others do', () => {
    expect(services.application.logging).toEqual({
      ...services.gateway.logging,
      options: { ...services.gateway.logging.options, tag: 'application' },
    });
  });

  it('stands on the machines of a gateway group and not on those of its fleets', () => {
    const scaled = planOf({
      name: 'demo',
      cloud: 'aws',
      region: 'us-east-1',
      architecture: 'scaled',
      models: ['Qwen/Qwen3-8B'],
      traffic: { concurrentUsers: 100 },
      application,
    }) as Plan as ScaledPlan;
    const [fleet] = scaled.decisions.fleets;
    if (fleet === undefined) throw new Error('the plan has no fleet');
    const gateway = gatewayBundle(scaled, 'aws').files;
    expect(compose(gateway).services.application).toMatchObject({ image, mem_limit: '3g' });
    expect(text(gateway, 'llm-application.service')).toContain('application.py');
    const engines = fleetBundle(scaled, fleet, 'aws').files;
    expect(engines.map(({ path }) => path).filter((path) => path.includes('application'))).toEqual([]);
    expect(engines.map(({ content }) => content).join()).not.toContain(image);
  });

  it('leaves no trace where it is not written', () => {
    const { files } = bundle(planned(), 'aws');
    expect(files.map(({ path }) => path).filter((path) => path.includes('application'))).toEqual([]);
    expect(compose(files).services).not.toHaveProperty('application');
    expect(compose(files).services.gateway).not.toHaveProperty('networks');
    expect(text(files, 'boot.sh')).not.toContain('step application');
  });
});

describe('the container of the user on a machine of your own', () => {
  const files = localBundle(plan, { engine: 'simulated' });
  const { services, networks } = compose(files);

  it('starts with the stack, on a port of the loopback interface', () => {
    expect(services.application).not.toHaveProperty('profiles');
    expect(services.application).toMatchObject({
      image,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: compose reads the variables
      ports: ['${LLM_LISTEN:-127.0.0.1}:${LLM_APPLICATION_PORT:-8080}:8080'],
      env_file: ['./secrets/application.env'],
      restart: 'unless-stopped',
    });
    expect(networks.user).toEqual({ driver: 'bridge' });
    expect(text(files, 'README.md')).toContain('http://localhost:8080/chat');
  });

  it('has a key that secrets.sh makes, and that the gateway is told before it starts', () => {
    expect(text(files, 'secrets.sh')).toContain('keep application_key sk-');
    expect(text(files, 'application_key.py')).toContain('/key/generate');
    expect(services['application-key'].volumes.map(({ source }: { source: string }) => source)).toContain(
      './secrets/application.env',
    );
  });
});

describe.skipIf(!canRunPrograms)('the programs around the container of the user', () => {
  let machine: Sandbox;
  let gateway: FakeGateway;
  let status: number;
  let asked: string[];

  beforeEach(async () => {
    ({ machine, gateway } = await fakeMachine(plan));
    [status, asked] = [200, []];
    const own = await machine.listen(({ url }) => {
      asked.push(url ?? '');
      return { status };
    });
    machine.patchSettings((settings) => {
      settings.ports.application = Number(new URL(own).port);
    });
    Object.assign(machine.variables, {
      LLM_CHECK_SECONDS: '0.03',
      LLM_APPLICATION_PAUSE_SECONDS: '0.05',
    });
    machine.command('iptables', 'case $* in *-C*) exit 1;; esac');
  });
  afterEach(() => machine.remove());

  const watch = () => machine.start('python3', machine.program('application.py'));
  const called = (words: string) => machine.calls().filter((call) => call.includes(words));
  const answers = () => machine.exists('/run/llm/application-answers');

  it('keep it from the identity of the machine before they start it', async () => {
    watch();
    await eventually(answers);
    const calls = machine.calls().filter((call) => !call.includes(' -C '));
    expect(calls[0]).toBe('iptables -w -I DOCKER-USER -i llm-user -d 169.254.169.254 -j DROP');
    expect(calls[1]).toMatch(/ --profile application up --detach application-key application$/);
  });

  it('do not start it where the way to the identity cannot be closed', async () => {
    machine.command('iptables', 'exit 1');
    watch();
    await eventually(() => called('iptables -w -I').length > 1);
    expect(called(' up ')).toEqual([]);
  });

  it('ask its path, and start it again when it answers with errors, with longer and longer pauses', async () => {
    watch();
    await eventually(answers);
    expect(new Set(asked)).toEqual(new Set(['/chat']));
    status = 302;
    await new Promise((done) => setTimeout(done, 300));
    expect(called(' restart ')).toEqual([]);
    status = 500;
    await eventually(() => called(' restart ').length > 1);
    expect(called(' restart ')[0]).toMatch(/ --profile application restart --timeout 10 application$/);
    expect(called('set-instance-health')).toEqual([]);
  });

  it('leave it alone while the machine drains', async () => {
    watch();
    await eventually(answers);
    machine.write('/run/llm/draining', '');
    status = 500;
    await new Promise((done) => setTimeout(done, 500));
    expect(called(' restart ')).toEqual([]);
  });

  it('make the gateway know its key, once, however often they are asked', async () => {
    await machine.run('python3', machine.program('fetch_secrets.py'));
    const file = machine.read('/run/llm/application.env');
    const key = /^OPENAI_API_KEY=(sk-[0-9a-f]{64})\n$/.exec(file)?.[1];
    expect(key).toBeDefined();
    const url = JSON.parse(machine.read('/opt/llm/bundle/settings.json')).gateway.url;
    Object.assign(machine.variables, {
      LLM_GATEWAY: url,
      LLM_APPLICATION_KEY_FILE: machine.path('/run/llm/application.env'),
      LLM_PAUSE_SECONDS: '0',
      LITELLM_MASTER_KEY: secrets['llm-master-key-secret'],
    });
    const tell = () => machine.run('python3', machine.program('application_key.py'));
    expect(await tell()).toMatchObject({
      status: 0,
      stdout: 'the gateway knows the key of the application now\n',
    });
    expect(await tell()).toMatchObject({
      status: 0,
      stdout: 'the gateway knows the key of the application\n',
    });
    expect(gateway.made).toEqual([
      { key, key_alias: expect.stringMatching(/^application-container-[0-9a-f]{8}$/) },
    ]);
    machine.variables.LITELLM_MASTER_KEY = 'sk-not-the-operator';
    const refused = await tell();
    expect(refused.status).toBe(1);
    expect(refused.stderr).not.toContain(key);
  });

  it('do not let the machine wait for it for ever: the boot ends without it', async () => {
    const { status: exit, stdout, stderr } = await machine.run('bash', machine.program('boot.sh'));
    expect(exit).toBe(0);
    expect(stderr).toContain('the application has not answered after 240 s: the API serves without it');
    const steps = [...stdout.matchAll(/^boot: (\w+): begin$/gm)].map(([, name]) => name);
    expect(steps.slice(-3)).toEqual(['first_answer', 'application', 'ready']);
    expect(machine.exists('/run/llm/ready')).toBe(true);
  });

  it('stop it with the stack', async () => {
    const { status: exit } = await machine.run('python3', machine.program('drain.py'), 'stop');
    expect(exit).toBe(0);
    expect(called(' stop').at(-1)).toMatch(/ --profile application stop$/);
  });
});
