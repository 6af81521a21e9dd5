import { Command, CommanderError, type Option } from 'commander';
import { isUserError, UserError } from '../lib/errors';
import { version } from '../package.json';
import { commands } from './commands/command';
import { defectMessage } from './defect';
import type { Terminal } from './terminal';

const exitCode = { ok: 0, user: 1, ours: 2 } as const;

const about = `One YAML file becomes a sized, priced and explained LLM server on your cloud.

Example:
  llm-constructs init llm.yaml
  llm-constructs plan llm.yaml
  llm-constructs synth llm.yaml --out out

Exit code: 0 done, 1 something to mend in the input, 2 a defect of llm-constructs.`;

/** Runs one command line; never throws. With `--json` an error is `{"error":{"message","issues"}}` on stdout. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const program = await programFor(argv, terminal);
    // without words commander would call the missing command an error
    await program.parseAsync(argv.length === 0 ? ['--help'] : [...argv], { from: 'user' });
    return exitCode.ok;
  } catch (error) {
    return report(error, argv.includes('--json'), terminal);
  }
}

async function programFor(argv: readonly string[], terminal: Terminal): Promise<Command> {
  const program = new Command('llm-constructs')
    .description(about)
    .version(version, '-V, --version', 'print the version')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: terminal.out,
      writeErr: () => {},
      getOutHelpWidth: () => terminal.columns,
      getErrHelpWidth: () => terminal.columns,
    });
  const named = argv.find((word) => !word.startsWith('-'));
  for (const [name, { summary, load }] of Object.entries(commands)) {
    const command = program.command(name).summary(summary).description(summary);
    if (name === named) {
      (await load()).configure(command, terminal);
      for (const option of command.options) nameInErrors(option);
    }
  }
  return program;
}

/** Parsers know the text that they refuse; which option it stood behind is said here. */
function nameInErrors(option: Option): void {
  const parse = option.parseArg;
  if (parse === undefined || option.argChoices !== undefined) return;
  option.parseArg = (text: string, before: unknown) => {
    try {
      return parse(text, before as never);
    } catch (error) {
      if (!isUserError(error) || error.message.startsWith('--')) throw error;
      throw new UserError(`${option.long} ${error.message}`);
    }
  };
}

function report(error: unknown, json: boolean, terminal: Terminal): number {
  if (error instanceof CommanderError && error.exitCode === 0) return exitCode.ok;
  if (isCancelledQuestion(error)) {
    terminal.err('\nStopped; nothing was written.\n');
    return exitCode.user;
  }
  const mine = isUserError(error);
  const usage = error instanceof CommanderError;
  const message = messageOf(error);
  if (json) {
    const issues = mine ? error.issues : [];
    terminal.out(`${JSON.stringify({ error: { message, issues } }, null, 2)}\n`);
  }
  if (mine || usage) {
    if (!json) terminal.err(`${terminal.errorColors.red(message)}\n`);
    return exitCode.user;
  }
  terminal.err(defectMessage(error, version));
  return exitCode.ours;
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/^error: /, '');
}

/** Ctrl-C at a question (inquirer's own class, known by its name because it is loaded by `init` only). */
function isCancelledQuestion(error: unknown): boolean {
  return error instanceof Error && error.name === 'ExitPromptError';
}
