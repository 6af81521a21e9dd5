import type { Plan } from '../../plan/plan';

/** As LiteLLM finds it: a file beside its configuration, and what is in it. */
export const limitCallback = 'limit_guard.guard';

/** Whether a name of the plan has a limit of its own. */
export const limited = ({ decisions: { models, managedModels } }: Plan) =>
  [...models, ...managedModels].some(({ rateLimit }) => rateLimit !== undefined);

/** Files of the bundle that only a plan with limits has. */
export function limitGuardFiles(plan: Plan): Record<string, string> {
  return limited(plan) ? { 'limit_guard.py': limitGuardProgram } : {};
}

/**
 * `limit_guard.py`: a hook of the gateway, in its own process.
 *
 * A limit of the plan (`enforce_model_rate_limits`) is to LiteLLM 1.106.2 an error like any other: it takes fallbacks,
 * which cost money or say that the service is degraded, and cools the deployment down, which then counts as gone.
 */
const limitGuardProgram = `"""Keeps the limits of the plan limits: status 429, and no fallback answers instead."""
from litellm.exceptions import RateLimitError
from litellm.integrations.custom_logger import CustomLogger
from litellm.router_utils.pre_call_checks.model_rate_limit_check import ModelRateLimitingCheck


class OverLimit(Exception):
    """Not one of LiteLLM's own errors: the router cools nothing down for it, and tries no further."""

    status_code = 429
    type = 'rate_limit_error'
    num_retries = 0
    headers = {'retry-after': '60'}

    def __init__(self, message):
        super().__init__(message)
        self.message = message


checked = ModelRateLimitingCheck.async_pre_call_check


async def check(self, deployment, parent_otel_span=None):
    try:
        return await checked(self, deployment, parent_otel_span)
    except RateLimitError as error:
        raise OverLimit(error.message) from error


ModelRateLimitingCheck.async_pre_call_check = check


def limits_alone(kwargs):
    """Nothing but limits has ended the attempts so far, and they were at other models than this one."""
    for bucket in ('litellm_metadata', 'metadata'):
        metadata = kwargs.get(bucket) or {}
        earlier = metadata.get('previous_models') or ()
        if earlier:
            others = metadata.get('model_group') not in {one.get('model_group') for one in earlier}
            return others and all(one.get('exception_type') == OverLimit.__name__ for one in earlier)
    return False


class Guard(CustomLogger):
    async def async_filter_deployments(self, model, healthy_deployments, messages, request_kwargs=None, parent_otel_span=None):
        # before the other model counts the request as its own
        if limits_alone(request_kwargs or {}):
            raise OverLimit('a limit has no fallback')
        return healthy_deployments


guard = Guard()
`;
