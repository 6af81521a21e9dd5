import type { Plan } from '../plan/plan';
import { batchLines } from './batch';
import type { Usage } from './line';

/** English text. */
export const charactersPerToken = 4.5;
/** One call looks at as many, or a begun part of them (Amazon Bedrock pricing, 2026-11). */
export const charactersPerTextUnit = 1000;

/** Texts that the cloud's content filter looks at: the prompt once, an answer once or, streamed, again and again. */
export function contentFilterUsage(plan: Plan): Usage[] {
  const { gateway, load, batch } = plan.decisions;
  const { guardrail } = gateway;
  if (guardrail === undefined) return [];
  const { inputTokens, outputTokens, requestsPerMonth } = load;
  // lines of files are not streamed
  const ofFiles =
    batch === undefined
      ? 0
      : batchLines(plan) * (textUnits(batch.inputTokens) + textUnits(batch.outputTokens));
  const whole = textUnits(outputTokens);
  const streamed = streamedUnits(outputTokens, guardrail.piecesPerLook);
  const thousands = (answer: number) =>
    (requestsPerMonth * (textUnits(inputTokens) + answer) + ofFiles) / 1000;

  return [
    {
      id: 'content-filter',
      label: 'Content filter',
      category: 'Managed models',
      resource: 'content-filter',
      count: 1,
      quantity: { low: thousands(whole), expected: thousands(streamed), high: thousands(streamed) },
      rate: 'content-filter',
      because: `${requestsPerMonth} requests a month, each ${textUnits(inputTokens)} units of ${charactersPerTextUnit} characters of prompt, and of answer ${whole} (low) or ${streamed} where it is streamed, as each look takes the whole answer so far${ofFiles === 0 ? '' : `; and ${batchLines(plan)} lines of files`}`,
    },
  ];
}

const textUnits = (tokens: number) => Math.ceil((tokens * charactersPerToken) / charactersPerTextUnit);

/** A look at every so many tokens, and one at the end. */
function streamedUnits(tokens: number, tokensPerLook: number): number {
  const looks = Math.floor(tokens / tokensPerLook);
  const before = Array.from({ length: looks }, (_, index) => textUnits((index + 1) * tokensPerLook));
  return before.reduce((sum, units) => sum + units, textUnits(tokens));
}
