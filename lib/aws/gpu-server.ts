import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Duration, Tags } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { DisksDecision, IdentityDecision, MachineDecision, TimeoutsDecision } from '../plan/plan';
import { DataVolume } from './data-volume';
import { drainHook, groupName, type MachineFacts, machineFacts } from './machine-facts';
import { machineFirewall } from './machine-firewall';
import { MachineRole } from './machine-role';
import { machineTemplate } from './machine-template';
import { tagDeployment } from './tags';

/** Deploy-time names that only the server itself knows. */
export interface ServerFacts extends MachineFacts {
  readonly volumeId: string;
}

export interface GpuServerProps {
  readonly identity: Pick<IdentityDecision, 'name' | 'tags'>;
  readonly machine: MachineDecision;
  readonly disks: DisksDecision;
  readonly timeouts: TimeoutsDecision;
  readonly vpc: ec2.IVpc;
  /** One subnet, and so one zone: the data volume lives there too. */
  readonly subnet: ec2.ISubnet;
  /** First boot script, at most 16 KiB; it must signal the group when the API answers. */
  readonly userData: (facts: ServerFacts) => string;
  /** Whether a balancer's health check decides, beside the machine's own. */
  readonly balanced: boolean;
  /** Whether the data volume outlives a deleted stack. */
  readonly deletionProtection: boolean;
  /**
   * Snapshot that the data volume begins with; see `DataVolumeProps.snapshotId`.
   *
   * @default - an empty volume
   */
  readonly dataSnapshotId?: string | undefined;
  /**
   * Whether containers call AWS with the identity of the machine: the gateway does for models of the cloud.
   *
   * @default false - only the machine itself can have its credentials
   */
  readonly identityInContainers?: boolean;
  /**
   * Whether names may be asked for elsewhere than at Amazon's resolver, which no rule keeps out.
   *
   * @default false
   */
  readonly ownNameServers?: boolean;
  /**
   * Ports of image registries that do not listen on 443.
   *
   * @default - none
   */
  readonly registryPorts?: readonly number[];
  /**
   * Told of each start and end of a machine.
   *
   * @default - nobody
   */
  readonly topic?: sns.ITopic | undefined;
  /** @default - a key that AWS manages */
  readonly key?: kms.IKey | undefined;
}

/**
 * A group of exactly one GPU machine that heals itself, and the data volume that outlives the machine.
 *
 * An update ends the old machine before it starts the new one: there is one volume, and mostly no second GPU.
 */
export class GpuServer extends Construct implements iam.IGrantable, ec2.IConnectable {
  readonly machineRole: MachineRole;
  readonly data: DataVolume;
  readonly securityGroup: ec2.SecurityGroup;
  readonly launchTemplate: ec2.LaunchTemplate;
  readonly group: autoscaling.AutoScalingGroup;
  readonly connections: ec2.Connections;
  readonly grantPrincipal: iam.IPrincipal;
  private readonly groupName: string;

  constructor(scope: Construct, id: string, props: GpuServerProps) {
    super(scope, id);
    // written out because the machine must know it; nothing but a new name ever replaces a group
    this.groupName = groupName(this);
    this.machineRole = new MachineRole(this, 'Role', { groupName: this.groupName });
    this.grantPrincipal = this.machineRole.grantPrincipal;
    this.data = new DataVolume(this, 'Data', {
      ...props,
      availabilityZone: props.subnet.availabilityZone,
      snapshotId: props.dataSnapshotId,
    });
    this.data.grantAttach(this.machineRole.policy);
    this.securityGroup = machineFirewall(this, { ...props, description: 'LLM serving machine' });
    this.connections = this.securityGroup.connections;
    this.launchTemplate = this.template(props);
    this.group = this.groupOfOne(props);
    // the first machine must find its permissions and its way out
    this.group.node.addDependency(this.machineRole.policy, props.subnet.internetConnectivityEstablished);
    tagDeployment(this, props.identity);
    Tags.of(this.launchTemplate).add('Name', props.identity.name);
    Tags.of(this.data.volume).add('Name', `${props.identity.name} data`);
  }

  private template(props: GpuServerProps): ec2.LaunchTemplate {
    const { machine, disks } = props;
    return machineTemplate(this, {
      ...machine,
      ...disks,
      ...props,
      machineRole: this.machineRole,
      securityGroup: this.securityGroup,
      userData: props.userData({
        ...machineFacts(this, this.groupName, () => this.group),
        volumeId: this.data.volume.volumeId,
      }),
      spot: machine.purchase === 'spot',
    });
  }

  private groupOfOne(props: GpuServerProps): autoscaling.AutoScalingGroup {
    const { timeouts } = props;
    const grace = Duration.seconds(timeouts.bootGraceSeconds);
    const group = new autoscaling.AutoScalingGroup(this, 'Group', {
      autoScalingGroupName: this.groupName,
      vpc: props.vpc,
      vpcSubnets: { subnets: [props.subnet] },
      launchTemplate: this.launchTemplate,
      minCapacity: props.machine.count,
      maxCapacity: props.machine.count,
      // repairs too end the old machine first
      minHealthyPercentage: 0,
      maxHealthyPercentage: 100,
      healthChecks: props.balanced
        ? autoscaling.HealthChecks.withAdditionalChecks({
            additionalTypes: [autoscaling.AdditionalHealthCheckType.ELB],
            gracePeriod: grace,
          })
        : autoscaling.HealthChecks.ec2({ gracePeriod: grace }),
      signals: autoscaling.Signals.waitForAll({ timeout: grace }),
      updatePolicy: autoscaling.UpdatePolicy.rollingUpdate({
        minInstancesInService: 0,
        maxBatchSize: 1,
        waitOnResourceSignals: true,
        pauseTime: Duration.seconds(Math.min(timeouts.bootGraceSeconds, longestPauseSeconds)),
      }),
      ...(props.topic && {
        notifications: [{ topic: props.topic, scalingEvents: autoscaling.ScalingEvents.ALL }],
      }),
    });
    group.addLifecycleHook('Drain', {
      lifecycleHookName: drainHook,
      lifecycleTransition: autoscaling.LifecycleTransition.INSTANCE_TERMINATING,
      heartbeatTimeout: Duration.seconds(timeouts.drainSeconds),
      defaultResult: autoscaling.DefaultResult.CONTINUE,
    });
    return group;
  }
}

/** CloudFormation accepts no PauseTime above PT1H (AWS::AutoScaling::AutoScalingGroup UpdatePolicy, 2026-11). */
const longestPauseSeconds = 3600;
