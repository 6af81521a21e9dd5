// Prints the accuracy of lib/sizing against test/sizing/measurements.csv, cross-validated, and its speed.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = mkdtempSync(join(tmpdir(), 'bench-sizing-'));
try {
  const outfile = join(folder, 'bench.cjs');
  await esbuild.build({
    entryPoints: [join(root, 'test/sizing/bench.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
  process.chdir(root);
  const { bench } = createRequire(import.meta.url)(outfile);
  bench((line) => console.log(line));
} finally {
  rmSync(folder, { recursive: true });
}
