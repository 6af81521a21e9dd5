import type { SingleServerPlan } from '../../lib/plan/plan';
import type { Deployment } from '../../lib/spec/types';
import { plan } from '../single-server';

const base = {
  name: 'chat',
  cloud: 'aws',
  regions: 'eu-central-1',
  models: ['Qwen/Qwen3-8B'],
  traffic: { concurrentUsers: 50 },
} satisfies Deployment;

const domain = { domain: 'llm.example.com', dnsZone: 'Z0123456789ABCDEFGHIJ' };

/** Deployments that differ in everything the templates branch on. */
export const deployments = {
  /** No way in but a port-forward; development, so nothing outlives the stack. */
  tunnel: { ...base, environment: 'dev' },
  public: {
    ...base,
    network: { ...domain, ingress: 'public', allowedCidrs: ['0.0.0.0/0'] },
    security: { waf: true },
    monitoring: { notify: { emails: ['ops@example.com'] } },
    modelStore: { hubTokenSecret: 'hub-token' },
    budget: { monthlyUsd: 2000 },
  },
  /** Internal, managed Postgres and Valkey, customer-managed key, in the user's own network. */
  internal: {
    ...base,
    account: { id: '123456789012' },
    network: {
      existing: {
        id: 'vpc-0123456789abcdef0',
        machineSubnets: [
          { id: 'subnet-0123456789abcdef0', zone: 'eu-central-1a' },
          { id: 'subnet-0123456789abcdef1', zone: 'eu-central-1b' },
        ],
      },
      ingress: 'internal',
      allowedCidrs: ['10.0.0.0/8'],
      domain: 'llm.corp.example.com',
      certificate: 'arn:aws:acm:eu-central-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef',
    },
    database: { postgres: 'managed' },
    cache: { valkey: 'managed' },
    security: { encryption: 'customer-managed' },
    images: { registry: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/mirror' },
  },
  /** Development, everything written out: zones, spot, key, bucket and model of the user, plain HTTP inside. */
  written: {
    ...base,
    environment: 'dev',
    models: [{ source: 's3://our-models/chat/qwen3-8b', name: 'chat', baseModel: 'Qwen/Qwen3-8B' }],
    network: {
      zones: ['eu-central-1a', 'eu-central-1b'],
      cidr: '10.9.0.0/16',
      ingress: 'internal',
      allowedCidrs: ['10.0.0.0/8', '192.168.0.0/16'],
      tls: 'none',
    },
    capacity: { purchase: 'spot' },
    database: { postgres: 'managed' },
    cache: { valkey: 'managed' },
    modelStore: { bucket: 'our-weights' },
    images: { machine: 'ami-0123456789abcdef0' },
    security: {
      encryption: 'customer-managed',
      encryptionKey: 'arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef',
    },
  },
  /** Models of all kinds: two of one's own, adapters from bucket and hub, two of the cloud, masked personal data. */
  several: {
    ...base,
    environment: 'staging',
    models: [
      {
        name: 'chat',
        source: 'Qwen/Qwen3-8B',
        adapters: [
          { name: 'support', source: 's3://our-adapters/support' },
          { name: 'legal', source: 's3://our-adapters/legal' },
          { name: 'poems', source: 'acme/qwen3-8b-poems' },
        ],
        fallbacks: ['claude'],
      },
      { name: 'vectors', source: 'BAAI/bge-m3', traffic: { requestsPerSecond: 1 } },
      { name: 'claude', source: 'bedrock:anthropic.claude-haiku-4-5-20251001-v1:0' },
      { name: 'titan', source: 'bedrock:amazon.titan-embed-text-v2:0', traffic: { requestsPerSecond: 1 } },
    ],
    gateway: { piiMasking: true },
    images: { registry: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/mirror' },
  },
  /** Whatever may stand at the entry beside the API: tokens, a content filter, a container of the user, with a key of one's own. */
  entry: {
    ...base,
    network: { ...domain, ingress: 'public' },
    security: { encryption: 'customer-managed' },
    application: {
      image: `123456789012.dkr.ecr.eu-central-1.amazonaws.com/chat@sha256:${'0'.repeat(64)}`,
      port: 8080,
      path: '/chat',
      env: { GREETING: 'it costs $5' },
    },
    gateway: {
      guardrail: true,
      jwt: {
        issuer: 'https://id.example.com/',
        jwksUrl: 'https://id.example.com/.well-known/jwks.json',
        audience: 'llm',
      },
    },
  },
  /** Files of requests, taken from a bucket of the user. */
  files: {
    ...base,
    environment: 'dev',
    batch: { requestsPerDay: 1000, inputBucket: 'our-files' },
    security: { encryption: 'customer-managed' },
  },
  /** No way out, and a copy of each backup in another region. */
  closed: {
    ...base,
    network: { ...domain, ingress: 'internal', egress: 'none' },
    images: { registry: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/mirror' },
    modelStore: { import: 'manual', bucket: 'our-weights' },
    database: { postgres: 'managed', allowedCidrs: ['10.60.0.0/16'] },
    reliability: { backupRegion: 'eu-west-1' },
  },
} satisfies Record<string, Deployment>;

export const planOf = (name: keyof typeof deployments): SingleServerPlan => plan(deployments[name]);

/** The smallest production deployment with other fields. */
export const planWith = (changes: Partial<Deployment>): SingleServerPlan => plan({ ...base, ...changes });
