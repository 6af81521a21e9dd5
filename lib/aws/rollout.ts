import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { RolloutDecision } from '../plan/plan';

/** Share of a group's machines, in percent, that stay in service and that may exist, while they are replaced. */
export interface Healthy {
  least: number;
  most: number;
}

/**
 * Bounds of a change, for a group of at most so many machines.
 *
 * AWS counts in percent of the machines that are wanted at the time and replaces at least one at once: the share of
 * the largest group is never more than `maxSurge` machines.
 */
export function healthyDuring({ strategy, maxSurge }: RolloutDecision, machines: number): Healthy {
  if (strategy === 'blue-green') return { least: 100, most: 200 };
  const share = (part: number) => Math.floor((100 * part) / Math.max(1, machines));
  if (maxSurge === 0) return { least: 100 - Math.max(1, share(1)), most: 100 };
  return { least: 100, most: 100 + Math.min(100, Math.max(1, share(maxSurge))) };
}

/**
 * Machines are replaced when their template changes, in the plan's steps, and an alarm ends it: the update of the
 * stack fails then, and its rollback brings the old template back in the same way.
 *
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-instance-refresh.html (2026-11)
 */
export function instanceRefresh(
  scope: Construct,
  {
    rollout,
    machines,
    abortAlarms,
  }: { rollout: RolloutDecision; machines: number; abortAlarms: AbortAlarms },
): autoscaling.UpdatePolicy {
  const { least, most } = healthyDuring(rollout, machines);
  const bake = Duration.minutes(rollout.bakeMinutes);
  const steps = [...new Set([...rollout.canarySteps.map(Math.ceil), 100])];
  return autoscaling.UpdatePolicy.instanceRefresh({
    strategy: autoscaling.InstanceRefreshStrategy.ROLLING,
    minHealthyPercentage: least,
    maxHealthyPercentage: most,
    // a machine that matches already, as after a rollback, stays
    skipMatching: true,
    ...(steps.length > 1 && { checkpointPercentages: steps, checkpointDelay: bake }),
    ...(rollout.bakeMinutes > 0 && { bakeTime: bake }),
    ...(abortAlarms.length > 0 && {
      alarms: abortAlarms.map((name) => cloudwatch.Alarm.fromAlarmName(scope, name, name)),
    }),
  });
}

/** By name: the alarms watch what stands behind the group, so they cannot be made before it. */
export type AbortAlarms = readonly string[];
