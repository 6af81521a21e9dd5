import * as docdb from 'aws-cdk-lib/aws-docdb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { type CfnResource, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { DatabaseDecision, DocumentsDecision, IdentityDecision } from '../plan/plan';
import { acknowledgeControl } from './controls';
import { admitClients } from './database-clients';
import { grantKeyUse } from './encryption';
import { type LogOptions, logGroupProps } from './log-retention';
import { nameOfThisStack } from './stack-name';

export interface DocumentsProps {
  readonly identity: Pick<IdentityDecision, 'name'>;
  readonly documents: DocumentsDecision;
  /** Whose clients may connect here too. */
  readonly database: Pick<DatabaseDecision, 'clientCidrs'>;
  readonly vpc: ec2.IVpc;
  /** At least two zones. */
  readonly subnets: ec2.ISubnet[];
  /** Whether the store is guarded against deletion and outlives the stack. */
  readonly deletionProtection: boolean;
  /** @default - a key that AWS manages */
  readonly key?: kms.IKey | undefined;
  /** Of the audit log. */
  readonly logs: LogOptions;
}

/**
 * MongoDB-compatible store for applications of the user: private, TLS only, encrypted, backed up. Drivers need
 * `tls=true`, the certificates of Amazon RDS and `retryWrites=false`.
 *
 * It has a name of its own for the sake of its log group, as `DatabaseCluster` has.
 */
export class Documents extends Construct implements ec2.IConnectable {
  readonly cluster: docdb.DatabaseCluster;
  /** JSON with `username`, `password`, `host` and `port`, among others. */
  readonly secret: secretsmanager.ISecret;
  readonly connections: ec2.Connections;
  readonly logGroup: logs.LogGroup;
  private readonly key: kms.IKey | undefined;

  constructor(scope: Construct, id: string, props: DocumentsProps) {
    super(scope, id);
    const { documents, vpc, key } = props;
    this.key = key;
    const name = nameOfThisStack(this, `${props.identity.name}-documents`);
    const removalPolicy = props.deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    const password = new secretsmanager.Secret(this, 'Password', {
      description: 'Login of the document store beside the LLM gateway',
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username: 'documents' }),
        generateStringKey: 'password',
        passwordLength: 48,
        excludePunctuation: true,
      },
      removalPolicy,
      ...(key && { encryptionKey: key }),
    });
    this.logGroup = new logs.LogGroup(this, 'LogGroup', {
      ...logGroupProps(props.logs),
      logGroupName: `/aws/docdb/${name}/audit`,
    });
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'Document store beside the LLM gateway',
      allowAllOutbound: false,
    });
    // a number and not the attribute of the cluster: rules of policy packs read it
    this.connections = new ec2.Connections({
      securityGroups: [securityGroup],
      defaultPort: ec2.Port.tcp(port),
    });
    this.cluster = new docdb.DatabaseCluster(this, 'Resource', {
      engineVersion: `${documents.majorVersion}.0.0`,
      dbClusterName: name,
      masterUser: { username: 'documents', password: password.secretValueFromJson('password') },
      instanceType: new ec2.InstanceType(documents.instanceClass.replace(/^db\./, '')),
      instances: documents.instances,
      vpc,
      vpcSubnets: { subnets: props.subnets },
      securityGroup,
      port,
      parameterGroup: new docdb.ClusterParameterGroup(this, 'Parameters', {
        family: `docdb${documents.majorVersion}.0`,
        description: 'TLS only; sign-ins and changes of collections are logged',
        parameters: { tls: 'enabled', audit_logs: 'ddl' },
      }),
      storageEncrypted: true,
      ...(key && { kmsKey: key }),
      backup: { retention: Duration.days(documents.backupDays) },
      copyTagsToSnapshot: true,
      exportAuditLogsToCloudWatch: true,
      deletionProtection: props.deletionProtection,
      removalPolicy,
    });
    // stays with the cluster that needs it
    (this.cluster.node.findChild('Subnets') as CfnResource).applyRemovalPolicy(removalPolicy);
    this.cluster.node.addDependency(this.logGroup);
    this.secret = password.attach(this.cluster);
    admitClients(this, props.database);
    this.acknowledge(password);
  }

  get host(): string {
    return this.cluster.clusterEndpoint.hostname;
  }

  /** Lets somebody read the login; the network is opened with `connections.allowDefaultPortFrom`. */
  grantConnect(grantee: iam.IGrantable): void {
    iam.Grant.addToPrincipal({
      grantee,
      actions: ['secretsmanager:GetSecretValue'],
      resourceArns: [this.secret.secretArn],
    });
    if (this.key) grantKeyUse(this.key, grantee);
  }

  private acknowledge(password: secretsmanager.Secret): void {
    const held =
      'Applications of the user hold this password, and a timer does not know when they read it again';
    Validations.of(password).acknowledge({ id: 'AwsSolutions-SMG4', reason: held });
    acknowledgeControl(password, 'SecretsManagerRotationEnabled', held);
    for (const log of ['authenticate', 'createIndex', 'dropCollection']) {
      Validations.of(this.cluster).acknowledge({
        id: `AwsSolutions-DOC5[LogExport::${log}]`,
        reason: 'DocumentDB exports `audit` and `profiler`; these are events inside of its audit log',
      });
    }
    Validations.of(this.cluster).acknowledge(
      {
        id: 'AwsSolutions-DOC2',
        reason:
          'The security group admits whom the plan names, over TLS; another port number would guard nothing',
      },
      {
        id: 'AwsSolutions-DOC3',
        reason: 'The rule cannot read the reference to the secret, in which the password is made and kept',
      },
    );
  }
}

const port = 27017;
