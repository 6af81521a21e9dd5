import type { SingleServerDecisions, SingleServerPlan } from '../../lib/plan/plan';
import type { Alarm, Series } from '../../lib/plan/signals';
import type { Spec } from '../../lib/spec/types';

type Changes = { [Key in keyof SingleServerDecisions]?: Partial<SingleServerDecisions[Key]> };

/**
 * A plan written by hand, so that a bill's figures follow from numbers in sight: one g6e.xlarge in us-east-1,
 * reached by tunnel, 1,000,000 requests a month of 1,000 tokens in and 300 out.
 */
export function aPlan(changes: Changes = {}, cloud: Spec['cloud'] = 'aws'): SingleServerPlan {
  const spec = { cloud, models: [{ name: 'llama' }] } as unknown as Spec;
  const base: SingleServerDecisions = {
    identity: { name: 'chat-prod', region: 'us-east-1', tags: {}, because: 'written' },
    architecture: { name: 'single-server', because: 'one machine holds the load' },
    load: {
      peakRequestsPerSecond: 1.2,
      meanRequestsPerSecond: 0.4,
      requestsPerMonth: 1_000_000,
      inputTokens: 1000,
      outputTokens: 300,
      requestsInFlight: 12,
      ttftMs: 300,
      interTokenMs: 25,
      steps: ['60 users x 1.2 requests a minute = 1.2 requests/s at peak'],
      because: 'sized for the peak',
    },
    machine: {
      instanceType: 'g6e.xlarge',
      count: 1,
      gpu: 'L40S',
      gpuCount: 1,
      vcpus: 4,
      memoryGiB: 32,
      localNvmeGiB: 232,
      purchase: 'on-demand',
      usdPerHourOnDemand: 1.861,
      usdPerHourSpot: null,
      hoursPerMonth: 730,
      rejected: [],
      because: 'the cheapest that holds the load',
    },
    models: [
      {
        name: 'llama',
        source: 'meta-llama/Llama-3.1-8B-Instruct',
        origin: 'hub',
        revision: 'main',
        gated: true,
        task: 'chat',
        engine: 'vllm',
        copies: 1,
        tensorParallel: 1,
        quantization: 'none',
        dtype: 'bfloat16',
        kvCacheDtype: 'auto',
        maxContext: 8192,
        maxSequences: 64,
        maxBatchedTokens: 8192,
        maxQueuedRequests: 128,
        gpuMemoryUtilization: 0.92,
        prefixCaching: true,
        engineArgs: {},
        weightsGiB: 15,
        adapters: [],
        load: {
          peakRequestsPerSecond: 1.14,
          requestsPerMonth: 1_000_000,
          inputTokens: 1000,
          outputTokens: 300,
        },
        usdPerMillionTokens: 1.04,
        expected: {
          weightsGiBPerGpu: 15,
          kvCacheTokens: 180_000,
          sequencesInFlight: 64,
          requestsPerSecondCapacity: 5,
          outputTokensPerSecond: 1500,
          ttftMs: 300,
          interTokenMs: 25,
        },
        because: 'fits in 16 bits',
      },
    ],
    managedModels: [],
    disks: {
      rootGiB: 200,
      rootThroughputMiBps: 500,
      dataGiB: 80,
      dataThroughputMiBps: 500,
      dataIops: 4000,
      snapshotEveryHours: 24,
      snapshotsKept: 35,
      because: 'weights and state',
    },
    network: { cidr: '10.40.0.0/16', zones: [], egress: 'nat', natGateways: 1, because: 'a new network' },
    entry: {
      ingress: 'tunnel',
      tls: 'required',
      allowedCidrs: [],
      waf: false,
      ipRequestsPerMinute: 600,
      keyRequestsPerMinute: 600,
      because: 'no domain is given',
    },
    timeouts: {
      answerSeconds: 300,
      streamSilenceSeconds: 60,
      balancerIdleSeconds: 310,
      gatewayKeepAliveSeconds: 320,
      engineKeepAliveSeconds: 330,
      drainSeconds: 360,
      loadSeconds: 900,
      bootGraceSeconds: 1200,
      because: 'each outlasts the one before',
    },
    gateway: {
      workers: 2,
      retries: 1,
      routing: 'shuffle',
      aliases: {},
      keyLimits: { requestsPerMinute: 60 },
      promptRetentionDays: 0,
      spendLogRetentionDays: 90,
      fallbacks: [],
      contextWindowFallbacks: [],
      because: 'two workers',
    },
    database: {
      postgres: 'embedded',
      majorVersion: 17,
      storageGiB: 0,
      highAvailability: false,
      backupDays: 35,
      connectionLimit: 20,
      because: 'on the data disk',
    },
    cache: { valkey: 'embedded', nodes: 0, memoryMiB: 512, because: 'beside the gateway' },
    modelStore: { import: 'job', keepRevisions: 3, storedGiB: 15, because: 'a new bucket' },
    security: { encryption: 'provider-managed', deletionProtection: true, because: "the provider's keys" },
    monitoring: {
      emails: [],
      logRetentionDays: 90,
      alarms: [
        alarm('llm_up'),
        alarm('llm_error_percent'),
        { ...alarm('llm_latency_slow_percent'), limitMs: 10_000 },
        { ...alarm('llm_ttft_slow_percent'), limitMs: 2_000 },
      ],
      because: 'every signal that applies',
    },
    images: { gateway: 'g', engine: 'e', database: 'd', cache: 'c', telemetry: 't', because: 'pinned' },
  };
  return { version: 1, spec, decisions: merge(base, changes), warnings: [] };
}

/** The same plan behind a public balancer with a web firewall, managed data and a new key. */
export function aPublicPlan(changes: Changes = {}): SingleServerPlan {
  return aPlan({
    entry: { ingress: 'public', domain: 'llm.example.com', allowedCidrs: ['0.0.0.0/0'], waf: true },
    database: {
      postgres: 'managed',
      instanceClass: 'db.t4g.medium',
      storageGiB: 50,
      highAvailability: true,
    },
    cache: { valkey: 'managed', nodeType: 'cache.t4g.small', nodes: 2, memoryMiB: 0 },
    security: { encryption: 'customer-managed' },
    ...changes,
  });
}

export function alarm(series: Series): Alarm {
  return {
    signal: 'availability',
    title: series,
    metric: { sentBy: 'machine', series },
    statistic: 'average',
    comparison: 'above',
    threshold: 1,
    unit: '',
    forMinutes: 5,
    severity: 'critical',
    whenMissing: 'alarm',
    runbook: 'Look.',
  };
}

function merge(base: SingleServerDecisions, changes: Changes): SingleServerDecisions {
  const merged: Record<string, unknown> = { ...base };
  for (const [name, change] of Object.entries(changes)) {
    const old = merged[name];
    merged[name] = Array.isArray(old) ? change : { ...(old as object), ...(change as object) };
  }
  return merged as unknown as SingleServerDecisions;
}
