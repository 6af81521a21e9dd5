import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elasticache from 'aws-cdk-lib/aws-elasticache';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { RemovalPolicy, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { CacheDecision } from '../plan/plan';
import { acknowledgeControl } from './controls';
import { grantKeyUse } from './encryption';

export interface CacheProps {
  /** Must say `managed`, with a node type. */
  readonly cache: CacheDecision;
  readonly vpc: ec2.IVpc;
  readonly subnets: ec2.ISubnet[];
  /** @default - a key that AWS manages */
  readonly key?: kms.IKey | undefined;
}

/** Managed Valkey: limits, cooldowns and cached answers; TLS and a password, nothing that must be backed up. */
export class Cache extends Construct implements ec2.IConnectable {
  readonly replicationGroup: elasticache.CfnReplicationGroup;
  readonly secret: secretsmanager.Secret;
  readonly connections: ec2.Connections;
  private readonly key: kms.IKey | undefined;

  constructor(scope: Construct, id: string, props: CacheProps) {
    super(scope, id);
    const { cache, key } = props;
    if (cache.nodeType === undefined) throw new Error('a managed cache has a node type in its plan');
    this.key = key;
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc: props.vpc,
      description: 'Valkey of the LLM gateway',
      allowAllOutbound: false,
    });
    this.connections = new ec2.Connections({
      securityGroups: [securityGroup],
      defaultPort: ec2.Port.tcp(port),
    });
    this.secret = new secretsmanager.Secret(this, 'Password', {
      description: 'Password of the Valkey of the LLM gateway',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: RemovalPolicy.DESTROY,
      ...(key && { encryptionKey: key }),
    });
    const subnetGroup = new elasticache.CfnSubnetGroup(this, 'Subnets', {
      description: 'Valkey of the LLM gateway',
      subnetIds: props.subnets.map((subnet) => subnet.subnetId),
    });
    const replicated = cache.nodes > 1;
    this.replicationGroup = new elasticache.CfnReplicationGroup(this, 'Resource', {
      replicationGroupDescription: 'Limits, cooldowns and cached answers of the LLM gateway',
      engine: 'valkey',
      engineVersion: '8.0',
      cacheNodeType: cache.nodeType,
      numCacheClusters: cache.nodes,
      automaticFailoverEnabled: replicated,
      multiAzEnabled: replicated,
      atRestEncryptionEnabled: true,
      transitEncryptionEnabled: true,
      transitEncryptionMode: 'required',
      // a reference that CloudFormation resolves: the value stands in no template
      authToken: this.secret.secretValue.unsafeUnwrap(),
      cacheSubnetGroupName: subnetGroup.ref,
      securityGroupIds: [securityGroup.securityGroupId],
      port,
      autoMinorVersionUpgrade: true,
      ...(key && { kmsKeyId: key.keyArn }),
    });
    this.acknowledge(replicated);
  }

  get host(): string {
    return this.replicationGroup.attrPrimaryEndPointAddress;
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

  private acknowledge(replicated: boolean): void {
    const atBoot =
      'The gateway reads the password at boot, so rotation by a timer would cut it off its cache';
    Validations.of(this.secret).acknowledge({ id: 'AwsSolutions-SMG4', reason: atBoot });
    acknowledgeControl(this.secret, 'SecretsManagerRotationEnabled', atBoot);
    acknowledgeControl(
      this.replicationGroup,
      'ElastiCacheRedisClusterAutomaticBackup',
      'Limits and counters are rebuilt within a minute, and a backup would keep cached answers beyond their time',
    );
    Validations.of(this.replicationGroup).acknowledge({
      id: 'AwsSolutions-AEC5',
      reason:
        'The security group admits the machines only, over TLS; another port number would guard nothing',
    });
    if (!replicated) {
      Validations.of(this.replicationGroup).acknowledge({
        id: 'AwsSolutions-AEC4',
        reason: 'One node in the plan: what it holds is rebuilt within a minute',
      });
    }
  }
}

const port = 6379;
