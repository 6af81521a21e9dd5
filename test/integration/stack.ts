import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { isSingleServer } from '../../lib/plan/forms';
import type { Plan } from '../../lib/plan/plan';
import { upstreams } from '../../lib/runtime/upstreams';
import { fakeAws } from '../runtime/fake-cloud';
import { Sandbox } from '../runtime/sandbox';
import { Authority } from './certificates';
import { FakeEngine } from './fake-engine';
import { Gateway } from './gateway';
import { bundleOfGateway, composeService, generated, withAddresses } from './generated';
import { Postgres } from './postgres';
import { Redis } from './redis';

/** The key of the operator in every test. */
export const operatorKey = 'sk-operator-of-the-tests';

/** What answers behind the gateway. */
export interface Engine {
  url: string;
  remove(): void | Promise<void>;
}

/**
 * One machine's stack of a plan on the loopback interface: real LiteLLM, Redis and Postgres, engines of the test.
 *
 * Secrets are those that the bundle's own fetch_secrets.py makes. Managed data services speak TLS alone, with
 * certificates of `authority`.
 */
export class Stack<AnyEngine extends Engine = FakeEngine> {
  readonly gateways: Gateway[] = [];
  private readonly folders: string[] = [];
  private constructor(
    readonly plan: Plan,
    readonly machine: Sandbox,
    readonly authority: Authority,
    readonly engines: AnyEngine[],
    readonly postgres: Postgres,
    readonly redis: Redis | undefined,
  ) {}

  static start(plan: Plan): Promise<Stack> {
    return Stack.startWith(plan, (model, key) => FakeEngine.start(model, key));
  }

  static async startWith<AnyEngine extends Engine>(
    plan: Plan,
    startEngine: (model: string, key: string) => Promise<AnyEngine>,
  ): Promise<Stack<AnyEngine>> {
    const machine = gatewayMachine(plan);
    machine.command('aws', fakeAws(machine.root));
    machine.write('/secrets/llm-master-key-secret', operatorKey);
    machine.write('/secrets/llm-internal-secret', 'a seed for passwords between containers');
    machine.write('/secrets/llm-engine-secret', 'a seed for the key of engines on other machines');
    machine.write('/secrets/llm-database-secret', '{"username": "litellm", "password": "of the database"}');
    machine.write('/secrets/llm-cache-secret', 'of-the-cache');
    const fetched = await machine.run('python3', machine.program('fetch_secrets.py'));
    if (fetched.status !== 0) throw new Error(`fetch_secrets.py failed: ${fetched.stderr}`);

    const engineKey = variable(machine.read('/run/llm/gateway.env'), 'ENGINE_API_KEY');
    const names = upstreams(plan).map(({ model }) => model.name);
    const engines = await Promise.all(names.map((name) => startEngine(name, engineKey)));
    const authority = new Authority();
    const stack = new Stack(
      plan,
      machine,
      authority,
      engines,
      await startPostgres(plan, machine, authority),
      await startRedis(plan, machine, authority),
    );
    await stack.addGateway().catch(async (error) => {
      await stack.remove();
      throw error;
    });
    return stack;
  }

  /** Another gateway with the same configuration, cache and database. */
  async addGateway(): Promise<Gateway> {
    const folder = mkdtempSync(join(tmpdir(), 'llm-gateway-'));
    this.folders.push(folder);
    const secrets = this.machine.read('/run/llm/gateway.env');
    const host = `@${isManaged(this.plan) ? 'llm-database-host' : 'postgres'}:5432/`;
    if (!secrets.includes(host)) throw new Error(`the gateway no longer reaches ${host}`);
    const gateway = await Gateway.start(composeService(this.plan, 'gateway'), {
      folder,
      config: withAddresses(generated(this.plan, 'litellm.yaml'), this.enginesBeside()),
      mounted: (path) => generated(this.plan, path),
      secrets: secrets.replace(host, `@127.0.0.1:${this.postgres.port}/`),
      ...(this.redis === undefined ? {} : { redisPort: this.redis.port }),
      // for the image's own list, which holds the authorities of the clouds
      environment: {
        ...(isManaged(this.plan) ? { SSL_CERT_FILE: this.authority.certificate, ...impatient } : {}),
        ...this.fleets(),
      },
    });
    this.gateways.push(gateway);
    return gateway;
  }

  /** Containers of the same machine, which the configuration names. */
  private enginesBeside(): Record<string, string> {
    const all = upstreams(this.plan).map(({ id, variable: elsewhere }, index) =>
      elsewhere === undefined ? [[id, this.engines[index]?.url ?? '']] : [],
    );
    return Object.fromEntries(all.flat());
  }

  /** Listeners of the engine balancer, which the gateway's environment names. */
  private fleets(): Record<string, string> {
    const all = upstreams(this.plan).map(({ variable: elsewhere }, index) =>
      elsewhere === undefined ? [] : [[elsewhere.name, `${this.engines[index]?.url}/v1`]],
    );
    return Object.fromEntries(all.flat());
  }

  get gateway(): Gateway {
    return this.gateways[0] as Gateway;
  }

  /** Engine by its place in the plan. */
  engine(index: number): AnyEngine {
    const engine = this.engines[index];
    if (engine === undefined) throw new Error(`the plan has ${this.engines.length} engines`);
    return engine;
  }

  /** The cache, in plans that have one. */
  get cache(): Redis {
    if (this.redis === undefined) throw new Error('the plan has no cache');
    return this.redis;
  }

  /** Rows of the gateway's database. */
  sql(text: string): string {
    return this.postgres.sql(text, 'litellm');
  }

  async remove(): Promise<void> {
    await Promise.all(this.gateways.map((gateway) => gateway.kill()));
    for (const engine of this.engines) await engine.remove();
    await this.redis?.remove();
    await this.postgres.remove();
    this.machine.remove();
    this.authority.remove();
    for (const folder of this.folders) rmSync(folder, { recursive: true, force: true });
  }
}

/** The machine that the gateway runs on. */
function gatewayMachine(plan: Plan): Sandbox {
  if (isSingleServer(plan)) return new Sandbox(plan);
  return new Sandbox(plan, { role: 'gateway', bundle: bundleOfGateway(plan) });
}

/** After so long LiteLLM asks a cache again that was away; its own minute would make tests long. */
const impatient = { REDIS_CIRCUIT_BREAKER_RECOVERY_TIMEOUT: '2' };

const isManaged = (plan: Plan) => plan.decisions.database.postgres === 'managed';

async function startPostgres(plan: Plan, machine: Sandbox, authority: Authority): Promise<Postgres> {
  const certificate = isManaged(plan) ? authority.issue('IP:127.0.0.1') : undefined;
  const postgres = await Postgres.copyOf(inject('migratedCluster'), certificate);
  const password = isManaged(plan) ? 'of the database' : machine.read('/run/llm/database_password');
  postgres.sql(`alter role litellm password '${password}'`);
  return postgres;
}

async function startRedis(plan: Plan, machine: Sandbox, authority: Authority): Promise<Redis | undefined> {
  switch (plan.decisions.cache.valkey) {
    case 'none':
      return undefined;
    case 'managed':
      return Redis.startManaged('of-the-cache', authority.issue('IP:127.0.0.1'));
    case 'embedded': {
      const { command } = composeService(plan, 'valkey');
      return Redis.start(command, machine.read('/run/llm/valkey.conf'));
    }
  }
}

function variable(text: string, name: string): string {
  const value = new RegExp(`^${name}='([^']*)'$`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`the boot makes no ${name}`);
  return value;
}
