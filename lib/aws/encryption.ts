import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Annotations, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { ComplianceDecision, SecurityDecision } from '../plan/plan';
import { removalPolicy } from './removal-policy';

export interface EncryptionProps {
  readonly security: SecurityDecision;
  /** With an audit log, CloudTrail uses the key too. @default - no audit log */
  readonly compliance?: ComplianceDecision | undefined;
  /**
   * A key of yours, used instead of the one that the plan asks for. One made in the same app gets `keyStatements`.
   *
   * @default - what the plan says: AWS's own keys, a new key, or the key named in the spec
   */
  readonly key?: kms.IKey | undefined;
}

/**
 * The one key of a deployment: a new one, the user's, or none when AWS's own keys do.
 *
 * The policy of a key that is not made in the same app is its owner's: beside the account's own roles it must let CloudWatch Logs,
 * CloudWatch alarms, AWS Budgets and the service role of Auto Scaling use it; `keyStatements` are the statements.
 */
export class Encryption extends Construct {
  /** Absent: everything is encrypted with keys that AWS manages. */
  readonly key: kms.IKey | undefined;

  constructor(scope: Construct, id: string, props: EncryptionProps) {
    super(scope, id);
    this.key = props.key ?? this.plannedKey(props.security);
    const auditLog = props.compliance?.auditLog !== undefined;
    if (this.key) this.admitServices(this.key, { auditLog });
  }

  private admitServices(key: kms.IKey, services: KeyServices): void {
    for (const statement of keyStatements(Stack.of(this), services)) {
      if (key.addToResourcePolicy(statement, true).statementAdded) continue;
      Annotations.of(this).addInfo(importedKey);
      return;
    }
  }

  private plannedKey(security: SecurityDecision): kms.IKey | undefined {
    if (security.encryption === 'provider-managed') return undefined;
    if (security.encryptionKey !== undefined) {
      return kms.Key.fromKeyArn(this, 'Key', security.encryptionKey);
    }
    return new kms.Key(this, 'Key', {
      description: 'Disks, buckets, secrets, logs and messages of an LLM deployment',
      enableKeyRotation: true,
      removalPolicy: removalPolicy(security.deletionProtection),
    });
  }
}

const importedKey =
  'The policy of this key is not changed here: its owner adds what `keyStatements(stack)` of llm-constructs/aws returns (docs/aws.md), or machines do not start and alarms are lost silently';

/** Lets somebody read and write what the key encrypts. */
export function grantKeyUse(key: kms.IKey, grantee: iam.IGrantable): void {
  iam.Grant.addToPrincipal({
    grantee,
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resourceArns: [key.keyArn],
  });
}

/** What uses the key beside logs, alarms and machines. */
export interface KeyServices {
  /** The plan has `batch`. @default false */
  readonly files?: boolean;
  /** The plan has an audit log, as `security.compliance` asks. @default false */
  readonly auditLog?: boolean;
}

/** What a key policy must say beside "the account's own policies decide". */
export function keyStatements(
  stack: Stack,
  { files = false, auditLog = false }: KeyServices = {},
): iam.PolicyStatement[] {
  return [
    logsStatement(stack),
    groupStatement(stack),
    groupGrantStatement(stack),
    publisherStatement(),
    ...(files ? ['s3.amazonaws.com', 'events.amazonaws.com'].map(fileEventsStatement) : []),
    ...(auditLog ? trailStatements(stack) : []),
  ];
}

/**
 * CloudTrail encrypts what trails of this account write, and looks at the key before it does.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html (2026-11)
 */
function trailStatements(stack: Stack): iam.PolicyStatement[] {
  const trails = `arn:${stack.partition}:cloudtrail:${stack.region}:${stack.account}:trail/*`;
  const of = { principals: [new iam.ServicePrincipal('cloudtrail.amazonaws.com')], resources: ['*'] };
  return [
    new iam.PolicyStatement({
      ...of,
      sid: 'AuditLog',
      actions: ['kms:GenerateDataKey*'],
      conditions: { StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': trails } },
    }),
    new iam.PolicyStatement({ ...of, sid: 'AuditLogKey', actions: ['kms:DescribeKey'] }),
  ];
}

/**
 * A service of AWS tells the encrypted queue of new files.
 *
 * No condition, as AWS documents it; who may send is limited by the policy of the queue.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html (2026-11)
 */
export function fileEventsStatement(service: string): iam.PolicyStatement {
  return new iam.PolicyStatement({
    principals: [new iam.ServicePrincipal(service)],
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: ['*'],
  });
}

/** CloudWatch Logs encrypts log groups of this account and no others. */
function logsStatement(stack: Stack): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'LogGroups',
    principals: [new iam.ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
    actions: [...use, 'kms:DescribeKey'],
    resources: ['*'],
    conditions: {
      ArnLike: {
        'kms:EncryptionContext:aws:logs:arn': `arn:${stack.partition}:logs:${stack.region}:${stack.account}:*`,
      },
    },
  });
}

/**
 * Auto Scaling starts machines whose disks this key encrypts.
 *
 * Named by condition and not as principal: the service role does not exist before the account's first group,
 * and a key policy that names a missing role is refused.
 */
function groupStatement(stack: Stack): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'AutoScalingDisks',
    principals: [new iam.AnyPrincipal()],
    actions: [...use, 'kms:DescribeKey'],
    resources: ['*'],
    conditions: { StringEquals: { 'kms:CallerAccount': stack.account }, ArnEquals: groupRole(stack) },
  });
}

function groupGrantStatement(stack: Stack): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'AutoScalingGrants',
    principals: [new iam.AnyPrincipal()],
    actions: ['kms:CreateGrant'],
    resources: ['*'],
    conditions: {
      StringEquals: { 'kms:CallerAccount': stack.account },
      ArnEquals: groupRole(stack),
      Bool: { 'kms:GrantIsForAWSResource': 'true' },
    },
  });
}

/**
 * Alarms and budget alerts are published to the encrypted topic.
 *
 * No condition on the account: CloudWatch is not documented to send one to KMS, and a refused alarm is lost
 * silently. Who may publish is limited by the policy of the topic.
 *
 * @see https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns (2026-11)
 */
export function publisherStatement(): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'Alerts',
    principals: ['cloudwatch.amazonaws.com', 'budgets.amazonaws.com'].map(
      (service) => new iam.ServicePrincipal(service),
    ),
    actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    resources: ['*'],
  });
}

/** Auto Scaling publishes launches and terminations under its service role. */
export function groupPublisherStatement(stack: Stack): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'GroupEvents',
    principals: [new iam.AnyPrincipal()],
    actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    resources: ['*'],
    conditions: { StringEquals: { 'kms:CallerAccount': stack.account }, ArnEquals: groupRole(stack) },
  });
}

const use = ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*'];

const groupRole = (stack: Stack) => ({
  'aws:PrincipalArn': `arn:${stack.partition}:iam::${stack.account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
});
