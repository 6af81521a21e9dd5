import * as backup from 'aws-cdk-lib/aws-backup';
import { Schedule } from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { ArnFormat, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { BackupDecision, IdentityDecision } from '../plan/plan';
import type { Database } from './database';
import type { Documents } from './documents';
import { nameOfThisStack } from './stack-name';

export interface BackupProps {
  readonly identity: Pick<IdentityDecision, 'name'>;
  readonly backup: BackupDecision;
  readonly database: Database;
  readonly documentStore?: Documents | undefined;
  /** Whether backups can be deleted before their time. */
  readonly deletionProtection: boolean;
  /** Told of copies that fail. */
  readonly topic: sns.Topic;
  /** @default - a key that AWS manages */
  readonly key?: kms.IKey | undefined;
}

/**
 * A backup of each managed database every night, in a vault that outlives them all.
 *
 * The vault is never deleted with the stack: CloudFormation cannot delete one with backups in it. AWS Backup must be
 * opted in for Aurora and DocumentDB in the region, which it is unless somebody has changed it.
 *
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html
 */
export class Backup extends Construct {
  readonly vault: backup.BackupVault;
  readonly plan: backup.BackupPlan;

  constructor(scope: Construct, id: string, props: BackupProps) {
    super(scope, id);
    const { keptDays, copy } = props.backup;
    this.vault = new backup.BackupVault(this, 'Vault', {
      backupVaultName: nameOfThisStack(this, props.identity.name),
      ...(props.key && { encryptionKey: props.key }),
      blockRecoveryPointDeletion: props.deletionProtection,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      ...(copy && {
        notificationTopic: props.topic,
        notificationEvents: [backup.BackupVaultEvents.COPY_JOB_FAILED],
      }),
    });
    if (copy) this.letTell(props.topic);
    const deleteAfter = Duration.days(keptDays);
    this.plan = new backup.BackupPlan(this, 'Plan', {
      backupPlanName: props.identity.name,
      backupPlanRules: [
        new backup.BackupPlanRule({
          ruleName: 'nightly',
          backupVault: this.vault,
          scheduleExpression: Schedule.cron({ hour: '3', minute: '0' }),
          startWindow: Duration.hours(1),
          completionWindow: Duration.hours(12),
          deleteAfter,
          ...(copy && {
            copyActions: [{ destinationBackupVault: this.copyVault(copy), deleteAfter }],
          }),
        }),
      ],
    });
    this.plan.addSelection('Databases', {
      backupSelectionName: 'databases',
      resources: this.resources(props),
      role: this.role(props.key),
      disableDefaultBackupPolicy: true,
    });
  }

  private copyVault({ region, vault }: NonNullable<BackupDecision['copy']>): backup.IBackupVault {
    const arn = Stack.of(this).formatArn({
      service: 'backup',
      region,
      resource: 'backup-vault',
      resourceName: vault,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    return backup.BackupVault.fromBackupVaultArn(this, 'CopyVault', arn);
  }

  /** By exact names. Aurora is backed up as a whole cluster; policy packs look for its instances. */
  private resources({ database, documentStore }: BackupProps): backup.BackupResource[] {
    const { cluster, instance } = database;
    const ofCluster = (identifier: string, kind: 'cluster' | 'db') =>
      backup.BackupResource.fromArn(
        Stack.of(this).formatArn({
          service: 'rds',
          resource: kind,
          resourceName: identifier,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      );
    return [
      ...(instance ? [ofCluster(instance.instanceIdentifier, 'db')] : []),
      ...(cluster
        ? [
            ofCluster(cluster.clusterIdentifier, 'cluster'),
            ...cluster.instanceIdentifiers.map((identifier) => ofCluster(identifier, 'db')),
          ]
        : []),
      ...(documentStore ? [ofCluster(documentStore.cluster.clusterIdentifier, 'cluster')] : []),
    ];
  }

  private role(key: kms.IKey | undefined): iam.Role {
    const policy = 'service-role/AWSBackupServiceRolePolicyForBackup';
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('backup.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      description: 'Takes and copies nightly backups of managed databases',
      managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName(policy)],
    });
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${policy}]`,
      reason:
        'The policy that AWS Backup asks for and keeps in step with what it does; who is backed up stands in the selection',
    });
    if (key) this.letUse(key, role);
    return role;
  }

  /** Snapshots of an encrypted database are encrypted again with the key of the vault. */
  private letUse(key: kms.IKey, role: iam.Role): void {
    const policy = new iam.ManagedPolicy(this, 'KeyPolicy', { roles: [role] });
    iam.Grant.addToPrincipal({
      grantee: policy,
      actions: [
        'kms:Decrypt',
        'kms:DescribeKey',
        'kms:GenerateDataKey',
        'kms:GenerateDataKeyWithoutPlaintext',
      ],
      resourceArns: [key.keyArn],
    });
    iam.Grant.addToPrincipal({
      grantee: policy,
      actions: ['kms:CreateGrant'],
      resourceArns: [key.keyArn],
      conditions: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    });
  }

  private letTell(topic: sns.Topic): void {
    const service = new iam.ServicePrincipal('backup.amazonaws.com');
    const account = { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } };
    topic.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'Backups',
        principals: [service],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: account,
      }),
    );
    topic.masterKey?.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'Backups',
        principals: [service],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
      }),
      true,
    );
  }
}
