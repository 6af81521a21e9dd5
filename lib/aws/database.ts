import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as rds from 'aws-cdk-lib/aws-rds';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { RemovalPolicy, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { ComplianceDecision, DatabaseDecision, IdentityDecision } from '../plan/plan';
import { databaseUser } from '../runtime/layout';
import { acknowledgeControl } from './controls';
import { admitClients } from './database-clients';
import { DatabaseCluster } from './database-cluster';
import { databaseInstance } from './database-instance';
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
  /** Of what the database itself logs. */
  readonly logs: LogOptions;
  /** With an audit log, sign-ins and changes of tables are logged. @default - errors alone */
  readonly compliance?: ComplianceDecision | undefined;
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
  readonly logGroups: logs.LogGroup[];
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
    const atBoot =
      'The gateway reads the password at boot, so rotation by a timer would cut it off its database';
    Validations.of(this.secret).acknowledge({ id: 'AwsSolutions-SMG4', reason: atBoot });
    acknowledgeControl(this.secret, 'SecretsManagerRotationEnabled', atBoot);
    // a number and not the attribute of the database: rules of policy packs read it
    this.connections = new ec2.Connections({
      securityGroups: [securityGroup],
      defaultPort: ec2.Port.tcp(postgresPort),
    });
    const { name } = props.identity;
    const audited = props.compliance?.auditLog !== undefined;
    const options = { ...props, securityGroup, removalPolicy, name, secret: this.secret, key, audited };
    if (database.serverless === undefined) {
      const { instance, logGroups } = databaseInstance(this, options);
      this.instance = instance;
      this.logGroups = logGroups;
      this.host = instance.dbInstanceEndpointAddress;
    } else {
      const { cluster, logGroup } = new DatabaseCluster(this, 'Serverless', options);
      this.cluster = cluster;
      this.logGroups = [logGroup];
      this.host = cluster.clusterEndpoint.hostname;
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
}

const postgresPort = 5432;
