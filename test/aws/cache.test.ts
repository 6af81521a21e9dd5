import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { describe, expect, it } from 'vitest';
import { Cache } from '../../lib/aws/cache';
import type { CacheDecision } from '../../lib/plan/plan';
import { type Properties, partWritten } from './synthesize';

const decision: CacheDecision = {
  valkey: 'managed',
  nodeType: 'cache.t4g.small',
  nodes: 2,
  memoryMiB: 0,
  because: 'test',
};

function made(cache: CacheDecision) {
  const template = partWritten((stack) => {
    const vpc = new Vpc(stack, 'Vpc', { availabilityZones: ['eu-central-1a', 'eu-central-1b'] });
    new Cache(stack, 'Cache', { cache, vpc, subnets: vpc.privateSubnets });
  });
  return template.only('AWS::ElastiCache::ReplicationGroup').Properties as Properties;
}

describe('the managed cache', () => {
  it('is the Valkey of the plan, with its replica in another zone', () => {
    expect(made(decision)).toMatchObject({
      Engine: 'valkey',
      CacheNodeType: 'cache.t4g.small',
      NumCacheClusters: 2,
      AutomaticFailoverEnabled: true,
      MultiAZEnabled: true,
    });
  });

  it('is one node without a failover where the plan says so', () => {
    expect(made({ ...decision, nodes: 1 })).toMatchObject({
      NumCacheClusters: 1,
      AutomaticFailoverEnabled: false,
      MultiAZEnabled: false,
    });
  });

  it('speaks TLS only, is encrypted, and asks for a password that stands in no template', () => {
    const cache = made(decision);
    expect(cache).toMatchObject({
      AtRestEncryptionEnabled: true,
      TransitEncryptionEnabled: true,
      TransitEncryptionMode: 'required',
    });
    expect(JSON.stringify(cache.AuthToken)).toContain('{{resolve:secretsmanager:');
  });

  it('refuses a plan without a node type', () => {
    const { nodeType: _, ...without } = decision;
    expect(() => made(without)).toThrow('a managed cache has a node type in its plan');
  });
});
