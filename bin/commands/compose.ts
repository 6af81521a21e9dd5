import { chmodSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { UserError } from '../../lib/errors';
import { singleServerOnly } from '../../lib/plan/forms';
import type { SingleServerPlan } from '../../lib/plan/plan';
import { ports } from '../../lib/runtime/layout';
import { localBundle } from '../../lib/runtime/local/bundle';
import { type Difference, differences } from '../../lib/runtime/local/differences';
import type { LocalForm } from '../../lib/runtime/local/form';
import { monitoringPorts } from '../../lib/runtime/local/monitoring/services';
import { startCommands } from '../../lib/runtime/local/readme';
import { refuseForeign, writeFolder } from '../out-folder';
import { renderSections } from '../render';
import { shellWord } from '../shell-word';
import type { Terminal } from '../terminal';
import { helpTail, json } from './help';
import { planFrom, takesSpec } from './load-spec';
import { refuseBuckets, refuseMissingWeights } from './local-weights';

interface Options {
  out: string;
  engine: 'vllm' | 'simulated';
  weights?: string;
  monitoring?: boolean;
  json?: boolean;
}

/** The user's own in the folder: what `secrets.sh` makes, and what docker compose reads beside compose.yaml. */
const kept = ['secrets', '.env', 'compose.override.yaml'];

export function configure(command: Command, terminal: Terminal): void {
  takesSpec(command)
    .requiredOption('--out <folder>', 'new or empty folder, or one that compose wrote before')
    .addOption(
      new Option('--engine <engine>', 'simulated needs no GPU and runs no model')
        .choices(['vllm', 'simulated'])
        .default('vllm'),
    )
    .option('--weights <folder>', 'read the weights from this folder instead of the hub')
    .option('--monitoring', 'add Prometheus and Grafana with the alarms and the dashboard of the plan')
    .action((path: string, options: Options) => run(path, options, terminal));
  helpTail(
    command,
    ['llm-constructs compose llm.yaml --out local --engine simulated', 'cd local && cat README.md'],
    '{"out", "files", "url", "engine", "differences": [{"what", "here"}], "next"}: files in out, commands to type there',
  );
}

async function run(path: string, options: Options, terminal: Terminal): Promise<void> {
  const { out, engine } = options;
  refuseForeign(out, kept);
  const plan = singleServerOnly(await planFrom(path, terminal), 'the compose folder');
  const form = formOf(plan, options);
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
function formOf(plan: SingleServerPlan, { engine, weights, monitoring = false }: Options): LocalForm {
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
