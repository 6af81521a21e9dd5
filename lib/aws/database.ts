import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as rds from 'aws-cdk-lib/aws-rds';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { DatabaseDecision } from '../plan/plan';
import { databaseName, databaseUser } from '../runtime/layout';
import { grantKeyUse } from './encryption';

export interface DatabaseProps {
  /** Must say `managed`, with an instance class. */
  readonly database: DatabaseDecision;
  readonly vpc: ec2.IVpc;
  /** At least two zones. */
  readonly subnets: ec2.ISubnet[];
  /** Whether the database is guarded against deletion and outlives the stack. */
  readonly deletionProtection: boolean;
  /** @default - a key that AWS manages */
  readonly key?: kms.IKey | undefined;
}

/**
 * Managed Postgres of the gateway: private, TLS only, encrypted, backed up.
 *
 * The password is generated and kept by Secrets Manager and not managed by RDS, which replaces a managed one every
 * seven days: the gateway reads it at boot and would lose new connections.
 *
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
 */
export class Database extends Construct implements ec2.IConnectable {
  readonly instance: rds.DatabaseInstance;
  /** JSON with `username` and `password`, among others. */
  readonly secret: secretsmanager.Secret;
  readonly connections: ec2.Connections;
  private readonly key: kms.IKey | undefined;

  constructor(scope: Construct, id: string, props: DatabaseProps) {
    super(scope, id);
    const { database, vpc, key } = props;
    this.key = key;
    const engine = rds.DatabaseInstanceEngine.postgres({
      version: rds.PostgresEngineVersion.of(`${database.majorVersion}`, `${database.majorVersion}`),
    });
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
    this.instance = new rds.DatabaseInstance(this, 'Resource', {
      engine,
      instanceType: instanceType(database.instanceClass),
      vpc,
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
    this.connections = this.instance.connections;
    // the major version alone takes the newest minor one, which cfn-lint does not know to exist
    const resource = this.instance.node.defaultChild as rds.CfnDBInstance;
    resource.addMetadata('cfn-lint', { config: { ignore_checks: ['W3691'] } });
    this.acknowledge(props);
  }

  get host(): string {
    return this.instance.dbInstanceEndpointAddress;
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

  private acknowledge(props: DatabaseProps): void {
    Validations.of(this.instance).acknowledge({
      id: 'AwsSolutions-RDS11',
      reason: 'The security group admits the machine only, over TLS; another port number would guard nothing',
    });
    Validations.of(this.secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'The gateway reads the password at boot, so rotation by a timer would cut it off its database',
    });
    if (!props.database.highAvailability) {
      Validations.of(this.instance).acknowledge({
        id: 'AwsSolutions-RDS3',
        reason: '`database.highAvailability` is off in the plan; backups are on',
      });
    }
    if (!props.deletionProtection) {
      Validations.of(this.instance).acknowledge({
        id: 'AwsSolutions-RDS10',
        reason:
          '`reliability.deletionProtection` is off in the plan, so that a deleted stack leaves nothing to pay for',
      });
    }
  }
}

/** RDS writes `db.t4g.medium` where EC2 writes `t4g.medium`. */
function instanceType(instanceClass: string | undefined): ec2.InstanceType {
  if (instanceClass === undefined) throw new Error('a managed database has an instance class in its plan');
  return new ec2.InstanceType(instanceClass.replace(/^db\./, ''));
}
