/** As LiteLLM finds it: a file beside its configuration, and what is in it. */
export const guardCallback = 'request_guard.guard';

/** Files of the bundle that stand beside LiteLLM's configuration, whatever the plan. */
export const requestGuardFiles = (): Record<string, string> => ({ 'request_guard.py': requestGuardProgram });

/**
 * `request_guard.py`: a hook of the gateway, in its own process.
 *
 * LiteLLM merges the body of a request over the parameters of the deployment that it goes to, and refuses only some of
 * them (1.106.2, `_BANNED_REQUEST_BODY_PARAMS`): `model_id` reached another model of the cloud than the key may use,
 * `aws_region_name` another region, `extra_body.model` another name of the same engine. Its `/bedrock/...` routes
 * sign whatever they are sent with the identity of the machine.
 */
const requestGuardProgram = `"""Refuses what a client must not choose: the plan says where a model is and who calls it."""
from fastapi import HTTPException
from litellm.integrations.custom_logger import CustomLogger
from litellm.types.router import GenericLiteLLMParams

# fields of a deployment that say nothing about where and what it is
OF_CLIENTS = {
    'api_version',
    'drop_params',
    'keepalive_seconds',
    'litellm_trace_id',
    'max_retries',
    'merge_reasoning_content_in_choices',
    'mock_response',
    'organization',
    'stream_timeout',
    'tag_regex',
    'tags',
    'timeout',
}
OF_THE_PLAN = (set(GenericLiteLLMParams.model_fields) - OF_CLIENTS) | {
    'base_model',
    'base_url',
    'deployment_id',
    'extra_body',
    'extra_headers',
    'litellm_params',
    'model_id',
    'model_list',
    'provider_specific_header',
    'router_settings_override',
    'specific_deployment',
    'user_config',
}
PREFIXES = ('aws_', 'azure_', 'bedrock_', 'gcs_', 's3_', 'sagemaker_', 'vertex_')
FALLBACKS = ('fallbacks', 'context_window_fallbacks', 'content_policy_fallbacks')
# the provider's own API, past names, limits and prices of the plan
PASSED_THROUGH = ('pass_through_endpoint', 'allm_passthrough_route', 'llm_passthrough_route')


def of_the_plan(name):
    return isinstance(name, str) and (name in OF_THE_PLAN or name.lower().startswith(PREFIXES))


def inside(value):
    """Every name in a client's own list of fallbacks, whose maps LiteLLM merges over the request."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield name
            if name != 'messages':
                yield from inside(one)
    if isinstance(value, list):
        for one in value:
            yield from inside(one)


def refused(data):
    names = list(data)
    for field in FALLBACKS:
        names += inside(data.get(field))
    return sorted({name for name in names if of_the_plan(name)})


class Guard(CustomLogger):
    async def async_pre_call_hook(self, user_api_key_dict, cache, data, call_type):
        if call_type in PASSED_THROUGH:
            raise HTTPException(status_code=400, detail={'error': 'This service passes nothing through: use /v1 and the names of /v1/models.'})
        names = refused(data)
        if names:
            raise HTTPException(status_code=400, detail={'error': 'Not for requests: ' + ', '.join(names) + '. Remove it from the body.'})
        return None


guard = Guard()
`;
