import type { CacheDecision, GatewayDecision, ModelDecision, Plan } from '../plan/plan';
import { enginePort, engineServices } from './layout';
import { signalLimits } from './settings';
import { yamlText } from './yaml-text';

const routingStrategies: Record<GatewayDecision['routing'], string> = {
  shuffle: 'simple-shuffle',
  'least-busy': 'least-busy',
  'lowest-latency': 'latency-based-routing',
  'lowest-cost': 'cost-based-routing',
};

/** The gateway's own histogram edges (LiteLLM 1.106.2), among which the limits of the alarms are put. */
const latencyBucketsSeconds = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];

/** What the gateway counts. Its own default labels hold every client's address and program: without end. */
const gatewayMetrics = [
  {
    group: 'requests',
    metrics: ['litellm_proxy_total_requests_metric'],
    include_labels: ['requested_model', 'route', 'status_code'],
  },
  {
    group: 'failures',
    metrics: ['litellm_proxy_failed_requests_metric'],
    include_labels: ['requested_model', 'route', 'exception_class', 'exception_status'],
  },
  {
    group: 'times',
    metrics: [
      'litellm_request_total_latency_metric',
      'litellm_llm_api_latency_metric',
      'litellm_llm_api_time_to_first_token_metric',
      'litellm_overhead_latency_metric',
    ],
    include_labels: ['model_group'],
  },
];

/** `config.yaml` of the LiteLLM proxy. */
export function litellmConfig(plan: Plan): string {
  return yamlText(litellmSettings(plan), 'Gateway. Generated from the plan; secrets are in the environment.');
}

export function litellmSettings(plan: Plan): Record<string, unknown> {
  return {
    model_list: engineServices(plan).map(({ service, model }) => deployment(plan, service, model)),
    router_settings: routerSettings(plan),
    litellm_settings: gatewaySettings(plan),
    general_settings: generalSettings(plan),
  };
}

function deployment(plan: Plan, service: string, model: ModelDecision) {
  const { answerSeconds, streamSilenceSeconds } = plan.decisions.timeouts;
  // rounded, so that no digits of binary arithmetic reach the file
  const usdPerToken = Number((model.usdPerMillionTokens / 1e6).toPrecision(12));
  const { requestsPerMinute, tokensPerMinute } = model.rateLimit ?? {};
  return {
    model_name: model.name,
    litellm_params: {
      model: `hosted_vllm/${model.name}`,
      api_base: `http://${service}:${enginePort}/v1`,
      api_key: 'os.environ/ENGINE_API_KEY',
      timeout: answerSeconds,
      stream_timeout: streamSilenceSeconds,
      // the router retries; without this the client library does so too, and attempts multiply
      max_retries: 0,
      input_cost_per_token: usdPerToken,
      output_cost_per_token: usdPerToken,
      // limits of the model are dealt to its copies
      ...(requestsPerMinute === undefined ? {} : { rpm: share(requestsPerMinute, model.copies) }),
      ...(tokensPerMinute === undefined ? {} : { tpm: share(tokensPerMinute, model.copies) }),
    },
    model_info: { id: service, mode: model.task, max_input_tokens: model.maxContext },
  };
}

const share = (limit: number, copies: number) => Math.max(1, Math.floor(limit / copies));

function routerSettings(plan: Plan) {
  const { gateway, models, timeouts, cache } = plan.decisions;
  const limited = models.some((model) => model.rateLimit !== undefined);
  return {
    routing_strategy: routingStrategies[gateway.routing],
    num_retries: gateway.retries,
    // a hung engine would cost its timeout once more with every retry
    retry_policy: { TimeoutErrorRetries: 0 },
    timeout: timeouts.answerSeconds,
    stream_timeout: timeouts.streamSilenceSeconds,
    // without it a deployment without a twin is never cooled down, and every request waits for all retries
    allowed_fails: 1,
    cooldown_time: cooldownSeconds(models),
    ...(limited ? { optional_pre_call_checks: ['enforce_model_rate_limits'] } : {}),
    ...(Object.keys(gateway.aliases).length > 0 ? { model_group_alias: gateway.aliases } : {}),
    ...(cache.valkey === 'none' ? {} : { ...redis('redis_'), ...tls(cache, 'cache_kwargs') }),
  };
}

/**
 * With a twin to go to, half a minute; without one only as long as a full engine takes to work off some of
 * its queue, since nobody else could answer meanwhile.
 */
function cooldownSeconds(models: ModelDecision[]): number {
  return models.every((model) => model.copies > 1) ? 30 : 5;
}

const redis = (prefix: string) => ({
  [`${prefix}host`]: 'os.environ/REDIS_HOST',
  [`${prefix}port`]: 'os.environ/REDIS_PORT',
  [`${prefix}password`]: 'os.environ/REDIS_PASSWORD',
});

const tls = (cache: CacheDecision, key: string) =>
  cache.valkey === 'managed' ? { [key]: { ssl: true } } : {};

function gatewaySettings(plan: Plan) {
  const { gateway, timeouts } = plan.decisions;
  return {
    request_timeout: timeouts.answerSeconds,
    // parameters that vLLM does not know are left out instead of refused
    drop_params: true,
    callbacks: ['prometheus'],
    // the machine's own telemetry asks with the operator's key
    require_auth_for_metrics_endpoint: true,
    prometheus_latency_buckets: latencyBuckets(plan),
    prometheus_metrics_config: gatewayMetrics,
    // comments that keep a silent stream open through every hop
    sse_keepalive_ping_interval_seconds: 15,
    // names of engines are nobody's business outside
    expose_router_debug_in_errors: false,
    turn_off_message_logging: gateway.promptRetentionDays === 0,
    json_logs: true,
    set_verbose: false,
    default_key_generate_params: keyDefaults(gateway),
    ...responseCache(plan),
  };
}

function latencyBuckets(plan: Plan): number[] {
  const { latencySeconds, ttftSeconds } = signalLimits(plan);
  const limits = [latencySeconds, ttftSeconds].filter((limit) => limit !== null);
  return [...new Set([...latencyBucketsSeconds, ...limits])].sort((a, b) => a - b);
}

function keyDefaults({ keyLimits }: GatewayDecision) {
  const { requestsPerMinute, tokensPerMinute, budgetUsdPerMonth } = keyLimits;
  return {
    rpm_limit: requestsPerMinute,
    ...(tokensPerMinute === undefined ? {} : { tpm_limit: tokensPerMinute }),
    ...(budgetUsdPerMonth === undefined ? {} : { max_budget: budgetUsdPerMonth, budget_duration: '30d' }),
  };
}

/** `cache` is what shares limits between the workers; an empty list of calls keeps answers out of it. */
function responseCache(plan: Plan) {
  const { cache, gateway } = plan.decisions;
  const ttlSeconds = gateway.responseCacheTtlSeconds;
  if (cache.valkey === 'none') {
    if (ttlSeconds !== undefined) throw new Error('the plan caches answers and has no cache');
    return {};
  }
  const calls =
    ttlSeconds === undefined
      ? { supported_call_types: [] }
      : { ttl: ttlSeconds, supported_call_types: ['acompletion', 'atext_completion', 'aembedding'] };
  const secure = cache.valkey === 'managed' ? { ssl: true } : {};
  return {
    cache: true,
    cache_params: { type: 'redis', ...redis(''), ...secure, namespace: 'llm', ...calls },
  };
}

function generalSettings(plan: Plan) {
  const { database, gateway, entry } = plan.decisions;
  const keepsPrompts = gateway.promptRetentionDays > 0;
  // prompts stand in the rows of the spend log, so they go when the rows go
  const rowDays = keepsPrompts
    ? Math.min(gateway.promptRetentionDays, gateway.spendLogRetentionDays)
    : gateway.spendLogRetentionDays;
  return {
    master_key: 'os.environ/LITELLM_MASTER_KEY',
    database_url: 'os.environ/DATABASE_URL',
    // a pool for each worker
    database_connection_pool_limit: Math.floor(database.connectionLimit / gateway.workers),
    database_connection_timeout: 60,
    store_model_in_db: false,
    store_prompts_in_spend_logs: keepsPrompts,
    // rows about errors hold the request
    disable_error_logs: !keepsPrompts,
    maximum_spend_logs_retention_period: `${rowDays}d`,
    maximum_spend_logs_retention_interval: '1d',
    proxy_batch_write_at: 60,
    use_x_forwarded_for: entry.ingress !== 'tunnel',
  };
}
