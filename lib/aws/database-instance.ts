import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as rds from 'aws-cdk-lib/aws-rds';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Duration, type RemovalPolicy, Validations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { DatabaseDecision } from '../plan/plan';
import { databaseName } from '../runtime/layout';
import { acknowledgeControl, notGuarded } from './controls';
import { databaseParameters } from './database-parameters';
import { type LogOptions, logGroupProps } from './log-retention';
import { nameOfThisStack } from './stack-name';

export interface DatabaseInstanceProps {
  readonly name: string;
  readonly database: DatabaseDecision;
  readonly vpc: ec2.IVpc;
  readonly subnets: ec2.ISubnet[];
  readonly securityGroup: ec2.ISecurityGroup;
  readonly secret: secretsmanager.Secret;
  readonly deletionProtection: boolean;
  readonly removalPolicy: RemovalPolicy;
  readonly key: kms.IKey | undefined;
  readonly logs: LogOptions;
  /** Whether sign-ins and changes of tables are logged. */
  readonly audited: boolean;
}

/** Files that Postgres on RDS sends to CloudWatch Logs. */
const exported = ['postgresql', 'upgrade'];

/**
 * Postgres of one instance, and a standby where the plan says so; made in the scope itself.
 *
 * It has a name of its own, because RDS makes its log groups as `/aws/rds/instance/<name>/...`, kept for ever and with a
 * key of AWS, when nobody has made them before. A change that would replace the instance is refused by
 * CloudFormation for that name: the data would be left behind.
 */
export function databaseInstance(
  scope: Construct,
  props: DatabaseInstanceProps,
): { instance: rds.DatabaseInstance; logGroups: logs.LogGroup[] } {
  const { database, key } = props;
  const name = nameOfThisStack(scope, props.name);
  const engine = rds.DatabaseInstanceEngine.postgres({
    version: rds.PostgresEngineVersion.of(`${database.majorVersion}`, `${database.majorVersion}`),
  });
  const logGroups = exported.map(
    (file) =>
      new logs.LogGroup(scope, `Logs-${file}`, {
        ...logGroupProps(props.logs),
        logGroupName: `/aws/rds/instance/${name}/${file}`,
      }),
  );
  const instance = new rds.DatabaseInstance(scope, 'Resource', {
    instanceIdentifier: name,
    engine,
    instanceType: instanceType(database.instanceClass),
    vpc: props.vpc,
    vpcSubnets: { subnets: props.subnets },
    securityGroups: [props.securityGroup],
    publiclyAccessible: false,
    databaseName,
    credentials: rds.Credentials.fromSecret(props.secret),
    iamAuthentication: true,
    parameterGroup: new rds.ParameterGroup(scope, 'Parameters', {
      engine,
      ...databaseParameters(props.audited),
    }),
    allocatedStorage: database.storageGiB,
    storageType: rds.StorageType.GP3,
    storageEncrypted: true,
    ...(key && { storageEncryptionKey: key }),
    multiAz: database.highAvailability,
    backupRetention: Duration.days(database.backupDays),
    copyTagsToSnapshot: true,
    autoMinorVersionUpgrade: true,
    deletionProtection: props.deletionProtection,
    deleteAutomatedBackups: !props.deletionProtection,
    removalPolicy: props.removalPolicy,
    cloudwatchLogsExports: exported,
    monitoringInterval: Duration.minutes(1),
  });
  instance.node.addDependency(...logGroups);
  // the major version alone takes the newest minor one, which cfn-lint does not know to exist
  const resource = instance.node.defaultChild as rds.CfnDBInstance;
  resource.addMetadata('cfn-lint', { config: { ignore_checks: ['W3691'] } });
  acknowledge(instance, props);
  return { instance, logGroups };
}

function acknowledge(instance: rds.DatabaseInstance, props: DatabaseInstanceProps): void {
  Validations.of(instance).acknowledge({
    id: 'AwsSolutions-RDS11',
    reason: 'The security group admits the machine only, over TLS; another port number would guard nothing',
  });
  Validations.of(instance.node.findChild('MonitoringRole')).acknowledge({
    id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole]',
    reason: 'The policy that RDS asks for to write the figures of the operating system to CloudWatch Logs',
  });
  acknowledgeControl(
    instance,
    'RDSInBackupPlan',
    'RDS keeps automated backups for the days of the plan and restores to any second of them',
  );
  if (!props.database.highAvailability) {
    const reason = '`database.highAvailability` is off in the plan; backups are on';
    Validations.of(instance).acknowledge({ id: 'AwsSolutions-RDS3', reason });
    acknowledgeControl(instance, 'RDSMultiAZSupport', reason);
  }
  if (!props.deletionProtection) {
    Validations.of(instance).acknowledge({ id: 'AwsSolutions-RDS10', reason: notGuarded });
    acknowledgeControl(instance, 'RDSInstanceDeletionProtectionEnabled', notGuarded);
  }
}

/** RDS writes `db.t4g.medium` where EC2 writes `t4g.medium`. */
function instanceType(instanceClass: string | undefined): ec2.InstanceType {
  if (instanceClass === undefined) throw new Error('a managed database has an instance class in its plan');
  return new ec2.InstanceType(instanceClass.replace(/^db\./, ''));
}
