import { type Command, InvalidArgumentError, Option } from 'commander';
import { UserError } from '../../lib/errors';
import { keyHeader } from '../../lib/plan/network';
import { ports } from '../../lib/runtime/layout';
import { Gateway } from '../keys/gateway';
import { allKeys, createKey, findKey, type Key, type NewKey, revokeKey } from '../keys/key';
import { keyVariable, operatorKey } from '../keys/operator-key';
import { budgetPeriods, keySections, shownIdLength } from '../keys/table';
import { renderSections } from '../render';
import type { Terminal } from '../terminal';
import { helpTail, json } from './help';

interface Shared {
  url: string;
  masterKeyStdin?: boolean;
  json?: boolean;
}

interface CreateOptions extends Shared {
  name: string;
  model?: string[];
  requestsPerMinute?: number;
  tokensPerMinute?: number;
  budgetUsd?: number;
  budgetPeriod?: keyof typeof budgetPeriods;
  expires?: string;
}

export function configure(command: Command, terminal: Terminal): void {
  create(command, terminal);
  list(command, terminal);
  revoke(command, terminal);
  command.addHelpText(
    'after',
    `
All of them ask the gateway through the operator's tunnel, with the operator's
key in ${keyVariable} (or on standard input with --master-key-stdin).

Clients send a key as Authorization: Bearer KEY; where the spec has gateway.jwt,
a token stands there, and the key in ${keyHeader}.`,
  );
  helpTail(
    command,
    [
      `export ${keyVariable}=$(...)   # AWS: the command is the output OperatorKey`,
      'llm-constructs keys create --name wiki-bot --budget-usd 50',
    ],
    'the help of each of them has its shape',
  );
  command.allowExcessArguments().action(() => {
    const [word] = command.args;
    throw new UserError(
      `keys ${word === undefined ? 'needs a word more' : `has no ${word}`}: create, list or revoke. See llm-constructs keys --help`,
    );
  });
}

function asksGateway(command: Command): Command {
  return command
    .option('--url <url>', "the gateway at the tunnel's end", `http://localhost:${ports.gateway}`)
    .option('--master-key-stdin', `read the operator's key from standard input, not ${keyVariable}`)
    .option('--json', 'print JSON instead of text');
}

async function gatewayOf(options: Shared, terminal: Terminal): Promise<Gateway> {
  return new Gateway(options.url, await operatorKey(options, process.env, terminal));
}

function create(parent: Command, terminal: Terminal): void {
  const command = parent
    .command('create')
    .summary('make a key for an application; its value is shown once')
    .description('make a key for an application; its value is shown once')
    .requiredOption('--name <name>', 'what to know it by, such as the application', name)
    .option('--model <names...>', "only these models, by their clients' names; otherwise all")
    .option('--requests-per-minute <count>', 'otherwise as gateway.keyLimits of the spec', count)
    .option('--tokens-per-minute <count>', 'otherwise as gateway.keyLimits of the spec', count)
    .option('--budget-usd <usd>', 'otherwise as gateway.keyLimits of the spec', usd)
    .addOption(
      new Option('--budget-period <period>', 'when spending begins at zero again').choices(
        Object.keys(budgetPeriods),
      ),
    )
    .option('--expires <time>', 'such as 12h, 90d or 6w; otherwise never', duration);
  asksGateway(command).action(async (options: CreateOptions) => {
    const made = await createKey(await gatewayOf(options, terminal), wantedOf(options));
    if (options.json) {
      terminal.out(json(made));
      return;
    }
    const { key, ...rest } = made;
    terminal.out(renderSections(keySections([rest], 'made'), terminal));
    // not wrapped, so that it can be copied
    terminal.out(`\n${terminal.colors.bold('Key, shown once and stored nowhere')}\n${key}\n`);
  });
  helpTail(
    command,
    [
      'llm-constructs keys create --name wiki-bot',
      'llm-constructs keys create --name trial --model qwen3-8b --budget-usd 5 --expires 7d',
    ],
    `{"key", ${shape}}: key is the value, which no later command can show`,
  );
}

function list(parent: Command, terminal: Terminal): void {
  const command = parent
    .command('list')
    .summary('all keys with limits and spending, never their values')
    .description('all keys with limits and spending, never their values');
  asksGateway(command).action(async (options: Shared) => {
    const keys = await allKeys(await gatewayOf(options, terminal));
    if (options.json) terminal.out(json(keys));
    else if (keys.length === 0)
      terminal.out('No key yet. Make one: llm-constructs keys create --name NAME\n');
    else terminal.out(renderSections(keySections(keys, 'listed'), terminal));
  });
  helpTail(command, ['llm-constructs keys list'], `[{${shape}}]`);
}

function revoke(parent: Command, terminal: Terminal): void {
  const command = parent
    .command('revoke')
    .summary('end a key, by its name or id')
    .description('end a key, by its name or id; there is no way back')
    .argument('<key>', 'name, or id as in the list');
  asksGateway(command).action(async (asked: string, options: Shared) => {
    if (asked.startsWith('sk-')) {
      throw new UserError(
        'Give the name or id of the key and not its value, which now stands in the history of this shell. List them: llm-constructs keys list',
      );
    }
    const gateway = await gatewayOf(options, terminal);
    const key = findKey(await allKeys(gateway), asked);
    await revokeKey(gateway, key);
    if (options.json) terminal.out(json(key));
    else terminal.out(`Revoked ${titleOf(key)}. ${afterRevoking}\n`);
  });
  helpTail(command, ['llm-constructs keys revoke wiki-bot'], `{${shape}} of the key that ended`);
}

const shape =
  '"name", "id", "ending", "models", "requestsPerMinute", "tokensPerMinute", "spentUsd", "budgetUsd", "budgetPeriod", "expires", "created"';

/** LiteLLM 1.106.2 keeps keys in each worker's memory for 60 s (user_api_key_cache_ttl). */
const afterRevoking = 'A worker of the gateway that just used it may take it for a minute more.';

const titleOf = ({ name, id, ending }: Key) =>
  `${name ?? 'the key without a name'} (${id.slice(0, shownIdLength)}, ${ending})`;

function wantedOf(options: CreateOptions): NewKey {
  const { name, model, requestsPerMinute, tokensPerMinute, budgetUsd, budgetPeriod, expires } = options;
  if (budgetPeriod !== undefined && budgetUsd === undefined) {
    throw new UserError(
      `--budget-period ${budgetPeriod} needs --budget-usd: of what amount is it the period?`,
    );
  }
  return {
    name,
    ...(model && { models: model.flatMap((names) => names.split(',')).filter(Boolean) }),
    ...(requestsPerMinute !== undefined && { requestsPerMinute }),
    ...(tokensPerMinute !== undefined && { tokensPerMinute }),
    // without a period the gateway would never begin anew, nor would it take the spec's
    ...(budgetUsd !== undefined && { budgetUsd, budgetPeriod: budgetPeriods[budgetPeriod ?? 'month'] }),
    ...(expires !== undefined && { expiresAfter: expires }),
  };
}

function name(text: string): string {
  if (/^[\w][\w .@/-]{0,62}$/.test(text) && !text.startsWith('sk-')) return text;
  throw new InvalidArgumentError(
    'Letters, digits, spaces and . _ - @ /, at most 63, not beginning with sk-.',
  );
}

function count(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A whole number from 1 to 999999999.');
}

function usd(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value > 0) return value;
  throw new InvalidArgumentError('An amount above 0, such as 25 or 0.5.');
}

function duration(text: string): string {
  if (/^[1-9]\d{0,4}[mhdw]$/.test(text)) return text;
  throw new InvalidArgumentError('A number and m, h, d or w, such as 90d.');
}
