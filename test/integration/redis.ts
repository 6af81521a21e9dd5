import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from './child';
import { freePort } from './free-port';
import { required } from './required';
import { until } from './until';

/**
 * The cache with the command line of compose.yaml and the configuration that the boot makes; only folder and
 * port are the test's own. Redis 7 of Debian may stand for Valkey 8: both read the same options.
 */
export class Redis {
  private server: Child | undefined;
  private readonly folder = mkdtempSync(join(tmpdir(), 'llm-redis-'));
  private constructor(
    private readonly words: string[],
    readonly port: number,
  ) {}

  /** @param command of the service `valkey` */
  static async start(command: string[], configuration: string): Promise<Redis> {
    const [program, file, ...words] = command;
    if (program !== 'valkey-server' || file !== '/run/secrets/valkey.conf' || !words.includes('/data'))
      throw new Error(`the cache starts in another way than this test knows: ${command.join(' ')}`);
    const redis = new Redis(words, await freePort());
    copyFileSync(configuration, join(redis.folder, 'valkey.conf'));
    await redis.resume();
    return redis;
  }

  async resume(): Promise<void> {
    const words = this.words.map((word) => (word === '/data' ? this.folder : word));
    const own = ['--port', String(this.port), '--bind', '127.0.0.1'];
    const server = new Child('redis', [
      required('REDIS_SERVER'),
      join(this.folder, 'valkey.conf'),
      ...words,
      ...own,
    ]);
    this.server = server;
    await until('Redis answers', () => {
      server.mustRun();
      return this.answers();
    });
  }

  private answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1', () => socket.write('PING\r\n'));
      socket.on('data', (text) => {
        socket.destroy();
        resolve(/PONG|NOAUTH/.test(String(text)));
      });
      socket.on('error', () => resolve(false));
    });
  }

  async stop(): Promise<void> {
    await this.server?.kill();
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
