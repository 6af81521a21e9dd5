import type { Deployment } from '../../lib/spec/types';
import { deployments } from './plan-fixture';

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
};
