import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cloud } from '../../lib/catalog/machines';
import { batchWorkerFiles } from '../../lib/runtime/batch-worker';

/** Clients of the image that an import of a cloud's module asks for; nothing of them is called here. */
const clients: Record<string, string> = {
  'boto3.py': '',
  'botocore/__init__.py': '',
  'botocore/config.py': 'class Config: pass\n',
  'botocore/exceptions.py': 'class ClientError(Exception): pass\nclass BotoCoreError(Exception): pass\n',
  'azure/identity.py': 'class DefaultAzureCredential: pass\n',
};

/** What the modules of the worker answer when a few lines of Python ask them, with the standard library alone. */
export function askBatchWorker<Answer>(cloud: Cloud, python: string, input: unknown = null): Answer {
  const folder = mkdtempSync(join(tmpdir(), 'llm-batch-'));
  try {
    for (const name of ['botocore', 'azure']) spawnSync('mkdir', [join(folder, name)]);
    for (const [name, text] of Object.entries({ ...clients, ...batchWorkerFiles(cloud) }))
      writeFileSync(join(folder, name), text);
    writeFileSync(
      join(folder, 'question.py'),
      `import json, sys\ninput = json.load(sys.stdin)\n${python}\nprint(json.dumps(answer))\n`,
    );
    const run = spawnSync('python3', ['-S', '-B', join(folder, 'question.py')], {
      input: JSON.stringify(input),
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    if (run.status !== 0) throw new Error(run.stderr);
    return JSON.parse(run.stdout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
