import { describe, expect, it } from 'vitest';
import { bill } from '../../lib/cost/bill';
import { noOverlay, parsePriceOverlay } from '../../lib/cost/overlay';
import { isUserError } from '../../lib/errors';
import { plan } from '../../lib/plan';
import { synth } from '../../lib/synth';

/** A gated model without its token, so that nothing is ever written here: only what is refused beside it differs. */
const planned = plan({
  name: 'own-prices',
  cloud: 'aws',
  region: 'us-east-1',
  models: ['meta-llama/Llama-3.1-8B-Instruct'],
  traffic: { concurrentUsers: 20 },
  budget: { monthlyUsd: 1000, failSynthOverUsd: 1000 },
});
const machinePrice = (usd: number) =>
  parsePriceOverlay(`gpu-machine: {usd: ${usd}, unit: hour, source: our contract, asOf: 2026-11-01}`);

async function refusals(overlay = noOverlay): Promise<string[]> {
  const error: unknown = await synth(planned, 'nowhere', bill(planned, overlay)).catch((reason) => reason);
  if (!isUserError(error)) throw new Error('was not refused');
  return error.issues.map(({ rule, message }) => (rule === 'bill-over-limit' ? message : rule));
}

describe('the limit over which no template is written', () => {
  it("is held against the user's own prices", async () => {
    const dear = await refusals(machinePrice(5));
    expect(dear).toContainEqual(
      expect.stringMatching(
        /^the expected bill of 3[67]\d\d USD a month is over 1000: the largest lines are \S+ \(1 x \S+\), on-demand 3650, /,
      ),
    );
    expect(await refusals(machinePrice(0.5))).toEqual(['gated-model']);
  });
});
