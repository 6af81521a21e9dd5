import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

export interface QueueScalingProps {
  /** Its size is measured: `group.enableMetrics` of `GroupDesiredCapacity` is done here. */
  readonly group: autoscaling.AutoScalingGroup;
  readonly queue: sqs.IQueue;
  /** Jobs for each machine. */
  readonly jobsPerMachine: number;
  readonly scaleInAfterSeconds: number;
  /** What one machine counts for in the size of the group. */
  readonly unitsPerMachine: number;
}

/**
 * As many machines as the jobs ask for, from none and to none.
 *
 * By the difference between the machines that the backlog needs and those that are there or on their way, since a
 * quotient of jobs and machines has no value while there is none. Jobs that workers hold count until they are done.
 * A queue that tells nothing takes no machine away.
 */
export class QueueScaling extends Construct {
  readonly out: autoscaling.CfnScalingPolicy;
  readonly in: autoscaling.CfnScalingPolicy;
  readonly backlog: cloudwatch.Alarm;
  readonly quiet: cloudwatch.Alarm;

  constructor(scope: Construct, id: string, props: QueueScalingProps) {
    super(scope, id);
    measureSize(props.group);
    this.out = this.policy('Out', props, 1);
    this.in = this.policy('In', props, -1);
    this.backlog = this.alarm('Backlog', props, {
      alarmDescription: 'The queue of files needs more machines; adds them and tells nobody',
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      evaluationPeriods: 1,
    });
    this.quiet = this.alarm('Quiet', props, {
      alarmDescription: 'The queue of files needs fewer machines; takes them away and tells nobody',
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: -1,
      evaluationPeriods: Math.ceil(props.scaleInAfterSeconds / 60),
    });
    this.backlog.addAlarmAction({ bind: () => ({ alarmActionArn: this.out.ref }) });
    this.quiet.addAlarmAction({ bind: () => ({ alarmActionArn: this.in.ref }) });
  }

  /** Bounds of a step count from the threshold of its alarm; an alarm that stays asks again each minute. */
  private policy(
    id: string,
    { group, unitsPerMachine }: QueueScalingProps,
    direction: 1 | -1,
  ): autoscaling.CfnScalingPolicy {
    return new autoscaling.CfnScalingPolicy(this, id, {
      autoScalingGroupName: group.autoScalingGroupName,
      policyType: 'StepScaling',
      adjustmentType: 'ChangeInCapacity',
      // machines on their way are in the metric, and would else be asked for twice
      estimatedInstanceWarmup: 1,
      stepAdjustments: steps.map((from, index) => {
        const next = steps[index + 1];
        const near = direction * (from - 1) || 0;
        const far = next === undefined ? undefined : direction * (next - 1);
        const [lower, upper] = direction === 1 ? [near, far] : [far, near];
        return {
          ...(lower !== undefined && { metricIntervalLowerBound: lower }),
          ...(upper !== undefined && { metricIntervalUpperBound: upper }),
          scalingAdjustment: direction * from * unitsPerMachine,
        };
      }),
    });
  }

  private alarm(
    id: string,
    { group, queue, jobsPerMachine, unitsPerMachine }: QueueScalingProps,
    rest: Pick<
      cloudwatch.AlarmProps,
      'alarmDescription' | 'comparisonOperator' | 'threshold' | 'evaluationPeriods'
    >,
  ): cloudwatch.Alarm {
    const period = Duration.minutes(1);
    const most = { statistic: cloudwatch.Stats.MAXIMUM, period };
    return new cloudwatch.Alarm(this, id, {
      ...rest,
      metric: new cloudwatch.MathExpression({
        expression: `CEIL((waiting + held) / ${jobsPerMachine}) - machines / ${unitsPerMachine}`,
        usingMetrics: {
          waiting: queue.metricApproximateNumberOfMessagesVisible(most),
          held: queue.metricApproximateNumberOfMessagesNotVisible(most),
          machines: new cloudwatch.Metric({
            namespace: 'AWS/AutoScaling',
            metricName: sizeMetric,
            dimensionsMap: { AutoScalingGroupName: group.autoScalingGroupName },
            ...most,
          }),
        },
        label: 'Machines that the queue needs beyond those that there are',
        period,
      }),
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }
}

/** Machines that are missing or too many, and change at once; at the last step so many a minute. */
const steps = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64] as const;
const sizeMetric = 'GroupDesiredCapacity';

/** Metrics of a group are free and off. */
function measureSize(group: autoscaling.AutoScalingGroup): void {
  const resource = group.node.defaultChild as autoscaling.CfnAutoScalingGroup;
  const already = Array.isArray(resource.metricsCollection) ? resource.metricsCollection : [];
  resource.metricsCollection = [...already, { granularity: '1Minute', metrics: [sizeMetric] }];
}
