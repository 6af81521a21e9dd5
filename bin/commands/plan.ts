import type { Command } from 'commander';
import { planSections } from '../../lib/report/plan';
import { renderSections } from '../render';
import { shellWord } from '../shell-word';
import type { Terminal } from '../terminal';
import { helpTail, json } from './help';
import { planFrom, takesSpec } from './load-spec';

export function configure(command: Command, terminal: Terminal): void {
  takesSpec(command).action(async (path: string, options: { json?: boolean }) => {
    const plan = await planFrom(path, terminal);
    if (options.json) {
      terminal.out(json(plan));
      return;
    }
    terminal.out(renderSections(planSections(plan), terminal));
    const spec = path === '-' ? 'SPEC' : shellWord(path);
    terminal.out(`\nNext: llm-constructs cost ${spec}\n      llm-constructs synth ${spec} --out out\n`);
  });
  helpTail(
    command,
    ['llm-constructs plan llm.yaml', 'llm-constructs plan llm.yaml --json > plan.json'],
    'the plan: {"version", "spec", "decisions", "warnings"}',
  );
}
