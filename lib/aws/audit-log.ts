import * as cloudtrail from 'aws-cdk-lib/aws-cloudtrail';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ArnFormat, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { AuditLogDecision, IdentityDecision } from '../plan/plan';
import { acknowledgeControl } from './controls';
import { grantPattern } from './grants';
import { type LogOptions, logGroupProps } from './log-retention';
import { nameOfThisStack } from './stack-name';

export interface AuditLogProps {
  readonly identity: Pick<IdentityDecision, 'name'>;
  readonly auditLog: AuditLogDecision;
  readonly logs: LogOptions;
  /** Whose objects are watched. */
  readonly buckets: readonly s3.IBucket[];
  /** @default - keys of S3, and none for the trail */
  readonly key?: kms.IKey | undefined;
}

/**
 * Who reads and writes the objects of this deployment, told by CloudTrail.
 *
 * Only data events of its own buckets, which a trail of an account or organization seldom has: changes of resources,
 * reads of secrets and uses of keys are events of the whole account, and a second trail for them would be charged and
 * would carry what belongs to others.
 */
export class AuditLog extends Construct {
  /** With an object lock where the plan asks for one. */
  readonly store: s3.Bucket;
  readonly logGroup: logs.LogGroup;
  readonly trail: cloudtrail.CfnTrail;

  constructor(scope: Construct, id: string, props: AuditLogProps) {
    super(scope, id);
    const trailName = nameOfThisStack(this, props.identity.name);
    this.store = this.bucket(props);
    const admission = this.admitTrail(trailName);
    this.logGroup = new logs.LogGroup(this, 'Logs', logGroupProps(props.logs));
    const { role, policy } = this.writer(trailName);
    this.trail = new cloudtrail.CfnTrail(this, 'Trail', {
      trailName,
      isLogging: true,
      isMultiRegionTrail: false,
      includeGlobalServiceEvents: false,
      enableLogFileValidation: true,
      s3BucketName: this.store.bucketName,
      cloudWatchLogsLogGroupArn: this.logGroup.logGroupArn,
      cloudWatchLogsRoleArn: role.roleArn,
      ...(props.key && { kmsKeyId: props.key.keyArn }),
      advancedEventSelectors: [
        dataEvents('Objects of the deployment', props.buckets),
        // not its writes: each would be an event, which is written, which is an event
        dataEvents('Reads of this log', [this.store], { field: 'readOnly', equalTo: ['true'] }),
      ],
    });
    this.trail.node.addDependency(admission, policy);
  }

  private bucket({ auditLog, logs: { retentionDays }, key }: AuditLogProps): s3.Bucket {
    const locked = auditLog.lock && s3.ObjectLockRetention[auditLog.lock](Duration.days(retentionDays));
    const bucket = new s3.Bucket(this, 'Store', {
      ...(key
        ? // without a key of the bucket: CloudTrail would need another leave to use that
          { encryption: s3.BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: false }
        : { encryption: s3.BucketEncryption.S3_MANAGED }),
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
      ...(locked && { objectLockDefaultRetention: locked }),
      lifecycleRules: [
        {
          expiration: Duration.days(retentionDays),
          noncurrentVersionExpiration: Duration.days(1),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
    });
    const watched =
      'Reads of this bucket are in the trail that it holds; an access log of it would be copied into it';
    Validations.of(bucket).acknowledge({ id: 'AwsSolutions-S1', reason: watched });
    acknowledgeControl(bucket, 'S3BucketLoggingEnabled', watched);
    acknowledgeControl(
      bucket,
      'S3BucketReplicationEnabled',
      'S3 keeps each object in three zones, and versions; a copy in another region would leave the residency of the data',
    );
    return bucket;
  }

  /** @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html (2026-11) */
  private admitTrail(trailName: string): s3.BucketPolicy {
    const { account } = Stack.of(this);
    const principals = [new iam.ServicePrincipal('cloudtrail.amazonaws.com')];
    const ofTrail = { 'aws:SourceArn': this.trailArn(trailName) };
    this.store.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'TrailLooks',
        principals,
        actions: ['s3:GetBucketAcl'],
        resources: [this.store.bucketArn],
        conditions: { StringEquals: ofTrail },
      }),
    );
    this.store.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'TrailWrites',
        principals,
        actions: ['s3:PutObject'],
        resources: [this.store.arnForObjects(`AWSLogs/${account}/*`)],
        conditions: { StringEquals: { ...ofTrail, 's3:x-amz-acl': 'bucket-owner-full-control' } },
      }),
    );
    return this.store.policy as s3.BucketPolicy;
  }

  /** The identity that carries events into the log group. */
  private writer(trailName: string): { role: iam.Role; policy: iam.ManagedPolicy } {
    const stack = Stack.of(this);
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('cloudtrail.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceArn': this.trailArn(trailName) } },
      }),
      description: 'Carries audit events into CloudWatch Logs',
    });
    const policy = new iam.ManagedPolicy(this, 'Policy', { roles: [role] });
    grantPattern(policy, {
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resource: stack.formatArn({
        service: 'logs',
        resource: 'log-group',
        resourceName: `${this.logGroup.logGroupName}:log-stream:${stack.account}_CloudTrail_*`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
      reason: 'CloudTrail names its streams by itself, with a number at their end',
    });
    return { role, policy };
  }

  private trailArn(trailName: string): string {
    return Stack.of(this).formatArn({ service: 'cloudtrail', resource: 'trail', resourceName: trailName });
  }
}

type Field = cloudtrail.CfnTrail.AdvancedFieldSelectorProperty;

function dataEvents(
  name: string,
  buckets: readonly s3.IBucket[],
  ...more: Field[]
): cloudtrail.CfnTrail.AdvancedEventSelectorProperty {
  return {
    name,
    fieldSelectors: [
      { field: 'eventCategory', equalTo: ['Data'] },
      { field: 'resources.type', equalTo: ['AWS::S3::Object'] },
      { field: 'resources.ARN', startsWith: buckets.map(({ bucketArn }) => `${bucketArn}/`) },
      ...more,
    ],
  };
}
