import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import { Documents, type DocumentsProps } from '../../lib/aws/documents';
import { type Properties, partWritten, type Written } from './synthesize';

const documents: DocumentsProps['documents'] = {
  majorVersion: 5,
  instanceClass: 'db.t3.medium',
  instances: 2,
  backupDays: 35,
  because: 'test',
};

function made(changes: Partial<DocumentsProps> = {}, keyed = false): Written {
  return partWritten((stack) => {
    const vpc = new Vpc(stack, 'Vpc', { availabilityZones: ['eu-central-1a', 'eu-central-1b'] });
    const key = keyed ? new Key(stack, 'Key') : undefined;
    const part = new Documents(stack, 'Documents', {
      identity: { name: 'chat-prod' },
      documents,
      database: {},
      vpc,
      subnets: vpc.privateSubnets,
      deletionProtection: true,
      key,
      logs: { retentionDays: 90, key, retain: true },
      ...changes,
    });
    part.grantConnect(new Role(stack, 'Role', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') }));
  });
}
const cluster = (template: Written) => template.only('AWS::DocDB::DBCluster').Properties as Properties;

describe('the document store', () => {
  it('is the one of the plan: a writer and a reader in private subnets', () => {
    const template = made();
    expect(cluster(template)).toMatchObject({ EngineVersion: '5.0.0', BackupRetentionPeriod: 35 });
    expect(
      template.properties('AWS::DocDB::DBInstance').map(({ DBInstanceClass }) => DBInstanceClass),
    ).toEqual(['db.t3.medium', 'db.t3.medium']);
    expect(template.only('AWS::DocDB::DBSubnetGroup').Properties?.SubnetIds).toHaveLength(2);
  });

  it('speaks TLS only, and logs sign-ins as long as the plan keeps logs', () => {
    const template = made();
    expect(template.only('AWS::DocDB::DBClusterParameterGroup').Properties).toMatchObject({
      Family: 'docdb5.0',
      Parameters: { tls: 'enabled', audit_logs: 'ddl' },
    });
    expect(cluster(template).EnableCloudwatchLogsExports).toEqual(['audit']);
    const { LogGroupName, RetentionInDays } = template.only('AWS::Logs::LogGroup').Properties as Properties;
    expect(LogGroupName['Fn::Join'][1][0]).toBe('/aws/docdb/chat-prod-documents-');
    expect(RetentionInDays).toBe(90);
    expect(template.only('AWS::DocDB::DBCluster').DependsOn).toContain(
      template.logicalId('AWS::Logs::LogGroup'),
    );
  });

  it('is encrypted, with the key of the plan where there is one', () => {
    expect(cluster(made())).toMatchObject({ StorageEncrypted: true });
    expect(cluster(made()).KmsKeyId).toBeUndefined();
    const template = made({}, true);
    const arn = { 'Fn::GetAtt': [template.logicalId('AWS::KMS::Key'), 'Arn'] };
    expect(cluster(template)).toMatchObject({ StorageEncrypted: true, KmsKeyId: arn });
    expect(template.only('AWS::SecretsManager::Secret').Properties?.KmsKeyId).toEqual(arn);
  });

  it('has a password that stands in no template', () => {
    const template = made();
    expect(JSON.stringify(cluster(template).MasterUserPassword)).toContain('{{resolve:secretsmanager:');
    expect(template.only('AWS::SecretsManager::SecretTargetAttachment').Properties?.TargetType).toBe(
      'AWS::DocDB::DBCluster',
    );
  });

  it('cannot be deleted while it is protected, and leaves nothing to pay for otherwise', () => {
    const kept = made();
    expect(cluster(kept).DeletionProtection).toBe(true);
    const types = ['DBCluster', 'DBInstance', 'DBSubnetGroup'].map((type) => `AWS::DocDB::${type}`);
    const policies = (template: Written) =>
      types.flatMap((type) => template.all(type).map(({ DeletionPolicy }) => DeletionPolicy));
    expect(policies(kept)).toEqual(['Retain', 'Retain', 'Retain', 'Retain']);
    const free = made({ deletionProtection: false });
    expect(cluster(free).DeletionProtection).toBe(false);
    expect(policies(free)).toEqual(['Delete', 'Delete', 'Delete', 'Delete']);
  });

  it('admits the applications of the plan and nobody else', () => {
    const rules = (template: Written) =>
      template
        .properties('AWS::EC2::SecurityGroup')
        .flatMap(({ SecurityGroupIngress = [] }) => SecurityGroupIngress as Properties[]);
    expect(rules(made())).toEqual([]);
    expect(rules(made({ database: { clientCidrs: ['10.60.0.0/16'] } }))).toMatchObject([
      { CidrIp: '10.60.0.0/16', FromPort: 27017, ToPort: 27017 },
    ]);
  });
});
