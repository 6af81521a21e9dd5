import type { Spec } from '../spec/types';
import { guardrail } from './guardrail';
import type { Demand } from './load';
import type { GatewayDecision, ManagedModelDecision, ModelDecision } from './plan';
import { fallbackRoutes } from './routes';

/**
 * What LiteLLM's workers take of a CPU, a process each. A request: between 4 ms (1,022 a second on 4 vCPUs
 * without streaming, BerriAI/litellm#14153, 2025-09) and 44 ms (3,000 a second on 132 vCPUs with keys, budgets,
 * spend and prompts of 50,000 to 100,000 tokens, docs.litellm.ai/docs/benchmarks, 2026-10). A streamed token:
 * 0.39 to 0.43 ms with logging on (onyx-dot-app/onyx#14937, 2026-09).
 */
const cpuMilliseconds = { request: 10, streamedToken: 0.4 };
/** A worker that is busier answers late: one event loop. */
export const busyShare = 0.7;
/** One restarts while the other answers. */
const fewestWorkers = 2;
/** LiteLLM 1.106. */
export const workerGiB = 0.4;
/** vCPUs of Postgres, Valkey, Telegraf and the operating system. */
const otherVcpus = 0.5;
/** LiteLLM with two workers 0.8 GB, Postgres, Valkey, Telegraf and the operating system: measured sizes rounded up. */
const memoryGiBWithFewest = 4;

export interface GatewayNeeds {
  workers: number;
  /** With Postgres, Valkey and Telegraf beside it. */
  vcpus: number;
  memoryGiB: number;
  because: string;
}

/** CPUs that are busy with the gateway at so many requests a second; every answer is taken as streamed. */
export function gatewayCpus(requestsPerSecond: number, outputTokens: number): number {
  return (requestsPerSecond * millisecondsEach(outputTokens)) / 1000 / busyShare;
}

function millisecondsEach(outputTokens: number): number {
  return cpuMilliseconds.request + cpuMilliseconds.streamedToken * outputTokens;
}

/** How the CPUs of the gateway follow from the load, in words. */
export function gatewayLoadText({ peakRequestsPerSecond, outputTokens }: Demand): string {
  const { request, streamedToken } = cpuMilliseconds;
  return `${peakRequestsPerSecond.toPrecision(3)} requests/s at peak x ${Math.round(millisecondsEach(outputTokens))} ms of CPU each (${request} a request, ${streamedToken} a streamed token) at ${100 * busyShare} % busy`;
}

/** What the gateway and its stores take of the host at the planned peak. */
export function gatewayNeeds(load: Demand): GatewayNeeds {
  const busy = gatewayCpus(load.peakRequestsPerSecond, load.outputTokens);
  const workers = Math.max(fewestWorkers, Math.ceil(busy));
  return {
    workers,
    vcpus: Math.ceil(otherVcpus + busy),
    memoryGiB: Math.ceil(memoryGiBWithFewest + (workers - fewestWorkers) * workerGiB),
    because: gatewayLoadText(load),
  };
}

/** Spend rows are kept as long as a bill may be questioned. */
const spendLogRetentionDays = 90;

/** The gateway's limits and routes, from the planned peak and the models behind it. */
export function gateway(
  spec: Spec,
  load: Demand,
  { workers, because }: Pick<GatewayNeeds, 'workers' | 'because'>,
  models: readonly ModelDecision[],
  managed: readonly ManagedModelDecision[],
  shared: 'machine' | 'fleets' = 'machine',
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
    ...(spec.gateway.guardrail && { guardrail: guardrail() }),
    because:
      `${workers} ${workers === 1 ? 'worker' : 'workers'}${shared === 'fleets' ? ' on each machine' : ''}, for ${because}; a key may send ${keyLimits.requestsPerMinute ?? peakPerMinute} requests a minute` +
      `${keyLimits.requestsPerMinute === undefined ? ', the whole planned peak, which is a mean: in a fuller minute it gets status 429 until `gateway.keyLimits` says more,' : ''} and is charged ${charges(models)}${chargedShare(models.length, shared)}; prompts are ${promptRetentionDays === 0 ? 'stored nowhere' : `kept ${promptRetentionDays} days in Postgres`}`,
  };
}

function chargedShare(models: number, shared: 'machine' | 'fleets'): string {
  if (models === 0) return '';
  const share =
    shared === 'fleets'
      ? "each fleet's expected price"
      : models === 1
        ? "the machine's price"
        : "each engine's share of the machine's price";
  return `, ${share} over the planned tokens`;
}

function charges(models: readonly ModelDecision[]): string {
  const [only] = models;
  if (only === undefined) return 'by the list prices of the managed models';
  if (models.length === 1) return `${only.usdPerMillionTokens} USD per million tokens`;
  const each = models.map(({ name, version, usdPerMillionTokens }) => {
    return `${usdPerMillionTokens} for ${version === undefined ? name : `${name} ${version}`}`;
  });
  return `USD per million tokens: ${each.join(', ')}`;
}
