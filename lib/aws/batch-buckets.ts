import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { BatchDecision } from '../plan/plan';
import { logAccess } from './access-logs';
import { acknowledgeControl } from './controls';

export interface BatchBucketsProps {
  readonly batch: Pick<BatchDecision, 'retentionDays' | 'inputBucket' | 'outputBucket'>;
  readonly accessLogs: s3.IBucket;
  /** @default - a key that S3 manages */
  readonly key?: kms.IKey | undefined;
}

/**
 * Where files of requests are put, and where their answers appear.
 *
 * New ones forget what is older than the plan says, and are never deleted with the stack: CloudFormation cannot
 * delete a bucket with objects in it.
 */
export class BatchBuckets extends Construct {
  readonly input: s3.IBucket;
  readonly output: s3.IBucket;
  /** The same, when it belongs to this deployment. */
  readonly newInput: s3.Bucket | undefined;
  readonly newOutput: s3.Bucket | undefined;

  constructor(scope: Construct, id: string, props: BatchBucketsProps) {
    super(scope, id);
    const { inputBucket, outputBucket } = props.batch;
    this.newInput = inputBucket === undefined ? this.create('Input', props) : undefined;
    this.newOutput = outputBucket === undefined ? this.create('Output', props) : undefined;
    this.input = this.newInput ?? s3.Bucket.fromBucketName(this, 'Input', inputBucket as string);
    this.output = this.newOutput ?? s3.Bucket.fromBucketName(this, 'Output', outputBucket as string);
  }

  private create(id: string, { batch, accessLogs, key }: BatchBucketsProps): s3.Bucket {
    const bucket = new s3.Bucket(this, id, {
      versioned: true,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      ...(key
        ? { encryption: s3.BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }
        : { encryption: s3.BucketEncryption.S3_MANAGED }),
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        {
          expiration: Duration.days(batch.retentionDays),
          noncurrentVersionExpiration: Duration.days(1),
          abortIncompleteMultipartUploadAfter: Duration.days(2),
        },
      ],
    });
    logAccess(bucket, accessLogs);
    acknowledgeControl(
      bucket,
      'S3BucketReplicationEnabled',
      'Files of prompts are deleted after the days of the plan, and S3 keeps each in three zones; a copy would outlive them',
    );
    return bucket;
  }
}
