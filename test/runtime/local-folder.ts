import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SingleServerPlan } from '../../lib/plan/plan';
import { localBundle } from '../../lib/runtime/local/bundle';
import type { LocalForm } from '../../lib/runtime/local/form';
import type { Outcome } from './sandbox';

/** The generated folder on disk, whose programs are run for real. */
export class LocalFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'llm-local-'));
  private readonly children: ChildProcess[] = [];

  constructor(
    readonly plan: SingleServerPlan,
    form: LocalForm,
  ) {
    for (const { path, content, executable } of localBundle(plan, form)) {
      writeFileSync(join(this.path, path), content);
      if (executable) chmodSync(join(this.path, path), 0o755);
    }
  }

  read(name: string): string {
    return readFileSync(join(this.path, name), 'utf8');
  }

  mode(name: string): string {
    return (statSync(join(this.path, name)).mode & 0o777).toString(8);
  }

  /** Runs a program from another folder, as a user may. */
  run(words: [string, ...string[]], env: Record<string, string> = {}): Outcome {
    const [command, ...rest] = words;
    const { status, stdout, stderr } = spawnSync(command, rest, {
      cwd: tmpdir(),
      env: { PATH: process.env.PATH, HOME: this.path, PYTHONDONTWRITEBYTECODE: '1', ...env },
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  }

  secrets(env: Record<string, string> = {}): Outcome {
    return this.run(['sh', join(this.path, 'secrets.sh')], env);
  }

  /** Starts the simulated engine with these options of its own; resolves with its address when it listens. */
  async simulate(
    options: Record<string, string | number>,
    env: Record<string, string> = {},
  ): Promise<Engine> {
    const words = Object.entries({ ...options, host: '127.0.0.1', port: 0 }).flatMap(([name, value]) => [
      `--${name}`,
      String(value),
    ]);
    const child = spawn('python3', [join(this.path, 'simulated_engine.py'), ...words], {
      env: { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: '1', ...env },
    });
    this.children.push(child);
    const port = await new Promise<string>((resolve, reject) => {
      let text = '';
      const listen = (piece: Buffer) => {
        text += piece;
        const found = /on port (\d+)/.exec(text);
        if (found) resolve(found[1] as string);
      };
      child.stdout.on('data', listen);
      child.stderr.on('data', listen);
      child.on('close', () => reject(new Error(`the simulated engine ended: ${text}`)));
    });
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    return { url: `http://127.0.0.1:${port}`, stop: () => child.kill('SIGTERM'), ended };
  }

  remove(): void {
    for (const child of this.children) child.kill('SIGKILL');
    rmSync(this.path, { recursive: true, force: true });
  }
}

export interface Engine {
  url: string;
  stop(): void;
  /** Exit code. */
  ended: Promise<number | null>;
}
