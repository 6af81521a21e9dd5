import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { SingleServerPlan } from '../../lib/plan/plan';
import { bundle } from '../../lib/runtime/bundle';
import { exampleModels, examplePlan } from './example-plan';
import declared from './litellm-keys.json';
import { severalModels } from './several-models';

interface Service {
  image: string;
  command: string[];
  entrypoint?: string[];
  environment?: Record<string, string>;
  restart: string;
  ports?: string[];
  stop_grace_period?: string;
  shm_size?: string;
  tmpfs?: string[];
  network_mode?: string;
  volumes: { source: string; target: string; read_only: boolean; bind: { create_host_path: boolean } }[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[]; start_period: string };
  logging: { driver: string; options: Record<string, string> };
  deploy?: { resources: { reservations: { devices: { device_ids: string[] }[] } } };
}

const text = (plan: SingleServerPlan) =>
  bundle(plan, 'aws').files.find(({ path }) => path === 'compose.yaml')?.content ?? '';
const services = (plan = examplePlan()): Record<string, Service> => parse(text(plan)).services;
const service = (name: string, plan = examplePlan()) => services(plan)[name] as Service;
const seconds = (period: string | undefined) => Number(/^(\d+)s$/.exec(period ?? '')?.[1]);
const engine = 'engine-qwen3-8b-0';

describe('compose project', () => {
  it('has what the plan has, and no database or cache that is managed or not there', () => {
    const data = ['postgres', 'valkey'];
    const always = [engine, 'gateway', 'migrate', 'telemetry'];
    expect(Object.keys(services()).sort()).toEqual([...always, ...data].sort());
    const managed = examplePlan({ database: { postgres: 'managed' }, cache: { valkey: 'managed' } });
    expect(Object.keys(services(managed)).sort()).toEqual(always.sort());
  });

  it('deals each copy GPUs of its own', () => {
    const models = exampleModels({ name: 'large', tensorParallel: 2 }, { name: 'small', copies: 2 });
    const all = services(examplePlan({ models }));
    const ids = (name: string) => all[name]?.deploy?.resources.reservations.devices[0]?.device_ids;
    expect([ids('engine-large-0'), ids('engine-small-0'), ids('engine-small-1')]).toEqual([
      ['0', '1'],
      ['2'],
      ['3'],
    ]);
    expect(['engine-large-0', 'engine-small-0', 'engine-small-1'].map((name) => all[name]?.ports)).toEqual([
      ['127.0.0.1:8100:8000'],
      ['127.0.0.1:8101:8000'],
      ['127.0.0.1:8102:8000'],
    ]);
  });

  it('refuses a plan with more GPUs than the machine has', () => {
    const plan = examplePlan({ models: exampleModels({ tensorParallel: 4, copies: 2 }) });
    expect(() => bundle(plan, 'aws')).toThrow('the plan needs 8 GPUs and g6.12xlarge has 4');
  });

  it('opens only the gateway to the network', () => {
    const open = Object.values(services()).flatMap(({ ports = [] }) =>
      ports.filter((port) => !port.startsWith('127.0.0.1:')),
    );
    expect(open).toEqual(['4000:4000']);
  });

  it('starts nothing before the boot script: no restart with the docker daemon, no folder made up for a disk', () => {
    for (const { restart, volumes } of Object.values(services())) {
      expect(['on-failure', 'no']).toContain(restart);
      for (const { bind } of volumes) expect(bind.create_host_path).toBe(false);
    }
  });

  it('gives shared memory to engines that span GPUs, within the memory of the machine', () => {
    const models = exampleModels({ tensorParallel: 2 });
    expect(service(engine, examplePlan({ models })).shm_size).toBe('16gb');
    expect(service(engine, examplePlan({ models, machine: { memoryGiB: 32 } })).shm_size).toBe('8gb');
    expect(service(engine).shm_size).toBeUndefined();
  });

  it('keeps the engine offline, its weights read-only and its compiled graphs on the data volume', () => {
    const { environment, volumes } = service(engine);
    expect(environment).toMatchObject({
      HF_HUB_OFFLINE: '1',
      VLLM_CACHE_ROOT: '/cache/vllm',
      VLLM_HTTP_TIMEOUT_KEEP_ALIVE: '390',
    });
    const at = (target: string) => volumes.find((volume) => volume.target === target);
    expect(at('/weights')).toMatchObject({
      // biome-ignore lint/suspicious/noTemplateCurlyInString: compose reads the variable
      source: '${LLM_WEIGHTS}/models/qwen-qwen3-8b/b968826d9c46dd6066d109eabc6255188de91218',
      read_only: true,
    });
    expect(at('/cache')).toMatchObject({ read_only: false });
  });

  it('mounts adapters beside the weights, in the order of the command line', () => {
    const { volumes, command } = service('engine-small-0', severalModels());
    const adapters = volumes.filter(({ target }) => target.startsWith('/adapters/'));
    expect(adapters.map(({ source, target, read_only }) => [source, target, read_only])).toEqual([
      // biome-ignore lint/suspicious/noTemplateCurlyInString: compose reads the variable
      ['${LLM_WEIGHTS}/models/acme-hr-lora/v1', '/adapters/0', true],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: compose reads the variable
      ['${LLM_WEIGHTS}/models/acme-lora-cc11feac/v1', '/adapters/1', true],
    ]);
    const from = command.indexOf('--lora-modules');
    expect(command.slice(from, from + 3)).toEqual(['--lora-modules', 'hr=/adapters/0', 'legal=/adapters/1']);
  });

  it('runs analyzer and anonymizer where personal data is masked, and the gateway after them', () => {
    const plan = severalModels();
    const { 'pii-analyzer': analyzer, 'pii-anonymizer': anonymizer, gateway } = services(plan);
    expect([analyzer?.image, anonymizer?.image]).toEqual([
      'presidio-analyzer:2.2.362',
      'presidio-anonymizer:2.2.362',
    ]);
    expect([analyzer?.ports, anonymizer?.ports]).toEqual([['127.0.0.1:4082:3000'], ['127.0.0.1:4083:3000']]);
    expect(analyzer?.environment).toEqual({
      PORT: '3000',
      HTTP_PROXY: 'http://127.0.0.1:9',
      HTTPS_PROXY: 'http://127.0.0.1:9',
    });
    for (const name of ['pii-analyzer', 'pii-anonymizer'])
      expect(gateway?.depends_on?.[name]).toEqual({ condition: 'service_healthy' });
    expect(Object.keys(services())).not.toContain('pii-analyzer');
  });

  it('refuses to mask without images to do it', () => {
    const plan = severalModels({ images: { piiAnalyzer: undefined } });
    expect(() => bundle(plan, 'aws')).toThrow('the plan masks personal data and has no images for it');
  });

  it('puts the hooks of the gateway beside the configuration, for gateway and migration alike', () => {
    const targets = (name: string, plan?: SingleServerPlan) =>
      service(name, plan).volumes.map(({ target }) => target);
    for (const name of ['gateway', 'migrate']) {
      expect(targets(name, severalModels())).toContain('/llm/degraded_answer.py');
      expect(targets(name)).not.toContain('/llm/degraded_answer.py');
      expect(targets(name)).toContain('/llm/request_guard.py');
      expect(targets(name, severalModels())).toContain('/llm/limit_guard.py');
      expect(targets(name)).not.toContain('/llm/limit_guard.py');
    }
  });

  it('counts no failed check while an engine loads', () => {
    expect(service(engine).healthcheck?.start_period).toBe('1020s');
    expect(service(engine).healthcheck?.test.join(' ')).toContain('http://127.0.0.1:8000/health');
  });

  it('waits longer for a stop than the longest answer, gateway before engine', () => {
    const { gateway } = services() as { gateway: Service };
    expect(gateway.environment?.GRACEFUL_SHUTDOWN_TIMEOUT).toBe('300');
    expect(seconds(gateway.stop_grace_period)).toBeGreaterThan(300);
    expect(seconds(service(engine).stop_grace_period)).toBeGreaterThan(300);
    expect(gateway.depends_on?.[engine]).toEqual({ condition: 'service_started' });
  });

  it('keeps connections open longer than the hop in front, all the way', () => {
    const { balancerIdleSeconds } = examplePlan().decisions.timeouts;
    const gateway = service('gateway').command;
    const gatewaySeconds = Number(gateway[gateway.indexOf('--keepalive_timeout') + 1]);
    expect(gatewaySeconds).toBeGreaterThan(balancerIdleSeconds);
    expect(Number(service(engine).environment?.VLLM_HTTP_TIMEOUT_KEEP_ALIVE)).toBeGreaterThan(gatewaySeconds);
  });

  it('migrates the database once, before the gateway, which never does so itself', () => {
    const { migrate, gateway } = services() as { migrate: Service; gateway: Service };
    expect(migrate.command).toContain('--skip_server_startup');
    expect(migrate.environment?.DISABLE_SCHEMA_UPDATE).toBe('false');
    expect(migrate.restart).toBe('no');
    expect(gateway.environment?.DISABLE_SCHEMA_UPDATE).toBe('true');
    expect(gateway.depends_on?.migrate).toEqual({ condition: 'service_completed_successfully' });
    expect(migrate.depends_on?.postgres).toEqual({ condition: 'service_healthy' });
  });

  it('starts the gateway with flags and variables that LiteLLM reads', () => {
    const { command, environment, tmpfs } = service('gateway');
    for (const flag of command.filter((word) => word.startsWith('--')))
      expect(declared.flags).toContain(flag);
    for (const name of Object.keys(environment ?? {})) expect(declared.environment).toContain(name);
    expect(command).toEqual(expect.arrayContaining(['--num_workers', '--timeout_worker_healthcheck', '60']));
    // not the fixed path in which two gateways mix
    expect(environment?.PROMETHEUS_MULTIPROC_DIR).toBe('/prometheus');
    expect(tmpfs).toEqual(['/prometheus']);
  });

  it('closes what the gateway offers beside its API', () => {
    expect(service('gateway').environment).toMatchObject({
      NO_DOCS: 'True',
      NO_REDOC: 'True',
      NO_OPENAPI: 'True',
      DISABLE_ADMIN_UI: 'True',
      LITELLM_MODE: 'PRODUCTION',
      LITELLM_LOCAL_MODEL_COST_MAP: 'True',
    });
  });

  it('keeps secrets out of container definitions: they come as files from the tmpfs', () => {
    for (const [name, { environment = {} }] of Object.entries(services())) {
      for (const key of Object.keys(environment)) {
        expect(`${name} ${key}`).not.toMatch(/(PASSWORD|KEY|TOKEN|SECRET|DATABASE_URL)$/);
      }
    }
    const secret = (name: string) =>
      service(name).volumes.filter(({ source }) => source.startsWith('/run/llm/'));
    expect(secret('gateway')).toMatchObject([
      { source: '/run/llm/gateway.env', target: '/run/secrets/env', read_only: true },
    ]);
    expect(secret(engine)).toMatchObject([{ source: '/run/llm/engine.env', read_only: true }]);
    expect(secret('postgres')).toMatchObject([{ source: '/run/llm/database_password' }]);
    expect(secret('telemetry')).toEqual([]);
  });

  it('gives Postgres room for the pools and its data the data volume', () => {
    const { command, environment, volumes } = service('postgres');
    expect(command).toContain('max_connections=40');
    expect(environment?.POSTGRES_PASSWORD_FILE).toBe('/run/secrets/database_password');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: compose reads the variable
    expect(volumes.map(({ source }) => source)).toContain('${LLM_DATA}/postgres');
  });

  it('limits Valkey to the planned memory and keeps cached answers off the disk', () => {
    const { command } = service('valkey');
    expect(command.slice(command.indexOf('--maxmemory'), command.indexOf('--maxmemory') + 4)).toEqual([
      '--maxmemory',
      '512mb',
      '--maxmemory-policy',
      'allkeys-lru',
    ]);
    expect(command.at(-1)).toBe('300 1');
    const cached = examplePlan({ gateway: { responseCacheTtlSeconds: 60 } });
    expect(service('valkey', cached).command.at(-1)).toBe('');
    const kept = examplePlan({ gateway: { responseCacheTtlSeconds: 60, promptRetentionDays: 7 } });
    expect(service('valkey', kept).command.at(-1)).toBe('300 1');
  });

  it('logs each container to the log group without ever waiting for it', () => {
    for (const { logging } of Object.values(services())) {
      expect(logging.driver).toBe('awslogs');
      // biome-ignore lint/suspicious/noTemplateCurlyInString: compose reads the variable
      expect(logging.options['awslogs-group']).toBe('${LLM_LOG_GROUP}');
      expect(logging.options.mode).toBe('non-blocking');
    }
    expect(new Set(Object.values(services()).map(({ logging }) => logging.options.tag)).size).toBe(6);
  });

  it("passes a dollar in the user's flags to the engine, not to compose", () => {
    const models = exampleModels({ engineArgs: { 'chat-template': '/a$b' } });
    expect(service(engine, examplePlan({ models })).command.at(-1)).toBe('/a$$b');
  });

  it('takes the images of the plan', () => {
    const all = services(examplePlan({ images: { engine: 'mirror.example.com/vllm@sha256:abc' } }));
    expect(all[engine]?.image).toBe('mirror.example.com/vllm@sha256:abc');
    expect(all.migrate?.image).toBe(all.gateway?.image);
  });
});
