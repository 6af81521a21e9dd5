import type { ModelDecision, SingleServerDecisions, SingleServerPlan } from '../../lib/plan/plan';
import type { Alarm } from '../../lib/plan/signals';
import type { Spec } from '../../lib/spec/types';

const because = 'an example';

const slow = (series: 'llm_latency_slow_percent' | 'llm_ttft_slow_percent', limitMs: number): Alarm => ({
  signal: series === 'llm_ttft_slow_percent' ? 'ttft-p95' : 'latency-p99',
  title: series,
  metric: { sentBy: 'machine', series },
  statistic: 'average',
  comparison: 'above',
  threshold: 5,
  unit: 'ms',
  limitMs,
  forMinutes: 5,
  severity: 'warning',
  whenMissing: 'ignore',
  runbook: '',
});

export const exampleModel: ModelDecision = {
  name: 'qwen3-8b',
  source: 'Qwen/Qwen3-8B',
  origin: 'hub',
  revision: 'b968826d9c46dd6066d109eabc6255188de91218',
  gated: false,
  task: 'chat',
  engine: 'vllm',
  copies: 1,
  tensorParallel: 1,
  quantization: 'none',
  dtype: 'bfloat16',
  kvCacheDtype: 'auto',
  maxContext: 8192,
  maxSequences: 64,
  maxBatchedTokens: 2048,
  maxQueuedRequests: 192,
  gpuMemoryUtilization: 0.9,
  prefixCaching: true,
  engineArgs: {},
  weightsGiB: 15.3,
  adapters: [],
  load: { peakRequestsPerSecond: 1.14, requestsPerMonth: 1_000_000, inputTokens: 1000, outputTokens: 300 },
  usdPerMillionTokens: 1.5,
  expected: {
    weightsGiBPerGpu: 15.3,
    kvCacheTokens: 40000,
    sequencesInFlight: 32,
    requestsPerSecondCapacity: 2,
    outputTokensPerSecond: 600,
    ttftMs: 400,
    interTokenMs: 40,
  },
  because,
};

/** Only what the runtime reads is of use to anybody; the rest is there for the types. */
const decisions: SingleServerDecisions = {
  identity: { name: 'helpdesk-prod', region: 'eu-central-1', tags: {}, because },
  architecture: { name: 'single-server', because },
  load: {
    peakRequestsPerSecond: 2,
    meanRequestsPerSecond: 1,
    requestsPerMonth: 1e6,
    inputTokens: 500,
    outputTokens: 300,
    requestsInFlight: 20,
    ttftMs: 400,
    interTokenMs: 40,
    steps: [],
    because,
  },
  machine: {
    instanceType: 'g6.12xlarge',
    count: 1,
    gpu: 'L4',
    gpuCount: 4,
    vcpus: 48,
    memoryGiB: 192,
    localNvmeGiB: 3760,
    purchase: 'on-demand',
    usdPerHourOnDemand: 4.6016,
    usdPerHourSpot: null,
    hoursPerMonth: 730,
    rejected: [],
    because,
  },
  models: [exampleModel],
  managedModels: [],
  disks: {
    rootGiB: 200,
    rootThroughputMiBps: 500,
    dataGiB: 60,
    dataThroughputMiBps: 500,
    dataIops: 3000,
    snapshotEveryHours: 24,
    snapshotsKept: 7,
    because,
  },
  network: { cidr: '10.20.0.0/16', zones: [], egress: 'nat', natGateways: 1, because },
  entry: {
    ingress: 'public',
    tls: 'required',
    allowedCidrs: ['0.0.0.0/0'],
    waf: false,
    ipRequestsPerMinute: 0,
    keyRequestsPerMinute: 0,
    because,
  },
  timeouts: {
    answerSeconds: 300,
    streamSilenceSeconds: 60,
    balancerIdleSeconds: 360,
    gatewayKeepAliveSeconds: 375,
    engineKeepAliveSeconds: 390,
    drainSeconds: 330,
    loadSeconds: 1020,
    bootGraceSeconds: 2040,
    because,
  },
  gateway: {
    workers: 2,
    retries: 2,
    routing: 'shuffle',
    aliases: {},
    keyLimits: { requestsPerMinute: 120 },
    promptRetentionDays: 0,
    spendLogRetentionDays: 90,
    fallbacks: [],
    contextWindowFallbacks: [],
    because,
  },
  database: {
    postgres: 'embedded',
    majorVersion: 17,
    storageGiB: 0,
    highAvailability: false,
    backupDays: 7,
    connectionLimit: 20,
    because,
  },
  cache: { valkey: 'embedded', nodes: 0, memoryMiB: 512, because },
  modelStore: { import: 'job', keepRevisions: 2, storedGiB: 16, because },
  security: { encryption: 'provider-managed', deletionProtection: false, because },
  monitoring: {
    emails: [],
    logRetentionDays: 30,
    alarms: [slow('llm_latency_slow_percent', 18000), slow('llm_ttft_slow_percent', 1500)],
    because,
  },
  images: {
    gateway: 'ghcr.io/berriai/litellm:1.106.2',
    engine: 'vllm/vllm-openai:v0.33.0',
    database: 'postgres:17.7',
    cache: 'valkey/valkey:8.1.4',
    telemetry: 'telegraf:1.37.2',
    because,
  },
};

export type Changes = { [Name in keyof SingleServerDecisions]?: Partial<SingleServerDecisions[Name]> };

/** A plan of one machine with one model, each decision changed as told. */
export function examplePlan(changes: Changes = {}): SingleServerPlan {
  const changed = Object.fromEntries(
    Object.entries(decisions).map(([name, decision]) => [
      name,
      Array.isArray(decision)
        ? (changes[name as keyof SingleServerDecisions] ?? decision)
        : { ...decision, ...(changes[name as keyof SingleServerDecisions] as object) },
    ]),
  );
  return {
    version: 1,
    spec: {} as Spec,
    decisions: changed as unknown as SingleServerDecisions,
    warnings: [],
  };
}

export const exampleModels = (...models: Partial<ModelDecision>[]): ModelDecision[] =>
  models.map((model) => ({ ...exampleModel, ...model }));
