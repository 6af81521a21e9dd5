import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cloud } from '../../lib/catalog/machines';
import { type BatchFacts, batchEnvironment, batchWorkerFiles } from '../../lib/runtime/batch-worker';
import { Child } from '../integration/child';
import { tools } from './tools';

/** The files of the worker as they are on a machine. */
export class Program {
  readonly folder = mkdtempSync(join(tmpdir(), 'llm-batch-'));

  constructor(cloud: Cloud) {
    for (const [name, text] of Object.entries(batchWorkerFiles(cloud)))
      writeFileSync(join(this.folder, name), text);
  }

  /** A worker with the generated environment, and what makes it meet the servers of a test. */
  start(facts: BatchFacts, more: Record<string, string> = {}): Child {
    const env = {
      ...batchEnvironment(facts),
      LLM_BATCH_KEY: 'sk-batch',
      PATH: process.env.PATH ?? '',
      HOME: this.folder,
      PYTHONDONTWRITEBYTECODE: '1',
      ...more,
    };
    return new Child('worker', [tools.python, join(this.folder, 'batch.py')], { env, cwd: this.folder });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const facts = {
  concurrency: 16,
  answerSeconds: 30,
  leaseSeconds: 2,
  maxAttempts: 50,
  drainSeconds: 10,
  inputBucket: 'input',
  outputBucket: 'output',
} as const;

export const line = (id: string, prompt = id, more: object = {}): string =>
  JSON.stringify({
    custom_id: id,
    method: 'POST',
    url: '/v1/chat/completions',
    body: { model: 'small', messages: [{ role: 'user', content: prompt }], ...more },
  });
