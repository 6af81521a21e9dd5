import type { GuardrailDecision, Plan } from '../plan/plan';
import { piiServices } from './compose-pii';

/** Longest wait for one text to be looked at; LiteLLM's own is five minutes. */
const lookSeconds = 30;

type Masking = NonNullable<Plan['decisions']['gateway']['piiMasking']>;

/**
 * What looks at requests and answers, in the order in which LiteLLM asks for both: the filter of answers comes before
 * masked data is put back, the filter of prompts after it was masked, so the filter sees no personal data.
 */
export function guardrails(plan: Plan) {
  const { gateway, identity } = plan.decisions;
  const { piiMasking, guardrail } = gateway;
  const all = [
    ...(guardrail ? [contentFilter('answers', guardrail, identity.region)] : []),
    ...(piiMasking ? [masking(piiMasking)] : []),
    ...(guardrail ? [contentFilter('prompts', guardrail, identity.region)] : []),
  ];
  return all.length === 0 ? {} : { guardrails: all };
}

/**
 * Personal data is replaced before any model or cache sees the request, and put back into the answer.
 *
 * Fails closed: where analyzer or anonymizer do not answer, the request is refused. An answer to a prompt in which
 * something was masked comes whole, also as a stream: LiteLLM puts the data back at its end (1.106.2).
 */
function masking({ language, entities }: Masking) {
  return {
    guardrail_name: 'pii-masking',
    litellm_params: {
      guardrail: 'presidio',
      mode: 'pre_call',
      default_on: true,
      presidio_analyzer_api_base: piiServices.analyzer.url,
      presidio_anonymizer_api_base: piiServices.anonymizer.url,
      presidio_language: language,
      pii_entities_config: Object.fromEntries(entities.map((entity) => [entity, 'MASK'])),
      // what the model writes itself is not masked: only what was masked comes back
      presidio_filter_scope: 'input',
      output_parse_pii: true,
      timeout: lookSeconds,
    },
  };
}

/**
 * The cloud's filter, asked with the identity of the machine, before a model sees the prompt and before a client sees
 * the answer. A stream is held back and let go in pieces that were looked at, never before.
 *
 * Fails closed: an error of the filter is an error of the request.
 */
function contentFilter(of: 'prompts' | 'answers', { piecesPerLook }: GuardrailDecision, region: string) {
  return {
    guardrail_name: `filter-of-${of}`,
    litellm_params: {
      guardrail: 'bedrock',
      mode: of === 'prompts' ? 'pre_call' : 'post_call',
      default_on: true,
      guardrailIdentifier: 'os.environ/LLM_GUARDRAIL_ID',
      guardrailVersion: 'os.environ/LLM_GUARDRAIL_VERSION',
      aws_region_name: region,
      ...(of === 'answers' && {
        streaming_buffer_until_moderated: true,
        streaming_buffer_release_on_scan: true,
        streaming_sampling_rate: piecesPerLook,
      }),
      timeout: lookSeconds,
    },
  };
}
