import type { ManagedModelDecision, ModelDecision, Plan, TimeoutsDecision } from '../plan/plan';
import { slug } from './layout';
import { type Upstream, upstreams } from './upstreams';

/** One entry of LiteLLM's `model_list`: entries of one `model_name` share its requests. */
export interface Deployment {
  model_name: string;
  litellm_params: Record<string, unknown>;
  model_info: Record<string, unknown>;
}

/** Every engine or fleet of them under its model's name and its adapters' names, then the models of the cloud. */
export function deployments(plan: Plan): Deployment[] {
  const { managedModels, identity, timeouts } = plan.decisions;
  return [
    ...upstreams(plan).flatMap((upstream) => engineDeployments(upstream, timeouts)),
    ...managedModels.map((model) => managedDeployment(model, identity.region, timeouts)),
  ];
}

function engineDeployments(upstream: Upstream, timeouts: TimeoutsDecision): Deployment[] {
  const { id, model, share: ofModel } = upstream;
  const { name, weightPercent, rateLimit } = model;
  const part = ((weightPercent ?? 100) / 100) * ofModel;
  const params = engineParams(upstream, timeouts);
  const info = {
    mode: model.task,
    max_input_tokens: model.maxContext,
    // one failing machine of a fleet is the balancer's to leave out: cooled down, all others would be gone with it
    ...(upstream.variable === undefined ? {} : { cooldown_time: 0 }),
  };
  return [
    {
      model_name: name,
      litellm_params: {
        model: `hosted_vllm/${name}`,
        ...params,
        ...(weightPercent === undefined ? {} : { weight: exact(weightPercent * ofModel) }),
        ...limits(rateLimit, part),
      },
      model_info: { id, ...info },
    },
    ...model.adapters.map((adapter) => ({
      model_name: adapter.name,
      // each name has the limit for itself: LiteLLM has no count of several
      litellm_params: { model: `hosted_vllm/${adapter.name}`, ...params, ...limits(rateLimit, ofModel) },
      model_info: { id: `${id}-${slug(adapter.name)}`, ...info },
    })),
  ];
}

function engineParams({ model, apiBase }: Upstream, timeouts: TimeoutsDecision) {
  const usdPerToken = exact(model.usdPerMillionTokens / 1e6);
  return {
    api_base: apiBase,
    api_key: 'os.environ/ENGINE_API_KEY',
    ...waits(timeouts),
    input_cost_per_token: usdPerToken,
    output_cost_per_token: usdPerToken,
  };
}

/**
 * Without a key: boto3 in the gateway's container finds the machine's own identity.
 *
 * Chats go through Bedrock's Converse API, one form for all models; embeddings have none there.
 */
function managedDeployment(
  model: ManagedModelDecision,
  region: string,
  timeouts: TimeoutsDecision,
): Deployment {
  const id = model.inferenceProfile ?? model.modelId;
  const { usdPerMillionInputTokens: input, usdPerMillionOutputTokens: output } = model;
  return {
    model_name: model.name,
    litellm_params: {
      model: model.task === 'embedding' ? `bedrock/${id}` : `bedrock/converse/${id}`,
      aws_region_name: region,
      ...waits(timeouts),
      ...(input === null ? {} : { input_cost_per_token: exact(input / 1e6) }),
      ...(output === null ? {} : { output_cost_per_token: exact(output / 1e6) }),
      ...limits(model.rateLimit, 1),
    },
    model_info: {
      id: `managed-${slug(model.name)}`,
      mode: model.task,
      ...(model.maxContext === null ? {} : { max_input_tokens: model.maxContext }),
    },
  };
}

const waits = ({ answerSeconds, streamSilenceSeconds }: TimeoutsDecision) => ({
  timeout: answerSeconds,
  stream_timeout: streamSilenceSeconds,
  // the router retries; without this the client library does so too, and attempts multiply
  max_retries: 0,
});

/** Limits of a name are dealt to its deployments, since LiteLLM counts each for itself. */
function limits(rateLimit: ModelDecision['rateLimit'], part: number) {
  const { requestsPerMinute, tokensPerMinute } = rateLimit ?? {};
  return {
    ...(requestsPerMinute === undefined ? {} : { rpm: share(requestsPerMinute, part) }),
    ...(tokensPerMinute === undefined ? {} : { tpm: share(tokensPerMinute, part) }),
  };
}

const share = (limit: number, part: number) => Math.max(1, Math.floor(exact(limit * part)));

/** Without the digits that binary arithmetic adds. */
const exact = (value: number) => Number(value.toPrecision(12));
