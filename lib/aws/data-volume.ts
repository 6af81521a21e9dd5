import * as dlm from 'aws-cdk-lib/aws-dlm';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { CfnDeletionPolicy, Fn, Size, Stack, Tags, Token, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { UserError } from '../errors';
import type { DisksDecision, IdentityDecision } from '../plan/plan';
import { acknowledgeControl } from './controls';
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
  /**
   * Snapshot of such a volume, `snap-...`, that the volume begins with.
   *
   * Adding, changing or removing it replaces the volume, so it stays as long as the volume does (docs/aws.md).
   *
   * @default - an empty volume
   */
  readonly snapshotId?: string | undefined;
}

/** The disk that survives the machine: Postgres, Valkey, weights and compile cache, with snapshots. */
export class DataVolume extends Construct {
  readonly volume: ec2.Volume;
  readonly snapshots: dlm.CfnLifecyclePolicy;
  private readonly deployment: string;
  /** Of this stack and no later one of the same name: a volume that was kept would be taken for this one. */
  private readonly snapshotTagValue: string;

  constructor(scope: Construct, id: string, props: DataVolumeProps) {
    super(scope, id);
    refuseOtherId(props.snapshotId);
    this.deployment = props.identity.name;
    // arn:...:stack/<name>/<guid>
    const stackGuid = Fn.select(2, Fn.split('/', Stack.of(this).stackId));
    this.snapshotTagValue = `${this.deployment}/${stackGuid}`;
    this.volume = new ec2.Volume(this, 'Resource', {
      availabilityZone: props.availabilityZone,
      size: Size.gibibytes(props.disks.dataGiB),
      volumeType: ec2.EbsDeviceVolumeType.GP3,
      iops: props.disks.dataIops,
      throughput: props.disks.dataThroughputMiBps,
      encrypted: true,
      ...(props.key && { encryptionKey: props.key }),
      ...(props.snapshotId !== undefined && { snapshotId: props.snapshotId }),
      removalPolicy: removalPolicy(props.deletionProtection),
    });
    if (!props.deletionProtection) this.snapshotBeforeReplacement();
    Validations.of(this.volume).acknowledge({
      id: 'CloudFormation-Validate::W3010',
      reason: 'The volume is in the zone of the subnet that the machine lives in',
    });
    acknowledgeControl(
      this.volume,
      'EC2EBSInBackupPlan',
      'Data Lifecycle Manager takes snapshots at the interval of the plan and keeps as many as it says',
    );
    Tags.of(this.volume).add(snapshotTag, this.snapshotTagValue);
    this.snapshots = this.lifecycle(props.disks);
  }

  /** Another zone or snapshot makes a new volume, and nobody who asks for that asks for the data to go. */
  private snapshotBeforeReplacement(): void {
    const volume = this.volume.node.defaultChild as ec2.CfnVolume;
    volume.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.SNAPSHOT;
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
        targetTags: [{ key: snapshotTag, value: this.snapshotTagValue }],
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
      conditions: { StringEquals: { [`aws:ResourceTag/${snapshotTag}`]: this.snapshotTagValue } },
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

function refuseOtherId(snapshotId: string | undefined): void {
  if (snapshotId === undefined || Token.isUnresolved(snapshotId) || /^snap-[0-9a-f]{8,17}$/.test(snapshotId))
    return;
  throw new UserError(
    `the snapshot of the data volume is \`${snapshotId}\`: write the id of one, such as \`snap-0123456789abcdef0\``,
  );
}

/** Its own tag: root disks carry the deployment tag too, and are not worth a snapshot. */
const snapshotTag = 'llm-data-volume';

const describes = 'ec2:Describe* has no resource-level permissions (EC2 service authorization reference)';
