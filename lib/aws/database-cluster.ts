import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as rds from 'aws-cdk-lib/aws-rds';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Duration, type RemovalPolicy, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { DatabaseDecision } from '../plan/plan';
import { databaseName } from '../runtime/layout';
import { acknowledgeControl, notGuarded } from './controls';
import { databaseParameters } from './database-parameters';
import { type LogOptions, logGroupProps } from './log-retention';
import { nameOfThisStack } from './stack-name';

export interface DatabaseClusterProps {
  readonly name: string;
  readonly database: DatabaseDecision;
  readonly vpc: ec2.IVpc;
  readonly subnets: ec2.ISubnet[];
  readonly securityGroup: ec2.ISecurityGroup;
  readonly secret: secretsmanager.ISecret;
  readonly deletionProtection: boolean;
  readonly removalPolicy: RemovalPolicy;
  readonly key: kms.IKey | undefined;
  readonly logs: LogOptions;
  /** Whether sign-ins and changes of tables are logged. */
  readonly audited: boolean;
}

/**
 * The newest that aws-cdk-lib 2.276 lists for a major version, so that cfn-lint knows it too.
 *
 * AWS raises it in the maintenance window. A template that still names the older one changes nothing by that:
 * CloudFormation sends the version only when the template changes it.
 */
const engineVersions: Record<DatabaseDecision['majorVersion'], string> = { 17: '17.9' };

/**
 * Aurora of one writer and, where the plan has more instances, readers that take its place.
 *
 * The cluster has a name of its own, because Aurora makes its log group as `/aws/rds/cluster/<name>/postgresql`, kept for
 * ever and with a key of AWS, when nobody has made it before. A change that would replace the cluster is
 * refused by CloudFormation for that name: the data would be left behind.
 */
export class DatabaseCluster extends Construct {
  readonly cluster: rds.DatabaseCluster;
  readonly logGroup: logs.LogGroup;

  constructor(scope: Construct, id: string, props: DatabaseClusterProps) {
    super(scope, id);
    const { database, key } = props;
    const { serverless } = database;
    if (serverless === undefined) throw new Error('a cluster has `serverless` in its plan');
    const name = nameOfThisStack(this, props.name);
    const version = engineVersions[database.majorVersion];
    const engine = rds.DatabaseClusterEngine.auroraPostgres({
      version: rds.AuroraPostgresEngineVersion.of(version, `${database.majorVersion}`),
    });
    this.logGroup = new logs.LogGroup(this, 'LogGroup', {
      ...logGroupProps(props.logs),
      logGroupName: `/aws/rds/cluster/${name}/postgresql`,
    });
    const instance = {
      publiclyAccessible: false,
      autoMinorVersionUpgrade: true,
      // seven days of history, which cost nothing
      enablePerformanceInsights: true,
      performanceInsightRetention: rds.PerformanceInsightRetention.DEFAULT,
      ...(key && { performanceInsightEncryptionKey: key }),
    };
    this.cluster = new rds.DatabaseCluster(this, 'Cluster', {
      engine,
      clusterIdentifier: name,
      writer: rds.ClusterInstance.serverlessV2('Writer', instance),
      readers: Array.from({ length: serverless.instances - 1 }, (_, index) =>
        // a reader that takes over must be as large as the writer was
        rds.ClusterInstance.serverlessV2(`Reader${index + 1}`, { ...instance, scaleWithWriter: true }),
      ),
      serverlessV2MinCapacity: serverless.minUnits,
      serverlessV2MaxCapacity: serverless.maxUnits,
      vpc: props.vpc,
      vpcSubnets: { subnets: props.subnets },
      securityGroups: [props.securityGroup],
      defaultDatabaseName: databaseName,
      credentials: rds.Credentials.fromSecret(props.secret),
      iamAuthentication: true,
      parameterGroup: new rds.ParameterGroup(this, 'Parameters', {
        engine,
        ...databaseParameters(props.audited),
      }),
      storageType: rds.DBClusterStorageType.AURORA,
      storageEncrypted: true,
      ...(key && { storageEncryptionKey: key }),
      backup: { retention: Duration.days(database.backupDays) },
      copyTagsToSnapshot: true,
      deleteAutomatedBackups: !props.deletionProtection,
      deletionProtection: props.deletionProtection,
      removalPolicy: props.removalPolicy,
      cloudwatchLogsExports: ['postgresql'],
      monitoringInterval: Duration.minutes(1),
    });
    this.cluster.node.addDependency(this.logGroup);
    this.acknowledge(props);
  }

  private acknowledge({ deletionProtection }: DatabaseClusterProps): void {
    Validations.of(this.cluster).acknowledge({
      id: 'AwsSolutions-RDS11',
      reason:
        'The security group admits the machines only, over TLS; another port number would guard nothing',
    });
    const { monitoringRole } = this.cluster;
    if (monitoringRole === undefined) throw new Error('a cluster that is monitored has a role for it');
    Validations.of(monitoringRole).acknowledge({
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole]',
      reason: 'The policy that RDS asks for to write the figures of the operating system to CloudWatch Logs',
    });
    for (const instance of this.cluster.node.children) {
      if (!/^(Writer|Reader\d+)$/.test(instance.node.id)) continue;
      acknowledgeControl(
        instance,
        'RDSInBackupPlan',
        'The cluster keeps automated backups for the days of the plan and restores to any second of them',
      );
    }
    if (deletionProtection) return;
    Validations.of(this.cluster).acknowledge({ id: 'AwsSolutions-RDS10', reason: notGuarded });
    acknowledgeControl(this.cluster, 'RDSInstanceDeletionProtectionEnabled', notGuarded);
  }
}
