import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { acknowledgeControl } from './controls';

export interface AccessLogsProps {
  readonly retentionDays: number;
  /** Whether all of it is copied under an object lock (`LogCopies`). @default false */
  readonly copied?: boolean;
}

/**
 * Who read which object, and every request that the balancer saw.
 *
 * Encrypted with S3's own keys whatever the plan says: balancers cannot write to a bucket with a KMS key. Never
 * deleted with the stack, because CloudFormation cannot delete a bucket with objects in it.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
 */
export class AccessLogs extends Construct {
  readonly bucket: s3.Bucket;

  constructor(scope: Construct, id: string, props: AccessLogsProps) {
    super(scope, id);
    this.bucket = new s3.Bucket(this, 'Resource', {
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        {
          expiration: Duration.days(props.retentionDays),
          noncurrentVersionExpiration: Duration.days(1),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
    });
    const feedsItself = 'This is where access logs go: a log of the log would feed itself';
    Validations.of(this.bucket).acknowledge({ id: 'AwsSolutions-S1', reason: feedsItself });
    acknowledgeControl(this.bucket, 'S3BucketLoggingEnabled', feedsItself);
    acknowledgeControl(
      this.bucket,
      'S3DefaultEncryptionKMS',
      'Balancers and S3 itself cannot write their logs into a bucket with a KMS key; it is encrypted with keys of S3',
    );
    if (!props.copied) {
      acknowledgeControl(
        this.bucket,
        'S3BucketReplicationEnabled',
        'No law in the spec asks for copies of logs; S3 keeps each object in three zones, and versions',
      );
    }
  }
}

/** By bucket policy, whatever the feature flags of the app: without one of them CDK uses ACLs, which are off here. */
export function logAccess(bucket: s3.Bucket, destination: s3.IBucket): void {
  const prefix = 's3/';
  (bucket.node.defaultChild as s3.CfnBucket).loggingConfiguration = {
    destinationBucketName: destination.bucketName,
    logFilePrefix: prefix,
  };
  destination.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('logging.s3.amazonaws.com')],
      actions: ['s3:PutObject'],
      resources: [destination.arnForObjects(`${prefix}*`)],
      conditions: {
        ArnLike: { 'aws:SourceArn': bucket.bucketArn },
        StringEquals: { 'aws:SourceAccount': Stack.of(bucket).account },
      },
    }),
  );
}
