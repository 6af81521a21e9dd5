// Ratios, never a verdict: `plan` over a bare node, our share of `synth`, and what the other benchmarks of this folder print.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const cli = 'dist/llm-constructs.js';
const example = 'examples/aws-single-server/llm.yaml';
const rounds = 40;
const work = mkdtempSync(join(tmpdir(), 'bench-'));

function node(args) {
  const started = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  if (status !== 0) throw new Error(`node ${args.join(' ')}: ${stderr}`);
  return Number(process.hrtime.bigint() - started) / 1e6;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** Interleaved, so that whatever else the machine does hits all alike. */
function startTimes() {
  const runs = {
    'node -e 0': ['-e', '0'],
    plan: [cli, 'plan', example],
    'plan --json': [cli, 'plan', example, '--json'],
    cost: [cli, 'cost', example],
    'fit (one)': [cli, 'fit', '--model', 'Qwen/Qwen3-8B', '--gpu', 'L4'],
    '--help': [cli, '--help'],
  };
  const times = Object.fromEntries(Object.keys(runs).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, args] of Object.entries(runs)) times[name].push(node(args));
  }
  const bare = median(times['node -e 0']);
  console.log(`whole process, median of ${rounds} interleaved runs (aim for plan: under 1.7)`);
  for (const [name, values] of Object.entries(times)) {
    const ratios = values.map((value, round) => value / times['node -e 0'][round]);
    console.log(
      `  ${name.padEnd(12)} ${median(values).toFixed(0).padStart(5)} ms  ${(median(values) / bare).toFixed(2)} x  (median of paired ratios ${median(ratios).toFixed(2)})`,
    );
  }
}

/** Self time by who wrote the file: frames without a file (collector, program, idle) are the engine's. */
function ownerOf(url) {
  if (url.includes('/node_modules/aws-cdk-lib/') || url.includes('/node_modules/constructs/'))
    return 'aws-cdk-lib';
  if (url.includes('/node_modules/')) return 'other packages';
  if (url.startsWith('file://') || url.startsWith('/')) return 'ours';
  return 'node';
}

function synthShare(spec) {
  const profiles = join(work, 'profiles');
  rmSync(profiles, { recursive: true, force: true });
  node(['--cpu-prof', '--cpu-prof-dir', profiles, cli, 'synth', spec, '--out', join(work, 'out')]);
  const [file] = readdirSync(profiles);
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(profiles, file), 'utf8'));
  const owners = new Map(nodes.map(({ id, callFrame }) => [id, ownerOf(callFrame.url)]));
  const idle = new Set(
    nodes.filter(({ callFrame }) => callFrame.functionName === '(idle)').map(({ id }) => id),
  );
  const times = { 'aws-cdk-lib': 0, 'other packages': 0, ours: 0, node: 0 };
  samples.forEach((id, index) => {
    if (!idle.has(id)) times[owners.get(id)] += timeDeltas[index];
  });
  const total = Object.values(times).reduce((sum, time) => sum + time, 0);
  const shares = Object.entries(times).map(
    ([name, time]) => `${name} ${((100 * time) / total).toFixed(1)} %`,
  );
  console.log(`  ${spec}: ${shares.join(', ')} of ${(total / 1e6).toFixed(2)} s`);
}

startTimes();
console.log('self time in a CPU profile of synth (aim for ours, bundled packages included: at most 10 %)');
for (const name of readdirSync('examples')) {
  const spec = join('examples', name, 'llm.yaml');
  if (existsSync(spec)) synthShare(spec);
}
// says so when LiteLLM is not installed here
if (spawnSync(process.execPath, ['scripts/bench-gateway.mjs'], { stdio: 'inherit' }).status !== 0)
  process.exitCode = 1;
rmSync(work, { recursive: true, force: true });

for (const script of ['scripts/bench-planning.mjs', 'scripts/bench-sizing.mjs']) {
  const { status } = spawnSync(process.execPath, [script], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
