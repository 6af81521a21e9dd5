import type { Spec } from '../spec/types';
import type { Demand } from './load';
import type { GatewayDecision } from './plan';

/** Spend rows are kept as long as a bill may be questioned. */
const spendLogRetentionDays = 90;

/** The gateway's limits and prices, from the planned peak and the planned cost. */
export function gateway(spec: Spec, load: Demand, workers: number, usdPerMonth: number): GatewayDecision {
  const { keyLimits, retries, routing, aliases, responseCache, promptRetentionDays } = spec.gateway;
  const peakPerMinute = Math.ceil(load.peakRequestsPerSecond * 60);
  const tokensPerMonth = load.requestsPerMonth * (load.inputTokens + load.outputTokens);
  const usdPerMillionTokens = round((usdPerMonth / tokensPerMonth) * 1e6);
  return {
    workers,
    retries,
    routing,
    aliases,
    keyLimits: { ...keyLimits, requestsPerMinute: keyLimits.requestsPerMinute ?? peakPerMinute },
    responseCacheTtlSeconds: responseCache?.ttlSeconds,
    promptRetentionDays,
    spendLogRetentionDays,
    usdPerMillionTokens,
    because:
      `${workers} workers; a key may send ${keyLimits.requestsPerMinute ?? peakPerMinute} requests a minute` +
      `${keyLimits.requestsPerMinute === undefined ? ', the whole planned peak,' : ''} and is charged ${usdPerMillionTokens} USD per million tokens, ` +
      `the machine's price over the planned tokens; prompts are ${promptRetentionDays === 0 ? 'stored nowhere' : `kept ${promptRetentionDays} days in Postgres`}`,
  };
}

/** Keeps three significant digits: a charge of 0.0123 stays one. */
const round = (value: number) => Number(value.toPrecision(3));
