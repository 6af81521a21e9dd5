import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../lib/spec/types';
import { scaled } from '../plan/example';
import { planWith } from './plan-fixture';
import { scaledParts } from './scaled-parts';
import { type Properties, partWritten, type Written, written } from './synthesize';

const made = (changes: Partial<Deployment> = {}): Written =>
  partWritten((stack) => scaledParts(scaled({ region: 'us-east-1', ...changes }), stack), {
    region: 'us-east-1',
  });
const copied = (changes: Partial<Deployment> = {}) =>
  made({ reliability: { backupRegion: 'eu-west-1' }, ...changes });
const rule = (template: Written): Properties =>
  template.only('AWS::Backup::BackupPlan').Properties?.BackupPlan.BackupPlanRule[0];
const arn = (kind: string, id: string) => ({
  'Fn::Join': ['', ['arn:aws:rds:us-east-1:', { Ref: 'AWS::AccountId' }, `:${kind}:`, { Ref: id }]],
});

describe('the backups of managed databases', () => {
  it('are taken every night and kept as long as the plan says', () => {
    expect(rule(made({ database: { backupDays: 20 } }))).toMatchObject({
      ScheduleExpression: 'cron(0 3 * * ? *)',
      Lifecycle: { DeleteAfterDays: 20 },
    });
    expect(rule(made()).CopyActions).toBeUndefined();
  });

  it('are of exactly the databases of the deployment: cluster, its instances, documents', () => {
    const template = made({ database: { documents: true } });
    const { BackupSelection } = template.only('AWS::Backup::BackupSelection').Properties as Properties;
    const ids = (type: string) =>
      Object.entries(template.resources).flatMap(([id, { Type }]) => (Type === type ? [id] : []));
    expect(ids('AWS::RDS::DBInstance')).toHaveLength(2);
    expect(BackupSelection.Resources).toEqual([
      ...ids('AWS::RDS::DBCluster').map((id) => arn('cluster', id)),
      ...ids('AWS::RDS::DBInstance').map((id) => arn('db', id)),
      ...ids('AWS::DocDB::DBCluster').map((id) => arn('cluster', id)),
    ]);
    expect(BackupSelection.ListOfTags).toBeUndefined();
  });

  it('go to the vault of the other region too, and a copy that fails is told', () => {
    const template = copied();
    expect(rule(template).CopyActions).toEqual([
      {
        DestinationBackupVaultArn: {
          'Fn::Join': [
            '',
            ['arn:aws:backup:eu-west-1:', { Ref: 'AWS::AccountId' }, ':backup-vault:demo-prod'],
          ],
        },
        Lifecycle: { DeleteAfterDays: 35 },
      },
    ]);
    expect(template.only('AWS::Backup::BackupVault').Properties?.Notifications).toEqual({
      BackupVaultEvents: ['COPY_JOB_FAILED'],
      SNSTopicArn: { Ref: template.logicalId('AWS::SNS::Topic') },
    });
    const policies = [
      template.only('AWS::SNS::TopicPolicy').Properties?.PolicyDocument,
      template.only('AWS::KMS::Key').Properties?.KeyPolicy,
    ];
    for (const { Statement } of policies) {
      expect(Statement).toContainEqual(
        expect.objectContaining({ Sid: 'Backups', Principal: { Service: 'backup.amazonaws.com' } }),
      );
    }
  });

  it('outlive the stack, and cannot be deleted before their time where data is guarded', () => {
    const vault = made().only('AWS::Backup::BackupVault');
    expect(vault.DeletionPolicy).toBe('RetainExceptOnCreate');
    expect(vault.Properties?.AccessPolicy.Statement[0]).toMatchObject({
      Effect: 'Deny',
      Action: ['backup:DeleteRecoveryPoint', 'backup:UpdateRecoveryPointLifecycle'],
    });
    const free = copied({ environment: 'dev' }).only('AWS::Backup::BackupVault');
    expect(free.DeletionPolicy).toBe('RetainExceptOnCreate');
    expect(free.Properties?.AccessPolicy).toBeUndefined();
  });

  it('are encrypted with the key of the plan, which their role may use', () => {
    const template = copied({ security: { encryption: 'customer-managed' } });
    const key = { 'Fn::GetAtt': [template.logicalId('AWS::KMS::Key'), 'Arn'] };
    expect(template.only('AWS::Backup::BackupVault').Properties?.EncryptionKeyArn).toEqual(key);
    const statements = template
      .properties('AWS::IAM::ManagedPolicy')
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    expect(statements).toContainEqual(
      expect.objectContaining({
        Action: 'kms:CreateGrant',
        Resource: key,
        Condition: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
      }),
    );
  });

  it('are not there in development, nor for one machine, unless copies are asked for', () => {
    expect(made({ environment: 'dev' }).all('AWS::Backup::BackupPlan')).toEqual([]);
    const single = { database: 'managed' } satisfies Partial<Deployment>;
    expect(written(planWith(single)).all('AWS::Backup::BackupPlan')).toEqual([]);
    const template = written(planWith({ ...single, reliability: { backupRegion: 'eu-west-1' } }));
    const { BackupSelection } = template.only('AWS::Backup::BackupSelection').Properties as Properties;
    expect(JSON.stringify(BackupSelection.Resources)).toContain(template.logicalId('AWS::RDS::DBInstance'));
  });
});
