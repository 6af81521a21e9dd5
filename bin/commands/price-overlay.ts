import { type PriceOverlay, parsePriceOverlay } from '../../lib/cost/overlay';
import { displayName, readInput } from '../read-input';
import type { Terminal } from '../terminal';

/** Prices of the user's own, from the file that `--prices` names. */
export async function priceOverlay(
  path: string | undefined,
  terminal: Terminal,
): Promise<PriceOverlay | undefined> {
  return path === undefined
    ? undefined
    : parsePriceOverlay(
        await readInput(path, terminal, 'Give --prices a file of yours; docs/cost.md shows its lines.'),
        displayName(path),
      );
}
