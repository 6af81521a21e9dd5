import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { removalPolicy } from './removal-policy';

/** How long logs are kept, with which key, and whether they outlive the stack. */
export interface LogOptions {
  readonly retentionDays: number;
  /** @default - a key that AWS manages */
  readonly key?: kms.IKey | undefined;
  /** Whether log groups and log buckets outlive a deleted stack. */
  readonly retain: boolean;
}

export function logGroupProps(options: LogOptions): logs.LogGroupProps {
  return {
    retention: retentionDays(options.retentionDays),
    removalPolicy: removalPolicy(options.retain),
    ...(options.key && { encryptionKey: options.key }),
  };
}

/**
 * CloudWatch Logs keeps logs for one of a list of periods: the first that is not shorter than asked.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
 */
export function retentionDays(days: number): logs.RetentionDays {
  const periods = Object.values(logs.RetentionDays).filter((value) => typeof value === 'number');
  const longEnough = periods.filter((period) => period >= days).sort((a, b) => a - b);
  return longEnough[0] ?? logs.RetentionDays.INFINITE;
}
