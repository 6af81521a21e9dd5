import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { Database, type DatabaseProps } from '../../lib/aws/database';
import { planOf } from './plan-fixture';
import { type Properties, partWritten, type Written } from './synthesize';

const { database } = planOf('internal').decisions;

function made(changes: Partial<DatabaseProps> = {}): Written {
  return partWritten((stack) => {
    const vpc = new Vpc(stack, 'Vpc', { availabilityZones: ['eu-central-1a', 'eu-central-1b'] });
    const part = new Database(stack, 'Database', {
      database,
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
    expect(rule?.FromPort).toEqual({
      'Fn::GetAtt': [made().logicalId('AWS::RDS::DBInstance'), 'Endpoint.Port'],
    });
  });

  it('refuses a plan without an instance class', () => {
    const { instanceClass: _, ...without } = database;
    expect(() => made({ database: without })).toThrow('a managed database has an instance class in its plan');
  });
});
