import type { GatewayDecision, Plan } from '../plan/plan';
import { gatewayMachines } from './host';
import { gatewayMetrics, latencyBuckets } from './litellm-metrics';
import { redis } from './litellm-router';
import { degradedCallback } from './programs/degraded-answer';
import { limitCallback, limited } from './programs/limit-guard';
import { guardCallback } from './programs/request-guard';
import { streamCallback } from './programs/stream-guard';

/** `litellm_settings`: what holds for every call. */
export function gatewaySettings(plan: Plan) {
  const { gateway, timeouts } = plan.decisions;
  return {
    request_timeout: timeouts.answerSeconds,
    // parameters that vLLM does not know are left out instead of refused
    drop_params: true,
    callbacks: [
      'prometheus',
      guardCallback,
      ...(limited(plan) ? [limitCallback] : []),
      ...(gateway.guardrail === undefined ? [] : [streamCallback]),
      ...(gateway.degradedAnswer === undefined ? [] : [degradedCallback]),
    ],
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

/** `general_settings`: keys, database and records. */
export function generalSettings(plan: Plan) {
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
    database_connection_pool_limit: Math.max(
      1,
      Math.floor(database.connectionLimit / (gateway.workers * gatewayMachines(plan))),
    ),
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
