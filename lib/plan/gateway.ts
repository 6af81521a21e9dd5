import type { Spec } from '../spec/types';
import type { Demand } from './load';
import type { GatewayDecision, ManagedModelDecision, ModelDecision } from './plan';
import { fallbackRoutes } from './routes';

/** Spend rows are kept as long as a bill may be questioned. */
const spendLogRetentionDays = 90;

/** The gateway's limits and routes, from the planned peak and the models behind it. */
export function gateway(
  spec: Spec,
  load: Demand,
  workers: number,
  models: readonly ModelDecision[],
  managed: readonly ManagedModelDecision[],
): GatewayDecision {
  const { keyLimits, retries, routing, aliases, responseCache, promptRetentionDays } = spec.gateway;
  const { autoRouter, degradedAnswer, piiMasking } = spec.gateway;
  const peakPerMinute = Math.ceil(load.peakRequestsPerSecond * 60);
  return {
    workers,
    retries,
    routing,
    aliases,
    keyLimits: { ...keyLimits, requestsPerMinute: keyLimits.requestsPerMinute ?? peakPerMinute },
    responseCacheTtlSeconds: responseCache?.ttlSeconds,
    promptRetentionDays,
    spendLogRetentionDays,
    ...fallbackRoutes(spec, [...models, ...managed]),
    ...(autoRouter && { autoRouter }),
    ...(degradedAnswer !== undefined && { degradedAnswer }),
    ...(piiMasking && { piiMasking }),
    because:
      `${workers} workers; a key may send ${keyLimits.requestsPerMinute ?? peakPerMinute} requests a minute` +
      `${keyLimits.requestsPerMinute === undefined ? ', the whole planned peak, which is a mean: in a fuller minute it gets status 429 until `gateway.keyLimits` says more,' : ''} and is charged ${charges(models)}, ` +
      `${models.length === 1 ? "the machine's price" : "each engine's share of the machine's price"} over the planned tokens; prompts are ${promptRetentionDays === 0 ? 'stored nowhere' : `kept ${promptRetentionDays} days in Postgres`}`,
  };
}

function charges(models: readonly ModelDecision[]): string {
  const [only] = models;
  if (models.length === 1 && only) return `${only.usdPerMillionTokens} USD per million tokens`;
  const each = models.map(({ name, version, usdPerMillionTokens }) => {
    return `${usdPerMillionTokens} for ${version === undefined ? name : `${name} ${version}`}`;
  });
  return `USD per million tokens: ${each.join(', ')}`;
}
