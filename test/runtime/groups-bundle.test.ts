import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { ScaledPlan } from '../../lib/plan/plan';
import { type Bundle, bundle, checksumFile, fleetBundle, gatewayBundle } from '../../lib/runtime/bundle';
import { environmentKeysFor } from '../../lib/runtime/environment';
import { examplePlan } from './example-plan';
import { groups, installedFleet, withCopies } from './groups';

const plan = groups();
const [fleet] = plan.decisions.fleets;
if (fleet === undefined) throw new Error('the plan has no fleet');
const text = ({ files }: Bundle, path: string) => files.find((file) => file.path === path)?.content ?? '';
const paths = ({ files }: Bundle) => files.map(({ path }) => path);
const gateway = gatewayBundle(plan, 'aws');
const engines = fleetBundle(plan, fleet, 'aws');
const types = fleet.machines.map(({ instanceType }) => instanceType);
const composeOf = (made: ScaledPlan, index = 0, type = 0) => {
  const { bundle: unpacked, instanceType } = installedFleet(made, index, type);
  return parse(text(unpacked, `compose.yaml@${instanceType}`)).services;
};

describe('the bundle of a gateway', () => {
  it('runs the gateway and its migration without engine, database or cache beside them', () => {
    expect(Object.keys(parse(text(gateway, 'compose.yaml')).services)).toEqual([
      'migrate',
      'gateway',
      'telemetry',
    ]);
    expect(paths(gateway).filter((path) => /model_store|hub_download|@/.test(path))).toEqual([]);
  });

  it('finds each version at a port of the engine balancer, whose host the deployment knows', () => {
    const { model_list: deployments } = parse(text(gateway, 'litellm.yaml'));
    const rows = deployments.map((one: Record<string, Record<string, unknown>>) => [
      one.model_name,
      one.litellm_params?.api_base,
      one.litellm_params?.weight,
      one.model_info?.id,
    ]);
    expect(rows).toEqual([
      ['chat', 'os.environ/ENGINES_0_URL', 90, 'fleet-chat-old'],
      ['chat', 'os.environ/ENGINES_1_URL', 10, 'fleet-chat-new'],
      ['small', 'os.environ/ENGINES_2_URL', undefined, 'fleet-small'],
    ]);
    const { environment } = parse(text(gateway, 'compose.yaml')).services.gateway;
    // biome-ignore lint/suspicious/noTemplateCurlyInString: compose reads the variable
    expect(environment.ENGINES_2_URL).toBe('http://${LLM_ENGINES_HOST}:29787/v1');
  });

  it('never takes a whole fleet for dead because one of its machines failed', () => {
    const { model_list: deployments } = parse(text(gateway, 'litellm.yaml'));
    for (const { model_info } of deployments) expect(model_info.cooldown_time).toBe(0);
  });

  it('migrates as a single server does, whose race of two machines is tested with a real database', () => {
    const services = parse(text(gateway, 'compose.yaml')).services;
    const single = examplePlan({ database: { postgres: 'managed' }, cache: { valkey: 'managed' } });
    const own = parse(text(bundle(single, 'aws'), 'compose.yaml')).services;
    const { ENGINES_0_URL, ENGINES_1_URL, ENGINES_2_URL, ...environment } = services.migrate.environment;
    expect(environment).toEqual(own.migrate.environment);
    expect([services.migrate.command, services.migrate.entrypoint]).toEqual([
      own.migrate.command,
      own.migrate.entrypoint,
    ]);
    expect(services.gateway.depends_on.migrate).toEqual({ condition: 'service_completed_successfully' });
  });

  it('shares the connections of the database with the most gateways that there can be', () => {
    const { database, gateway: own, gatewayGroup } = plan.decisions;
    const pool = parse(text(gateway, 'litellm.yaml')).general_settings.database_connection_pool_limit;
    expect(pool).toBeGreaterThanOrEqual(1);
    expect(pool * own.workers * gatewayGroup.max).toBeLessThanOrEqual(database.connectionLimit);
  });

  it('is another one when weights move, and those of the fleets stay as they are', () => {
    const moved: ScaledPlan = {
      ...plan,
      decisions: {
        ...plan.decisions,
        models: plan.decisions.models.map((model) =>
          model.version === undefined ? model : { ...model, weightPercent: 50 },
        ),
      },
    };
    expect(gatewayBundle(moved, 'aws').sha256).not.toBe(gateway.sha256);
    const hashes = (made: ScaledPlan) =>
      made.decisions.fleets.map((one) => fleetBundle(made, one, 'aws').sha256);
    expect(hashes(moved)).toEqual(hashes(plan));
  });
});

describe('the bundle of a fleet', () => {
  it('has a compose file, settings and a boot script for each type, and the rest once', () => {
    expect(types.length).toBeGreaterThan(1);
    for (const type of types)
      expect(paths(engines)).toEqual(
        expect.arrayContaining([`compose.yaml@${type}`, `settings.json@${type}`, `boot.sh@${type}`]),
      );
    expect(paths(engines).filter((path) => path.includes('@')).length).toBe(3 * types.length);
    expect(paths(engines).filter((path) => /litellm|guard|first_answer/.test(path))).toEqual([
      'first_answer.py',
    ]);
  });

  it('starts the engine with the flags of the type that the machine is', () => {
    fleet.machines.forEach((machine, index) => {
      const services = composeOf(plan, 0, index);
      const [engine] = Object.keys(services).filter((name) => name.startsWith('engine-'));
      const { command } = services[engine as string];
      expect(command[command.indexOf('--max-num-seqs') + 1]).toBe(String(machine.maxSequences));
      expect(command[command.indexOf('--tensor-parallel-size') + 1]).toBe(String(machine.tensorParallel));
    });
  });

  it('opens a lone engine to the balancer, and nothing but nginx where there are several', () => {
    const lone = composeOf(withCopies(plan, 1));
    expect(Object.keys(lone)).toEqual(['engine-chat-old-0', 'telemetry']);
    expect(lone['engine-chat-old-0'].ports).toEqual(['0.0.0.0:8000:8000']);
    const several = composeOf(withCopies(plan, 2));
    expect(Object.keys(several)).toEqual(['engine-chat-old-0', 'engine-chat-old-1', 'front', 'telemetry']);
    expect(several['engine-chat-old-1'].ports).toEqual(['127.0.0.1:8101:8000']);
    expect(several.front.image).toBe('docker.io/library/nginx:1.30.4-alpine');
  });

  it('gives each machine of a group log streams of its own', () => {
    const { telemetry } = composeOf(plan);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: compose reads the variables
    expect(telemetry.logging.options.tag).toBe('telemetry/${LLM_FLEET}/${LLM_INSTANCE}');
    const services = parse(text(gateway, 'compose.yaml')).services;
    // biome-ignore lint/suspicious/noTemplateCurlyInString: compose reads the variable
    expect(services.gateway.logging.options.tag).toBe('gateway/${LLM_INSTANCE}');
  });

  it('brings its own weights alone, and keeps as many revisions as fleets read of the repository', () => {
    const settingsOf = (keepRevisions: number) => {
      const { modelStore } = plan.decisions;
      const decisions = { ...plan.decisions, modelStore: { ...modelStore, keepRevisions } };
      return JSON.parse(text(fleetBundle({ ...plan, decisions }, fleet, 'aws'), `settings.json@${types[0]}`));
    };
    expect(settingsOf(1).models.map(({ name }: { name: string }) => name)).toEqual(['chat-old']);
    expect([1, 2, 3].map((kept) => settingsOf(kept).keepRevisions)).toEqual([2, 2, 3]);
  });

  it('is the same whatever changes at the gateways: their update restarts no GPU', () => {
    const { decisions } = plan;
    const changed: ScaledPlan = {
      ...plan,
      decisions: {
        ...decisions,
        gateway: {
          ...decisions.gateway,
          degradedAnswer: 'Come back later.',
          routing: 'least-busy',
          retries: 5,
          aliases: { gpt: 'chat' },
          keyLimits: { requestsPerMinute: 7 },
          responseCacheTtlSeconds: 60,
        },
        images: {
          ...decisions.images,
          gateway: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/litellm:1',
        },
        monitoring: { ...decisions.monitoring, alarms: [] },
        database: { ...decisions.database, connectionLimit: 7 },
      },
    };
    expect(gatewayBundle(changed, 'aws').sha256).not.toBe(gateway.sha256);
    for (const one of decisions.fleets)
      expect(fleetBundle(changed, one, 'aws').sha256).toBe(fleetBundle(plan, one, 'aws').sha256);
  });

  it('lists every file but itself in SHA256SUMS, as all bundles do', () => {
    for (const made of [gateway, engines]) {
      const listed = text(made, checksumFile)
        .trim()
        .split('\n')
        .map((line) => line.split('  ')[1]);
      expect(listed).toEqual(paths(made).filter((path) => path !== checksumFile));
    }
  });
});

describe('names and ids of a deployment', () => {
  it('are those that the role of the machine needs', () => {
    expect(environmentKeysFor(plan, 'gateway')).toEqual([
      'LLM_DEPLOYMENT',
      'LLM_REGION',
      'LLM_MASTER_KEY_SECRET',
      'LLM_APPLICATION_KEY_SECRET',
      'LLM_INTERNAL_SECRET',
      'LLM_ENGINE_SECRET',
      'LLM_LOG_GROUP',
      'LLM_GROUP',
      'LLM_TERMINATE_HOOK',
      'LLM_BOOT_HOOK',
      'LLM_STACK',
      'LLM_SIGNAL_RESOURCE',
      'LLM_ENGINES_HOST',
      'LLM_DATABASE_HOST',
      'LLM_DATABASE_SECRET',
      'LLM_CACHE_HOST',
      'LLM_CACHE_SECRET',
    ]);
    expect(environmentKeysFor(plan, 'fleet')).toEqual([
      'LLM_DEPLOYMENT',
      'LLM_REGION',
      'LLM_MODEL_BUCKET',
      'LLM_ENGINE_SECRET',
      'LLM_LOG_GROUP',
      'LLM_GROUP',
      'LLM_FLEET',
      'LLM_TERMINATE_HOOK',
      'LLM_BOOT_HOOK',
      'LLM_STACK',
      'LLM_SIGNAL_RESOURCE',
    ]);
  });

  it('name no engines where all models are of the cloud', () => {
    const managed = groups({ models: ['bedrock:amazon.nova-lite-v1:0'] });
    expect(environmentKeysFor(managed, 'gateway')).not.toContain('LLM_ENGINES_HOST');
    expect(environmentKeysFor(managed, 'gateway')).not.toContain('LLM_ENGINE_SECRET');
  });
});
