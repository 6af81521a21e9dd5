import { chmodSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { UserError } from '../../lib/errors';
import { decide } from '../../lib/plan/decide';
import { singleServerOnly } from '../../lib/plan/forms';
import type { SingleServerPlan } from '../../lib/plan/plan';
import { ports } from '../../lib/runtime/layout';
import { localBundle } from '../../lib/runtime/local/bundle';
import type { Difference } from '../../lib/runtime/local/difference';
import { differences } from '../../lib/runtime/local/differences';
import type { LocalForm } from '../../lib/runtime/local/form';
import { monitoringPorts } from '../../lib/runtime/local/monitoring/services';
import { startCommands } from '../../lib/runtime/local/readme';
import { refuseForeign, writeFolder } from '../out-folder';
import { renderSections } from '../render';
import { shellWord } from '../shell-word';
import type { Terminal } from '../terminal';
import { thisCores, thisMemoryMiB } from '../this-machine';
import { helpTail, json } from './help';
import { llamaEngines } from './llama-engines';
import { specFrom, takesSpec } from './load-spec';
import { refuseBuckets, refuseMissingWeights } from './local-weights';

interface Options {
  out: string;
  engine: LocalForm['engine'];
  weights?: string;
  gguf: string[];
  memory?: number;
  threads?: number;
  monitoring?: boolean;
  json?: boolean;
}

/** The user's own in the folder: what `secrets.sh` makes, and what docker compose reads beside compose.yaml. */
const kept = ['secrets', '.env', 'compose.override.yaml'];

export function configure(command: Command, terminal: Terminal): void {
  takesSpec(command)
    .requiredOption('--out <folder>', 'new or empty folder, or one that compose wrote before')
    .addOption(
      new Option('--engine <engine>', 'llama.cpp needs no GPU; simulated needs none and runs no model')
        .choices(['vllm', 'llama.cpp', 'simulated'])
        .default('vllm'),
    )
    .option('--weights <folder>', 'read the weights from this folder instead of the hub')
    .option('--gguf <[model=]file>', 'for llama.cpp: the weights of a model; once for each', collect, [])
    .option('--memory <GiB>', "for llama.cpp: the machine's; otherwise this one's", positive)
    .option('--threads <number>', 'for llama.cpp: otherwise one for each core of this machine', wholePositive)
    .option('--monitoring', 'add Prometheus and Grafana with the alarms and the dashboard of the plan')
    .action((path: string, options: Options) => run(path, options, terminal));
  helpTail(
    command,
    [
      'llm-constructs compose llm.yaml --out local --engine simulated',
      'llm-constructs compose llm.yaml --out local --engine llama.cpp --gguf FILE',
      'cd local && cat README.md',
    ],
    '{"out", "files", "url", "engine", "differences": [{"what", "here"}], "next"}: files in out, commands to type there',
  );
}

async function run(path: string, options: Options, terminal: Terminal): Promise<void> {
  const { out, engine } = options;
  refuseForeign(out, kept);
  refuseOthersOptions(options);
  const parsed = await specFrom(path, terminal, { processors: engine === 'llama.cpp' });
  const plan = singleServerOnly(decide(parsed), 'the compose folder');
  const form = formOf(plan, parsed.ggufKinds, options);
  const files = [...localBundle(plan, form), { path: 'plan.json', content: json(plan) }];
  await writeFolder(
    out,
    async (folder) => {
      for (const { path: name, content } of files) {
        writeFileSync(join(folder, name), content);
        // whatever the umask: containers read them as other users
        chmodSync(join(folder, name), content.startsWith('#!') ? 0o755 : 0o644);
      }
    },
    kept,
  );
  const unlike = differences(plan, form);
  const next = [`cd ${shellWord(out)}`, ...startCommands(plan, form)];
  const url = `http://localhost:${ports.gateway}/v1`;
  if (options.json) {
    const names = files.map(({ path: name }) => name).sort();
    terminal.out(json({ out, files: names, url, engine, differences: unlike, next }));
    return;
  }
  terminal.out(renderSections([written(out, url, form), otherwise(unlike)], terminal));
  // commands are not wrapped, so that they can be copied
  terminal.out(`\n${terminal.colors.bold('Start')}\n${next.join('\n')}\n`);
}

/** Refuses what cannot be had on a machine of one's own. */
function formOf(
  plan: SingleServerPlan,
  ggufKinds: ReadonlyMap<string, string>,
  { engine, weights, monitoring = false, gguf, memory, threads }: Options,
): LocalForm {
  if (engine === 'llama.cpp') {
    const engines = llamaEngines(plan, ggufKinds, {
      gguf,
      ...(weights === undefined ? {} : { weights: resolve(weights) }),
      memoryMiB: memory === undefined ? thisMemoryMiB() : Math.floor(memory * 1024),
      threads: threads ?? thisCores(),
      monitoring,
    });
    return { engine, engines, monitoring };
  }
  if (engine === 'simulated') {
    if (weights === undefined) return { engine, monitoring };
    throw new UserError(
      '--weights is given and --engine simulated runs no model, so nothing would read them: leave one of the two out.',
    );
  }
  if (weights === undefined) {
    refuseBuckets(plan);
    return { engine, monitoring };
  }
  const folder = resolve(weights);
  refuseMissingWeights(plan, folder);
  return { engine, weights: folder, monitoring };
}

/** Refuses options that the engine would not read. */
function refuseOthersOptions({ engine, gguf, memory, threads }: Options): void {
  if (engine === 'llama.cpp') return;
  const given = [
    ...(gguf.length > 0 ? ['--gguf'] : []),
    ...(memory === undefined ? [] : ['--memory']),
    ...(threads === undefined ? [] : ['--threads']),
  ];
  if (given.length === 0) return;
  throw new UserError(
    `${given.join(', ')} ${given.length === 1 ? 'is' : 'are'} for --engine llama.cpp, and --engine ${engine} would not read ${given.length === 1 ? 'it' : 'them'}: leave ${given.length === 1 ? 'it' : 'them'} out.`,
  );
}

const collect = (value: string, earlier: string[]) => [...earlier, value];

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('a number above 0 is needed.');
  return value;
}

function wholePositive(text: string): number {
  const value = positive(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError('a whole number above 0 is needed.');
  return value;
}

function written(out: string, url: string, { monitoring }: LocalForm) {
  return {
    title: 'Written',
    rows: [
      [`${out}/compose.yaml`, 'the stack: gateway, engine, database, cache'],
      [`${out}/README.md`, 'how to start, use and end it'],
      [`${out}/plan.json`, 'every decision with its reason'],
      [url, 'where the API will be'],
      ...(monitoring
        ? [[`http://localhost:${monitoringPorts.grafana}`, 'where Grafana will be; nobody logs in']]
        : []),
    ],
  };
}

function otherwise(rows: Difference[]) {
  return {
    title: 'Otherwise than in the cloud',
    columns: ['in the cloud', 'here'],
    rows: rows.map(({ what, here }) => [what, here]),
  };
}
