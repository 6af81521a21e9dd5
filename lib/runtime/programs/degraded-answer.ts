import type { Plan } from '../../plan/plan';
import { degradedName } from '../litellm-routes';

/** As LiteLLM finds it: a file beside its configuration, and what is in it. */
export const degradedCallback = 'degraded_answer.guard';

/** Files of the bundle that only a plan with a degraded answer has. */
export function degradedAnswerFiles({ decisions }: Plan): Record<string, string> {
  if (decisions.gateway.degradedAnswer === undefined) return {};
  return { 'degraded_answer.py': degradedAnswerProgram };
}

/**
 * `degraded_answer.py`: a hook of the gateway, in its own process.
 *
 * LiteLLM takes fallbacks after any error, also after one that the client made, which would be told that the
 * service is degraded (1.106.2: only a guardrail's refusal ends the chain).
 */
const degradedAnswerProgram = `"""Keeps the degraded answer for outages, and marks it: x-llm-degraded."""
from litellm.integrations.custom_logger import CustomLogger

DEGRADED = '${degradedName}'
# of the request and not of a model: it would fail again
OF_THE_REQUEST = {
    'BadRequestError',
    'ContentPolicyViolationError',
    'ContextWindowExceededError',
    'ImageFetchError',
    'JSONSchemaValidationError',
    'NotFoundError',
    'RejectedRequestError',
    'UnprocessableEntityError',
    'UnsupportedParamsError',
}


class RequestIsWrong(Exception):
    """Ends the chain of fallbacks: the client gets the error of its request."""


def attempts(kwargs):
    for bucket in ('litellm_metadata', 'metadata'):
        yield from (kwargs.get(bucket) or {}).get('previous_models') or ()


class Guard(CustomLogger):
    async def async_pre_call_deployment_hook(self, kwargs, call_type):
        if ((kwargs.get('model_info') or {}).get('id')) != DEGRADED:
            return None
        wrong = sorted({one.get('exception_type') for one in attempts(kwargs)} & OF_THE_REQUEST)
        if wrong:
            raise RequestIsWrong('no degraded answer after ' + ', '.join(wrong))
        return None

    async def async_post_call_response_headers_hook(
        self, data, user_api_key_dict, response, request_headers=None, litellm_call_info=None
    ):
        if (litellm_call_info or {}).get('model_id') == DEGRADED:
            return {'x-llm-degraded': 'true'}
        return None


guard = Guard()
`;
