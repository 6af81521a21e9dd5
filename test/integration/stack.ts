import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { Plan } from '../../lib/plan/plan';
import { engineServices } from '../../lib/runtime/layout';
import { fakeAws } from '../runtime/fake-cloud';
import { Sandbox } from '../runtime/sandbox';
import { FakeEngine } from './fake-engine';
import { Gateway } from './gateway';
import { composeService, generated, withAddresses } from './generated';
import { Postgres } from './postgres';
import { Redis } from './redis';

/** The key of the operator in every test. */
export const operatorKey = 'sk-operator-of-the-tests';

/**
 * One machine's stack of a plan on the loopback interface: real LiteLLM, Redis and Postgres, fake engines.
 *
 * Secrets are those that the bundle's own fetch_secrets.py makes.
 */
export class Stack {
  readonly gateways: Gateway[] = [];
  private readonly folders: string[] = [];
  private constructor(
    readonly plan: Plan,
    readonly machine: Sandbox,
    readonly engines: FakeEngine[],
    readonly postgres: Postgres,
    readonly redis: Redis,
  ) {}

  static async start(plan: Plan): Promise<Stack> {
    const machine = new Sandbox(plan);
    machine.command('aws', fakeAws(machine.root));
    machine.write('/secrets/llm-master-key-secret', operatorKey);
    machine.write('/secrets/llm-internal-secret', 'a seed for passwords between containers');
    const fetched = await machine.run('python3', machine.program('fetch_secrets.py'));
    if (fetched.status !== 0) throw new Error(`fetch_secrets.py failed: ${fetched.stderr}`);

    const engineKey = variable(machine.read('/run/llm/engine.env'), 'VLLM_API_KEY');
    const names = engineServices(plan).map(({ model }) => model.name);
    const engines = await Promise.all(names.map((name) => FakeEngine.start(name, engineKey)));
    const postgres = await Postgres.copyOf(inject('migratedCluster'));
    postgres.sql(`alter role litellm password '${machine.read('/run/llm/database_password')}'`);
    const redis = await Redis.start(
      composeService(plan, 'valkey').command,
      machine.path('/run/llm/valkey.conf'),
    );
    const stack = new Stack(plan, machine, engines, postgres, redis);
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
    const services = engineServices(this.plan).map(({ service }) => service);
    const urls = Object.fromEntries(
      services.map((service, index) => [service, this.engines[index]?.url ?? '']),
    );
    const secrets = this.machine.read('/run/llm/gateway.env');
    if (!secrets.includes('@postgres:5432/')) throw new Error('the gateway no longer reaches postgres:5432');
    const gateway = await Gateway.start(this.plan, {
      folder,
      config: withAddresses(this.plan, urls),
      enter: generated(this.plan, 'enter.sh'),
      secrets: secrets.replace('@postgres:5432/', `@127.0.0.1:${this.postgres.port}/`),
      redisPort: this.redis.port,
    });
    this.gateways.push(gateway);
    return gateway;
  }

  get gateway(): Gateway {
    return this.gateways[0] as Gateway;
  }

  /** Engine by its place in the plan. */
  engine(index: number): FakeEngine {
    const engine = this.engines[index];
    if (engine === undefined) throw new Error(`the plan has ${this.engines.length} engines`);
    return engine;
  }

  /** Rows of the gateway's database. */
  sql(text: string): string {
    return this.postgres.sql(text, 'litellm');
  }

  async remove(): Promise<void> {
    await Promise.all(this.gateways.map((gateway) => gateway.kill()));
    for (const engine of this.engines) engine.stop();
    await this.redis.remove();
    await this.postgres.remove();
    this.machine.remove();
    for (const folder of this.folders) rmSync(folder, { recursive: true, force: true });
  }
}

function variable(text: string, name: string): string {
  const value = new RegExp(`^${name}='([^']*)'$`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`the boot makes no ${name}`);
  return value;
}
