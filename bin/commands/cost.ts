import type { Command } from 'commander';
import { bill } from '../../lib/cost/bill';
import { billSections } from '../../lib/report/bill';
import { renderSections } from '../render';
import type { Terminal } from '../terminal';
import { helpTail, json } from './help';
import { planFrom, takesSpec } from './load-spec';
import { priceOverlay } from './price-overlay';

export function configure(command: Command, terminal: Terminal): void {
  takesSpec(command)
    .option('--prices <file>', 'YAML or JSON with prices of your own, by price id')
    .action(async (path: string, options: { json?: boolean; prices?: string }) => {
      const plan = await planFrom(path, terminal);
      const result = bill(plan, await priceOverlay(options.prices, terminal));
      terminal.out(options.json ? json(result) : renderSections(billSections(result), terminal));
    });
  helpTail(
    command,
    ['llm-constructs cost llm.yaml', 'llm-constructs cost llm.yaml --prices our-prices.yaml --json'],
    '{"lines", "total", "usdPerMillionTokens", "managedAlternative", "because"}',
  );
}
