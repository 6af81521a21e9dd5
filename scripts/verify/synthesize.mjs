// Synthesizes every example, and every deployment that the AWS tests vary, into one folder each; and the example of
// one server for a machine of one's own, with everything that an option can add.
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

const fixtures = { 'plan-fixture': 'deployments', 'scaled-fixture': 'scaledDeployments' };

function variants() {
  return Object.entries(fixtures).flatMap(([fixture, exported]) => {
    const bundled = join(out, `${fixture}.cjs`);
    buildSync({
      entryPoints: [`test/aws/${fixture}.ts`],
      outfile: bundled,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'error',
    });
    const found = Object.entries(createRequire(import.meta.url)(bundled)[exported]);
    if (found.length === 0) throw new Error(`${fixture} has no deployments`);
    const form = fixture.split('-')[0].replace('plan', 'variant');
    return found.map(([name, deployment]) => {
      const file = join(out, `${form}-${name}.json`);
      writeFileSync(file, JSON.stringify(deployment));
      return [`${form}-${name}`, file];
    });
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
  run(
    'compose',
    join('examples', 'aws-single-server', 'llm.yaml'),
    '--out',
    join(out, `local-${engine}`),
    '--engine',
    engine,
    '--monitoring',
  );
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
