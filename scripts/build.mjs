// Builds dist/ (or the folder given): the library as CommonJS with types, bin/app.js, and the CLI as one file
// (cli.js) with a launcher (llm-constructs.js) that starts it from compiled code (cli.cache).
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const target = resolve(process.argv[2] ?? join(root, 'dist'));
// takes the place of the last build only when it is whole
const dist = `${target}.new-${process.pid}`;
process.on('exit', () => rmSync(dist, { recursive: true, force: true }));

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

const largeBytes = 64 * 1024;

/**
 * V8 reads JSON.parse('...') faster than the same object as source text. Large tables stay in files of their own: the
 * bundle is read at every start, and a plan needs none of them.
 */
const jsonAsText = {
  name: 'json-as-text',
  setup(build) {
    build.onResolve({ filter: /\.json$/ }, ({ path, resolveDir }) => {
      const file = join(resolveDir, path);
      if (statSync(file).size < largeBytes) return undefined;
      return { path: `./${relative(root, file).split(sep).join('/')}`, external: true };
    });
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
  const common = { minify: true, format: 'cjs', platform: 'node', target: 'node20', legalComments: 'none' };
  const { metafile } = await esbuild.build({
    ...common,
    entryPoints: [join(root, 'bin/cli.ts')],
    outfile: join(dist, 'cli.js'),
    bundle: true,
    external: ['aws-cdk-lib', 'aws-cdk-lib/*', 'constructs'],
    plugins: [jsonAsText, cloudFolders, noSubprocess],
    // as require(), because a script that is run from compiled code has no import()
    supported: { 'dynamic-import': false },
    metafile: true,
    logLevel: 'warning',
  });
  const launcher = join(dist, 'llm-constructs.js');
  await esbuild.build({ ...common, entryPoints: [join(root, 'bin/llm-constructs.ts')], outfile: launcher });
  chmodSync(launcher, 0o755);
  writeFileSync(join(dist, 'cli.licenses.txt'), licenses(metafile));
}

/** The bundle holds code of others, whose licences ask to be handed on. */
function licenses({ inputs }) {
  const folders = Object.keys(inputs).flatMap(
    (input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? [],
  );
  return [...new Set(folders)]
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
      const file = readdirSync(join(root, folder)).find((entry) => /^licen[sc]e/i.test(entry));
      const text = file ? readFileSync(join(root, folder, file), 'utf8').trim() : '';
      return `${name} ${version} (${license})\n\n${text}\n`;
    })
    .join('\n---\n\n');
}

/** Compiled code of what a plan runs; V8 keeps only functions that ran before it is asked. */
function keepCompiledCode() {
  const program = `
    const { compile, start } = require(${JSON.stringify(join(dist, 'llm-constructs.js'))});
    const { writeFileSync } = require('node:fs');
    const script = compile();
    process.stdout.write = () => true;
    start(script);
    process.on('exit', () => writeFileSync(${JSON.stringify(join(dist, 'cli.cache'))}, script.createCachedData()));`;
  const example = join(root, 'examples/aws-single-server/llm.yaml');
  const { status } = spawnSync(process.execPath, ['-e', program, 'llm-constructs', 'plan', example], {
    stdio: 'inherit',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  if (status !== 0) process.exit(1);
}

compileLibrary();
copyData();
await bundleCli();
keepCompiledCode();
rmSync(target, { recursive: true, force: true });
renameSync(dist, target);
