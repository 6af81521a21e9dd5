import * as dlm from 'aws-cdk-lib/aws-dlm';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { Size, Stack, Tags, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { DisksDecision, IdentityDecision } from '../plan/plan';
import { grantPattern } from './grants';
import { removalPolicy } from './removal-policy';
import { deploymentTag } from './tags';

export interface DataVolumeProps {
  readonly identity: Pick<IdentityDecision, 'name'>;
  readonly disks: DisksDecision;
  readonly availabilityZone: string;
  /** Whether the volume outlives a deleted stack. */
  readonly deletionProtection: boolean;
  /** @default - a key that AWS manages */
  readonly key?: kms.IKey | undefined;
}

/** The disk that survives the machine: Postgres, Valkey, weights and compile cache, with snapshots. */
export class DataVolume extends Construct {
  readonly volume: ec2.Volume;
  readonly snapshots: dlm.CfnLifecyclePolicy;
  private readonly deployment: string;

  constructor(scope: Construct, id: string, props: DataVolumeProps) {
    super(scope, id);
    this.deployment = props.identity.name;
    this.volume = new ec2.Volume(this, 'Resource', {
      availabilityZone: props.availabilityZone,
      size: Size.gibibytes(props.disks.dataGiB),
      volumeType: ec2.EbsDeviceVolumeType.GP3,
      iops: props.disks.dataIops,
      throughput: props.disks.dataThroughputMiBps,
      encrypted: true,
      ...(props.key && { encryptionKey: props.key }),
      removalPolicy: removalPolicy(props.deletionProtection),
    });
    Validations.of(this.volume).acknowledge({
      id: 'CloudFormation-Validate::W3010',
      reason: 'The volume is in the zone of the subnet that the machine lives in',
    });
    Tags.of(this.volume).add(snapshotTag, this.deployment);
    this.snapshots = this.lifecycle(props.disks);
  }

  /** Lets a machine of this deployment find the volume, take it once it is free, and give it back. */
  grantAttach(grantee: iam.IGrantable): void {
    const stack = Stack.of(this);
    const actions = ['ec2:AttachVolume', 'ec2:DetachVolume'];
    iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [this.volumeArn] });
    grantPattern(grantee, {
      actions,
      resource: stack.formatArn({ service: 'ec2', resource: 'instance', resourceName: '*' }),
      conditions: { StringEquals: { [`aws:ResourceTag/${deploymentTag}`]: this.deployment } },
      reason: 'The next machine has an id that nobody knows yet; limited by the tag of this deployment',
    });
    grantPattern(grantee, { actions: ['ec2:DescribeVolumes'], resource: '*', reason: describes });
    if (!this.volume.encryptionKey) return;
    // EC2 grants itself the use of the key while the volume is attached
    iam.Grant.addToPrincipal({
      grantee,
      actions: ['kms:CreateGrant'],
      resourceArns: [this.volume.encryptionKey.keyArn],
      conditions: {
        Bool: { 'kms:GrantIsForAWSResource': 'true' },
        StringEquals: { 'kms:ViaService': `ec2.${stack.region}.amazonaws.com` },
      },
    });
  }

  private get volumeArn(): string {
    return Stack.of(this).formatArn({
      service: 'ec2',
      resource: 'volume',
      resourceName: this.volume.volumeId,
    });
  }

  private lifecycle(disks: DisksDecision): dlm.CfnLifecyclePolicy {
    return new dlm.CfnLifecyclePolicy(this, 'Snapshots', {
      description: 'Snapshots of the data volume',
      state: 'ENABLED',
      executionRoleArn: this.snapshotRole().roleArn,
      policyDetails: {
        resourceTypes: ['VOLUME'],
        targetTags: [{ key: snapshotTag, value: this.deployment }],
        schedules: [
          {
            name: `every ${disks.snapshotEveryHours} hours`,
            createRule: { interval: disks.snapshotEveryHours, intervalUnit: 'HOURS', times: ['03:00'] },
            retainRule: { count: disks.snapshotsKept },
            copyTags: true,
          },
        ],
      },
    });
  }

  /** What AWSDataLifecycleManagerServiceRole allows, cut to the volumes and snapshots of this deployment. */
  private snapshotRole(): iam.Role {
    const stack = Stack.of(this);
    const role = new iam.Role(this, 'SnapshotRole', {
      assumedBy: new iam.ServicePrincipal('dlm.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
      }),
      description: 'Takes and expires snapshots of the data volume',
    });
    const policy = new iam.ManagedPolicy(this, 'SnapshotPolicy', { roles: [role] });
    iam.Grant.addToPrincipal({
      grantee: policy,
      actions: ['ec2:CreateSnapshot'],
      resourceArns: [this.volumeArn],
    });
    const resource = stack.formatArn({
      service: 'ec2',
      account: '',
      resource: 'snapshot',
      resourceName: '*',
    });
    const reason = 'A snapshot has no id before it is taken';
    grantPattern(policy, { actions: ['ec2:CreateSnapshot', 'ec2:CreateTags'], resource, reason });
    grantPattern(policy, {
      actions: ['ec2:DeleteSnapshot'],
      resource,
      conditions: { StringEquals: { [`aws:ResourceTag/${snapshotTag}`]: this.deployment } },
      reason: `${reason}; deletion is limited by the tag of this deployment`,
    });
    grantPattern(policy, {
      actions: ['ec2:DescribeInstances', 'ec2:DescribeSnapshots', 'ec2:DescribeVolumes'],
      resource: '*',
      reason: describes,
    });
    return role;
  }
}

/** Its own tag: root disks carry the deployment tag too, and are not worth a snapshot. */
const snapshotTag = 'llm-data-volume';

const describes = 'ec2:Describe* has no resource-level permissions (EC2 service authorization reference)';
