import type { Cloud } from './machines';

/** A part of a deployment for which a promise that all others keep does not hold on a cloud. */
export interface ExceptionRow {
  id: string;
  promise: 'encrypted-with-your-key' | 'goes-with-the-deployment';
  cloud: Cloud;
  /** Part of the deployment, in words with dashes. */
  part: string;
  /** Why, and what holds instead. */
  reason: string;
}

/** What every deployment promises and one part cannot keep: the contract suite skips nothing else. */
export function exceptionRows(): readonly ExceptionRow[] {
  return [
    {
      id: 'aws-access-logs-key',
      promise: 'encrypted-with-your-key',
      cloud: 'aws',
      part: 'access-logs',
      reason:
        'a balancer cannot write its logs into a bucket with a KMS key, so with `encryption: customer-managed` they are encrypted with the keys of S3',
    },
    {
      id: 'aws-access-logs-stay',
      promise: 'goes-with-the-deployment',
      cloud: 'aws',
      part: 'access-logs',
      reason:
        'CloudFormation cannot delete a bucket with objects in it: it stays in every environment, and the output `Remains` names it',
    },
    {
      id: 'aws-audit-log-stays',
      promise: 'goes-with-the-deployment',
      cloud: 'aws',
      part: 'audit-log',
      reason:
        'an audit log that goes with what it is about would prove nothing, and one under an object lock cannot go: it stays in every environment, and the output `Remains` names it',
    },
    {
      id: 'aws-backups-stay',
      promise: 'goes-with-the-deployment',
      cloud: 'aws',
      part: 'backups',
      reason:
        'CloudFormation cannot delete a vault with backups in it: where there is one it stays, its backups go when their days are over, and the output `Remains` names it',
    },
    {
      id: 'aws-model-bucket-stays',
      promise: 'goes-with-the-deployment',
      cloud: 'aws',
      part: 'model-bucket',
      reason:
        'CloudFormation cannot delete a bucket with objects in it: it stays in every environment, and the output `Remains` names it',
    },
  ];
}
