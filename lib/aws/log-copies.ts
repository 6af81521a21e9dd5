import * as iam from 'aws-cdk-lib/aws-iam';
import * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { grantPattern } from './grants';

export interface LogCopiesProps {
  /** Of everything that writes to CloudWatch Logs. */
  readonly logGroups: readonly logs.ILogGroup[];
  /** Where balancer, buckets and copies of the log groups land. */
  readonly accessLogs: s3.Bucket;
  /** A bucket with an object lock, which lets nobody change what has arrived. */
  readonly store: s3.Bucket;
  /** @default - keys of S3 and of Firehose */
  readonly key?: kms.IKey | undefined;
}

/**
 * Copies of all logs in a bucket from which nobody can delete: log groups can be deleted, and S3 takes no access logs
 * into a bucket with an object lock, so all land in one bucket and are replicated from there.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html (2026-11)
 */
export class LogCopies extends Construct {
  readonly stream: firehose.CfnDeliveryStream;

  constructor(scope: Construct, id: string, props: LogCopiesProps) {
    super(scope, id);
    this.stream = this.delivery(props);
    this.subscribe(props.logGroups);
    this.replicate(props);
  }

  private delivery({ accessLogs, key }: LogCopiesProps): firehose.CfnDeliveryStream {
    const { role, policy } = this.identity(
      'Delivery',
      'Copies logs into a bucket',
      // of a stream of this account (Firehose, controlling access, 2026-11)
      new iam.ServicePrincipal('firehose.amazonaws.com', {
        conditions: { StringEquals: { 'sts:ExternalId': Stack.of(this).account } },
      }),
    );
    iam.Grant.addToPrincipal({
      grantee: policy,
      actions: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
      resourceArns: [accessLogs.bucketArn],
    });
    for (const prefix of [copies, failures]) {
      grantPattern(policy, {
        actions: ['s3:AbortMultipartUpload', 's3:PutObject'],
        resource: accessLogs.arnForObjects(`${prefix}*`),
        reason: 'Firehose names objects by the time of their delivery; everything stays under one prefix',
      });
    }
    if (key) useKey(policy, key, ['kms:Decrypt', 'kms:GenerateDataKey']);
    const stream = new firehose.CfnDeliveryStream(this, 'Stream', {
      deliveryStreamType: 'DirectPut',
      deliveryStreamEncryptionConfigurationInput: key
        ? { keyType: 'CUSTOMER_MANAGED_CMK', keyArn: key.keyArn }
        : { keyType: 'AWS_OWNED_CMK' },
      extendedS3DestinationConfiguration: {
        bucketArn: accessLogs.bucketArn,
        roleArn: role.roleArn,
        prefix: copies,
        errorOutputPrefix: failures,
        bufferingHints: { intervalInSeconds: 300, sizeInMBs: 5 },
        // CloudWatch Logs sends them compressed
        compressionFormat: 'UNCOMPRESSED',
        ...(key && { encryptionConfiguration: { kmsEncryptionConfig: { awskmsKeyArn: key.keyArn } } }),
      },
    });
    stream.node.addDependency(policy);
    return stream;
  }

  private subscribe(groups: readonly logs.ILogGroup[]): void {
    const { role, policy } = this.identity(
      'Subscription',
      'Sends log groups to Firehose',
      new iam.ServicePrincipal('logs.amazonaws.com', {
        conditions: {
          StringLike: { 'aws:SourceArn': Stack.of(this).formatArn({ service: 'logs', resource: '*' }) },
        },
      }),
    );
    iam.Grant.addToPrincipal({
      grantee: policy,
      actions: ['firehose:PutRecord', 'firehose:PutRecordBatch'],
      resourceArns: [this.stream.attrArn],
    });
    for (const [index, { logGroupName }] of groups.entries()) {
      const filter = new logs.CfnSubscriptionFilter(this, `Logs${index + 1}`, {
        logGroupName,
        destinationArn: this.stream.attrArn,
        roleArn: role.roleArn,
        filterPattern: '',
      });
      filter.node.addDependency(policy);
    }
  }

  /** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html (2026-11) */
  private replicate({ accessLogs, store, key }: LogCopiesProps): void {
    const { role, policy } = this.identity(
      'Replication',
      'Copies logs under an object lock',
      new iam.ServicePrincipal('s3.amazonaws.com'),
    );
    iam.Grant.addToPrincipal({
      grantee: policy,
      actions: ['s3:GetReplicationConfiguration', 's3:ListBucket'],
      resourceArns: [accessLogs.bucketArn],
    });
    const reason = 'Every log is copied, and its object is named by the service that writes it';
    grantPattern(policy, {
      actions: ['s3:GetObjectVersionForReplication', 's3:GetObjectVersionAcl', 's3:GetObjectVersionTagging'],
      resource: accessLogs.arnForObjects('*'),
      reason,
    });
    grantPattern(policy, {
      actions: ['s3:ReplicateObject', 's3:ReplicateTags'],
      resource: store.arnForObjects('*'),
      reason,
    });
    if (key) useKey(policy, key, ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey']);
    (accessLogs.node.defaultChild as s3.CfnBucket).replicationConfiguration = {
      role: role.roleArn,
      rules: [
        {
          id: 'locked-copies',
          status: 'Enabled',
          priority: 1,
          filter: { prefix: '' },
          deleteMarkerReplication: { status: 'Disabled' },
          destination: {
            bucket: store.bucketArn,
            ...(key && { encryptionConfiguration: { replicaKmsKeyId: key.keyArn } }),
          },
          ...(key && { sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: 'Enabled' } } }),
        },
      ],
    };
  }

  /** A role with a managed policy of its own. */
  private identity(id: string, description: string, assumedBy: iam.ServicePrincipal) {
    const role = new iam.Role(this, `${id}Role`, { assumedBy, description });
    return { role, policy: new iam.ManagedPolicy(this, `${id}Policy`, { roles: [role] }) };
  }
}

const copies = 'log-groups/';
const failures = 'log-groups-failed/';

function useKey(grantee: iam.IGrantable, key: kms.IKey, actions: string[]): void {
  iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [key.keyArn] });
}
