// Builds dist/: the library as CommonJS with types (dist/lib, dist/bin/app.js) and the CLI as one file.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');

function compileLibrary() {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  const args = [tsc, '--project', join(root, 'scripts/tsconfig.build.json')];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', cwd: root });
  if (status !== 0) process.exit(status ?? 1);
}

function copyData() {
  const lib = join(root, 'lib');
  for (const entry of readdirSync(lib, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith('.ts')) continue;
    const from = join(entry.parentPath, entry.name);
    cpSync(from, join(dist, 'lib', relative(lib, from)));
  }
}

/** V8 reads JSON.parse('...') faster than the same object as source text. */
const jsonAsText = {
  name: 'json-as-text',
  setup(build) {
    build.onLoad({ filter: /\.json$/ }, ({ path }) => {
      const text = JSON.stringify(JSON.parse(readFileSync(path, 'utf8')));
      return { contents: `module.exports = JSON.parse(${JSON.stringify(text)})`, loader: 'js' };
    });
  },
};

/** Cloud folders stay outside of the bundle: they share the constructs and aws-cdk-lib of the installation. */
const cloudFolders = {
  name: 'cloud-folders',
  setup(build) {
    build.onResolve({ filter: /^\.{1,2}\/(.*\/)?aws(\/.*)?$/ }, ({ path, resolveDir }) => {
      const target = relative(root, join(resolveDir, path)).split(sep).join('/');
      if (!/^lib\/aws(\/|$)/.test(target)) return undefined;
      const file = target === 'lib/aws' ? 'lib/aws/index' : target;
      return { path: `./${file}.js`, external: true };
    });
  },
};

async function bundleCli() {
  const outfile = join(dist, 'llm-constructs.js');
  await esbuild.build({
    entryPoints: [join(root, 'bin/llm-constructs.ts')],
    outfile,
    bundle: true,
    minify: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    external: ['aws-cdk-lib', 'aws-cdk-lib/*', 'constructs'],
    plugins: [jsonAsText, cloudFolders],
    logLevel: 'warning',
    legalComments: 'none',
  });
  chmodSync(outfile, 0o755);
}

rmSync(dist, { recursive: true, force: true });
compileLibrary();
copyData();
await bundleCli();
