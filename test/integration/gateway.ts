import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Child } from './child';
import { freePort } from './free-port';
import type { ComposeService } from './generated';
import { required } from './required';
import { until } from './until';

const engineFolder = join(__dirname, 'query-engine');
/** Docker's way of saying "the image's own", where a test needs folders of its own. */
const inContainer = { secrets: '/run/secrets/env' };

export interface LitellmFiles {
  /** For what the program writes. */
  folder: string;
  /** Text of the configuration. */
  config: string;
  /** Text of a file that the service mounts from the bundle. */
  mounted: (path: string) => string;
  /** Lines of variables, as the boot makes them. */
  secrets: string;
  /** Port of the cache, where the service asks for one. */
  redisPort?: number;
  /** What only the test's own certificates need. */
  environment?: Record<string, string>;
}

/** A LiteLLM service of compose.yaml: its command line, environment and start script; only addresses and folders differ. */
export function litellm(service: ComposeService, files: LitellmFiles, port?: number): Child {
  const config = join(files.folder, 'config.yaml');
  const enter = join(files.folder, 'enter.sh');
  const secrets = join(files.folder, 'env');
  const metrics = join(files.folder, 'prometheus');
  mkdirSync(metrics, { recursive: true });
  writeFileSync(config, files.config);
  writeFileSync(enter, replaced(files.mounted('enter.sh'), inContainer.secrets, secrets));
  writeFileSync(secrets, files.secrets);
  for (const { source, target } of service.volumes) {
    const name = /^\.\/(.+\.py)$/.exec(source)?.[1];
    if (name !== undefined) writeFileSync(join(files.folder, basename(target)), files.mounted(name));
  }
  const [shell, , ...program] = service.entrypoint;
  const command = service.command.map((word, index) => {
    const option = service.command[index - 1];
    if (option === '--config') return config;
    if (option === '--host') return '127.0.0.1';
    if (option === '--port') return String(port);
    return word;
  });
  const cache =
    files.redisPort === undefined ? {} : { REDIS_HOST: '127.0.0.1', REDIS_PORT: String(files.redisPort) };
  return new Child('LiteLLM', [shell as string, enter, ...program, ...command], {
    cwd: files.folder,
    env: {
      PATH: [
        engineFolder,
        join(required('LITELLM_FOLDER'), 'bin'),
        dirname(process.execPath),
        process.env.PATH,
      ].join(':'),
      HOME: files.folder,
      ...service.environment,
      ...(service.environment.PROMETHEUS_MULTIPROC_DIR === undefined
        ? {}
        : { PROMETHEUS_MULTIPROC_DIR: metrics }),
      ...cache,
      ...files.environment,
      PRISMA_QUERY_ENGINE_BINARY: join(engineFolder, 'query-engine'),
      QUERY_ENGINE_PACKAGES: join(required('LITELLM_FOLDER'), 'packages'),
    },
  });
}

/** The gateway service of compose.yaml. */
export class Gateway {
  private constructor(
    readonly child: Child,
    readonly port: number,
  ) {}

  /** Resolves when it answers its health check; two at once share the cores, so a start may take a minute. */
  static async start(service: ComposeService, files: LitellmFiles): Promise<Gateway> {
    const port = await freePort();
    const child = litellm(service, files, port);
    const gateway = new Gateway(child, port);
    await until('the gateway answers its health check', () => gateway.isAlive(), 240).catch(async (error) => {
      await child.kill();
      throw new Error(`${error.message}\n${gateway.log.slice(-6000)}`);
    });
    return gateway;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Everything it wrote so far. */
  get log(): string {
    return this.child.log;
  }

  /** What the balancer asks, by way of health.py. */
  async isAlive(): Promise<boolean> {
    this.child.mustRun();
    const answer = await fetch(`${this.url}/health/liveliness`, { signal: AbortSignal.timeout(5000) }).catch(
      () => undefined,
    );
    return answer?.status === 200;
  }

  /** As `docker compose stop` begins. */
  terminate(): void {
    this.child.signal('SIGTERM');
  }

  /** Resolves with the exit code. */
  end(): Promise<number | NodeJS.Signals> {
    return this.child.end();
  }

  kill(): Promise<void> {
    return this.child.kill();
  }
}

function replaced(text: string, before: string, after: string): string {
  if (!text.includes(before)) throw new Error(`enter.sh no longer reads ${before}`);
  return text.replaceAll(before, after);
}
