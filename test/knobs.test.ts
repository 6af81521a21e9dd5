import { Template } from 'aws-cdk-lib/assertions';
import { App } from 'aws-cdk-lib/core';
import { describe, expect, it } from 'vitest';
import { DeploymentStack } from '../lib/aws/stack';
import { bill } from '../lib/cost/bill';
import { isUserError } from '../lib/errors';
import { plan } from '../lib/plan';
import { isSingleServer } from '../lib/plan/forms';
import type { Plan, SingleServerPlan } from '../lib/plan/plan';
import { bundle } from '../lib/runtime/bundle';
import { specSchema } from '../lib/spec/schema';
import { definition, innerSchema } from '../lib/spec/schema-tree';
import type { Deployment } from '../lib/spec/types';
import { smallest } from './plan/example';

/** A leaf of the schema, set in a spec where it has something to say. */
interface Knob {
  base?: Partial<Deployment>;
  to: Partial<Deployment>;
  /** The change lets a spec through that was refused, or refuses one that was let through. */
  decides?: 'whether it is accepted';
}

const domain = { domain: 'llm.example.com', dnsZone: 'Z0123456789ABCDEFGHIJ' };
const subnet = (last: string, zone: string) => ({ id: `subnet-0123456789abcde${last}`, zone });
const existing = {
  id: 'vpc-0123456789abcdef0',
  machineSubnets: [subnet('01', 'us-east-1a'), subnet('02', 'us-east-1b')],
  balancerSubnets: [subnet('03', 'us-east-1a'), subnet('04', 'us-east-1b')],
  dataSubnets: [subnet('05', 'us-east-1a'), subnet('06', 'us-east-1b')],
};
const inside = {
  network: { ...domain, existing, ingress: 'internal', allowedCidrs: ['10.0.0.0/8'] },
  database: 'managed',
} satisfies Partial<Deployment>;
const zoneRule = {
  machineSubnets: undefined,
  balancerSubnets: 'whether it is accepted',
  dataSubnets: 'whether it is accepted',
} as const;
const digest = `registry.example.com/own@sha256:${'0'.repeat(64)}`;
const qwen = (fields: Record<string, unknown>) =>
  ({ models: [{ source: 'Qwen/Qwen3-8B', ...fields }] }) as Partial<Deployment>;
const traffic = (fields: Record<string, unknown>) =>
  ({ traffic: { concurrentUsers: 100, ...fields } }) as Partial<Deployment>;
const own = { source: 'acme/own-8b', baseModel: 'Qwen/Qwen3-8B' };
const shape = (fields: Record<string, unknown>): Knob => ({
  base: { models: [{ ...own, geometry: { maxContext: 40960 } }] },
  to: { models: [{ ...own, geometry: { maxContext: 40960, ...fields } }] },
});
const app = (fields: Partial<NonNullable<Deployment['application']>>): Knob => {
  const application = { image: digest, port: 8080, path: '/chat' };
  return {
    base: { network: domain, application },
    to: { network: domain, application: { ...application, ...fields } },
  };
};
const threshold = (signal: string, value: number, base?: Partial<Deployment>): Knob => ({
  base: { ...base },
  to: { ...base, monitoring: { thresholds: { [signal]: value } } },
});
const jwt = { issuer: 'https://id.example.com', jwksUrl: 'https://id.example.com/jwks', audience: 'llm' };
const managed = { database: 'managed' } satisfies Partial<Deployment>;

const knobs: Record<string, Knob> = {
  name: { to: { name: 'other' } },
  environment: { to: { environment: 'dev' } },
  'regions[]': { to: { region: 'us-west-2' } },
  architecture: { to: { architecture: 'scaled' } },
  tags: { to: { tags: { team: 'hr' } } },
  'account.id': { to: { account: { id: '123456789012' } } },
  'images.registry': { to: { images: { registry: 'mirror.example.com/llm' } } },
  'images.gateway': { to: { images: { gateway: digest } } },
  'images.engine': { to: { images: { engine: digest } } },
  'images.database': { to: { images: { database: digest } } },
  'images.cache': { to: { images: { cache: digest } } },
  'images.telemetry': { to: { images: { telemetry: digest } } },
  'images.machine': { to: { images: { machine: 'ami-0123456789abcdef0' } } },
  'network.domain': {
    base: { network: domain },
    to: { network: { ...domain, domain: 'other.example.com' } },
  },
  'network.dnsZone': {
    base: { network: domain },
    to: { network: { ...domain, dnsZone: 'Z9876543210ABCDEFGHIJ' } },
  },
  'network.certificate': {
    base: { network: domain },
    to: {
      network: {
        ...domain,
        certificate: 'arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef',
      },
    },
  },
  'network.ingress': { base: { network: domain }, to: { network: { ...domain, ingress: 'internal' } } },
  'network.tls': {
    base: { network: { ...domain, ingress: 'internal' } },
    to: { network: { ...domain, ingress: 'internal', tls: 'none' } },
  },
  'network.allowedCidrs[]': {
    base: { network: domain },
    to: { network: { ...domain, allowedCidrs: ['192.0.2.0/24'] } },
  },
  'network.cidr': { to: { network: { cidr: '10.99.0.0/16' } } },
  'network.zones[]': { to: { network: { zones: ['us-east-1b', 'us-east-1c'] } } },
  'network.existing.id': {
    base: inside,
    to: { ...inside, network: { ...inside.network, existing: { ...existing, id: 'vpc-0123456789abcdef1' } } },
  },
  ...Object.fromEntries(
    (['machineSubnets', 'balancerSubnets', 'dataSubnets'] as const).flatMap((tier) => {
      const moved = (subnets: (typeof existing)[typeof tier]) => ({
        base: inside,
        to: { ...inside, network: { ...inside.network, existing: { ...existing, [tier]: subnets } } },
      });
      return [
        [`network.existing.${tier}[].id`, moved([subnet('0a', 'us-east-1a'), subnet('0b', 'us-east-1b')])],
        [
          `network.existing.${tier}[].zone`,
          // one zone for all: too few for a balancer or a database
          { ...moved(existing[tier].map(({ id }) => ({ id, zone: 'us-east-1c' }))), decides: zoneRule[tier] },
        ],
      ];
    }),
  ),
  // says which of the two it must be, so a spec that means the other is refused
  'network.egress': {
    base: inside,
    to: { ...inside, network: { ...inside.network, egress: 'nat' } },
    decides: 'whether it is accepted',
  },
  'models[].name': { to: qwen({ name: 'assistant' }) },
  'models[].source': { to: { models: ['Qwen/Qwen3-4B'] } },
  'models[].revision': { to: qwen({ revision: 'b968826d9c46dd6066d109eabc6255188de91218' }) },
  'models[].baseModel': { base: { models: [own] }, to: { models: [{ ...own, baseModel: 'Qwen/Qwen3-4B' }] } },
  'models[].geometry.parametersBillion': shape({ parametersBillion: 9 }),
  'models[].geometry.activeParametersBillion': shape({ activeParametersBillion: 3 }),
  'models[].geometry.layers': shape({ layers: 48 }),
  'models[].geometry.hiddenSize': shape({ hiddenSize: 5120 }),
  'models[].geometry.attentionHeads': shape({ attentionHeads: 64 }),
  'models[].geometry.kvHeads': shape({ kvHeads: 4 }),
  'models[].geometry.headDim': shape({ headDim: 64 }),
  'models[].geometry.maxContext': shape({ maxContext: 4096 }),
  'models[].geometry.attention': shape({ attention: 'mla' }),
  'models[].geometry.fullAttentionLayers': shape({ fullAttentionLayers: 18, slidingWindow: 1024 }),
  'models[].geometry.slidingWindow': {
    base: { models: [{ ...own, geometry: { fullAttentionLayers: 6, slidingWindow: 4096 } }] },
    to: { models: [{ ...own, geometry: { fullAttentionLayers: 6, slidingWindow: 512 } }] },
  },
  'models[].geometry.dtype': shape({ dtype: 'int4' }),
  'models[].geometry.weightsGib': shape({ weightsGib: 20 }),
  'models[].geometry.vocabSize': shape({ vocabSize: 1_000_000 }),
  'models[].geometry.mlpWidth': shape({ mlpWidth: 30_000 }),
  'models[].geometry.experts': shape({ experts: 64, expertsPerToken: 8, expertWidth: 1024 }),
  'models[].geometry.expertsPerToken': {
    base: { models: [{ ...own, geometry: { experts: 64, expertsPerToken: 8, expertWidth: 1024 } }] },
    to: { models: [{ ...own, geometry: { experts: 64, expertsPerToken: 2, expertWidth: 1024 } }] },
  },
  'models[].geometry.expertWidth': {
    base: { models: [{ ...own, geometry: { experts: 64, expertsPerToken: 8, expertWidth: 1024 } }] },
    to: { models: [{ ...own, geometry: { experts: 64, expertsPerToken: 8, expertWidth: 8192 } }] },
  },
  'models[].geometry.gated': { ...shape({ gated: true }), decides: 'whether it is accepted' },
  'models[].task': { to: qwen({ task: 'completion' }) },
  'models[].quantization': { to: qwen({ quantization: 'fp8' }) },
  'models[].kvCacheDtype': { to: qwen({ kvCacheDtype: 'fp8' }) },
  'models[].maxContext': { to: qwen({ maxContext: 32768 }) },
  'models[].gpu[]': { to: qwen({ gpu: 'H100' }) },
  'models[].instanceType[]': { to: qwen({ instanceType: 'g6e.4xlarge' }) },
  'models[].tensorParallel': { to: qwen({ tensorParallel: 4 }) },
  'models[].prefixCaching': { to: qwen({ prefixCaching: false }) },
  'models[].rateLimit.requestsPerMinute': { to: qwen({ rateLimit: { requestsPerMinute: 50 } }) },
  'models[].rateLimit.tokensPerMinute': { to: qwen({ rateLimit: { tokensPerMinute: 5000 } }) },
  'models[].engineArgs': { to: qwen({ engineArgs: { 'enable-auto-tool-choice': true } }) },
  'traffic.users': { base: { traffic: { users: 1000 } }, to: { traffic: { users: 3000 } } },
  'traffic.concurrentUsers': { to: traffic({ concurrentUsers: 50 }) },
  'traffic.requestsPerSecond': {
    base: { traffic: { requestsPerSecond: 1 } },
    to: { traffic: { requestsPerSecond: 2 } },
  },
  'traffic.requestsPerMonth': { to: traffic({ requestsPerMonth: 100_000 }) },
  'traffic.requestsPerUserPerMinute': { to: traffic({ requestsPerUserPerMinute: 0.5 }) },
  'traffic.peakFactor': { to: traffic({ peakFactor: 5 }) },
  'traffic.inputTokens': { to: traffic({ inputTokens: 200 }) },
  'traffic.outputTokens': { to: traffic({ outputTokens: 600 }) },
  'traffic.slo.ttftMs': { to: traffic({ slo: { ttftMs: 900 } }) },
  'traffic.slo.interTokenMs': { to: traffic({ slo: { interTokenMs: 60 } }) },
  'capacity.purchase': {
    base: { environment: 'dev' },
    to: { environment: 'dev', capacity: { purchase: 'spot' } },
  },
  ...Object.fromEntries(
    [
      { issuer: 'https://other.example.com' },
      { jwksUrl: 'https://id.example.com/other' },
      { audience: 'other' },
    ].map((fields) => [
      `gateway.jwt.${Object.keys(fields)[0]}`,
      {
        base: { network: domain, gateway: { jwt } },
        to: { network: domain, gateway: { jwt: { ...jwt, ...fields } } },
      },
    ]),
  ),
  'gateway.keyLimits.requestsPerMinute': { to: { gateway: { keyLimits: { requestsPerMinute: 3 } } } },
  'gateway.keyLimits.tokensPerMinute': { to: { gateway: { keyLimits: { tokensPerMinute: 3000 } } } },
  'gateway.keyLimits.budgetUsdPerMonth': { to: { gateway: { keyLimits: { budgetUsdPerMonth: 5 } } } },
  'gateway.timeoutSeconds': { to: { gateway: { timeoutSeconds: 600 } } },
  'gateway.retries': { to: { gateway: { retries: 0 } } },
  'gateway.routing': { to: { gateway: { routing: 'least-busy' } } },
  'gateway.aliases': { to: { gateway: { aliases: { 'gpt-4o': 'qwen3-8b' } } } },
  'gateway.responseCache.ttlSeconds': { to: { gateway: { responseCache: { ttlSeconds: 60 } } } },
  'application.image': app({ image: digest.replace(/0$/, '1') }),
  'application.port': app({ port: 3000 }),
  'application.path': app({ path: '/' }),
  'application.env': app({ env: { COLOR: 'red' } }),
  'application.memoryGiB': app({ memoryGiB: 3 }),
  'gateway.guardrail': { to: { gateway: { guardrail: true } } },
  'gateway.promptRetentionDays': { to: { gateway: { promptRetentionDays: 7 } } },
  'database.postgres': { to: managed },
  'database.highAvailability': {
    base: managed,
    to: { database: { postgres: 'managed', highAvailability: false } },
  },
  'database.allowedCidrs[]': {
    base: { database: { postgres: 'managed', allowedCidrs: ['10.60.0.0/16'] } },
    to: { database: { postgres: 'managed', allowedCidrs: ['10.61.0.0/16'] } },
  },
  'database.backupDays': { to: { database: { backupDays: 3 } } },
  'cache.valkey': { to: { cache: 'none' } },
  'modelStore.bucket': { to: { modelStore: { bucket: 'weights-of-acme' } } },
  'modelStore.import': {
    base: { modelStore: { bucket: 'weights-of-acme' } },
    to: { modelStore: { bucket: 'weights-of-acme', import: 'manual' } },
  },
  'modelStore.hubTokenSecret': { to: { modelStore: { hubTokenSecret: 'hub-token' } } },
  'modelStore.diskGiB': { to: { modelStore: { diskGiB: 500 } } },
  'modelStore.keepRevisions': { to: { modelStore: { keepRevisions: 5 } } },
  'monitoring.notify.emails[]': { to: { monitoring: { notify: 'ops@example.com' } } },
  'monitoring.thresholds.availability': threshold('availability', 0.5),
  'monitoring.thresholds.error-rate': threshold('error-rate', 2),
  'monitoring.thresholds.latency-p99': threshold('latency-p99', 20),
  'monitoring.thresholds.ttft-p95': threshold('ttft-p95', 700),
  'monitoring.thresholds.inter-token-latency': threshold('inter-token-latency', 30),
  'monitoring.thresholds.waiting-requests': threshold('waiting-requests', 50),
  'monitoring.thresholds.kv-cache-use': threshold('kv-cache-use', 80),
  'monitoring.thresholds.gpu-memory': threshold('gpu-memory', 90),
  'monitoring.thresholds.gpu-xid': threshold('gpu-xid', 3),
  'monitoring.thresholds.disk-space': threshold('disk-space', 70),
  'monitoring.thresholds.rate-limited': threshold('rate-limited', 99),
  'monitoring.thresholds.no-healthy-target': threshold('no-healthy-target', 0.5, { network: domain }),
  'monitoring.thresholds.certificate-expiry': threshold('certificate-expiry', 5, { network: domain }),
  'monitoring.thresholds.database-connections': threshold('database-connections', 9, managed),
  'monitoring.thresholds.database-storage': threshold('database-storage', 9, managed),
  'monitoring.logRetentionDays': { to: { monitoring: { logRetentionDays: 365 } } },
  'budget.monthlyUsd': { base: { budget: { monthlyUsd: 1000 } }, to: { budget: { monthlyUsd: 2000 } } },
  'budget.alertAtPercent[]': {
    base: { budget: { monthlyUsd: 1000 } },
    to: { budget: { monthlyUsd: 1000, alertAtPercent: [90] } },
  },
  'security.compliance[]': {
    base: { security: { compliance: 'soc2' } },
    to: { security: { compliance: 'hipaa' } },
  },
  'security.residency': { to: { security: { residency: 'eu' } }, decides: 'whether it is accepted' },
  'security.encryption': { to: { security: { encryption: 'customer-managed' } } },
  'security.encryptionKey': {
    base: { security: { encryption: 'customer-managed' } },
    to: {
      security: {
        encryption: 'customer-managed',
        encryptionKey: 'arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef',
      },
    },
  },
  'security.waf': { base: { network: domain }, to: { network: domain, security: { waf: false } } },
  'security.ipRequestsPerMinute': {
    base: { network: domain },
    to: { network: domain, security: { ipRequestsPerMinute: 1200 } },
  },
  'reliability.deletionProtection': { to: { reliability: { deletionProtection: false } } },
  'reliability.backupRegion': {
    base: { database: 'managed', reliability: { backupRegion: 'us-west-2' } },
    to: { database: 'managed', reliability: { backupRegion: 'eu-west-1' } },
  },
  'reliability.recoveryPointMinutes': { to: { reliability: { recoveryPointMinutes: 240 } } },
};

const cloudModel = 'bedrock:amazon.nova-lite-v1:0';
const beside = (fields: Record<string, unknown>): Deployment['models'] => [
  'Qwen/Qwen3-8B',
  { source: 'Qwen/Qwen3-4B', ...fields },
];
const share = (
  field: string,
  before: unknown,
  after: unknown,
  others: Record<string, unknown> = {},
): Knob => ({
  base: { models: beside({ traffic: { ...others, [field]: before } }) },
  to: { models: beside({ traffic: { ...others, [field]: after } }) },
});
const version = (fields: Record<string, unknown>, oldPercent = 90): Deployment['models'] => [
  {
    name: 'qwen3-8b',
    versions: [
      { name: 'old', source: 'Qwen/Qwen3-8B', weightPercent: oldPercent },
      { name: 'new', source: 'Qwen/Qwen3-4B', weightPercent: 10, ...fields },
    ],
  },
];
const adapter = (fields: Record<string, unknown>) =>
  qwen({ adapters: [{ name: 'hr', source: 'acme/hr-lora', ...fields }] });
const two: Deployment['models'] = ['Qwen/Qwen3-8B', 'Qwen/Qwen3-4B', cloudModel];
const router = (fields: Record<string, unknown>): Partial<Deployment> => ({
  models: two,
  gateway: { autoRouter: { simple: 'qwen3-4b', complex: 'qwen3-8b', ...fields } },
});

/** Of several models, of what stands beside a model, and of routes between models. */
const severalModels: Record<string, Knob> = {
  'models[].adapters[].name': { base: adapter({}), to: adapter({ name: 'legal' }) },
  'models[].adapters[].source': { base: adapter({}), to: adapter({ source: 'acme/legal-lora' }) },
  'models[].adapters[].revision': { base: adapter({}), to: adapter({ revision: 'v2' }) },
  'models[].draftModel': { to: qwen({ draftModel: 'ngram' }) },
  'models[].fallbacks[]': {
    base: { models: two },
    to: {
      models: [
        { source: 'Qwen/Qwen3-8B', fallbacks: ['nova'] },
        'Qwen/Qwen3-4B',
        { source: cloudModel, name: 'nova' },
      ],
    },
  },
  'models[].versions[].name': { base: { models: version({}) }, to: { models: version({ name: 'newer' }) } },
  'models[].versions[].source': {
    base: { models: version({}) },
    to: { models: version({ source: 'Qwen/Qwen3-1.7B' }) },
  },
  'models[].versions[].revision': {
    base: { models: version({}) },
    to: { models: version({ revision: 'v2' }) },
  },
  'models[].versions[].quantization': {
    base: { models: version({}) },
    to: { models: version({ quantization: 'fp8' }) },
  },
  'models[].versions[].weightPercent': {
    base: { models: version({}) },
    to: { models: version({ weightPercent: 20 }, 80) },
  },
  'models[].traffic.sharePercent': share('sharePercent', 50, 20),
  'models[].traffic.users': share('users', 100, 1000),
  'models[].traffic.concurrentUsers': share('concurrentUsers', 5, 50),
  'models[].traffic.requestsPerSecond': share('requestsPerSecond', 0.1, 0.5),
  'models[].traffic.requestsPerMonth': share('requestsPerMonth', 1000, 100_000),
  'models[].traffic.requestsPerUserPerMinute': share('requestsPerUserPerMinute', 1, 2, {
    concurrentUsers: 5,
  }),
  'models[].traffic.peakFactor': share('peakFactor', 3, 6, { concurrentUsers: 5 }),
  'models[].traffic.inputTokens': share('inputTokens', 1000, 200),
  'models[].traffic.outputTokens': share('outputTokens', 300, 600),
  'models[].traffic.slo.ttftMs': share('slo', { ttftMs: 2000 }, { ttftMs: 9000 }),
  'models[].traffic.slo.interTokenMs': share('slo', { interTokenMs: 100 }, { interTokenMs: 150 }),
  'gateway.autoRouter.name': { base: router({}), to: router({ name: 'best' }) },
  'gateway.autoRouter.simple': {
    base: router({}),
    to: router({ simple: 'amazon.nova-lite-v1-0' }),
  },
  'gateway.autoRouter.complex': {
    base: router({}),
    to: router({ complex: 'amazon.nova-lite-v1-0' }),
  },
  'gateway.degradedAnswer': { to: { gateway: { degradedAnswer: 'We are busy.' } } },
  'gateway.piiMasking.entities[]': {
    base: { gateway: { piiMasking: true } },
    to: { gateway: { piiMasking: { entities: ['CREDIT_CARD'] } } },
  },
};

const fleet = (fields: Partial<Deployment>): Partial<Deployment> => ({ architecture: 'scaled', ...fields });
const fleetKnob = (before: Partial<Deployment>, after: Partial<Deployment>): Knob => ({
  base: fleet(before),
  to: fleet(after),
});
const window = { days: 'mon-fri', from: '08:00', to: '18:00', min: 2, max: 5 };

/** The fields of a fleet: for the deployment, and for one model. */
function capacityKnobs(path: string, set: (fields: Record<string, unknown>) => Partial<Deployment>) {
  const knob = (before: Record<string, unknown>, after: Record<string, unknown>) =>
    fleetKnob(set(before), set(after));
  const inWindow = (fields: Partial<typeof window>) =>
    knob({ schedule: [window] }, { schedule: [{ ...window, ...fields }] });
  return {
    [`${path}.onDemandBase`]: knob({ purchase: 'mixed' }, { purchase: 'mixed', onDemandBase: 2 }),
    [`${path}.reservations[]`]: knob({}, { reservations: ['cr-0123456789abcdef0'] }),
    [`${path}.scalingSignal`]: knob({}, { scalingSignal: 'waiting-requests' }),
    [`${path}.scalingTarget`]: knob({}, { scalingTarget: 0.5 }),
    [`${path}.scaleInAfterSeconds`]: knob({}, { scaleInAfterSeconds: 4000 }),
    [`${path}.schedule[].days`]: inWindow({ days: 'mon' }),
    [`${path}.schedule[].from`]: inWindow({ from: '09:00' }),
    [`${path}.schedule[].to`]: inWindow({ to: '19:00' }),
    [`${path}.schedule[].min`]: inWindow({ min: 3 }),
    [`${path}.schedule[].max`]: inWindow({ max: 6 }),
    [`${path}.warmPool`]: knob({}, { warmPool: 1 }),
  };
}

const fleetModel = (capacity: Record<string, unknown>) => qwen({ capacity });
const canary = { strategy: 'canary' } as const;

/** Of fleets, which one machine has not. */
const fleets: Record<string, Knob> = {
  timeZone: fleetKnob(
    { capacity: { schedule: [window] } },
    { capacity: { schedule: [window] }, timeZone: 'Europe/Berlin' },
  ),
  'models[].replicas.min': fleetKnob({}, qwen({ replicas: { min: 3 } })),
  'models[].replicas.max': fleetKnob({}, qwen({ replicas: { max: 7 } })),
  ...capacityKnobs('capacity', (capacity) => ({ capacity })),
  ...capacityKnobs('models[].capacity', fleetModel),
  'models[].capacity.purchase': fleetKnob({}, fleetModel({ purchase: 'mixed' })),
  'rollout.strategy': fleetKnob({}, { rollout: { strategy: 'blue-green' } }),
  'rollout.maxSurge': fleetKnob({}, { rollout: { maxSurge: 0 } }),
  'rollout.canarySteps[]': fleetKnob({ rollout: canary }, { rollout: { ...canary, canarySteps: [5] } }),
  'rollout.bakeMinutes': fleetKnob({ rollout: canary }, { rollout: { ...canary, bakeMinutes: 30 } }),
  'rollout.abortOn[]': fleetKnob({}, { rollout: { abortOn: ['error-rate'] } }),
  'database.documents': fleetKnob({}, { database: { documents: true } }),
  'reliability.availabilityPercent': { to: { reliability: { availabilityPercent: 99.9 } } },
};

const files = (fields: Partial<NonNullable<Deployment['batch']>> = {}) => ({
  batch: { requestsPerDay: 20_000, ...fields },
});
const fileKnob = (after: Partial<NonNullable<Deployment['batch']>>) => fleetKnob(files(), files(after));

/** Of files of requests. */
const batch: Record<string, Knob> = {
  'batch.requestsPerDay': fileKnob({ requestsPerDay: 1_000_000 }),
  'batch.daysPerMonth': fileKnob({ daysPerMonth: 4 }),
  'batch.inputTokens': fileKnob({ inputTokens: 4000 }),
  'batch.outputTokens': fileKnob({ outputTokens: 20 }),
  'batch.deadlineHours': fileKnob({ deadlineHours: 2 }),
  'batch.startAt': fleetKnob(files({ deadlineHours: 8 }), files({ deadlineHours: 8, startAt: '22:00' })),
  'batch.model': fleetKnob(
    { models: ['Qwen/Qwen3-8B', 'Qwen/Qwen3-4B'], ...files({ model: 'qwen3-8b' }) },
    files({ model: 'qwen3-4b' }),
  ),
  'batch.fleet': { ...fileKnob({ fleet: 'shared' }), decides: 'whether it is accepted' },
  'batch.purchase': fileKnob({ purchase: 'on-demand' }),
  'batch.maxAttempts': fileKnob({ maxAttempts: 2 }),
  'batch.retentionDays': fileKnob({ retentionDays: 90 }),
  'batch.inputBucket': fileKnob({ inputBucket: 'our-files' }),
  'batch.outputBucket': fileKnob({ outputBucket: 'our-answers' }),
  'monitoring.thresholds.queue-age': fleetKnob(files(), {
    ...files(),
    monitoring: { thresholds: { 'queue-age': 3 } },
  }),
  'monitoring.thresholds.dead-letters': fleetKnob(files(), {
    ...files(),
    monitoring: { thresholds: { 'dead-letters': 5 } },
  }),
};

/** Leaves with one value only, and those that another test holds. */
const elsewhere: Record<string, string> = {
  version: 'has one value',
  cloud: 'has one value until a second cloud is built',
  'models[].engine': 'has one value until a second engine is sized',
  'gateway.piiMasking.language': 'has one value, the language of the pinned analyzer',
  'budget.failSynthOverUsd': 'stops synth: test/synth.test.ts',
};

describe('no dead knobs', () => {
  it('every leaf of the schema is in the table', () => {
    const known = [knobs, severalModels, fleets, batch, elsewhere]
      .flatMap((table) => Object.keys(table))
      .sort();
    expect(leaves(specSchema, '').sort()).toEqual(known);
  });

  it.each(Object.entries({ ...knobs, ...severalModels, ...fleets, ...batch }))(
    '%s changes what is deployed or what it costs',
    (_, { base = {}, to, decides }) => {
      const before = outcome({ ...smallest, ...base });
      const after = outcome({ ...smallest, ...base, ...to });
      if (decides) {
        expect(before.refused).not.toBe(after.refused);
        return;
      }
      expect([before.refused, after.refused]).toEqual([undefined, undefined]);
      expect(after.text).not.toBe(before.text);
    },
  );
});

interface Outcome {
  refused?: string;
  text?: string;
}

const seen = new Map<string, Outcome>();

function outcome(spec: Deployment) {
  const key = JSON.stringify(spec);
  const known = seen.get(key) ?? compute(spec);
  seen.set(key, known);
  return known;
}

function compute(spec: Deployment): Outcome {
  try {
    const made = plan(spec);
    return { text: isSingleServer(made) ? effects(made) : decided(made) };
  } catch (error) {
    if (isUserError(error)) return { refused: error.message };
    throw error;
  }
}

/** The decisions and the bill, while no template is made of them; words that only explain are left out. */
function decided(made: Plan): string {
  const { lines } = bill(made);
  const money = lines.map(({ id, quantity, usdPerMonth }) => [id, quantity, usdPerMonth]);
  return JSON.stringify([made.decisions, money], (key, value) => (key === 'because' ? undefined : value));
}

/** Everything that the plan leads to; words that only explain are left out. */
function effects(result: SingleServerPlan): string {
  const template = Template.fromStack(
    new DeploymentStack(new App({ builtinCloudFormationValidation: false }), result),
  ).toJSON();
  const { lines, total } = bill(result);
  const money = lines.map(({ id, quantity, usdPerMonth }) => [id, quantity, usdPerMonth]);
  const { load, models } = result.decisions;
  const promises = [
    load.requestsInFlight,
    load.ttftMs,
    load.interTokenMs,
    models.map((model) => model.expected),
  ];
  return JSON.stringify([template, bundle(result, 'aws').files, money, total, promises]);
}

function leaves(schema: Parameters<typeof innerSchema>[0], path: string): string[] {
  const inner = innerSchema(schema);
  const { shape: fields, element, items, type } = definition(inner);
  if (fields)
    return Object.entries(fields).flatMap(([name, field]) => leaves(field, path ? `${path}.${name}` : name));
  const item = element ?? (type === 'tuple' ? items?.[0] : undefined);
  return item ? leaves(item, `${path}[]`) : [path];
}
