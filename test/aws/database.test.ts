import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import { Database, type DatabaseProps } from '../../lib/aws/database';
import type { DatabaseDecision } from '../../lib/plan/plan';
import { planOf } from './plan-fixture';
import { type Properties, partWritten, type Written } from './synthesize';

const { database, identity } = planOf('internal').decisions;
const logs = { retentionDays: 90, retain: true };

function made(changes: Partial<DatabaseProps> = {}): Written {
  return partWritten((stack) => {
    const vpc = new Vpc(stack, 'Vpc', { availabilityZones: ['eu-central-1a', 'eu-central-1b'] });
    const part = new Database(stack, 'Database', {
      identity,
      database,
      logs,
      vpc,
      subnets: vpc.privateSubnets,
      deletionProtection: true,
      ...changes,
    });
    const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    part.grantConnect(role);
    part.connections.allowDefaultPortFrom(new SecurityGroup(stack, 'Machine', { vpc }));
  });
}
const { instanceClass: _, ...withoutClass } = database;
const serverless: DatabaseDecision = {
  ...withoutClass,
  serverless: { instances: 2, minUnits: 0.5, meanUnits: 1.5, maxUnits: 8 },
};
const cluster = (changes: Partial<DatabaseProps> = {}) => made({ database: serverless, ...changes });
const clusterOf = (template: Written) => template.only('AWS::RDS::DBCluster').Properties as Properties;
const instance = (template: Written) => template.only('AWS::RDS::DBInstance').Properties as Properties;

describe('the managed database', () => {
  it('is the Postgres of the plan', () => {
    expect(instance(made())).toMatchObject({
      Engine: 'postgres',
      EngineVersion: '17',
      DBName: 'litellm',
      DBInstanceClass: 'db.t4g.medium',
      AllocatedStorage: String(database.storageGiB),
      StorageType: 'gp3',
      MultiAZ: true,
      BackupRetentionPeriod: 35,
    });
  });

  it('is private, encrypted and speaks TLS only', () => {
    const template = made();
    expect(instance(template)).toMatchObject({ PubliclyAccessible: false, StorageEncrypted: true });
    expect(template.only('AWS::RDS::DBParameterGroup').Properties?.Parameters).toEqual({
      'rds.force_ssl': '1',
    });
  });

  it('has a password that Secrets Manager makes and keeps as long as the database', () => {
    const template = made();
    const { Properties, DeletionPolicy } = template.only('AWS::SecretsManager::Secret');
    expect(Properties?.GenerateSecretString).toMatchObject({
      SecretStringTemplate: '{"username":"litellm"}',
      GenerateStringKey: 'password',
      ExcludePunctuation: true,
    });
    expect(DeletionPolicy).toBe('Retain');
    expect(JSON.stringify(instance(template).MasterUserPassword)).toContain('{{resolve:secretsmanager:');
  });

  it('cannot be deleted while it is protected, and leaves nothing to pay for otherwise', () => {
    const template = made();
    expect(instance(template)).toMatchObject({ DeletionProtection: true, DeleteAutomatedBackups: false });
    expect(template.only('AWS::RDS::DBInstance').DeletionPolicy).toBe('Retain');
    const free = made({ deletionProtection: false });
    expect(instance(free)).toMatchObject({ DeletionProtection: false, DeleteAutomatedBackups: true });
    expect(free.only('AWS::RDS::DBInstance').DeletionPolicy).toBe('Delete');
  });

  it('admits whom it is connected to, on its port', () => {
    const [rule] = made().properties('AWS::EC2::SecurityGroupIngress');
    expect(rule?.SourceSecurityGroupId).toBeDefined();
    expect([rule?.FromPort, rule?.ToPort]).toEqual([5432, 5432]);
  });

  it('admits applications that the plan names, and none otherwise', () => {
    const cidrs = (template: Written) =>
      template
        .properties('AWS::EC2::SecurityGroup')
        .flatMap(({ SecurityGroupIngress = [] }) => SecurityGroupIngress as Properties[])
        .flatMap(({ CidrIp, FromPort }) => (FromPort === 5432 ? CidrIp : []));
    expect(cidrs(made())).toEqual([]);
    expect(cidrs(made({ database: { ...database, clientCidrs: ['10.60.0.0/16'] } }))).toEqual([
      '10.60.0.0/16',
    ]);
    expect(cidrs(cluster({ database: { ...serverless, clientCidrs: ['10.60.0.0/16'] } }))).toEqual([
      '10.60.0.0/16',
    ]);
  });

  it('refuses a plan without an instance class', () => {
    expect(() => made({ database: withoutClass })).toThrow(
      'a managed database has an instance class in its plan',
    );
  });
});

describe('the serverless database', () => {
  it('is the Aurora of the plan: a version that is pinned, and units that grow with the load', () => {
    expect(clusterOf(cluster())).toMatchObject({
      Engine: 'aurora-postgresql',
      EngineVersion: '17.9',
      DatabaseName: 'litellm',
      ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 8 },
      BackupRetentionPeriod: 35,
      CopyTagsToSnapshot: true,
    });
  });

  it('is a writer and a reader that is always large enough to take its place', () => {
    const instances = cluster().properties('AWS::RDS::DBInstance');
    expect(
      instances.map(({ DBInstanceClass, PromotionTier, PubliclyAccessible }) => [
        DBInstanceClass,
        PromotionTier,
        PubliclyAccessible,
      ]),
    ).toEqual([
      ['db.serverless', 0, false],
      ['db.serverless', 1, false],
    ]);
    const one = { ...serverless, serverless: { instances: 1, minUnits: 0.5, meanUnits: 1, maxUnits: 4 } };
    expect(cluster({ database: one }).all('AWS::RDS::DBInstance')).toHaveLength(1);
  });

  it('is private, encrypted and speaks TLS only', () => {
    const template = cluster();
    expect(clusterOf(template)).toMatchObject({
      StorageEncrypted: true,
      EnableIAMDatabaseAuthentication: true,
    });
    expect(template.only('AWS::RDS::DBClusterParameterGroup').Properties?.Parameters).toEqual({
      'rds.force_ssl': '1',
    });
    expect(template.only('AWS::RDS::DBSubnetGroup').Properties?.SubnetIds).toHaveLength(2);
  });

  it('is encrypted with the key of the plan, and so are its figures and its log', () => {
    const template = partWritten((stack) => {
      const vpc = new Vpc(stack, 'Vpc', { availabilityZones: ['eu-central-1a', 'eu-central-1b'] });
      const key = new Key(stack, 'Key');
      const subnets = vpc.privateSubnets;
      const own = { identity, database: serverless, vpc, subnets, deletionProtection: true, key };
      new Database(stack, 'Database', { ...own, logs: { ...logs, key } });
    });
    const arn = { 'Fn::GetAtt': [template.logicalId('AWS::KMS::Key'), 'Arn'] };
    expect(clusterOf(template).KmsKeyId).toEqual(arn);
    for (const instance of template.properties('AWS::RDS::DBInstance')) {
      expect(instance).toMatchObject({ EnablePerformanceInsights: true, PerformanceInsightsKMSKeyId: arn });
    }
    expect(template.only('AWS::Logs::LogGroup').Properties?.KmsKeyId).toEqual(arn);
    expect(template.only('AWS::SecretsManager::Secret').Properties?.KmsKeyId).toEqual(arn);
  });

  it('keeps its log as long as the plan says, in a group that is there before it', () => {
    const template = cluster();
    const group = template.only('AWS::Logs::LogGroup');
    expect(group.Properties?.RetentionInDays).toBe(90);
    const [, [before, name, after]] = (group.Properties as Properties).LogGroupName['Fn::Join'];
    expect([before, after]).toEqual(['/aws/rds/cluster/chat-prod-', '/postgresql']);
    expect(clusterOf(template)).toMatchObject({
      DBClusterIdentifier: { 'Fn::Join': ['', ['chat-prod-', name]] },
      EnableCloudwatchLogsExports: ['postgresql'],
    });
    expect(template.only('AWS::RDS::DBCluster').DependsOn).toContain(
      template.logicalId('AWS::Logs::LogGroup'),
    );
  });

  it('cannot be deleted while it is protected, and leaves nothing to pay for otherwise', () => {
    const template = cluster();
    expect(clusterOf(template)).toMatchObject({ DeletionProtection: true, DeleteAutomatedBackups: false });
    for (const type of ['AWS::RDS::DBCluster', 'AWS::RDS::DBInstance', 'AWS::RDS::DBSubnetGroup']) {
      expect(new Set(template.all(type).map(({ DeletionPolicy }) => DeletionPolicy)), type).toEqual(
        new Set(['Retain']),
      );
    }
    const free = cluster({ deletionProtection: false });
    expect(clusterOf(free)).toMatchObject({ DeletionProtection: false, DeleteAutomatedBackups: true });
    expect(free.only('AWS::RDS::DBCluster').DeletionPolicy).toBe('Delete');
  });

  it('admits whom it is connected to, and alarms watch the connections of its writer', () => {
    const template = cluster();
    const [rule] = template.properties('AWS::EC2::SecurityGroupIngress');
    expect([rule?.FromPort, rule?.ToPort]).toEqual([5432, 5432]);
  });
});
