import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ran } from '../bin/fake-terminal';
import { randomGeometry, writeRandomModel } from './random-gguf';

/** Set by scripts/verify/gateway.sh where llama.cpp could be built. */
export const llamaServer = process.env.LLAMA_SERVER;

/** Long enough that an answer of this many tokens takes even this small model seconds. */
export const chatTokens = 32_768;
export const embedTokens = 512;

const spec = {
  name: 'demo',
  cloud: 'aws',
  region: 'us-east-1',
  architecture: 'single-server',
  models: [
    {
      name: 'chat',
      source: 'demo/random-chat',
      quantization: 'f32',
      gpu: 'none',
      geometry: { ...randomGeometry, maxContext: chatTokens },
      maxContext: chatTokens,
    },
    {
      name: 'embed',
      source: 'demo/random-embed',
      engine: 'llama.cpp',
      task: 'embedding',
      geometry: { ...randomGeometry, maxContext: embedTokens },
      maxContext: embedTokens,
      traffic: { requestsPerSecond: 1, inputTokens: 100 },
    },
  ],
  traffic: { concurrentUsers: 10, inputTokens: 100, outputTokens: 20 },
  gateway: { timeoutSeconds: 10, keyLimits: { requestsPerMinute: 10_000 } },
};

/** What `compose --engine llama.cpp` writes for a chat and an embedding model, both with random weights. */
export class LlamaFolder {
  private readonly parent = mkdtempSync(join(tmpdir(), 'llm-llama-'));
  readonly path = join(this.parent, 'local');

  static async write(): Promise<LlamaFolder> {
    const folder = new LlamaFolder();
    const file = (name: string) => join(folder.parent, name);
    writeRandomModel(file('chat.gguf'), chatTokens);
    writeRandomModel(file('embed.gguf'), embedTokens, 'embedding');
    writeFileSync(file('llm.json'), JSON.stringify(spec));
    const { code, err } = await ran([
      ...['compose', file('llm.json'), '--out', folder.path, '--engine', 'llama.cpp', '--monitoring'],
      ...['--gguf', `chat=${file('chat.gguf')}`, '--gguf', `embed=${file('embed.gguf')}`],
      ...['--memory', '16', '--threads', '2'],
    ]);
    if (code !== 0) throw new Error(err);
    return folder;
  }

  remove(): void {
    rmSync(this.parent, { recursive: true, force: true });
  }
}
