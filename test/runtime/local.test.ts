import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { SingleServerPlan } from '../../lib/plan/plan';
import { bundle } from '../../lib/runtime/bundle';
import { localBundle } from '../../lib/runtime/local/bundle';
import { differences } from '../../lib/runtime/local/differences';
import type { LocalForm } from '../../lib/runtime/local/form';
import { type BindMount, localMount } from '../../lib/runtime/local/mounts';
import { exampleModels, examplePlan } from './example-plan';

interface Service {
  image: string;
  command: string[];
  entrypoint: string[];
  restart: string;
  environment?: Record<string, string>;
  ports?: string[];
  volumes: { type: string; source: string; target: string; read_only: boolean }[];
  depends_on?: Record<string, { condition: string }>;
  logging: { driver: string; options: Record<string, string> };
  labels: Record<string, string>;
  deploy?: { resources: { reservations: { devices: { device_ids: string[]; driver: string }[] } } };
  container_name?: string;
}
interface Project {
  name: string;
  services: Record<string, Service>;
  volumes: Record<string, object>;
}

const vllm: LocalForm = { engine: 'vllm' };
const simulated: LocalForm = { engine: 'simulated' };
const engine = 'engine-qwen3-8b-0';

const text = (path: string, form: LocalForm, plan = examplePlan()) =>
  localBundle(plan, form).find((file) => file.path === path)?.content ?? '';
const project = (form: LocalForm, plan?: SingleServerPlan): Project =>
  parse(text('compose.yaml', form, plan));
const service = (name: string, form: LocalForm, plan?: SingleServerPlan) =>
  project(form, plan).services[name] as Service;
const at = ({ volumes }: Service, target: string) => volumes.find((volume) => volume.target === target);
const cloudService = (name: string, plan = examplePlan()): Service =>
  parse(bundle(plan, 'aws').files.find(({ path }) => path === 'compose.yaml')?.content ?? '').services[name];

describe('the folder for a machine of your own', () => {
  it('holds nothing of a cloud and no file in a folder', () => {
    const paths = localBundle(examplePlan(), vllm).map(({ path }) => path);
    expect(paths).toEqual([
      '.gitignore',
      'README.md',
      'compose.yaml',
      'enter.sh',
      'hub_download.py',
      'key.sh',
      'litellm.yaml',
      'new_key.py',
      'request_guard.py',
      'secrets.sh',
    ]);
    // these two say what is not here, and what is refused
    const naming = ['README.md', 'request_guard.py'];
    for (const form of [vllm, simulated]) {
      for (const { content } of localBundle(examplePlan(), form).filter(
        ({ path }) => !naming.includes(path),
      )) {
        expect(content).not.toMatch(/\baws|LLM_DATA|LLM_WEIGHTS|\/run\/llm|\/opt\/llm|LLM_REGION/);
      }
    }
  });

  it('is the same for the same plan, and its scripts can be executed', () => {
    expect(localBundle(examplePlan(), vllm)).toEqual(localBundle(examplePlan(), vllm));
    const executable = localBundle(examplePlan(), simulated).filter((file) => file.executable);
    expect(executable.map(({ path }) => path)).toEqual(['enter.sh', 'key.sh', 'secrets.sh']);
  });

  it('keeps secrets out of git and out of every file', () => {
    expect(text('.gitignore', vllm)).toBe('secrets/\n');
    const all = localBundle(examplePlan(), vllm)
      .map(({ content }) => content)
      .join('\n');
    expect(all).not.toMatch(/sk-[A-Za-z0-9]{8}|[0-9a-f]{64}/);
  });

  it('configures the gateway as in the cloud, but believes no address that a client forwards', () => {
    const plan = examplePlan();
    const cloud = bundle(plan, 'aws').files.find(({ path }) => path === 'litellm.yaml')?.content ?? '';
    const changed = cloud.replace('use_x_forwarded_for: true', 'use_x_forwarded_for: false');
    expect(cloud).not.toBe(changed);
    expect(text('litellm.yaml', vllm)).toBe(changed);
    expect(text('litellm.yaml', simulated)).toBe(changed);
  });

  it('runs containers in the place of managed services', () => {
    const plan = examplePlan({
      database: { postgres: 'managed' },
      cache: { valkey: 'managed', memoryMiB: 0, nodes: 2 },
    });
    const { services } = project(vllm, plan);
    expect(services.gateway?.environment).toMatchObject({ REDIS_HOST: 'valkey' });
    expect(services.gateway?.environment).not.toHaveProperty('REDIS_SSL');
    expect(services.valkey?.command).toEqual(expect.arrayContaining(['--maxmemory', '512mb']));
    expect(text('litellm.yaml', vllm, plan)).not.toContain('ssl');
    const { what, here } = differences(plan, vllm).find((row) => row.what === 'managed Postgres') ?? {};
    expect([what, here]).toEqual([
      'managed Postgres',
      'a Postgres container with a volume; you make the backups',
    ]);
  });

  it('has no cache where the plan has none', () => {
    const plan = examplePlan({ cache: { valkey: 'none', memoryMiB: 0 } });
    expect(Object.keys(project(vllm, plan).services)).not.toContain('valkey');
    expect(text('secrets.sh', vllm, plan)).not.toMatch(/valkey|REDIS/);
  });
});

describe('compose project of a machine of your own', () => {
  it('has the services of the cloud but telemetry, and a download of the weights', () => {
    expect(Object.keys(project(vllm).services).sort()).toEqual(
      [engine, 'gateway', 'migrate', 'postgres', 'valkey', 'weights-qwen3-8b'].sort(),
    );
    expect(Object.keys(project(simulated).services).sort()).toEqual(
      [engine, 'gateway', 'migrate', 'postgres', 'valkey'].sort(),
    );
  });

  it('is named after the deployment, so that two specs share no volume', () => {
    expect(project(vllm).name).toBe('helpdesk-prod');
    for (const { container_name } of Object.values(project(vllm).services))
      expect(container_name).toBeUndefined();
  });

  it('opens the gateway on the loopback interface unless told otherwise, and nothing else beyond it', () => {
    const open = Object.values(project(vllm).services).flatMap(({ ports = [] }) => ports);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: compose reads the variables
    expect(open.sort()).toEqual(['${LLM_LISTEN:-127.0.0.1}:${LLM_PORT:-4000}:4000', '127.0.0.1:8100:8000']);
  });

  it('logs into files that rotate', () => {
    for (const [name, { logging }] of Object.entries(project(vllm).services)) {
      expect(logging).toEqual({
        driver: 'json-file',
        options: { 'max-size': '20m', 'max-file': '5', tag: name },
      });
    }
  });

  it('starts again with docker, except for what runs once', () => {
    const policies = Object.entries(project(vllm).services).map(([name, { restart }]) => [name, restart]);
    expect(Object.fromEntries(policies)).toEqual({
      [engine]: 'unless-stopped',
      gateway: 'unless-stopped',
      postgres: 'unless-stopped',
      valkey: 'unless-stopped',
      migrate: 'no',
      'weights-qwen3-8b': 'no',
    });
  });

  it('gives each program its own secrets, read-only', () => {
    const { services } = project(vllm);
    const secrets = Object.entries(services).flatMap(([name, { volumes }]) =>
      volumes
        .filter(({ source }) => source.startsWith('./secrets/'))
        .map(({ source, read_only }) => [name, source, read_only]),
    );
    expect(secrets.sort()).toEqual(
      [
        [engine, './secrets/engine.env', true],
        ['gateway', './secrets/gateway.env', true],
        ['migrate', './secrets/gateway.env', true],
        ['postgres', './secrets/database_password', true],
        ['valkey', './secrets/valkey.conf', true],
        ['weights-qwen3-8b', './secrets/hub.env', true],
      ].sort(),
    );
  });

  it('keeps data, weights and compiled graphs in volumes that it declares', () => {
    const { services, volumes } = project(vllm);
    const used = Object.values(services).flatMap((one) =>
      one.volumes.filter(({ type }) => type === 'volume').map(({ source }) => source),
    );
    expect(Object.keys(volumes).sort()).toEqual([...new Set(used)].sort());
    expect(Object.keys(volumes).sort()).toEqual([
      `cache-${engine}`,
      'postgres',
      'valkey',
      'weights-qwen-qwen3-8b-b968826d9c46dd6066d109eabc6255188de91218',
    ]);
  });

  it('replaces a container when a file changes that it mounts', () => {
    const label = (plan: SingleServerPlan, name: string) =>
      service(name, vllm, plan).labels['llm-constructs.files'] as string;
    const before = examplePlan();
    const after = examplePlan({ gateway: { retries: 5 } });
    expect(label(before, 'gateway')).toMatch(/^[0-9a-f]{16}$/);
    expect(label(after, 'gateway')).not.toBe(label(before, 'gateway'));
    expect(label(after, engine)).toBe(label(before, engine));
  });

  it('refuses a place of the cloud that it does not know', () => {
    const mount: BindMount = {
      type: 'bind',
      source: '/var/lib/new',
      target: '/x',
      read_only: true,
      bind: { create_host_path: false },
    };
    expect(() => localMount(mount)).toThrow(
      "/var/lib/new of the cloud's compose project has no place on a machine of your own",
    );
  });
});

describe('vLLM on a machine of your own', () => {
  it('runs as in the cloud: flags, environment and GPUs', () => {
    const [here, cloud] = [service(engine, vllm), cloudService(engine)];
    expect(here.command).toEqual(cloud.command);
    expect(here.environment).toEqual(cloud.environment);
    expect(here.deploy).toEqual(cloud.deploy);
    expect(here.deploy?.resources.reservations.devices[0]?.device_ids).toEqual(['0']);
  });

  it('waits for one download of the pinned revision into a volume that only the download writes', () => {
    const download = service('weights-qwen3-8b', vllm);
    expect(download.image).toBe(examplePlan().decisions.images.engine);
    expect(download.entrypoint).toEqual(['/bin/sh', '/llm/enter.sh', '/bin/sh', '-c']);
    expect(download.command).toEqual([
      "test -e /weights/.complete || { python3 /llm/hub_download.py 'Qwen/Qwen3-8B' 'b968826d9c46dd6066d109eabc6255188de91218' /weights && touch /weights/.complete; }",
    ]);
    expect(at(download, '/weights')?.read_only).toBe(false);
    const here = service(engine, vllm);
    expect(at(here, '/weights')).toEqual({ ...at(download, '/weights'), read_only: true });
    expect(here.depends_on).toEqual({
      'weights-qwen3-8b': { condition: 'service_completed_successfully' },
    });
  });

  it('reads the weights from a folder when given one, and downloads nothing', () => {
    const form: LocalForm = { engine: 'vllm', weights: '/data/qwen' };
    expect(at(service(engine, form), '/weights')).toMatchObject({
      type: 'bind',
      source: '/data/qwen',
      read_only: true,
    });
    expect(Object.keys(project(form).services)).not.toContain('weights-qwen3-8b');
    expect(localBundle(examplePlan(), form).map(({ path }) => path)).not.toContain('hub_download.py');
    const two = examplePlan({ models: exampleModels({ name: 'large' }, { name: 'small' }) });
    expect(at(service('engine-small-0', form, two), '/weights')?.source).toBe('/data/qwen/small');
  });

  it('tells which GPU and driver it expects', () => {
    expect(text('README.md', vllm)).toContain('1 x L4, NVIDIA driver 580 or newer');
    expect(differences(examplePlan(), vllm)[0]?.here).toBe(
      'this machine: it needs 1 x L4, NVIDIA driver 580 or newer, and the NVIDIA container toolkit; another GPU needs other flags',
    );
  });

  it('asks for a hub token where the weights are gated, and only there', () => {
    const gated = examplePlan({ models: exampleModels({ gated: true }) });
    expect(text('README.md', vllm, gated)).toContain('HF_TOKEN=hf_... sh secrets.sh');
    expect(text('README.md', vllm)).not.toContain('HF_TOKEN');
    expect(text('README.md', simulated, gated)).not.toContain('HF_TOKEN');
    expect(text('secrets.sh', { engine: 'vllm', weights: '/w' }, gated)).not.toContain('HF_TOKEN');
    const secret = examplePlan({ modelStore: { hubTokenSecret: 'hub' } });
    expect(text('secrets.sh', vllm, secret)).toContain('HF_TOKEN');
  });
});

describe('the simulated engine in the project', () => {
  it("runs in the gateway's image, with the engine's name, key and port, and without a GPU", () => {
    const here = service(engine, simulated);
    expect(here.image).toBe(examplePlan().decisions.images.gateway);
    expect(here.deploy).toBeUndefined();
    expect(here.ports).toEqual(cloudService(engine).ports);
    expect(here.entrypoint).toEqual(['/bin/sh', '/llm/enter.sh', 'python3', '/llm/simulated_engine.py']);
    expect(here.volumes.map(({ source }) => source)).toEqual([
      './enter.sh',
      './secrets/engine.env',
      './simulated_engine.py',
      './simulated_pace.py',
      './simulated_series.py',
    ]);
  });

  it('has the pace and the limits of the plan', () => {
    const { command } = service(engine, simulated);
    const options = Object.fromEntries(
      command.flatMap((word, index) => (index % 2 === 0 ? [[word, command[index + 1]]] : [])),
    );
    expect(options).toEqual({
      '--model': 'qwen3-8b',
      '--task': 'chat',
      '--ttft-ms': '400',
      '--inter-token-ms': '40',
      '--sequences-in-flight': '32',
      '--max-sequences': '64',
      '--max-queued-requests': '192',
      '--max-context': '8192',
      '--kv-cache-tokens': '40000',
      '--answer-tokens': '300',
      '--embedding-width': '4096',
      '--keep-alive-seconds': '390',
      '--stop-seconds': '300',
      '--host': '0.0.0.0',
      '--port': '8000',
    });
  });

  it('takes two gateway workers at most, and says so', () => {
    const plan = examplePlan({ gateway: { workers: 8 } });
    const { command } = service('gateway', simulated, plan);
    expect(command[command.indexOf('--num_workers') + 1]).toBe('2');
    expect(differences(plan, simulated).map(({ what }) => what)).toContain('8 gateway workers');
    const real = service('gateway', vllm, plan).command;
    expect(real[real.indexOf('--num_workers') + 1]).toBe('8');
  });
});
