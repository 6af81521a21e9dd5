import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import { bill } from '../../lib/cost/bill';
import type { Deployment } from '../../lib/spec/types';
import { billProblems } from '../contract/bill';
import { scaled } from '../plan/example';
import { measuredIn } from './facts-bill';
import { checkedParts } from './scaled-parts';

const forms: Record<string, Partial<Deployment>> = {
  production: {},
  development: { environment: 'dev' },
  'a key of its own': { security: { encryption: 'customer-managed' } },
  'documents and copies of backups': {
    database: { documents: true, allowedCidrs: ['10.60.0.0/16'] },
    reliability: { backupRegion: 'eu-west-1' },
    security: { encryption: 'customer-managed' },
  },
  'documents in development, copied': {
    environment: 'dev',
    database: { documents: true },
    reliability: { backupRegion: 'eu-west-1' },
  },
  'no way out': {
    network: {
      ingress: 'internal',
      egress: 'none',
      domain: 'llm.example.com',
      dnsZone: 'Z0123456789ABCDEFGHIJ',
    },
    images: { registry: '123456789012.dkr.ecr.us-east-1.amazonaws.com/mirror' },
    modelStore: { import: 'manual', bucket: 'weights' },
  },
  'managed models': { models: ['bedrock:amazon.nova-lite-v1:0'] },
};

const ours = /nat-|private-endpoint|database|documents|cache|backup|does not say/;

describe('network and data of a fleet', () => {
  describe.each(Object.entries(forms))('%s', (_, changes) => {
    const plan = scaled({ region: 'us-east-1', ...changes });
    const { template, findings } = checkedParts(plan);

    it('have no finding of CloudFormation Validate and AwsSolutions that is not acknowledged', () => {
      expect(findings).toEqual([]);
    });

    it('are on the bill, each in its number and quantity', () => {
      const { measured, unknown } = measuredIn(template.resources);
      expect(unknown).toEqual([]);
      const found = billProblems(measured, bill(plan));
      expect(found.filter((difference) => ours.test(difference))).toEqual([]);
      // what is not made here, so the check can fail
      expect(found).toContain('dashboard: 0 in the output, 1 on the bill');
    });

    it('ask the account for nothing', () => {
      expect(template.missingContext).toEqual([]);
    });
  });

  it('are checked: a bucket without anything is found', () => {
    const { findings } = checkedParts(scaled(), (stack) => new Bucket(stack, 'Plain'));
    expect(findings.some((finding) => finding.startsWith('AwsSolutions-S1'))).toBe(true);
  });
});
