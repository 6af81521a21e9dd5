import type { Command } from 'commander';
import { wrap } from '../render';

const helpColumns = 80;

/** What `--help` prints below the options: examples, and the shape that `--json` prints. */
export function helpTail(command: Command, examples: readonly string[], shape: string): void {
  const lines = [
    '',
    'Example:',
    ...examples.map((line) => `  ${line}`),
    '',
    ...wrap(`With --json: ${shape}`, helpColumns),
    ...wrap(
      'Errors: {"error": {"message", "issues": [{"path", "rule", "message", "line", "column"}]}}',
      helpColumns,
    ),
  ];
  command.addHelpText('after', lines.join('\n'));
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
