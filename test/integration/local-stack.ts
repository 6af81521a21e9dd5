import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { Child } from './child';
import { freePort } from './free-port';
import { Gateway, litellm } from './gateway';
import { type ComposeService, withAddresses } from './generated';
import { Postgres } from './postgres';
import { Redis } from './redis';

/** An engine of the folder: started as docker would, on a port of its own. */
export class LocalEngine {
  child: Child | undefined;
  constructor(
    readonly port: number,
    private readonly words: [string, ...string[]],
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get log(): string {
    return this.child?.log ?? '';
  }

  start(): Child {
    this.child = new Child('the engine', this.words, { env: this.env });
    return this.child;
  }
}

/**
 * The folder that `compose` writes, without docker: every service of compose.yaml but the database is started with
 * its own command, variables and mounted files, on ports and folders of the test.
 */
export class LocalStack {
  private readonly work = mkdtempSync(join(tmpdir(), 'llm-docker-'));
  private readonly services: Record<string, ComposeService>;
  readonly engines: Record<string, LocalEngine> = {};
  private postgres: Postgres | undefined;
  private redis: Redis | undefined;
  private running: Gateway | undefined;

  private constructor(readonly folder: string) {
    this.services = parse(this.read('compose.yaml')).services;
  }

  /** `program`: where a program of the image is on this machine. */
  static async start(
    folder: string,
    program: (word: string) => string = (word) => word,
  ): Promise<LocalStack> {
    const stack = new LocalStack(folder);
    await stack.run(program).catch(async (error) => {
      await stack.remove();
      throw error;
    });
    return stack;
  }

  get gateway(): Gateway {
    if (this.running === undefined) throw new Error('there is no gateway');
    return this.running;
  }

  get operatorKey(): string {
    return this.read('secrets/operator_key');
  }

  engine(service: string): LocalEngine {
    const engine = this.engines[service];
    if (engine === undefined) throw new Error(`compose.yaml has no engine ${service}`);
    return engine;
  }

  sql(text: string): string {
    return (this.postgres as Postgres).sql(text, 'litellm');
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  /** key.sh as a user types it; it may wait for the engine. */
  async keyScript(...words: string[]): Promise<{ exit: number | NodeJS.Signals; text: string }> {
    const child = new Child('key.sh', ['sh', join(this.folder, 'key.sh'), ...words], {
      env: { PATH: `${this.work}:${process.env.PATH}`, PYTHONDONTWRITEBYTECODE: '1' },
    });
    return { exit: await child.end(), text: child.log };
  }

  async remove(): Promise<void> {
    await this.running?.kill();
    for (const engine of Object.values(this.engines)) await engine.child?.kill();
    await this.redis?.remove();
    await this.postgres?.remove();
    rmSync(this.work, { recursive: true, force: true });
  }

  private async run(program: (word: string) => string): Promise<void> {
    const secrets = new Child('secrets.sh', ['sh', join(this.folder, 'secrets.sh')], {
      env: { PATH: process.env.PATH },
    });
    if ((await secrets.end()) !== 0) throw new Error(secrets.log);
    this.postgres = await Postgres.create();
    const password = this.read('secrets/database_password');
    this.postgres.sql(`create role litellm login superuser password '${password}'`);
    this.postgres.sql('create database litellm owner litellm');
    this.redis = await Redis.start(this.of('valkey').command, this.read('secrets/valkey.conf'));
    for (const name of Object.keys(this.services).filter((one) => one.startsWith('engine-'))) {
      this.engines[name] = this.engineOf(name, await freePort(), program);
      this.engines[name].start();
    }
    const urls = Object.fromEntries(Object.entries(this.engines).map(([name, { url }]) => [name, url]));
    const files = {
      config: withAddresses(this.read('litellm.yaml'), urls),
      mounted: (path: string) => this.read(path),
      secrets: this.read('secrets/gateway.env').replace(
        '@postgres:5432/',
        `@127.0.0.1:${this.postgres.port}/`,
      ),
      redisPort: this.redis.port,
    };
    // as depends_on of the gateway has it
    const migrate = litellm(this.of('migrate'), { ...files, folder: this.subfolder('migrate') });
    if ((await migrate.end()) !== 0) throw new Error(migrate.log.slice(-3000));
    this.running = await Gateway.start(this.of('gateway'), { ...files, folder: this.subfolder('gateway') });
    writeFileSync(join(this.work, 'docker'), this.fakeDocker(join(this.work, 'gateway', 'enter.sh')));
    chmodSync(join(this.work, 'docker'), 0o755);
  }

  private of(name: string): ComposeService {
    const service = this.services[name];
    if (service === undefined) throw new Error(`compose.yaml has no service ${name}`);
    return service;
  }

  private subfolder(name: string): string {
    mkdirSync(join(this.work, name));
    return join(this.work, name);
  }

  /** Places in the container as those of the folder. */
  private mounted(service: ComposeService, word: string): string {
    const volume = service.volumes.find(({ target }) => word === target);
    return volume === undefined ? word : resolve(this.folder, volume.source);
  }

  private engineOf(name: string, port: number, program: (word: string) => string): LocalEngine {
    const service = this.of(name);
    const [shell = '', enter = '', ...words] = service.entrypoint;
    const own = join(this.work, `enter-${name}.sh`);
    if (this.mounted(service, enter) !== join(this.folder, 'enter.sh'))
      throw new Error(`${name} no longer enters by enter.sh`);
    const secrets = this.mounted(service, '/run/secrets/env');
    writeFileSync(own, this.read('enter.sh').replaceAll('/run/secrets/env', secrets));
    const command = service.command.map((word, index) => {
      const option = service.command[index - 1];
      if (option === '--host') return '127.0.0.1';
      return option === '--port' ? String(port) : this.mounted(service, word);
    });
    const programs = words.map((word) => program(this.mounted(service, word)));
    return new LocalEngine(port, [shell, own, ...programs, ...command], {
      PATH: process.env.PATH,
      ...service.environment,
    });
  }

  /** What key.sh asks of docker. */
  private fakeDocker(enter: string): string {
    return `#!/bin/sh
case "$*" in
  'compose port gateway 4000') echo 127.0.0.1:${this.gateway.port} ;;
  'compose exec -T gateway /bin/sh /llm/enter.sh python3 /llm/new_key.py '*)
    shift 8
    LLM_GATEWAY=${this.gateway.url} exec /bin/sh ${enter} python3 ${join(this.folder, 'new_key.py')} "$@" ;;
  *) echo "not known: docker $*" >&2; exit 1 ;;
esac
`;
  }
}
