import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Stack, Validations } from 'aws-cdk-lib/core';
import { describe, expect, it } from 'vitest';
import { grantPattern } from '../../lib/aws/grants';
import { partWritten } from './synthesize';

describe('a grant on a pattern', () => {
  it('acknowledges exactly its own finding, with the reason, on the grantee', () => {
    partWritten((stack) => {
      const policy = new ManagedPolicy(stack, 'Policy');
      const bucket = new Bucket(stack, 'Bucket');
      const id = Stack.of(bucket).getLogicalId(bucket.node.defaultChild as never);
      grantPattern(policy, {
        actions: ['s3:GetObject'],
        resource: bucket.arnForObjects('a/*'),
        reason: 'why',
      });
      grantPattern(policy, {
        actions: ['ec2:AttachVolume'],
        resource: stack.formatArn({ service: 'ec2', resource: 'instance', resourceName: '*' }),
        reason: 'because',
      });
      const acknowledged = policy.node.metadata
        .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
        .map(({ data }) => data as Record<string, string>);
      expect(acknowledged).toEqual([
        { [`Annotation::AwsSolutions-IAM5[Resource::<${id}.Arn>/a/*]`]: 'why' },
        {
          'Annotation::AwsSolutions-IAM5[Resource::arn:aws:ec2:eu-central-1:<AWS::AccountId>:instance/*]':
            'because',
        },
      ]);
    });
  });
});
