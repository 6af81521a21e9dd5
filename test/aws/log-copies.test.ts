import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import { AccessLogs } from '../../lib/aws/access-logs';
import { LogCopies } from '../../lib/aws/log-copies';
import { type Properties, partWritten, type Written } from './synthesize';

const made = (withKey = true): Written =>
  partWritten((stack) => {
    new LogCopies(stack, 'LogCopies', {
      logGroups: [new LogGroup(stack, 'Machines'), new LogGroup(stack, 'Network')],
      accessLogs: new AccessLogs(stack, 'AccessLogs', { retentionDays: 90, copied: true }).bucket,
      store: new Bucket(stack, 'Store', { objectLockEnabled: true }),
      ...(withKey && { key: new Key(stack, 'Key') }),
    });
  });
const stream = (template: Written) =>
  template.only('AWS::KinesisFirehose::DeliveryStream').Properties as Properties;
const landing = (template: Written) =>
  template
    .properties('AWS::S3::Bucket')
    .find(({ ReplicationConfiguration }) => ReplicationConfiguration) as Properties;
const allowed = (template: Written, role: string) =>
  template
    .properties('AWS::IAM::ManagedPolicy')
    .filter(({ Roles }) => JSON.stringify(Roles).includes(role))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement as Properties[])
    .flatMap(({ Action, Resource }) =>
      [Action].flat().map((action) => `${action} on ${JSON.stringify(Resource)}`),
    );

describe('copies of logs', () => {
  it('are made of every log group, whatever it says', () => {
    const template = made();
    const filters = template.properties('AWS::Logs::SubscriptionFilter');
    expect(filters.map(({ LogGroupName }) => LogGroupName.Ref.replace(/[0-9A-F]{8}$/, ''))).toEqual([
      'Machines',
      'Network',
    ]);
    const arn = { 'Fn::GetAtt': [template.logicalId('AWS::KinesisFirehose::DeliveryStream'), 'Arn'] };
    for (const { DestinationArn, FilterPattern } of filters) {
      expect([DestinationArn, FilterPattern]).toEqual([arn, '']);
    }
  });

  it('land beside the access logs, encrypted with the key of the deployment', () => {
    const template = made();
    const key = { 'Fn::GetAtt': [template.logicalId('AWS::KMS::Key'), 'Arn'] };
    const { ExtendedS3DestinationConfiguration: place, DeliveryStreamEncryptionConfigurationInput: own } =
      stream(template);
    expect(place).toMatchObject({
      Prefix: 'log-groups/',
      EncryptionConfiguration: { KMSEncryptionConfig: { AWSKMSKeyARN: key } },
      CompressionFormat: 'UNCOMPRESSED',
    });
    expect(JSON.stringify(place.BucketARN)).toContain('AccessLogs');
    expect(own).toEqual({ KeyARN: key, KeyType: 'CUSTOMER_MANAGED_CMK' });
    expect(stream(made(false)).DeliveryStreamEncryptionConfigurationInput).toEqual({
      KeyType: 'AWS_OWNED_CMK',
    });
  });

  it('go from there under the lock with everything else, and deletions do not', () => {
    const { Rules } = landing(made()).ReplicationConfiguration;
    expect(Rules).toHaveLength(1);
    expect(Rules[0]).toMatchObject({
      Status: 'Enabled',
      Filter: { Prefix: '' },
      DeleteMarkerReplication: { Status: 'Disabled' },
      SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
    });
    expect(JSON.stringify(Rules[0].Destination.Bucket)).toContain('Store');
    expect(landing(made(false)).ReplicationConfiguration.Rules[0].SourceSelectionCriteria).toBeUndefined();
  });

  it('are carried by three identities, each with what it needs and no more', () => {
    const template = made();
    expect(allowed(template, 'DeliveryRole').map((grant) => grant.split(' ')[0])).toEqual([
      's3:GetBucketLocation',
      's3:ListBucket',
      's3:ListBucketMultipartUploads',
      's3:AbortMultipartUpload',
      's3:PutObject',
      'kms:Decrypt',
      'kms:GenerateDataKey',
    ]);
    expect(allowed(template, 'SubscriptionRole').map((grant) => grant.split(' ')[0])).toEqual([
      'firehose:PutRecord',
      'firehose:PutRecordBatch',
    ]);
    const replication = allowed(template, 'ReplicationRole');
    expect(replication.filter((grant) => grant.startsWith('s3:Replicate')).length).toBe(2);
    for (const grant of replication.filter((each) => each.startsWith('s3:Replicate'))) {
      expect(grant).toContain('Store');
    }
    expect(replication.filter((grant) => /Delete/.test(grant))).toEqual([]);
  });
});
