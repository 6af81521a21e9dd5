import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Plan, SingleServerPlan } from '../../lib/plan/plan';
import { type Bundle, bundle } from '../../lib/runtime/bundle';
import { environmentFile, environmentKeysFor } from '../../lib/runtime/environment';
import type { Role } from '../../lib/runtime/host';

/** The interpreter itself: a version manager's `python3` would put its own commands before the fake ones. */
const python = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' });

/** The programs are tested where they can run; elsewhere the suite says that it skipped them. */
export const canRunPrograms =
  process.platform === 'linux' && python.status === 0 && spawnSync('bash', ['--version']).status === 0;

/** The part of `settings.json` that tests change. */
export interface MachineSettings {
  /** null on a machine of a fleet. */
  gateway: { url: string };
  engines: { url: string }[];
  ports: { health: number; signals: number; application?: number };
  containers: { service: string; url: string }[];
  degradedModel: string | null;
}

export interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** What a machine of a group has on it; a fleet's machine is of the type and took its files. */
export interface Installed {
  role: Role;
  bundle: Bundle;
  instanceType?: string;
}

/** A folder that stands for a whole machine: bundle unpacked, `/etc/llm/env` written, commands faked. */
export class Sandbox {
  readonly root = mkdtempSync(join(tmpdir(), 'llm-machine-'));
  readonly commands = join(this.root, 'fake-commands');
  private readonly children: ChildProcess[] = [];
  private readonly servers: Server[] = [];
  readonly variables: Record<string, string> = {};

  constructor(plan: SingleServerPlan);
  constructor(plan: Plan, installed: Installed);
  constructor(plan: Plan, installed?: Installed) {
    const {
      role,
      bundle: unpacked,
      instanceType = '',
    } = installed ?? { role: 'server', bundle: bundle(plan as SingleServerPlan, 'aws') };
    for (const { path, content } of unpacked.files) {
      this.write(`/opt/llm/bundle/${path}`, content);
      const [name, type] = path.split('@');
      if (type === instanceType) this.write(`/opt/llm/bundle/${name}`, content);
    }
    const keys = environmentKeysFor(plan, role);
    const known: Record<string, string> = { LLM_DATA_VOLUME_ID: 'vol-0abc', LLM_REGION: 'eu-central-1' };
    const values = keys.map((key) => [key, known[key] ?? key.toLowerCase().replaceAll('_', '-')]);
    this.write('/etc/llm/env', environmentFile(plan, role, Object.fromEntries(values)));
    mkdirSync(this.path('/run/llm'), { recursive: true });
    mkdirSync(this.commands);
    this.command('python3', `#!/bin/sh\nexec '${python.stdout.trim()}' -S -E "$@"\n`);
  }

  path(name: string): string {
    return join(this.root, name);
  }

  write(name: string, content: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  exists(name: string): boolean {
    return existsSync(this.path(name));
  }

  mode(name: string): number {
    return statSync(this.path(name)).mode & 0o777;
  }

  /** Every file of the machine with its text. */
  files(): Record<string, string> {
    const names = readdirSync(this.root, { recursive: true, withFileTypes: true }).filter((one) =>
      one.isFile(),
    );
    const paths = names.map((one) => join(one.parentPath, one.name));
    return Object.fromEntries(
      paths.map((path) => [path.slice(this.root.length), readFileSync(path, 'latin1')]),
    );
  }

  /** A fake command: bash unless the text says otherwise. Each call is noted in `calls`. */
  command(name: string, script = ''): void {
    const text = script.startsWith('#!')
      ? script
      : `#!/usr/bin/env bash\n${this.noteAndFail(name)}\n${script}\n`;
    writeFileSync(join(this.commands, name), text, { mode: 0o755 });
  }

  /** Notes the call, and fails when it holds the words in the file `fail-once`. */
  private noteAndFail(name: string): string {
    return `call="${name} $*"
printf '%s\\n' "$call" >>'${this.root}/calls'
if [ -e '${this.root}/fail-once' ] && [[ $call == *"$(cat '${this.root}/fail-once')"* ]]; then
  rm '${this.root}/fail-once'
  echo "$call: made to fail" >&2
  exit 1
fi`;
  }

  /** Lines of the fake commands' calls so far. */
  calls(): string[] {
    return this.exists('/calls') ? this.read('/calls').trim().split('\n') : [];
  }

  /** Changes what the programs read from the plan, such as ports that are free here. */
  patchSettings(change: (settings: MachineSettings) => void): void {
    const settings = JSON.parse(this.read('/opt/llm/bundle/settings.json'));
    change(settings);
    this.write('/opt/llm/bundle/settings.json', JSON.stringify(settings));
  }

  private environment(): NodeJS.ProcessEnv {
    const path = `${this.commands}:${process.env.PATH}`;
    return {
      PATH: path,
      HOME: this.root,
      LLM_ROOT: this.root,
      PYTHONDONTWRITEBYTECODE: '1',
      ...this.variables,
    };
  }

  /** Starts a program of the bundle; it is ended with the sandbox at the latest. */
  start(command: string, ...words: string[]): ChildProcess {
    const child = spawn(command, words, { env: this.environment(), cwd: this.root });
    this.children.push(child);
    return child;
  }

  /** Runs a program of the bundle to its end. */
  run(command: string, ...words: string[]): Promise<Outcome> {
    const child = this.start(command, ...words);
    return new Promise((resolve) => {
      let stdout = '';
      let stderr = '';
      child.stdout?.on('data', (text) => {
        stdout += text;
      });
      child.stderr?.on('data', (text) => {
        stderr += text;
      });
      child.on('close', (status) => resolve({ status, stdout, stderr }));
    });
  }

  program(name: string): string {
    return this.path(`/opt/llm/bundle/${name}`);
  }

  /** Starts a server program and waits for the port that it prints. */
  async serve(name: string): Promise<{ url: string; lines: string[] }> {
    const child = this.start('python3', this.program(name));
    const lines: string[] = [];
    const port = await new Promise<string>((resolve, reject) => {
      let text = '';
      const listen = (piece: Buffer) => {
        text += piece;
        lines.splice(0, lines.length, ...text.split('\n'));
        const found = /on port (\d+)/.exec(text);
        if (found) resolve(found[1] as string);
      };
      child.stdout?.on('data', listen);
      child.stderr?.on('data', listen);
      child.on('close', () => reject(new Error(`${name} ended: ${text}`)));
    });
    return { url: `http://127.0.0.1:${port}`, lines };
  }

  /** A server of the test's own on the loopback interface. */
  listen(answer: Answer): Promise<string> {
    return this.listenRaw(async (request, response) => {
      let body = '';
      for await (const piece of request) body += piece;
      const { status = 200, text = '' } = await answer(request, body);
      response.writeHead(status).end(text);
    });
  }

  /** The same for bodies that are no text. */
  async listenRaw(answer: RequestListener): Promise<string> {
    const server = createServer(answer);
    this.servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  remove(): void {
    for (const child of this.children) child.kill('SIGKILL');
    for (const server of this.servers) server.close().closeAllConnections();
    rmSync(this.root, { recursive: true, force: true });
  }
}

type Answer = (
  request: IncomingMessage,
  body: string,
) => { status?: number; text?: string } | Promise<{ status?: number; text?: string }>;

/** Waits for what a program does in its own time. The test's own time limit ends it. */
export async function eventually<Value>(
  look: () => Promise<Value | undefined | false> | Value | undefined | false,
): Promise<Value> {
  for (;;) {
    const value = await look();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
