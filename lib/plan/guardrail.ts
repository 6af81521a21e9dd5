import type { GuardrailDecision, GuardrailFilter } from './plan';

const harms = ['hate', 'insults', 'sexual', 'violence', 'misconduct'] as const;

/**
 * A token is a piece. Fewer: more calls, each of which looks at the whole answer so far. More: words come in longer
 * jerks.
 */
const piecesPerLook = 100;

/**
 * What the content filter looks for. Medium: at `high` Bedrock also blocks what is harmful with low confidence, which
 * refuses questions of nurses, lawyers and moderators.
 */
export function guardrail(): GuardrailDecision {
  return {
    filters: [
      ...harms.map((category): GuardrailFilter => ({ category, prompts: 'medium', answers: 'medium' })),
      // an answer attacks nobody
      { category: 'prompt-attack', prompts: 'medium', answers: 'none' },
    ],
    piecesPerLook,
    because: `every prompt is looked at before a model or cache sees it, and every answer before a client does: one more call to the cloud before the first token, and streams come in pieces of ${piecesPerLook} tokens; when the filter does not answer, requests are refused`,
  };
}
