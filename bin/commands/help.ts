import type { Command } from 'commander';

/** What `--help` prints below the options: examples, and the shape that `--json` prints. */
export function helpTail(command: Command, examples: readonly string[], shape: string): void {
  const lines = [
    '',
    'Example:',
    ...examples.map((line) => `  ${line}`),
    '',
    `With --json: ${shape}`,
    'Errors with --json: {"error": {"message", "issues": [{"path", "rule", "message"}]}}',
  ];
  command.addHelpText('after', lines.join('\n'));
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
