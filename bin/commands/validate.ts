import type { Command } from 'commander';
import { displayName } from '../read-input';
import type { Terminal } from '../terminal';
import { helpTail, json } from './help';
import { planFrom, takesSpec } from './load-spec';

export function configure(command: Command, terminal: Terminal): void {
  takesSpec(command).action(async (path: string, options: { json?: boolean }) => {
    const { warnings } = await planFrom(path, terminal);
    if (options.json) {
      terminal.out(json({ valid: true, warnings }));
      return;
    }
    const { colors, errorColors } = terminal;
    for (const { path: place, message } of warnings) {
      terminal.err(`${errorColors.yellow('warning')} ${place}: ${message}\n`);
    }
    terminal.out(`${colors.green('valid')}: ${displayName(path)} can be planned\n`);
  });
  helpTail(
    command,
    ['llm-constructs validate llm.yaml', 'cat llm.yaml | llm-constructs validate -'],
    '{"valid": true, "warnings": [{"path", "rule", "message"}]}',
  );
}
