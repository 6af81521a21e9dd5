import type { Deployment } from '../../lib/spec/types';
import { deployments } from './plan-fixture';
import { scaledDeployments } from './scaled-fixture';

const small: Deployment = {
  name: 'bill',
  cloud: 'aws',
  regions: 'us-east-1',
  models: 'Qwen/Qwen3-8B',
  traffic: { concurrentUsers: 20 },
};
const domain = { domain: 'llm.example.com', dnsZone: 'Z0123456789ABCDEFGHIJ' };
const zones = ['us-east-1a', 'us-east-1b'];

/** Deployments that differ in everything that templates and bills branch on. */
export const contractDeployments: Record<string, Deployment> = {
  'single server, reached by tunnel': deployments.tunnel,
  'single server, public': deployments.public,
  'single server, internal, with managed data and a new key, in a network of the user': deployments.internal,
  'single server, everything written out': deployments.written,
  'single server, models of all kinds': deployments.several,
  'single server, tokens at the entry': deployments.entry,
  'single server, without a way out': { ...deployments.closed, database: 'managed' },
  'single server, production by tunnel': small,
  'single server, public, in a network, bucket and key of the user': {
    ...small,
    environment: 'dev',
    network: {
      ...domain,
      existing: {
        id: 'vpc-0123456789abcdef0',
        machineSubnets: zones.map((zone, index) => ({ id: `subnet-0123456789abcdef${index}`, zone })),
        balancerSubnets: zones.map((zone, index) => ({ id: `subnet-0123456789abcde1${index}`, zone })),
      },
    },
    modelStore: { bucket: 'our-models' },
    database: 'managed',
    cache: 'managed',
    security: {
      encryption: 'customer-managed',
      encryptionKey: 'arn:aws:kms:us-east-1:111122223333:key/0123abcd-0123-0123-0123-0123456789ab',
    },
  },
  'single server, files of requests': { ...small, batch: { requestsPerDay: 1000 } },
  'single server, files in buckets of the user, with a new key': {
    ...small,
    batch: { requestsPerDay: 1000, inputBucket: 'our-files', outputBucket: 'our-answers' },
    security: { encryption: 'customer-managed' },
  },
  'single server under a law that asks for locked logs': {
    ...small,
    network: domain,
    database: 'managed',
    cache: 'managed',
    security: { compliance: 'hipaa' },
  },
  'single server under laws that ask for an audit log': {
    ...small,
    environment: 'dev',
    security: { compliance: ['gdpr', 'ccpa'] },
  },
  'single server on spot, with few alarms': {
    ...small,
    environment: 'dev',
    capacity: { purchase: 'spot' },
    monitoring: { thresholds: { 'ttft-p95': 'off', 'kv-cache-use': 'off' } },
  },

  'scaled, public, two versions with a canary, a base of on-demand machines': scaledDeployments.public,
  'scaled, private, in network, key and reservation of the user': scaledDeployments.private,
  'scaled, managed models only': scaledDeployments.managed,
  'scaled, files under a law that asks for locked logs': {
    ...small,
    architecture: 'scaled',
    network: domain,
    traffic: { concurrentUsers: 1000 },
    batch: { requestsPerDay: 20_000 },
    security: { compliance: 'hipaa' },
  },
  'scaled, without a way out, with documents and copies of backups': {
    ...scaledDeployments.closed,
    database: { documents: true },
  },
  'scaled, development, with documents and copies of backups': {
    ...small,
    traffic: { concurrentUsers: 1000 },
    architecture: 'scaled',
    environment: 'dev',
    network: domain,
    database: { documents: true },
    reliability: { backupRegion: 'eu-west-1' },
  },
  'scaled, machines of their own for files, at night': {
    ...small,
    architecture: 'scaled',
    network: domain,
    timeZone: 'Europe/Berlin',
    traffic: { concurrentUsers: 1000 },
    batch: { requestsPerDay: 100_000, startAt: '22:00', deadlineHours: 8 },
  },
  'scaled, files for a model of the cloud': {
    ...small,
    network: domain,
    models: 'bedrock:amazon.nova-lite-v1:0',
    batch: { requestsPerDay: 1000 },
  },
  'scaled, development, asleep at night, prepared machines by day': scaledDeployments.asleep,
  'scaled, on spot of several types, several engines on a machine, by waiting requests': {
    ...small,
    architecture: 'scaled',
    traffic: { concurrentUsers: 2000 },
    models: [
      {
        source: 'Qwen/Qwen3-8B',
        revision: 'b968826d9c46dd6066d109eabc6255188de91218',
        instanceType: 'g6e.12xlarge',
        tensorParallel: 1,
      },
      { name: 'vectors', source: 'BAAI/bge-m3', traffic: { requestsPerSecond: 20 } },
    ],
    network: domain,
    capacity: { purchase: 'spot', scalingSignal: 'waiting-requests' },
    security: { encryption: 'customer-managed' },
  },
};
