import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { BatchDecision } from '../plan/plan';
import { BatchBuckets } from './batch-buckets';
import { fileEventsStatement, grantKeyUse } from './encryption';
import { grantPattern } from './grants';

export interface QueueProps {
  readonly batch: Pick<BatchDecision, 'queue' | 'retentionDays' | 'inputBucket' | 'outputBucket'>;
  /** Where a new bucket writes who read which object. */
  readonly accessLogs: s3.IBucket;
  /**
   * Encrypts queues and new buckets. One that is not made in the same app needs `keyStatements(stack, { files: true })`.
   *
   * @default - keys that SQS and S3 manage
   */
  readonly key?: kms.IKey | undefined;
}

/** Only these are files of requests; answers and notes of a user beside them are none. */
const suffix = '.jsonl';

/**
 * Files of requests: each one put into the input bucket is a message, each message becomes answers in the output
 * bucket or a dead letter.
 *
 * A new input bucket tells the queue itself. A bucket of yours tells through EventBridge, which its owner switches
 * on: its own notifications are one list that nobody else may write.
 */
export class Queue extends Construct {
  readonly queue: sqs.Queue;
  /** Jobs that were given up, with the reason as attribute. */
  readonly deadLetters: sqs.Queue;
  readonly buckets: BatchBuckets;
  private readonly key: kms.IKey | undefined;

  constructor(scope: Construct, id: string, props: QueueProps) {
    super(scope, id);
    const { queue } = props.batch;
    this.key = props.key;
    this.deadLetters = this.make('DeadLetters', {
      retentionPeriod: Duration.days(queue.retentionDays),
    });
    this.queue = this.make('Resource', {
      visibilityTimeout: Duration.seconds(queue.leaseSeconds),
      retentionPeriod: Duration.days(queue.retentionDays),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: queue.maxDeliveries },
    });
    this.buckets = new BatchBuckets(this, 'Buckets', props);
    if (this.buckets.newInput) this.takeEventsOf(this.buckets.newInput);
    else this.takeEventsByRule(this.buckets.input.bucketName);
  }

  /** Lets a worker take jobs, give them back and bury them, read files and store answers. */
  grantWork(grantee: iam.IGrantable): void {
    iam.Grant.addToPrincipal({
      grantee,
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:SendMessage'],
      resourceArns: [this.queue.queueArn],
    });
    iam.Grant.addToPrincipal({
      grantee,
      actions: ['sqs:SendMessage'],
      resourceArns: [this.deadLetters.queueArn],
    });
    const { input, output } = this.buckets;
    const reason = 'Files are named by whoever puts them, and answers after their files';
    grantPattern(grantee, { actions: ['s3:GetObject'], resource: input.arnForObjects('*'), reason });
    grantPattern(grantee, {
      actions: ['s3:GetObject', 's3:PutObject'],
      resource: output.arnForObjects('*'),
      reason,
    });
    // without leave to list, S3 answers 403 and not 404 about a missing object
    for (const bucket of new Set([input, output])) {
      iam.Grant.addToPrincipal({ grantee, actions: ['s3:ListBucket'], resourceArns: [bucket.bucketArn] });
    }
    if (this.key) grantKeyUse(this.key, grantee);
  }

  private make(id: string, props: sqs.QueueProps): sqs.Queue {
    return new sqs.Queue(this, id, {
      ...props,
      enforceSSL: true,
      ...(this.key
        ? {
            encryption: sqs.QueueEncryption.KMS,
            encryptionMasterKey: this.key,
            dataKeyReuse: Duration.minutes(5),
          }
        : { encryption: sqs.QueueEncryption.SQS_MANAGED }),
    });
  }

  /** The L2 construct would set notifications by a function at deploy time. */
  private takeEventsOf(bucket: s3.Bucket): void {
    const { account, partition } = Stack.of(this);
    const policy = this.admit('s3.amazonaws.com', {
      StringEquals: { 'aws:SourceAccount': account },
      // the bucket itself would need the policy before it, and the policy the bucket
      ArnLike: { 'aws:SourceArn': `arn:${partition}:s3:::*` },
    });
    const resource = bucket.node.defaultChild as s3.CfnBucket;
    resource.notificationConfiguration = {
      queueConfigurations: [
        {
          event: 's3:ObjectCreated:*',
          queue: this.queue.queueArn,
          filter: { s3Key: { rules: [{ name: 'suffix', value: suffix }] } },
        },
      ],
    };
    // S3 tries the queue, and its key, when it is told of it
    if (policy) resource.node.addDependency(policy);
  }

  private takeEventsByRule(bucketName: string): void {
    const rule = new events.CfnRule(this, 'Files', {
      description: 'Files of requests in the input bucket become jobs',
      eventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { bucket: { name: [bucketName] }, object: { key: [{ suffix }] } },
      },
      targets: [{ id: 'queue', arn: this.queue.queueArn }],
    });
    this.admit('events.amazonaws.com', { ArnEquals: { 'aws:SourceArn': rule.attrArn } });
  }

  private admit(service: string, conditions: Record<string, Record<string, string>>) {
    this.key?.addToResourcePolicy(fileEventsStatement(service), true);
    return this.queue.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'Files',
        principals: [new iam.ServicePrincipal(service)],
        actions: ['sqs:SendMessage'],
        resources: [this.queue.queueArn],
        conditions,
      }),
    ).policyDependable;
  }
}
