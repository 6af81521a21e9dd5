import type { CacheDecision, GatewayDecision, Plan } from '../plan/plan';
import { fallbackSettings } from './litellm-routes';
import { limited } from './programs/limit-guard';
import { upstreams } from './upstreams';

const routingStrategies: Record<GatewayDecision['routing'], string> = {
  shuffle: 'simple-shuffle',
  'least-busy': 'least-busy',
  'lowest-latency': 'latency-based-routing',
  'lowest-cost': 'cost-based-routing',
};

/** How LiteLLM chooses among deployments, and what it does when one fails. */
export function routerSettings(plan: Plan) {
  const { gateway, timeouts, cache } = plan.decisions;
  const engines = enginesByName(plan);
  return {
    routing_strategy: routingStrategies[gateway.routing],
    ...weightedGroups(plan),
    num_retries: gateway.retries,
    // a hung engine would cost its timeout once more with every retry
    retry_policy: { TimeoutErrorRetries: 0 },
    timeout: timeouts.answerSeconds,
    stream_timeout: timeouts.streamSilenceSeconds,
    ...cooldown(gateway, engines),
    ...failover(engines),
    ...fallbackSettings(plan),
    ...(limited(plan) ? { optional_pre_call_checks: ['enforce_model_rate_limits'] } : {}),
    ...(Object.keys(gateway.aliases).length > 0 ? { model_group_alias: gateway.aliases } : {}),
    ...(cache.valkey === 'none' ? {} : { ...redis('redis_'), ...tls(cache, 'cache_kwargs') }),
  };
}

/** Addresses that share a name's requests: copies and versions. A model of the cloud is one, and so is a fleet. */
function enginesByName(plan: Plan): number[] {
  const counts = new Map<string, number>(plan.decisions.managedModels.map(({ name }) => [name, 1]));
  for (const { model } of upstreams(plan)) counts.set(model.name, (counts.get(model.name) ?? 0) + 1);
  return [...counts.values()];
}

/**
 * With a twin to go to, half a minute; without one only as long as a full engine takes to work off some of
 * its queue, since nobody else could answer meanwhile.
 *
 * Without `allowed_fails` a deployment without a twin is never cooled down, and every request waits for all
 * retries. At 0 the first failure counts, which only twins can afford, and only where `failover` does not help.
 */
function cooldown({ routing }: GatewayDecision, engines: readonly number[]) {
  const twins = engines.every((count) => count > 1);
  return { allowed_fails: twins && routing !== 'shuffle' ? 0 : 1, cooldown_time: twins ? 30 : 5 };
}

/**
 * Retries draw lots among all copies again, and the failing one is cooled down only after its error was logged,
 * so all attempts may land on it; then this asks a copy that has not failed yet (LiteLLM 1.106.2,
 * `Router._maybe_run_weighted_failover`; with `simple-shuffle` only).
 */
function failover(engines: readonly number[]) {
  return engines.some((count) => count > 1) ? { enable_weighted_failover: true } : {};
}

/** Only `simple-shuffle` knows weights: names with versions keep it whatever the strategy of the others. */
function weightedGroups({ decisions: { gateway, models } }: Plan) {
  const weighted = new Set(models.filter(({ version }) => version !== undefined).map(({ name }) => name));
  if (gateway.routing === 'shuffle' || weighted.size === 0) return {};
  const group = { group_name: 'versions', models: [...weighted], routing_strategy: 'simple-shuffle' };
  return { routing_groups: [group] };
}

export const redis = (prefix: string) => ({
  [`${prefix}host`]: 'os.environ/REDIS_HOST',
  [`${prefix}port`]: 'os.environ/REDIS_PORT',
  [`${prefix}password`]: 'os.environ/REDIS_PASSWORD',
});

const tls = (cache: CacheDecision, key: string) =>
  cache.valkey === 'managed' ? { [key]: { ssl: true } } : {};
