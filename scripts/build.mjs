// Builds dist/ (or the folder given): the library as CommonJS with types, bin/app.js, and the CLI as one file.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = resolve(process.argv[2] ?? join(root, 'dist'));

function compileLibrary() {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const args = [tsc, '--project', join(root, 'scripts/tsconfig.build.json'), '--outDir', dist];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', cwd: root });
  if (status !== 0) process.exit(1);
}

/** Everything in lib that is not a source: data of the catalogue, programs of the bundle. */
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
    build.onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) => {
      const target = relative(root, join(resolveDir, path)).split(sep).join('/');
      if (!/^lib\/aws(\/|$)/.test(target)) return undefined;
      return { path: `./${target === 'lib/aws' ? 'lib/aws/index' : target}.js`, external: true };
    });
  },
};

/** commander loads child_process (3 ms of 55) for subcommands in files of their own, of which there are none. */
const noSubprocess = {
  name: 'no-subprocess',
  setup(build) {
    build.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes(`${sep}commander${sep}`) ? { path: 'none', namespace: 'no-subprocess' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'no-subprocess' }, () => ({ contents: 'module.exports = {}' }));
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
    plugins: [jsonAsText, cloudFolders, noSubprocess],
    logLevel: 'warning',
    legalComments: 'none',
  });
  chmodSync(outfile, 0o755);
}

rmSync(dist, { recursive: true, force: true });
compileLibrary();
copyData();
await bundleCli();
