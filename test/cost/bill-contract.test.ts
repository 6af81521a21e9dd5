import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib/core';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json';
import { describe, expect, it } from 'vitest';
import { DeploymentStack } from '../../lib/aws/stack';
import { bill } from '../../lib/cost/bill';
import type { BillLine } from '../../lib/cost/line';
import { plan } from '../../lib/plan';
import type { Plan } from '../../lib/plan/plan';
import type { Deployment } from '../../lib/spec/types';
import { awsResources, differences, type Resources } from './aws-resources';

const small: Deployment = {
  name: 'bill',
  cloud: 'aws',
  regions: 'us-east-1',
  models: 'Qwen/Qwen3-8B',
  traffic: { concurrentUsers: 20 },
};
const domain = { domain: 'llm.example.com', dnsZone: 'Z0123456789ABCDEFGHIJ' };
const zones = ['us-east-1a', 'us-east-1b'];

const deployments: Record<string, Deployment> = {
  'reached by tunnel': small,
  'public, behind a web firewall': { ...small, network: domain, budget: { monthlyUsd: 2000 } },
  'internal, with managed data and a new key': {
    ...small,
    network: { ...domain, ingress: 'internal' },
    database: 'managed',
    cache: 'managed',
    security: { encryption: 'customer-managed' },
    monitoring: { notify: { emails: ['ops@example.com'] } },
  },
  'public, in a network, bucket and key of the user': {
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
  'with models of the cloud beside its own': {
    ...small,
    environment: 'dev',
    models: [
      { name: 'chat', source: 'Qwen/Qwen3-8B', fallbacks: ['claude'] },
      { name: 'claude', source: 'bedrock:anthropic.claude-haiku-4-5-20251001-v1:0' },
      { name: 'titan', source: 'bedrock:amazon.titan-embed-text-v2:0', traffic: { requestsPerSecond: 1 } },
    ],
  },
  'on spot, with other disks and few alarms': {
    ...small,
    environment: 'dev',
    capacity: { purchase: 'spot' },
    monitoring: { thresholds: { 'ttft-p95': 'off', 'kv-cache-use': 'off' } },
  },
};

function resourcesOf(planned: Plan): Resources {
  const outdir = mkdtempSync(join(tmpdir(), 'bill-contract-'));
  try {
    // without the validation of the shipped app, which another test runs and which takes most of its time
    const app = new App({ outdir, postCliContext: recommendedFlags, builtinCloudFormationValidation: false });
    const stack = new DeploymentStack(app, planned);
    return app.synth().getStackByName(stack.stackName).template.Resources;
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

describe('the bill against the template', () => {
  it.each(Object.entries(deployments))(
    '%s: each billable resource is on the bill, in its quantity',
    (_, deployment) => {
      const planned = plan(deployment);
      const resources = resourcesOf(planned);
      expect(Object.keys(resources).length).toBeGreaterThan(20);
      expect(differences(resources, bill(planned))).toEqual([]);
    },
    60_000,
  );

  it('finds what a bill leaves out, and what nobody knows', () => {
    const planned = plan(small);
    const resources = resourcesOf(planned);
    const known = bill(planned);
    const planted = {
      ...resources,
      Second: { Type: 'AWS::EC2::NatGateway' },
      Stranger: { Type: 'AWS::SageMaker::Endpoint' },
    };
    expect(differences(planted, known)).toEqual([
      'Stranger: nobody knows whether AWS::SageMaker::Endpoint costs anything',
      'nat-gateway: 2 in the template, 1 on the bill',
      'nat-gateway: 1460 in the template, 730 on the bill',
    ]);
    for (const line of known.lines.filter(({ count }) => count > 0)) {
      const without = { ...known, lines: known.lines.filter((other) => other !== line) };
      expect(differences(resources, without), `without ${line.id}`).not.toEqual([]);
    }
  }, 60_000);

  it('finds what a bill has too much of', () => {
    const planned = plan(small);
    const known = bill(planned);
    const address = known.lines.find(({ id }) => id === 'nat-public-ip');
    const extra = { ...(address as BillLine), id: 'load-balancer-public-ip', count: 0 };
    expect(differences(resourcesOf(planned), { ...known, lines: [...known.lines, extra] })).toEqual([
      'load-balancer-public-ip: 0 in the template, 730 on the bill',
    ]);
  }, 60_000);

  it('gives a reason for each free type', () => {
    for (const [type, rule] of Object.entries(awsResources)) {
      if ('free' in rule) expect(rule.free, type).toMatch(/\w+ \w+/);
    }
  });
});
