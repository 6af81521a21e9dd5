import * as iam from 'aws-cdk-lib/aws-iam';
import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { telemetryNamespace } from '../plan/signals';
import { grantPattern } from './grants';

export interface MachineRoleProps {
  /** Name of the group that the machine belongs to. */
  readonly groupName: string;
}

/**
 * What the machine may do: be reached by Session Manager, send metrics, and report on itself.
 *
 * Everything else is granted by the part that owns it (`grantAttach`, `grantImport`, ...); all of it stands in one
 * managed policy, because grants to a role would make an inline one.
 */
export class MachineRole extends Construct implements iam.IGrantable {
  readonly role: iam.Role;
  readonly policy: iam.ManagedPolicy;
  readonly grantPrincipal: iam.IPrincipal;

  constructor(scope: Construct, id: string, props: MachineRoleProps) {
    super(scope, id);
    this.role = new iam.Role(this, 'Resource', {
      assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
      description: 'LLM serving machine',
    });
    this.policy = new iam.ManagedPolicy(this, 'Policy', { roles: [this.role] });
    this.grantPrincipal = this.policy.grantPrincipal;
    this.grantSession();
    this.grantMetrics();
    this.grantReports(props.groupName);
  }

  /** A policy of its own for what may be long, as one policy holds 6,144 characters. */
  policyFor(id: string): iam.ManagedPolicy {
    return new iam.ManagedPolicy(this, id, { roles: [this.role] });
  }

  /** The actions of AmazonSSMManagedInstanceCore that Session Manager needs; no Run Command, no parameters. */
  private grantSession(): void {
    grantPattern(this.policy, {
      actions: [
        'ssm:UpdateInstanceInformation',
        'ssmmessages:CreateControlChannel',
        'ssmmessages:CreateDataChannel',
        'ssmmessages:OpenControlChannel',
        'ssmmessages:OpenDataChannel',
      ],
      resource: '*',
      reason: withoutResources,
    });
  }

  private grantMetrics(): void {
    grantPattern(this.policy, {
      actions: ['cloudwatch:PutMetricData'],
      resource: '*',
      conditions: { StringEquals: { 'cloudwatch:namespace': telemetryNamespace } },
      reason: withoutResources,
    });
  }

  /** The machine tells CloudFormation that it serves, and its group that it is unhealthy or drained. */
  private grantReports(groupName: string): void {
    const stack = Stack.of(this);
    iam.Grant.addToPrincipal({
      grantee: this.policy,
      actions: ['cloudformation:SignalResource'],
      resourceArns: [stack.stackId],
    });
    grantPattern(this.policy, {
      actions: [
        'autoscaling:CompleteLifecycleAction',
        'autoscaling:RecordLifecycleActionHeartbeat',
        'autoscaling:SetInstanceHealth',
      ],
      resource: stack.formatArn({
        service: 'autoscaling',
        resource: 'autoScalingGroup:*',
        resourceName: `autoScalingGroupName/${groupName}`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
      reason: 'The wildcard stands for the id that AWS puts into the ARN of a group; the name is exact',
    });
  }
}

const withoutResources =
  'Session Manager channels, PutMetricData (limited to one namespace) and DescribeVolumes have no resource-level permissions (AWS service authorization reference)';
