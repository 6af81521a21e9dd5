import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Tags } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { GatewayGroupDecision, IdentityDecision, RolloutDecision } from '../plan/plan';
import { LoadScaling } from './load-scaling';
import { groupName, machineFacts } from './machine-facts';
import { machineFirewall } from './machine-firewall';
import { MachineRole } from './machine-role';
import { machineTemplate } from './machine-template';
import type { AbortAlarms } from './rollout';
import { bootHook, type GroupFacts, scalingGroup } from './scaling-group';
import { tagDeployment } from './tags';

export interface GatewayGroupProps {
  readonly identity: Pick<IdentityDecision, 'name' | 'tags'>;
  readonly gatewayGroup: GatewayGroupDecision;
  readonly rollout: RolloutDecision;
  /** Alarms that end a change of the machines. @default - none */
  readonly abortAlarms?: AbortAlarms;
  readonly vpc: ec2.IVpc;
  /** The machines are spread over them. */
  readonly subnets: ec2.ISubnet[];
  /** First boot script, at most 16 KiB; the machine completes the hook `boot` and signals the group when it answers. */
  readonly userData: (facts: GroupFacts) => string;
  /**
   * Whether containers call AWS with the identity of the machine: the gateway does for models of the cloud.
   *
   * @default false - only the machine itself can have its credentials
   */
  readonly identityInContainers?: boolean;
  /**
   * Whether names may be asked for elsewhere than at Amazon's resolver.
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

/** Machines without GPU that run the gateway, alike, scaled on their own CPU; a change of theirs touches no GPU. */
export class GatewayGroup extends Construct implements iam.IGrantable, ec2.IConnectable {
  readonly machineRole: MachineRole;
  readonly securityGroup: ec2.SecurityGroup;
  readonly launchTemplate: ec2.LaunchTemplate;
  readonly group: autoscaling.AutoScalingGroup;
  readonly connections: ec2.Connections;
  readonly grantPrincipal: iam.IPrincipal;
  readonly scaling: LoadScaling;

  constructor(scope: Construct, id: string, props: GatewayGroupProps) {
    super(scope, id);
    const { gatewayGroup, identity, rollout, abortAlarms = [] } = props;
    // written out because the machines must know it; nothing but a new name ever replaces a group
    const name = groupName(this);
    this.machineRole = new MachineRole(this, 'Role', { groupName: name });
    this.grantPrincipal = this.machineRole.grantPrincipal;
    this.securityGroup = machineFirewall(this, { ...props, description: 'LLM gateway' });
    this.connections = this.securityGroup.connections;
    this.launchTemplate = machineTemplate(this, {
      ...gatewayGroup,
      ...props,
      machineRole: this.machineRole,
      securityGroup: this.securityGroup,
      userData: props.userData({ ...machineFacts(this, name, () => this.group), bootHook }),
    });
    this.group = scalingGroup(this, {
      ...props,
      ...gatewayGroup,
      groupName: name,
      abortAlarms,
      launch: { launchTemplate: this.launchTemplate },
      minCapacity: gatewayGroup.min,
      maxCapacity: gatewayGroup.max,
      signals: gatewayGroup.min,
      machines: gatewayGroup.max,
      // `maxSurge: 0` is for want of a GPU, which these do not have
      rollout: { ...rollout, maxSurge: Math.max(1, rollout.maxSurge) },
      capacityRebalance: false,
    });
    // the first machines must find their permissions and their way out
    this.group.node.addDependency(
      this.machineRole.policy,
      ...props.subnets.map((subnet) => subnet.internetConnectivityEstablished),
    );
    const { target, scaleInAfterSeconds } = gatewayGroup.scaling;
    this.scaling = new LoadScaling(this, 'Scaling', {
      group: this.group,
      // detailed monitoring sends it once a minute for each machine
      metric: new Metric({
        namespace: 'AWS/EC2',
        metricName: 'CPUUtilization',
        dimensionsMap: { AutoScalingGroupName: this.group.autoScalingGroupName },
      }),
      target,
      scaleInAfterSeconds,
      unitsPerMachine: 1,
    });
    tagDeployment(this, identity);
    Tags.of(this.launchTemplate).add('Name', `${identity.name} gateway`);
  }
}
