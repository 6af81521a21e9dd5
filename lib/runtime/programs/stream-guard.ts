import type { Plan } from '../../plan/plan';

/** As LiteLLM finds it: a file beside its configuration, and what is in it. */
export const streamCallback = 'stream_guard.guard';

/** Only the content filter needs it. */
export const streamGuardFiles = (plan: Plan): Record<string, string> =>
  plan.decisions.gateway.guardrail === undefined ? {} : { 'stream_guard.py': streamGuardProgram };

/**
 * `stream_guard.py`: a hook of the gateway, in its own process.
 *
 * LiteLLM puts the pieces of a chat together for the filter, and forwards those of a text completion unseen
 * (1.106.2, `BedrockGuardrail.async_post_call_streaming_iterator_hook` and `UnifiedLLMGuardrails`).
 */
const streamGuardProgram = `"""Refuses streams that the content filter would not see; the same answer in one piece is looked at."""
from fastapi import HTTPException
from litellm.integrations.custom_logger import CustomLogger

UNSEEN = ('text_completion', 'atext_completion')


class Guard(CustomLogger):
    async def async_pre_call_hook(self, user_api_key_dict, cache, data, call_type):
        if call_type in UNSEEN and data.get('stream'):
            raise HTTPException(status_code=400, detail={'error': 'Not for requests: stream. The content filter of this service sees completions in one piece only: remove it, or use /v1/chat/completions.'})
        return None


guard = Guard()
`;
