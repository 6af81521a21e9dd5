import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Duration, Validations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { RolloutDecision } from '../plan/plan';
import { acknowledgeControl } from './controls';
import { drainHook, type MachineFacts } from './machine-facts';
import { type AbortAlarms, healthyDuring, instanceRefresh } from './rollout';

/** Deploy-time names that a machine of a group that scales must know. */
export interface GroupFacts extends MachineFacts {
  /** Lifecycle hook that waits until the machine answers. */
  readonly bootHook: string;
}

export const bootHook = 'boot';

export interface ScalingGroupProps {
  readonly groupName: string;
  readonly vpc: ec2.IVpc;
  readonly subnets: ec2.ISubnet[];
  readonly launch: Pick<autoscaling.AutoScalingGroupProps, 'launchTemplate' | 'mixedInstancesPolicy'>;
  /** Bounds of the group, in units where its machines have weights. */
  readonly minCapacity: number;
  readonly maxCapacity: number;
  /** Machines that must answer before the group counts as made. */
  readonly signals: number;
  /** Machines at most, in any window. */
  readonly machines: number;
  readonly bootGraceSeconds: number;
  readonly drainSeconds: number;
  readonly rollout: RolloutDecision;
  readonly abortAlarms: AbortAlarms;
  /** Whether a machine that may be taken away is replaced before it is. */
  readonly capacityRebalance: boolean;
  readonly topic?: sns.ITopic | undefined;
}

/** A group over several zones: a machine comes in service when it answers, and leaves it when it has drained. */
export function scalingGroup(scope: Construct, props: ScalingGroupProps): autoscaling.AutoScalingGroup {
  const grace = Duration.seconds(props.bootGraceSeconds);
  const inPlace = props.rollout.strategy === 'rolling' && props.rollout.maxSurge === 0;
  const { least, most } = healthyDuring(props.rollout, props.machines);
  const group = new autoscaling.AutoScalingGroup(scope, 'Group', {
    autoScalingGroupName: props.groupName,
    vpc: props.vpc,
    vpcSubnets: { subnets: props.subnets },
    ...props.launch,
    minCapacity: props.minCapacity,
    maxCapacity: props.maxCapacity,
    // where a zone has no capacity, the others take its share
    azCapacityDistributionStrategy: autoscaling.CapacityDistributionStrategy.BALANCED_BEST_EFFORT,
    // without a spare machine, repairs end the old one first too
    ...(inPlace && { minHealthyPercentage: least, maxHealthyPercentage: most }),
    defaultInstanceWarmup: Duration.seconds(instanceWarmupSeconds),
    capacityRebalance: props.capacityRebalance,
    // free of charge
    groupMetrics: [autoscaling.GroupMetrics.all()],
    healthChecks: autoscaling.HealthChecks.withAdditionalChecks({
      additionalTypes: [autoscaling.AdditionalHealthCheckType.ELB],
      gracePeriod: grace,
    }),
    ...(props.signals > 0 && {
      signals: autoscaling.Signals.waitForCount(props.signals, { timeout: grace }),
    }),
    updatePolicy: instanceRefresh(scope, props),
    ...(props.topic && {
      notifications: [{ topic: props.topic, scalingEvents: autoscaling.ScalingEvents.ALL }],
    }),
  });
  addHooks(group, props);
  Validations.of(group).acknowledge({
    id: 'Annotation::@aws-cdk/aws-autoscaling:signalsNotUsedByInstanceRefresh',
    reason: 'Signals are for the creation of the group; a refresh waits for the hook `boot` of each machine',
  });
  if (props.launch.mixedInstancesPolicy) {
    acknowledgeControl(
      group.node.defaultChild as autoscaling.CfnAutoScalingGroup,
      'EC2IMDSv2Enabled',
      'The launch template of its mixed policy asks for tokens; the rule reads only a template of the group itself',
    );
  }
  return group;
}

/** In the group itself: hooks of their own would come after its first machines. */
function addHooks(
  group: autoscaling.AutoScalingGroup,
  { bootGraceSeconds, drainSeconds }: ScalingGroupProps,
): void {
  const resource = group.node.defaultChild as autoscaling.CfnAutoScalingGroup;
  resource.lifecycleHookSpecificationList = [
    {
      lifecycleHookName: bootHook,
      lifecycleTransition: autoscaling.LifecycleTransition.INSTANCE_LAUNCHING,
      heartbeatTimeout: Math.min(bootGraceSeconds, longestHeartbeatSeconds),
      defaultResult: autoscaling.DefaultResult.ABANDON,
    },
    {
      lifecycleHookName: drainHook,
      lifecycleTransition: autoscaling.LifecycleTransition.INSTANCE_TERMINATING,
      heartbeatTimeout: drainSeconds,
      defaultResult: autoscaling.DefaultResult.CONTINUE,
    },
  ];
}

/** Of a hook; a boot that takes longer records heartbeats (EC2 Auto Scaling API, PutLifecycleHook, 2026-11). */
const longestHeartbeatSeconds = 7200;
/** A machine in service has its first requests counted after two of the minutes in which series are sent. */
const instanceWarmupSeconds = 120;
