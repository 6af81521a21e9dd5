import { plan } from '../../lib/plan';
import { scaledOnly } from '../../lib/plan/forms';
import type { FleetDecision, ScaledPlan } from '../../lib/plan/plan';
import type { Deployment } from '../../lib/spec/types';

const base = {
  name: 'chat',
  cloud: 'aws',
  regions: 'eu-central-1',
  architecture: 'scaled',
  models: ['Qwen/Qwen3-8B'],
  traffic: { concurrentUsers: 1000 },
} satisfies Deployment;

const domain = { domain: 'llm.example.com', dnsZone: 'Z0123456789ABCDEFGHIJ' };
const subnets = (first: number) =>
  ['a', 'b', 'c'].map((zone, index) => ({
    id: `subnet-0123456789abcde${first}${index}`,
    zone: `eu-central-1${zone}`,
  }));

/** Deployments that differ in everything the templates of fleets branch on. */
export const scaledDeployments = {
  /** Public, two fleets of a mixed purchase with a canary between two versions, a model of the cloud beside them. */
  public: {
    ...base,
    models: [
      {
        name: 'chat',
        versions: [
          { name: 'old', source: 'Qwen/Qwen3-8B', weightPercent: 90 },
          { name: 'new', source: 'Qwen/Qwen3-4B', weightPercent: 10 },
        ],
        fallbacks: ['claude'],
      },
      { name: 'claude', source: 'bedrock:anthropic.claude-haiku-4-5-20251001-v1:0' },
    ],
    network: { ...domain, ingress: 'public', allowedCidrs: ['0.0.0.0/0'] },
    security: { waf: true },
    capacity: { purchase: 'mixed', onDemandBase: 2 },
    rollout: { strategy: 'canary', canarySteps: [10, 50], bakeMinutes: 10 },
    monitoring: { notify: { emails: ['ops@example.com'] } },
    modelStore: { hubTokenSecret: 'hub-token' },
    budget: { monthlyUsd: 20_000 },
  },
  /** No public address, in the user's network, with the user's key, images and reservation; nobody spare. */
  private: {
    ...base,
    account: { id: '123456789012' },
    models: [
      {
        name: 'chat',
        source: 's3://our-models/chat/qwen3-8b',
        baseModel: 'Qwen/Qwen3-8B',
        adapters: [{ name: 'legal', source: 's3://our-adapters/legal' }],
      },
    ],
    network: {
      existing: {
        id: 'vpc-0123456789abcdef0',
        machineSubnets: subnets(0),
        balancerSubnets: subnets(1),
        dataSubnets: subnets(2),
      },
      ingress: 'internal',
      allowedCidrs: ['10.0.0.0/8'],
      domain: 'llm.corp.example.com',
      certificate: 'arn:aws:acm:eu-central-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef',
    },
    capacity: { reservations: ['cr-0123456789abcdef0'] },
    rollout: { maxSurge: 0 },
    security: {
      encryption: 'customer-managed',
      encryptionKey: 'arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef',
    },
    images: {
      registry: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/mirror',
      machine: 'ami-0123456789abcdef0',
    },
  },
  /** Models of the cloud alone: gateways, and no GPU. */
  managed: {
    ...base,
    models: [
      { name: 'claude', source: 'bedrock:anthropic.claude-haiku-4-5-20251001-v1:0' },
      { name: 'titan', source: 'bedrock:amazon.titan-embed-text-v2:0', traffic: { requestsPerSecond: 1 } },
    ],
    network: domain,
  },
  /** Whatever may stand at the entry beside the API: tokens, a content filter, a container of the user. */
  entry: {
    ...base,
    network: { ...domain, ingress: 'public' },
    application: { image: `ghcr.io/acme/chat@sha256:${'0'.repeat(64)}`, port: 8080, path: '/chat' },
    gateway: {
      guardrail: true,
      piiMasking: true,
      jwt: {
        issuer: 'https://id.example.com/',
        jwksUrl: 'https://id.example.com/.well-known/jwks.json',
        audience: 'llm',
      },
    },
  },
  /** Development, plain HTTP inside: asleep at night, prepared machines by day; nothing outlives the stack. */
  asleep: {
    ...base,
    environment: 'dev',
    timeZone: 'Europe/Berlin',
    network: { ingress: 'internal', tls: 'none', allowedCidrs: ['10.0.0.0/8'] },
    models: [{ source: 'Qwen/Qwen3-8B', replicas: { min: 0, max: 4 } }],
    capacity: { warmPool: 1, schedule: [{ days: 'mon-fri', from: '07:00', to: '20:00', min: 1 }] },
    rollout: { strategy: 'blue-green' },
    security: { encryption: 'customer-managed' },
  },
  /** Machines of their own for files, every night. */
  files: {
    ...base,
    environment: 'dev',
    network: domain,
    timeZone: 'Europe/Berlin',
    batch: { requestsPerDay: 100_000, startAt: '22:00', deadlineHours: 8 },
  },
  /** No way out: a new network without internet, documents beside it, a copy of each backup in another region. */
  closed: {
    ...base,
    network: { ...domain, ingress: 'internal', egress: 'none' },
    images: { registry: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/mirror' },
    modelStore: { import: 'manual', bucket: 'our-weights' },
    database: { documents: true, allowedCidrs: ['10.60.0.0/16'] },
    reliability: { backupRegion: 'eu-west-1' },
    security: { encryption: 'customer-managed' },
  },
} satisfies Record<string, Deployment>;

export const scaledPlanOf = (name: keyof typeof scaledDeployments): ScaledPlan =>
  scaledOnly(plan(scaledDeployments[name]), 'the test');

/** The smallest scaled production deployment with other fields. */
export const scaledWith = (changes: Partial<Deployment> = {}): ScaledPlan =>
  scaledOnly(plan({ ...base, ...changes }), 'the test');

export function fleetOf(changes: Partial<Deployment> = {}): FleetDecision {
  const [fleet] = scaledWith(changes).decisions.fleets;
  if (fleet === undefined) throw new Error('the plan has no fleet');
  return fleet;
}
