// Figures, never a verdict: how long `fit` and `plan` take in one process, and how planning grows with models x regions.
// Reads dist/, so `npm run build` comes first.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist');
const load = createRequire(import.meta.url);
const { models } = load(join(dist, 'lib/catalog/models.js'));
const { gpus } = load(join(dist, 'lib/catalog/gpus.js'));
const { gpuMachines, gpuRegions } = load(join(dist, 'lib/catalog/machines.js'));
const { isUserError, plan } = load(join(dist, 'lib/index.js'));

const rounds = 5;

/** Of the processor, not of the clock: other programs may run. */
function cpuSeconds(run) {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** Every model on every GPU in turn, with parallelism and load that vary. */
function fitCases(count) {
  const [allModels, allGpus] = [models(), gpus()];
  return Array.from({ length: count }, (_, at) => ({
    id: at,
    model: allModels[at % allModels.length].id,
    gpu: allGpus[Math.floor(at / allModels.length) % allGpus.length].name,
    tensorParallel: 2 ** (at % 4),
    maxModelLen: 4096 * (1 + (at % 3)),
    concurrency: 1 + (at % 64),
    inputTokens: 100 + (at % 2000),
    outputTokens: 50 + (at % 500),
    arrival: at % 5 === 0 ? 'burst' : 'closed',
    requests: 200,
  }));
}

function fitTimes() {
  const input = JSON.stringify(fitCases(1000));
  let answers = [];
  const times = Array.from({ length: rounds }, () => {
    const started = process.hrtime.bigint();
    const { status, stderr, stdout } = spawnSync(
      process.execPath,
      [join(dist, 'llm-constructs.js'), 'fit', '--input', '-', '--json'],
      { input, encoding: 'utf8', maxBuffer: 1e8 },
    );
    if (stdout === '') throw new Error(`fit: exit code ${status}, ${stderr}`);
    answers = JSON.parse(stdout);
    return Number(process.hrtime.bigint() - started) / 1e9;
  });
  const told = answers.filter(({ fits }) => fits !== null).length;
  console.log(`fit of ${answers.length} cases in one process, ${told} of them answered (aim: under 2 s)`);
  console.log(`  ${median(times).toFixed(3)} s by the clock with its start, median of ${rounds}`);
}

/** The spec of each pair; what one machine cannot hold is refused, which is planned as well. */
function planAll(someModels, someRegions) {
  let refused = 0;
  for (const region of someRegions) {
    for (const source of someModels) {
      try {
        plan({ name: 'bench', cloud: 'aws', region, models: [{ name: 'm', source }], traffic });
      } catch (error) {
        if (!isUserError(error)) throw error;
        refused++;
      }
    }
  }
  return refused;
}

const traffic = { requestsPerSecond: 0.2, slo: { ttftMs: 4000, interTokenMs: 150 } };

function planTimes() {
  const ids = models()
    .filter(({ task, gated }) => task === 'chat' && !gated)
    .map(({ id }) => id)
    .slice(0, 50);
  // most machine types first: what is hardest to plan
  const regions = [...gpuRegions('aws')].sort(
    (a, b) => gpuMachines('aws', b).length - gpuMachines('aws', a).length,
  );
  const ten = regions.slice(0, 10);
  let refused = 0;
  const first = cpuSeconds(() => {
    refused = planAll(ids, ten);
  });
  const warm = median(Array.from({ length: rounds }, () => cpuSeconds(() => planAll(ids, ten))));
  const offers = ten.reduce((sum, region) => sum + gpuMachines('aws', region).length, 0);
  const plans = ids.length * ten.length;
  console.log(
    `plan of ${ids.length} models in ${ten.length} regions with ${offers} machine offers, ${refused} of ${plans} refused (aim: under 1 s)`,
  );
  console.log(
    `  ${first.toFixed(2)} s first, ${warm.toFixed(2)} s warm, ${((1000 * warm) / plans).toFixed(2)} ms a plan; seconds of the processor`,
  );
  growth(ids.slice(0, 10), ten);
}

/** Doubles one side after the other by repeating it, so that twice the work is asked for; 2.0 is linear. */
function growth(ids, regions) {
  const times = (list, count) => Array.from({ length: count }, () => list).flat();
  const sizes = [
    ['models x regions', ids, regions],
    ['models doubled', times(ids, 2), regions],
    ['regions doubled', ids, times(regions, 2)],
    ['both doubled', times(ids, 2), times(regions, 2)],
  ];
  const taken = sizes.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [at, [, some, where]] of sizes.entries())
      taken[at].push(cpuSeconds(() => planAll(some, where)));
  }
  const base = median(taken[0]);
  console.log('growth of planning time with models x regions (linear: 2 and 4 times)');
  for (const [at, [name, some, where]] of sizes.entries()) {
    const each = median(taken[at]);
    console.log(
      `  ${name.padEnd(16)} ${String(some.length).padStart(2)} x ${String(where.length).padStart(2)}  ${(1000 * each).toFixed(0).padStart(5)} ms  ${(each / base).toFixed(2)} x`,
    );
  }
}

fitTimes();
planTimes();
