import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

export interface LoadScalingProps {
  readonly group: autoscaling.AutoScalingGroup;
  /** Sent once a minute by each machine of the group. */
  readonly metric: cloudwatch.Metric;
  /** What the mean of the machines is held at. */
  readonly target: number;
  /**
   * What says that one machine fewer would be enough, where `metric` cannot: a queue is empty at a tenth of the load and
   * at nine tenths.
   *
   * @default - `metric` and its target
   */
  readonly quiet?: { readonly metric: cloudwatch.Metric; readonly target: number };
  readonly scaleInAfterSeconds: number;
  /** What one machine counts for in the size of the group. */
  readonly unitsPerMachine: number;
}

/**
 * Adds machines as the load asks for, and takes away one at a time.
 *
 * Out by target tracking, whose own way in is fixed at fifteen minutes of 90 % of the target and would empty a group
 * by several machines at once. In, when for the whole time one machine fewer would have been enough, and then no
 * sooner again: a simple policy waits out its cooldown, a step policy would remove a machine each minute.
 * Where the metric is lost, nothing is removed.
 */
export class LoadScaling extends Construct {
  readonly out: autoscaling.TargetTrackingScalingPolicy;
  readonly in: autoscaling.CfnScalingPolicy;
  readonly quiet: cloudwatch.Alarm;

  constructor(scope: Construct, id: string, props: LoadScalingProps) {
    super(scope, id);
    const { group, metric, target } = props;
    this.out = new autoscaling.TargetTrackingScalingPolicy(this, 'Out', {
      autoScalingGroup: group,
      customMetric: metric.with({ statistic: cloudwatch.Stats.AVERAGE }),
      targetValue: target,
      disableScaleIn: true,
    });
    this.in = new autoscaling.CfnScalingPolicy(this, 'In', {
      autoScalingGroupName: group.autoScalingGroupName,
      policyType: 'SimpleScaling',
      adjustmentType: 'ChangeInCapacity',
      scalingAdjustment: -props.unitsPerMachine,
      cooldown: String(props.scaleInAfterSeconds),
    });
    this.quiet = this.alarm(props);
    this.quiet.addAlarmAction({ bind: () => ({ alarmActionArn: this.in.ref }) });
  }

  private alarm({ quiet, scaleInAfterSeconds, ...grows }: LoadScalingProps): cloudwatch.Alarm {
    const { metric, target } = quiet ?? grows;
    // 0.6 and not 0.6000000000000001
    const threshold = Number((roomAfter * target).toPrecision(6));
    const period = Duration.minutes(1);
    return new cloudwatch.Alarm(this, 'Quiet', {
      alarmDescription: 'One machine fewer would be enough; takes one away and tells nobody',
      metric: new cloudwatch.MathExpression({
        expression: `IF(machines > 1, load / (machines - 1), ${threshold})`,
        usingMetrics: {
          load: metric.with({ statistic: cloudwatch.Stats.SUM, period }),
          machines: metric.with({ statistic: cloudwatch.Stats.SAMPLE_COUNT, period }),
        },
        label: 'Load of each machine if there were one fewer',
        period,
      }),
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      threshold,
      evaluationPeriods: Math.ceil(scaleInAfterSeconds / 60),
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }
}

/** Share of the target that the machines left behind may reach: above it they would soon ask for the machine back. */
const roomAfter = 0.8;
