import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificate } from './certificates';
import { Child } from './child';
import { freePort } from './free-port';
import { required } from './required';
import { until } from './until';

const isRoot = process.getuid?.() === 0;
/** Postgres refuses to run as root. */
const asServer: [string, ...string[]] = isRoot ? ['runuser', '-u', 'postgres', '--'] : ['env'];

/** A Postgres of the test's own on the loopback interface; host authentication as in the image, superuser `postgres`. */
export class Postgres {
  private server: Child | undefined;
  private constructor(
    readonly folder: string,
    readonly port: number,
    private readonly tls: boolean,
  ) {}

  private requireTls(certificate: Certificate): void {
    const data = join(this.folder, 'data');
    const files = { [certificate.certificate]: 'server.crt', [certificate.key]: 'server.key' };
    for (const [from, name] of Object.entries(files)) {
      copyFileSync(from, join(data, name));
      chmodSync(join(data, name), 0o600);
      if (isRoot) chownSync(join(data, name), Number(execFileSync('id', ['-u', 'postgres'])), -1);
    }
    const rules = 'local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n';
    writeFileSync(join(data, 'pg_hba.conf'), rules);
  }

  /** An empty cluster. */
  static create(): Promise<Postgres> {
    const words = ['-A', 'scram-sha-256', '--auth-local=trust', '-U', 'postgres', '-E', 'UTF8', '--no-sync'];
    return Postgres.startOn((data) => [join(bin(), 'initdb'), '-D', data, ...words]);
  }

  /** A copy of a stopped cluster; with a certificate it refuses connections without TLS, as a cloud's does. */
  static copyOf(cluster: string, certificate?: Certificate): Promise<Postgres> {
    return Postgres.startOn((data) => ['cp', '-a', cluster, data], certificate);
  }

  private static async startOn(
    makeData: (data: string) => string[],
    certificate?: Certificate,
  ): Promise<Postgres> {
    const folder = mkdtempSync(join(tmpdir(), 'llm-postgres-'));
    if (isRoot) chownSync(folder, Number(execFileSync('id', ['-u', 'postgres'])), -1);
    const [command, ...words] = asServer;
    execFileSync(command, [...words, ...makeData(join(folder, 'data'))], { cwd: folder, stdio: 'pipe' });
    const postgres = new Postgres(folder, await freePort(), certificate !== undefined);
    if (certificate !== undefined) postgres.requireTls(certificate);
    await postgres.resume();
    return postgres;
  }

  /** Starts the server on its old data and port. */
  async resume(): Promise<void> {
    const settings = {
      port: this.port,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: this.folder,
      fsync: 'off',
      max_connections: 200,
      ...(this.tls ? { ssl: 'on' } : {}),
    };
    const words = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const server = new Child(
      'postgres',
      [...asServer, join(bin(), 'postgres'), '-D', join(this.folder, 'data'), ...words],
      { cwd: this.folder },
    );
    this.server = server;
    await until('Postgres answers', () => {
      server.mustRun();
      return this.answers();
    });
  }

  private answers(): boolean {
    try {
      return this.sql('select 1') === '1';
    } catch {
      return false;
    }
  }

  /** Rows of an SQL text, columns parted by `|`. */
  sql(text: string, database = 'postgres'): string {
    const words = ['-h', this.folder, '-p', String(this.port), '-U', 'postgres', '-d', database];
    return execFileSync(join(bin(), 'psql'), [...words, '-v', 'ON_ERROR_STOP=1', '-qAtX', '-f', '-'], {
      input: text,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
      maxBuffer: 64 * 1024 * 1024,
    }).trim();
  }

  /** The same, without waiting for its end. */
  sqlInBackground(text: string, database: string): Child {
    const words = ['-h', this.folder, '-p', String(this.port), '-U', 'postgres', '-d', database];
    return new Child('psql', [join(bin(), 'psql'), ...words, '-qAtX', '-c', text]);
  }

  /** Every row of a database as SQL text. */
  dump(database: string): string {
    const words = ['-h', this.folder, '-p', String(this.port), '-U', 'postgres', '--data-only', database];
    return execFileSync(join(bin(), 'pg_dump'), words, {
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
    });
  }

  /** Ends in order, so that the cluster can be copied. */
  shutDown(): Promise<unknown> {
    return this.end('fast');
  }

  /** Ends at once, as a crash would: connections are cut. */
  stop(): Promise<unknown> {
    return this.end('immediate');
  }

  private async end(mode: 'fast' | 'immediate'): Promise<unknown> {
    if (this.server === undefined || this.server.exit !== undefined) return;
    const [command, ...words] = asServer;
    const stop = [join(bin(), 'pg_ctl'), '-D', join(this.folder, 'data'), '-m', mode, '-w', 'stop'];
    execFileSync(command, [...words, ...stop], { cwd: this.folder, stdio: 'pipe' });
    return this.server.end();
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const bin = () => required('POSTGRES_BIN');
