import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import { Lazy, Names, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/** Deploy-time names that a machine must know of the group it is in. */
export interface MachineFacts {
  readonly groupName: string;
  /** Logical id of the group: what CloudFormation waits for a signal of. */
  readonly groupLogicalId: string;
  /** Lifecycle hook that waits while the machine drains. */
  readonly drainHook: string;
  readonly stackName: string;
}

export const drainHook = 'drain';

/** Unique by stack, which may be deployed under several names, and by place in it. */
export function groupName(scope: Construct): string {
  return `${Stack.of(scope).stackName}-${Names.uniqueId(scope).slice(-8)}`;
}

/** Told before the group is made: the group refers to the template that holds these texts. */
export function machineFacts(
  scope: Construct,
  name: string,
  group: () => autoscaling.AutoScalingGroup,
): MachineFacts {
  const stack = Stack.of(scope);
  return {
    groupName: name,
    groupLogicalId: Lazy.uncachedString({
      produce: () => stack.getLogicalId(group().node.defaultChild as autoscaling.CfnAutoScalingGroup),
    }),
    drainHook,
    stackName: stack.stackName,
  };
}
