// Synthesizes every example, and every deployment that the AWS tests vary, into one folder each; and the first
// example for a machine of one's own, with everything that an option can add.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';

const out = resolve(process.argv[2]);
mkdirSync(out, { recursive: true });

function examples() {
  return readdirSync('examples').map((name) => [`example-${name}`, join('examples', name, 'llm.yaml')]);
}

function variants() {
  const bundled = join(out, 'plan-fixture.cjs');
  buildSync({
    entryPoints: ['test/aws/plan-fixture.ts'],
    outfile: bundled,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  });
  const { deployments } = createRequire(import.meta.url)(bundled);
  return Object.entries(deployments).map(([name, deployment]) => {
    const file = join(out, `${name}.json`);
    writeFileSync(file, JSON.stringify(deployment));
    return [`variant-${name}`, file];
  });
}

function run(...args) {
  execFileSync(process.execPath, ['dist/llm-constructs.js', ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

const specs = [...examples(), ...variants()];
for (const [name, spec] of specs) run('synth', spec, '--out', join(out, name));
for (const engine of ['vllm', 'simulated']) {
  const [, spec] = specs[0];
  run('compose', spec, '--out', join(out, `local-${engine}`), '--engine', engine, '--monitoring');
}
withoutGpu();

/** Begin of a model file, from which compose reads what it is. */
function withoutGpu() {
  const bundled = join(out, 'gguf-bytes.cjs');
  buildSync({
    entryPoints: ['test/gguf-bytes.ts'],
    outfile: bundled,
    bundle: true,
    platform: 'node',
    format: 'cjs',
  });
  const { header, text, whole } = createRequire(import.meta.url)(bundled);
  const shape = { block_count: 28, embedding_length: 1024, context_length: 40960 };
  const file = join(out, 'model.gguf');
  writeFileSync(
    file,
    header(
      [
        text('general.architecture', 'qwen3'),
        whole('general.file_type', 7),
        text('tokenizer.chat_template', '{{ messages }}'),
        ...Object.entries(shape).map(([key, value]) => whole(`qwen3.${key}`, value)),
      ],
      [],
    ),
  );
  const words = ['--engine', 'llama.cpp', '--gguf', file, '--memory', '16', '--threads', '4'];
  run(
    'compose',
    'test/spec/reference/12.yaml',
    '--out',
    join(out, 'local-llama.cpp'),
    '--monitoring',
    ...words,
  );
}
if (specs.length < 2) throw new Error(`only ${specs.length} specs were found`);
