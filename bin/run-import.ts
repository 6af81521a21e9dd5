import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../lib/errors';
import type { Plan } from '../lib/plan/plan';
import { importFiles } from '../lib/runtime/import-bundle';
import { paths } from '../lib/runtime/layout';
import type { Terminal } from './terminal';

/** What became of a model. */
export interface Imported {
  name: string;
  source: string;
  revision: string;
  /** As `s3://bucket/models/...`. */
  folder: string;
  state: 'imported' | 'already there' | 'imported by another';
}

interface ImportOptions {
  bucket: string;
  from?: string;
  work: string;
}

/** Runs the machine's own programs below a folder that stands for a machine; their progress goes to the error stream. */
export async function runImport(plan: Plan, options: ImportOptions, terminal: Terminal): Promise<Imported[]> {
  const { bucket, from, work } = options;
  if (from !== undefined && !existsSync(from)) throw new UserError(`--from: there is no folder ${from}.`);
  const root = mkdtempSync(join(tmpdir(), 'llm-import-'));
  try {
    for (const { path, content } of importFiles(plan, bucket)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
    chmodSync(root, 0o700);
    const words = [resolve(work), ...(from === undefined ? [] : [resolve(from)])];
    const { code, out, last } = await python(root, words, terminal);
    if (code === 0) return JSON.parse(out.trim().split('\n').at(-1) ?? '') as Imported[];
    if (code === 1 || code === 130) throw new UserError(last.replace(/^failed: /, ''));
    throw new Error(`import_models.py ended with ${code}`);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

interface Ended {
  code: number;
  out: string;
  /** Last line of the error stream. */
  last: string;
}

function python(root: string, words: string[], terminal: Terminal): Promise<Ended> {
  const program = join(root, paths.bundle, 'import_models.py');
  const child = spawn('python3', [program, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LLM_ROOT: root, PYTHONDONTWRITEBYTECODE: '1', LLM_SHOW_PROGRESS: '1' },
  });
  // Ctrl-C reaches the program by itself; this waits for its last words
  const wait = () => child.kill('SIGINT');
  process.once('SIGINT', wait);
  process.once('SIGTERM', wait);
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err = (err + text).slice(-100_000);
    // the caller prints it, in its colour or as JSON
    terminal.err(text.replace(/^failed: .*\n?/m, ''));
  });
  return new Promise<Ended>((done, fail) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      fail(
        error.code === 'ENOENT'
          ? new UserError(
              'python3 is not here, and the import is the program of the machines. Install Python 3.9 or newer.',
            )
          : error,
      );
    });
    child.on('close', (code, signal) => {
      const lines = err.split('\n').filter((line) => line.trim() !== '');
      done({ code: code ?? (signal === 'SIGINT' ? 130 : 2), out, last: lines.at(-1) ?? '' });
    });
  }).finally(() => {
    process.off('SIGINT', wait);
    process.off('SIGTERM', wait);
  });
}
