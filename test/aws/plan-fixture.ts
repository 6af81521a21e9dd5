import { plan } from '../../lib/plan';
import type { Plan } from '../../lib/plan/plan';
import type { Deployment } from '../../lib/spec/types';

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
  },
} satisfies Record<string, Deployment>;

export const planOf = (name: keyof typeof deployments): Plan => plan(deployments[name]);
