import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Command } from 'commander';
import { issuesError, isUserError, UserError } from '../../lib/errors';
import { decide } from '../../lib/plan/decide';
import type { Plan } from '../../lib/plan/plan';
import { deployIssues } from '../../lib/plan/warnings';
import { parseSpec } from '../../lib/spec/parse';
import { type Answers, firstSpec } from '../first-spec';
import { writeError } from '../out-folder';
import { shellWord } from '../shell-word';
import type { Terminal } from '../terminal';
import { helpTail, json } from './help';

interface Options extends Partial<Answers> {
  json?: boolean;
}

const needed = {
  name: '--name',
  cloud: '--cloud',
  region: '--region',
  model: '--model',
  concurrentUsers: '--concurrent-users',
} as const;

/** Where the value of each flag stands in the spec. */
const fields: Readonly<Record<string, string>> = {
  name: '--name',
  cloud: '--cloud',
  region: '--region',
  models: '--model',
  'traffic.concurrentUsers': '--concurrent-users',
  'network.domain': '--domain',
  'network.dnsZone': '--dns-zone',
  'modelStore.hubTokenSecret': '--hub-token-secret',
  'monitoring.notify': '--notify',
};

export function configure(command: Command, terminal: Terminal): void {
  command
    .argument('[file]', 'file to write; an existing one is never replaced', 'llm.yaml')
    .option('--name <name>', 'name of the deployment, 2 to 20 characters')
    .option('--cloud <cloud>', 'cloud; aws is built so far')
    .option('--region <region>', 'region of that cloud')
    .option('--model <id>', 'hub id, such as Qwen/Qwen3-8B')
    .option('--concurrent-users <count>', 'people active in the busiest minute', wholeNumber)
    .option('--domain <name>', 'name that clients call; without it, a tunnel')
    .option('--dns-zone <id>', 'hosted zone of the domain')
    .option('--hub-token-secret <name>', 'secret with the hub token, for gated models')
    .option('--notify <email>', 'who hears of alarms')
    .option('--json', 'print JSON instead of text')
    .action((file: string, options: Options) => init(file, options, terminal));
  helpTail(
    command,
    [
      'llm-constructs init',
      'llm-constructs init llm.yaml --name chat --cloud aws --region us-east-1 \\',
      '  --model Qwen/Qwen3-8B --concurrent-users 50',
    ],
    '{"file", "spec", "beforeSynth": [{"path", "rule", "message"}]}: what synth still asks for',
  );
}

async function init(file: string, { json: asJson, ...given }: Options, terminal: Terminal): Promise<void> {
  refuseExisting(file);
  const answers = await complete(given, asJson === true, terminal);
  const text = firstSpec(answers, schemaFor(file));
  const plan = planOf(text, file);
  try {
    writeFileSync(file, text, { flag: 'wx' });
  } catch (error) {
    refuseExisting(file);
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new UserError(`${file} cannot be written: the folder ${dirname(file)} does not exist.`);
    }
    throw writeError(file, error);
  }
  const beforeSynth = deployIssues(plan);
  if (asJson) {
    terminal.out(json({ file, spec: text, beforeSynth }));
    return;
  }
  terminal.out(`Wrote ${file}: it plans to ${machinesText(plan)}.\n`);
  for (const { path, message } of beforeSynth) terminal.out(`Before synth: ${path}: ${message}\n`);
  terminal.out(`Next: llm-constructs plan ${shellWord(file)}\n`);
}

function machinesText({ decisions }: Plan): string {
  const { machine, fleets = [] } = decisions;
  if (machine !== undefined) return `one ${machine.instanceType} (${machine.gpuCount} x ${machine.gpu})`;
  const each = fleets.map(({ min, max, machines: [planned] }) => `${min} to ${max} ${planned?.instanceType}`);
  return `${decisions.architecture.name}, with ${each.join(', ')}`;
}

/** Of a text that nobody has seen yet: problems are named by the flag that the value came from. */
function planOf(text: string, file: string): Plan {
  try {
    return decide(parseSpec(text));
  } catch (error) {
    if (!isUserError(error) || error.issues.length === 0) throw error;
    const issues = error.issues.map(({ path, rule, message }) => ({ path: flagOf(path), rule, message }));
    throw new UserError(`${file} was not written: ${issuesError(issues, 'the answers').message}`, issues);
  }
}

/** `--model` for `models[0].source`; a field that no flag sets keeps its path. */
function flagOf(path: string): string {
  const field = Object.keys(fields).find(
    (one) => path === one || (/^[.[]/.test(path.slice(one.length)) && path.startsWith(one)),
  );
  return field === undefined ? path : (fields[field] as string);
}

async function complete(given: Partial<Answers>, asJson: boolean, terminal: Terminal): Promise<Answers> {
  const missing = Object.entries(needed).filter(([key]) => given[key as keyof Answers] === undefined);
  if (missing.length === 0) return given as Answers;
  if (asJson || !terminal.interactive) {
    const flags = missing.map(([, flag]) => flag).join(', ');
    throw new UserError(`init needs ${flags}: nobody can be asked, because this is no interactive terminal.`);
  }
  const { askFor } = await import('../questions');
  return askFor(given);
}

function refuseExisting(file: string): void {
  if (existsSync(file)) {
    throw new UserError(
      `${file} exists and is not replaced. Give another name: llm-constructs init other.yaml`,
    );
  }
}

const schemaName = 'schema/llm-constructs.schema.json';

// relative, so that the line also holds on a colleague's machine after npm install
function schemaFor(file: string): string {
  const path = relative(dirname(resolve(file)), join(packageRoot(__dirname), schemaName));
  const slashes = path.split(sep).join('/');
  return slashes.startsWith('.') ? slashes : `./${slashes}`;
}

function packageRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : packageRoot(dirname(folder));
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new UserError(`${text} is no whole number of at least 1.`);
}
