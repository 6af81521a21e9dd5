import type { Command } from 'commander';
import { decide } from '../../lib/plan/decide';
import type { Plan } from '../../lib/plan/plan';
import { type ParsedSpec, type ParseOptions, parseSpec } from '../../lib/spec/parse';
import { displayName, type InputTerminal, readInput } from '../read-input';
import { shellWord } from '../shell-word';

export function takesSpec(command: Command): Command {
  return command
    .argument('<spec>', 'YAML or JSON file; - reads standard input')
    .option('--json', 'print JSON instead of text');
}

/** Reads, checks and plans; all problems at once with their lines. */
export async function planFrom(path: string, terminal: InputTerminal): Promise<Plan> {
  return decide(await specFrom(path, terminal));
}

/** Reads and checks; all problems at once with their lines. */
export async function specFrom(
  path: string,
  terminal: InputTerminal,
  options: Pick<ParseOptions, 'processors'> = {},
): Promise<ParsedSpec> {
  const text = await readInput(
    path,
    terminal,
    `Write one with: llm-constructs init${path === '' ? '' : ` ${shellWord(path)}`}`,
  );
  return parseSpec(text, { ...options, file: displayName(path) });
}
