import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from './child';
import { freePort } from './free-port';
import { writeRandomModel } from './random-gguf';
import { until } from './until';

/** Set by scripts/verify/gateway.sh where llama.cpp could be built. */
export const llamaServer = process.env.LLAMA_SERVER;

/** A real engine, llama.cpp's own server, with random weights: it tokenizes, attends and samples. */
export class LlamaServer {
  private child: Child | undefined;
  private constructor(
    private readonly folder: string,
    private readonly words: string[],
    private readonly key: string,
    readonly port: number,
  ) {}

  static async start(name: string, key: string, options: { contextTokens: number; embeds?: boolean }) {
    if (llamaServer === undefined) throw new Error('LLAMA_SERVER is not set');
    const folder = mkdtempSync(join(tmpdir(), 'llm-llama-'));
    const model = join(folder, 'random.gguf');
    writeRandomModel(model, options.contextTokens);
    const port = await freePort();
    const engine = new LlamaServer(
      folder,
      [
        ...['--model', model, '--alias', name, '--api-key', key],
        ...['--host', '127.0.0.1', '--port', String(port)],
        ...['--ctx-size', String(2 * options.contextTokens), '--parallel', '2', '--threads', '1'],
        ...['--jinja', '--metrics', '--no-webui'],
        ...(options.embeds === true ? ['--embeddings', '--pooling', 'mean'] : []),
      ],
      key,
      port,
    );
    await engine.resume();
    return engine;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get log(): string {
    return this.child?.log ?? '';
  }

  async resume(): Promise<void> {
    const child = new Child('llama-server', [llamaServer as string, ...this.words]);
    this.child = child;
    await until('llama-server has its model', async () => {
      child.mustRun();
      const answer = await fetch(`${this.url}/health`).catch(() => undefined);
      return answer?.status === 200;
    });
  }

  /** Of its own series. */
  async series(name: string): Promise<number> {
    const text = await (
      await fetch(`${this.url}/metrics`, { headers: { authorization: `Bearer ${this.key}` } })
    ).text();
    const line = text.split('\n').find((one) => one.startsWith(`${name} `));
    if (line === undefined) throw new Error(`llama-server counts no ${name}`);
    return Number(line.split(' ').at(-1));
  }

  /** Killed, as by the system when memory is gone. */
  async kill(): Promise<void> {
    await this.child?.kill();
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
