import type { Plan } from '../plan/plan';
import { piiServices } from './compose-pii';

/** Longest wait for one text to be looked at; LiteLLM's own is five minutes. */
const lookSeconds = 30;

/**
 * Personal data is replaced before any model or cache sees the request, and put back into the answer.
 *
 * Fails closed: where analyzer or anonymizer do not answer, the request is refused. An answer to a prompt in which
 * something was masked comes whole, also as a stream: LiteLLM puts the data back at its end (1.106.2).
 */
export function guardrails(plan: Plan) {
  const { piiMasking } = plan.decisions.gateway;
  if (piiMasking === undefined) return {};
  return {
    guardrails: [
      {
        guardrail_name: 'pii-masking',
        litellm_params: {
          guardrail: 'presidio',
          mode: 'pre_call',
          default_on: true,
          presidio_analyzer_api_base: piiServices.analyzer.url,
          presidio_anonymizer_api_base: piiServices.anonymizer.url,
          presidio_language: piiMasking.language,
          pii_entities_config: Object.fromEntries(piiMasking.entities.map((entity) => [entity, 'MASK'])),
          // what the model writes itself is not masked: only what was masked comes back
          presidio_filter_scope: 'input',
          output_parse_pii: true,
          timeout: lookSeconds,
        },
      },
    ],
  };
}
