/** LiteLLM's settings, as `litellmSettings` makes them. */
type Settings = Record<string, unknown>;

/** More than any client sends within a minute, in which LiteLLM counts. */
const never = 1_000_000;

/**
 * llama.cpp answers 500 to what vLLM calls a mistake of the request (b11312: an image for a model without eyes, a text
 * that is longer than one step of an embedding model), and a cooldown would take the model from everybody.
 *
 * Such requests are tried again all the same, as an engine that was just started anew is worth a second try.
 */
export function withLlamaErrors(settings: Settings): Settings {
  return {
    ...settings,
    router_settings: {
      ...(settings.router_settings as Settings),
      allowed_fails_policy: { InternalServerErrorAllowedFails: never },
    },
  };
}
