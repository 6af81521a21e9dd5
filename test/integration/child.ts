import { type ChildProcess, spawn } from 'node:child_process';

/** A program that a test started, with everything it wrote; its whole process group is ended with the test. */
export class Child {
  log = '';
  exit: number | NodeJS.Signals | undefined;
  private readonly process: ChildProcess;
  private readonly ended: Promise<void>;

  constructor(
    readonly name: string,
    [command, ...words]: [string, ...string[]],
    options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
  ) {
    this.process = spawn(command, words, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.log += text;
      });
    }
    this.ended = new Promise((resolve) => {
      this.process.on('error', (error) => {
        this.log += String(error);
        this.exit = 127;
        resolve();
      });
      this.process.on('close', (code, signal) => {
        this.exit = code ?? signal ?? 1;
        resolve();
      });
    });
  }

  /** Also the id of the group of all that it started. */
  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** To the program itself, as docker sends it. */
  signal(name: NodeJS.Signals): void {
    this.process.kill(name);
  }

  async end(): Promise<number | NodeJS.Signals> {
    await this.ended;
    return this.exit as number | NodeJS.Signals;
  }

  /** Ends it and all that it started. */
  async kill(): Promise<void> {
    const { pid } = this.process;
    if (pid !== undefined) {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // the group is gone already
      }
    }
    await this.ended;
  }

  /** Throws with the end of the log when the program is no longer there. */
  mustRun(): void {
    if (this.exit !== undefined)
      throw new Error(`${this.name} ended with ${this.exit}: ${this.log.slice(-3000)}`);
  }
}
