import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { App, Stack } from 'aws-cdk-lib/core';
import { describe, expect, it } from 'vitest';
import { Queue, type QueueProps } from '../../lib/aws/queue';

const batch: QueueProps['batch'] = {
  queue: { leaseSeconds: 120, maxAttempts: 5, maxDeliveries: 10, retentionDays: 14 },
  retentionDays: 30,
};

function made(changes: Partial<QueueProps['batch']> = {}, key?: (stack: Stack) => kms.IKey) {
  const stack = new Stack(new App({ builtinCloudFormationValidation: false }), 'test', {
    env: { region: 'us-east-1', account: '123456789012' },
  });
  const accessLogs = new s3.Bucket(stack, 'AccessLogs');
  const queue = new Queue(stack, 'Queue', {
    batch: { ...batch, ...changes },
    accessLogs,
    key: key?.(stack),
  });
  const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') });
  queue.grantWork(role);
  return { queue, template: Template.fromStack(stack) };
}

const resources = (template: Template, type: string) => Object.entries(template.findResources(type));

describe('the queue of files', () => {
  const { template } = made();

  it('leases a job as long as the worker thinks, and keeps what nobody takes for 14 days', () => {
    template.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 120,
      MessageRetentionPeriod: 14 * 86400,
      RedrivePolicy: { maxReceiveCount: 10 },
      SqsManagedSseEnabled: true,
    });
  });

  it('takes nothing that is not encrypted on the way', () => {
    const policies = resources(template, 'AWS::SQS::QueuePolicy');
    expect(policies).toHaveLength(2);
    for (const [, { Properties }] of policies) {
      expect(Properties.PolicyDocument.Statement).toContainEqual(
        expect.objectContaining({
          Effect: 'Deny',
          Action: 'sqs:*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      );
    }
  });

  it('is told of each file of requests by the new bucket, which waits for the leave to', () => {
    const [policy] = resources(template, 'AWS::SQS::QueuePolicy').find(([, { Properties }]) =>
      JSON.stringify(Properties).includes('s3.amazonaws.com'),
    ) as [string, unknown];
    template.hasResource('AWS::S3::Bucket', {
      Properties: {
        NotificationConfiguration: {
          QueueConfigurations: [
            {
              Event: 's3:ObjectCreated:*',
              Filter: { S3Key: { Rules: [{ Name: 'suffix', Value: '.jsonl' }] } },
            },
          ],
        },
      },
      DependsOn: Match.arrayWith([policy]),
    });
  });

  it('needs no function at deploy time', () => {
    template.resourceCountIs('AWS::Lambda::Function', 0);
  });

  it('is sent to by buckets of this account alone', () => {
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'sqs:SendMessage',
            Principal: { Service: 's3.amazonaws.com' },
            Condition: Match.objectLike({ StringEquals: { 'aws:SourceAccount': '123456789012' } }),
          }),
        ]),
      },
    });
  });

  it('forgets files and answers after the days of the plan, and is not deleted with them', () => {
    const files = resources(template, 'AWS::S3::Bucket').filter(([id]) => id.startsWith('QueueBuckets'));
    expect(files).toHaveLength(2);
    for (const [, { Properties, DeletionPolicy }] of files) {
      expect(DeletionPolicy).toBe('Retain');
      expect(Properties.LifecycleConfiguration.Rules).toEqual([
        expect.objectContaining({ ExpirationInDays: 30, Status: 'Enabled' }),
      ]);
      expect(Properties.PublicAccessBlockConfiguration.BlockPublicPolicy).toBe(true);
    }
  });

  it('lets a worker do what a worker does and nothing else', () => {
    const [[, { Properties }]] = resources(template, 'AWS::IAM::Policy') as [[string, { Properties: never }]];
    const { Statement } = (Properties as { PolicyDocument: { Statement: { Action: string | string[] }[] } })
      .PolicyDocument;
    expect(Statement.map(({ Action }) => Action)).toEqual([
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:SendMessage'],
      'sqs:SendMessage',
      's3:GetObject',
      ['s3:GetObject', 's3:PutObject'],
      's3:ListBucket',
      's3:ListBucket',
    ]);
  });
});

describe('buckets of the user', () => {
  const { template, queue } = made({ inputBucket: 'our-files', outputBucket: 'our-answers' });

  it('are used as they are', () => {
    expect([queue.buckets.newInput, queue.buckets.newOutput]).toEqual([undefined, undefined]);
    expect(resources(template, 'AWS::S3::Bucket').map(([id]) => id)).toEqual([
      expect.stringMatching(/^AccessLogs/),
    ]);
  });

  it('tell the queue through EventBridge, of files of requests alone', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { bucket: { name: ['our-files'] }, object: { key: [{ suffix: '.jsonl' }] } },
      },
    });
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({ Principal: { Service: 'events.amazonaws.com' } })]),
      },
    });
  });
});

describe('with a key of the deployment', () => {
  const { template } = made({}, (stack) => new kms.Key(stack, 'Key'));

  it('queues and buckets are encrypted by it, and S3 may use it', () => {
    for (const [, { Properties }] of resources(template, 'AWS::SQS::Queue')) {
      expect(Properties.KmsMasterKeyId).toBeDefined();
    }
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Principal: { Service: 's3.amazonaws.com' },
            Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
          }),
        ]),
      },
    });
  });
});
