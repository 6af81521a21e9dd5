// Writes everything that is generated from the spec schema and the catalogue: `npm run generate`.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
// Inside the repository, so that packages left out of the bundle are found.
const folder = await mkdtemp(join(root, 'node_modules', '.generate-'));
try {
  const outfile = join(folder, 'generate.cjs');
  await build({
    entryPoints: [join(root, 'scripts', 'generate-spec.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
    logLevel: 'warning',
  });
  const { default: generator } = await import(pathToFileURL(outfile).href);
  for (const { path, content } of await generator.generatedFiles()) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
    console.log(`wrote ${path}`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
