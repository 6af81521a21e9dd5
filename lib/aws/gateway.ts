import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { ModelStoreDecision } from '../plan/plan';
import { acknowledgeControl } from './controls';
import { grantKeyUse } from './encryption';
import { type LogOptions, logGroupProps } from './log-retention';
import { removalPolicy } from './removal-policy';

export interface GatewayProps {
  readonly modelStore: Pick<ModelStoreDecision, 'hubTokenSecret'>;
  readonly logs: LogOptions;
  /** Engines on machines without a gateway: they have a secret of their own. @default - none */
  readonly engineMachines?: boolean;
  /** Whether the secrets outlive a deleted stack: without them a kept data volume cannot be read. */
  readonly deletionProtection: boolean;
  /** @default - a key that AWS manages */
  readonly key?: kms.IKey | undefined;
}

/**
 * What the gateway needs beside the machine: its secrets and its log group.
 *
 * No value stands in the template: Secrets Manager makes the operator's key and the seeds, and the first boot
 * writes the application key.
 */
export class Gateway extends Construct {
  /** The operator's key. */
  readonly masterKey: secretsmanager.Secret;
  /** Empty until the first boot has made the first API key. */
  readonly applicationKey: secretsmanager.ISecret;
  /** Random seed from which passwords between the containers are derived, and what the gateway's data are read with. */
  readonly internalSeed: secretsmanager.Secret;
  /** Of the key between gateways and engines; absent where that follows from the other seed. */
  readonly engineSeed: secretsmanager.Secret | undefined;
  /** The user's own secret with the token of the model hub. */
  readonly hubToken: secretsmanager.ISecret | undefined;
  readonly logGroup: logs.LogGroup;
  private readonly key: kms.IKey | undefined;

  constructor(scope: Construct, id: string, props: GatewayProps) {
    super(scope, id);
    this.key = props.key;
    this.masterKey = this.generated('MasterKey', "The operator's key of the LLM gateway", props);
    this.internalSeed = this.generated('InternalSeed', 'Seed of the passwords between containers', props);
    this.engineSeed = props.engineMachines
      ? this.generated('EngineSeed', 'Seed of the key between gateways and engines', props)
      : undefined;
    this.applicationKey = this.empty(
      'ApplicationKey',
      'API key of the application, made by the first boot',
      props,
    );
    const { hubTokenSecret } = props.modelStore;
    this.hubToken =
      hubTokenSecret === undefined
        ? undefined
        : secretsmanager.Secret.fromSecretNameV2(this, 'HubToken', hubTokenSecret);
    this.logGroup = new logs.LogGroup(this, 'Logs', logGroupProps(props.logs));
  }

  /** Lets somebody call the API: read the application key. */
  grantInvoke(grantee: iam.IGrantable): void {
    this.grantRead(grantee, this.applicationKey, 'secretsmanager:DescribeSecret');
  }

  /** Lets a machine be the gateway: read the operator's key, make the first key of the application. */
  grantServe(grantee: iam.IGrantable): void {
    this.grantRead(grantee, this.masterKey);
    this.grantRead(grantee, this.applicationKey);
    iam.Grant.addToPrincipal({
      grantee,
      actions: ['secretsmanager:PutSecretValue'],
      resourceArns: [this.applicationKey.secretArn],
    });
  }

  /** Lets a machine take weights from the model hub: read the user's token. */
  grantHub(grantee: iam.IGrantable): void {
    if (this.hubToken) this.grantRead(grantee, this.hubToken);
  }

  /** Lets a machine derive the passwords of the gateway. */
  grantInternalSeed(grantee: iam.IGrantable): void {
    this.grantRead(grantee, this.internalSeed);
  }

  /** Lets a machine derive the key between gateways and engines, and nothing else. */
  grantEngineSeed(grantee: iam.IGrantable): void {
    if (this.engineSeed) this.grantRead(grantee, this.engineSeed);
  }

  /** What gateways and engines have in common. */
  grantLog(grantee: iam.IGrantable): void {
    iam.Grant.addToPrincipal({
      grantee,
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resourceArns: [this.logGroup.logGroupArn],
    });
  }

  private grantRead(
    grantee: iam.IGrantable,
    secret: Pick<secretsmanager.ISecret, 'secretArn' | 'secretFullArn'>,
    ...more: string[]
  ): void {
    iam.Grant.addToPrincipal({
      grantee,
      actions: ['secretsmanager:GetSecretValue', ...more],
      resourceArns: [secret.secretFullArn ?? `${secret.secretArn}-??????`],
    });
    if (this.key) grantKeyUse(this.key, grantee);
  }

  private generated(id: string, description: string, props: GatewayProps): secretsmanager.Secret {
    const secret = new secretsmanager.Secret(this, id, {
      description,
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
      removalPolicy: removalPolicy(props.deletionProtection),
      ...(props.key && { encryptionKey: props.key }),
    });
    acknowledgeNoRotation(secret);
    return secret;
  }

  /** The L2 construct always generates a value, so this is the L1. */
  private empty(id: string, description: string, props: GatewayProps): secretsmanager.ISecret {
    const secret = new secretsmanager.CfnSecret(this, id, {
      description,
      ...(props.key && { kmsKeyId: props.key.keyArn }),
    });
    secret.applyRemovalPolicy(removalPolicy(props.deletionProtection));
    acknowledgeNoRotation(secret);
    return secretsmanager.Secret.fromSecretCompleteArn(this, `${id}Import`, secret.ref);
  }
}

function acknowledgeNoRotation(secret: Construct): void {
  const reason =
    'A machine reads this once at boot, so a timer would cut off its clients: it is rotated by a new value and a new machine, and keys of clients by the gateway itself';
  Validations.of(secret).acknowledge({ id: 'AwsSolutions-SMG4', reason });
  acknowledgeControl(secret, 'SecretsManagerRotationEnabled', reason);
}
