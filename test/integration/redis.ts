import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import type { Certificate } from './certificates';
import { Child } from './child';
import { freePort } from './free-port';
import { required } from './required';
import { until } from './until';

/** Redis 7 of Debian may stand for Valkey 8: both read the same options. Folder and port are the test's own. */
export class Redis {
  private server: Child | undefined;
  private readonly folder = mkdtempSync(join(tmpdir(), 'llm-redis-'));
  /** Absent: without TLS. Counts from the next `resume`. */
  certificate: Certificate | undefined;
  private constructor(
    private readonly words: string[],
    configuration: string,
    readonly port: number,
  ) {
    writeFileSync(join(this.folder, 'valkey.conf'), configuration);
  }

  /**
   * The service of compose.yaml.
   *
   * @param configuration text of the file that the boot makes
   */
  static async start(command: string[], configuration: string): Promise<Redis> {
    const [program, file, ...words] = command;
    if (program !== 'valkey-server' || file !== '/run/secrets/valkey.conf' || !words.includes('/data'))
      throw new Error(`the cache starts in another way than this test knows: ${command.join(' ')}`);
    const redis = new Redis(words, configuration, await freePort());
    await redis.resume();
    return redis;
  }

  /** As a cloud runs it: TLS alone, with a password. */
  static async startManaged(password: string, certificate: Certificate): Promise<Redis> {
    // refused handshakes are in its log at this level
    const words = ['--dir', '/data', '--save', '', '--appendonly', 'no', '--loglevel', 'verbose'];
    const redis = new Redis(words, `requirepass ${password}\n`, await freePort());
    redis.certificate = certificate;
    await redis.resume();
    return redis;
  }

  async resume(): Promise<void> {
    const words = this.words.map((word) => (word === '/data' ? this.folder : word));
    const server = new Child('redis', [
      required('REDIS_SERVER'),
      join(this.folder, 'valkey.conf'),
      ...words,
      ...['--bind', '127.0.0.1'],
      ...this.listen(),
    ]);
    this.server = server;
    await until('Redis answers', async () => {
      server.mustRun();
      return /PONG|NOAUTH/.test(await this.ask('PING'));
    });
  }

  private listen(): string[] {
    if (this.certificate === undefined) return ['--port', String(this.port)];
    const { certificate, key } = this.certificate;
    const files = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate];
    return ['--port', '0', '--tls-port', String(this.port), '--tls-auth-clients', 'no', ...files];
  }

  /** What it wrote since its last start. */
  get log(): string {
    return this.server?.log ?? '';
  }

  /** First bytes of the answer to some commands; empty when there is none. */
  ask(...commands: string[]): Promise<string> {
    return new Promise((resolve) => {
      const options = { port: this.port, host: '127.0.0.1', rejectUnauthorized: false };
      const socket = this.certificate === undefined ? connect(options) : connectTls(options);
      let text = '';
      socket.on(this.certificate === undefined ? 'connect' : 'secureConnect', () =>
        socket.write(commands.map((command) => `${command}\r\n`).join('')),
      );
      socket.on('data', (piece) => {
        text += piece;
        if (text.split('\r\n').length > commands.length) socket.destroy();
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(text));
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
