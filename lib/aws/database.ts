import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as rds from 'aws-cdk-lib/aws-rds';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { DatabaseDecision, IdentityDecision } from '../plan/plan';
import { databaseName, databaseUser } from '../runtime/layout';
import { admitClients } from './database-clients';
import { DatabaseCluster } from './database-cluster';
import { grantKeyUse } from './encryption';
import type { LogOptions } from './log-retention';

export interface DatabaseProps {
  readonly identity: Pick<IdentityDecision, 'name'>;
  /** Must say `managed`, with an instance class or `serverless`. */
  readonly database: DatabaseDecision;
  readonly vpc: ec2.IVpc;
  /** At least two zones. */
  readonly subnets: ec2.ISubnet[];
  /** Whether the database is guarded against deletion and outlives the stack. */
  readonly deletionProtection: boolean;
  /** @default - a key that AWS manages */
  readonly key?: kms.IKey | undefined;
  /** Of the log of a serverless one. */
  readonly logs: LogOptions;
}

/**
 * Managed Postgres of the gateway: private, TLS only, encrypted, backed up. One instance, or a serverless cluster where the
 * plan says so.
 *
 * The password is generated and kept by Secrets Manager and not managed by RDS, which replaces a managed one every
 * seven days: the gateway reads it at boot and would lose new connections.
 *
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
 */
export class Database extends Construct implements ec2.IConnectable {
  /** Absent with `cluster`. */
  readonly instance: rds.DatabaseInstance | undefined;
  /** With `serverless` in the plan. */
  readonly cluster: rds.DatabaseCluster | undefined;
  /** Where the gateway writes. */
  readonly host: string;
  /** JSON with `username` and `password`, among others. */
  readonly secret: secretsmanager.Secret;
  readonly connections: ec2.Connections;
  private readonly key: kms.IKey | undefined;

  constructor(scope: Construct, id: string, props: DatabaseProps) {
    super(scope, id);
    const { database, vpc, key } = props;
    this.key = key;
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'Postgres of the LLM gateway',
      allowAllOutbound: false,
    });
    // a protected database cannot be deleted, so a first deployment that fails must not try to
    const removalPolicy = props.deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    this.secret = new secretsmanager.Secret(this, 'Password', {
      description: 'Password of the Postgres of the LLM gateway',
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username: databaseUser }),
        generateStringKey: 'password',
        passwordLength: 48,
        excludePunctuation: true,
      },
      removalPolicy,
      ...(key && { encryptionKey: key }),
    });
    Validations.of(this.secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'The gateway reads the password at boot, so rotation by a timer would cut it off its database',
    });
    const parts: Parts = { securityGroup, removalPolicy };
    if (database.serverless === undefined) {
      this.instance = this.single(props, parts);
      this.connections = this.instance.connections;
      this.host = this.instance.dbInstanceEndpointAddress;
    } else {
      const { name } = props.identity;
      const options = { ...props, ...parts, name, secret: this.secret, key };
      this.cluster = new DatabaseCluster(this, 'Serverless', options).cluster;
      this.connections = this.cluster.connections;
      this.host = this.cluster.clusterEndpoint.hostname;
    }
    admitClients(this, database);
  }

  /** What alarms watch. */
  get metricSource(): rds.IDatabaseInstance | rds.IDatabaseCluster | undefined {
    return this.cluster ?? this.instance;
  }

  /** Lets somebody read the password; the network is opened with `connections.allowDefaultPortFrom`. */
  grantConnect(grantee: iam.IGrantable): void {
    iam.Grant.addToPrincipal({
      grantee,
      actions: ['secretsmanager:GetSecretValue'],
      resourceArns: [this.secret.secretArn],
    });
    if (this.key) grantKeyUse(this.key, grantee);
  }

  private single(props: DatabaseProps, { securityGroup, removalPolicy }: Parts): rds.DatabaseInstance {
    const { database, key } = props;
    const engine = rds.DatabaseInstanceEngine.postgres({
      version: rds.PostgresEngineVersion.of(`${database.majorVersion}`, `${database.majorVersion}`),
    });
    const instance = new rds.DatabaseInstance(this, 'Resource', {
      engine,
      instanceType: instanceType(database.instanceClass),
      vpc: props.vpc,
      vpcSubnets: { subnets: props.subnets },
      securityGroups: [securityGroup],
      publiclyAccessible: false,
      databaseName,
      credentials: rds.Credentials.fromSecret(this.secret),
      iamAuthentication: true,
      parameterGroup: new rds.ParameterGroup(this, 'Parameters', {
        engine,
        description: 'TLS only',
        parameters: { 'rds.force_ssl': '1' },
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
      removalPolicy,
    });
    // the major version alone takes the newest minor one, which cfn-lint does not know to exist
    const resource = instance.node.defaultChild as rds.CfnDBInstance;
    resource.addMetadata('cfn-lint', { config: { ignore_checks: ['W3691'] } });
    acknowledge(instance, props);
    return instance;
  }
}

interface Parts {
  securityGroup: ec2.SecurityGroup;
  removalPolicy: RemovalPolicy;
}

function acknowledge(instance: rds.DatabaseInstance, props: DatabaseProps): void {
  Validations.of(instance).acknowledge({
    id: 'AwsSolutions-RDS11',
    reason: 'The security group admits the machine only, over TLS; another port number would guard nothing',
  });
  if (!props.database.highAvailability) {
    Validations.of(instance).acknowledge({
      id: 'AwsSolutions-RDS3',
      reason: '`database.highAvailability` is off in the plan; backups are on',
    });
  }
  if (!props.deletionProtection) {
    Validations.of(instance).acknowledge({
      id: 'AwsSolutions-RDS10',
      reason:
        '`reliability.deletionProtection` is off in the plan, so that a deleted stack leaves nothing to pay for',
    });
  }
}

/** RDS writes `db.t4g.medium` where EC2 writes `t4g.medium`. */
function instanceType(instanceClass: string | undefined): ec2.InstanceType {
  if (instanceClass === undefined) throw new Error('a managed database has an instance class in its plan');
  return new ec2.InstanceType(instanceClass.replace(/^db\./, ''));
}
