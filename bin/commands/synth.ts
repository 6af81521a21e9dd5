import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { bill } from '../../lib/cost/bill';
import { billSections } from '../../lib/report/bill';
import { planSections } from '../../lib/report/plan';
import { type Synthesized, synth } from '../../lib/synth';
import { refuseForeign, writeFolder } from '../out-folder';
import { renderSections } from '../render';
import { shellWord } from '../shell-word';
import type { Terminal } from '../terminal';
import { helpTail, json } from './help';
import { planFrom, takesSpec } from './load-spec';
import { priceOverlay } from './price-overlay';

export function configure(command: Command, terminal: Terminal): void {
  takesSpec(command)
    .requiredOption('--out <folder>', 'new or empty folder, or one that synth wrote before')
    .option('--prices <file>', 'YAML or JSON with prices of your own, by price id')
    .action(async (path: string, options: { out: string; prices?: string; json?: boolean }) => {
      const { out, prices, json: asJson } = options;
      refuseForeign(out);
      const plan = await planFrom(path, terminal);
      const costs = bill(plan, await priceOverlay(prices, terminal));
      const written = await withProgress(terminal, `writing ${out}`, () =>
        synthInto(out, async (folder) => {
          const result = await synth(plan, folder, costs);
          writeFileSync(join(folder, 'plan.json'), json(plan));
          writeFileSync(join(folder, 'bill.json'), json(costs));
          return result;
        }),
      );
      const next = written.next.map((line) => line.replaceAll(written.directory, () => shellWord(out)));
      if (asJson) {
        terminal.out(json({ out, templates: written.templates, plan: 'plan.json', bill: 'bill.json', next }));
        return;
      }
      const sections = [...planSections(plan), ...billSections(costs), writtenSection(out, written)];
      terminal.out(renderSections(sections, terminal));
      // commands are not wrapped, so that they can be copied
      terminal.out(`\n${terminal.colors.bold('Deploy')}\n${next.join('\n')}\n`);
    });
  helpTail(
    command,
    ['llm-constructs synth llm.yaml --out out', 'npx aws-cdk@2 deploy --app out'],
    '{"out", "templates", "plan", "bill", "next"}: paths in out, commands that deploy',
  );
}

async function synthInto(out: string, write: (folder: string) => Promise<Synthesized>): Promise<Synthesized> {
  const results: Synthesized[] = [];
  await writeFolder(out, async (folder) => {
    results.push(await write(folder));
  });
  return results[0] as Synthesized;
}

function writtenSection(out: string, { templates }: Synthesized) {
  return {
    title: 'Written',
    rows: [
      ...templates.map((name) => [`${out}/${name}`, 'the template']),
      [`${out}/plan.json`, 'every decision with its reason'],
      [`${out}/bill.json`, 'every line of the bill with its source'],
    ],
  };
}

/** A line on the error stream for what takes over a second; wiped afterwards on a screen. */
async function withProgress<T>(terminal: Terminal, what: string, work: () => Promise<T>): Promise<T> {
  terminal.err(terminal.progress ? `${what} ...` : `${what} ...\n`);
  try {
    return await work();
  } finally {
    if (terminal.progress) terminal.err('\r\u001b[2K');
  }
}
