import { Template } from 'aws-cdk-lib/assertions';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { App, Stack } from 'aws-cdk-lib/core';
import { describe, expect, it } from 'vitest';
import { QueueScaling } from '../../lib/aws/queue-scaling';

interface Step {
  MetricIntervalLowerBound?: number;
  MetricIntervalUpperBound?: number;
  ScalingAdjustment: number;
}

function made(unitsPerMachine = 1) {
  const stack = new Stack(new App({ builtinCloudFormationValidation: false }), 'test');
  const vpc = new ec2.Vpc(stack, 'Vpc');
  const group = new autoscaling.AutoScalingGroup(stack, 'Group', {
    vpc,
    launchTemplate: new ec2.LaunchTemplate(stack, 'Template', {
      instanceType: new ec2.InstanceType('g6.2xlarge'),
      machineImage: ec2.MachineImage.latestAmazonLinux2023(),
    }),
    minCapacity: 0,
    maxCapacity: 4,
  });
  new QueueScaling(stack, 'Scaling', {
    group,
    queue: new sqs.Queue(stack, 'Queue'),
    jobsPerMachine: 50,
    scaleInAfterSeconds: 900,
    unitsPerMachine,
  });
  return Template.fromStack(stack);
}

function policy(template: Template, direction: 1 | -1): Step[] {
  const all = Object.values(template.findResources('AWS::AutoScaling::ScalingPolicy'));
  const found = all.map(({ Properties }) => Properties.StepAdjustments as Step[]);
  return found.find(([first]) => Math.sign(first?.ScalingAdjustment ?? 0) === direction) as Step[];
}

/** What a policy does where the metric is so far from the threshold of its alarm. */
function change(steps: readonly Step[], beyond: number): number[] {
  return steps
    .filter(({ MetricIntervalLowerBound: lower, MetricIntervalUpperBound: upper }) =>
      beyond >= 0 && (lower ?? -1) >= 0
        ? beyond >= (lower as number) && beyond < (upper ?? Number.POSITIVE_INFINITY)
        : beyond <= (upper as number) && beyond > (lower ?? Number.NEGATIVE_INFINITY),
    )
    .map(({ ScalingAdjustment }) => ScalingAdjustment);
}

const alarm = (template: Template, beginning: string) =>
  Object.entries(template.findResources('AWS::CloudWatch::Alarm')).find(([id]) =>
    id.startsWith(beginning),
  )?.[1].Properties;

describe('the machines of files', () => {
  const template = made();

  it('are started from none, since nothing is divided by them', () => {
    const { Metrics, Threshold, ComparisonOperator } = alarm(template, 'ScalingBacklog');
    expect(Metrics[0].Expression).toBe('CEIL((waiting + held) / 50) - machines / 1');
    expect([ComparisonOperator, Threshold]).toEqual(['GreaterThanOrEqualToThreshold', 1]);
  });

  it('count jobs that wait and jobs that a worker holds', () => {
    const { Metrics } = alarm(template, 'ScalingBacklog');
    const names = Metrics.slice(1).map(
      ({ MetricStat }: { MetricStat: { Metric: { MetricName: string } } }) => MetricStat.Metric.MetricName,
    );
    expect(names.sort()).toEqual([
      'ApproximateNumberOfMessagesNotVisible',
      'ApproximateNumberOfMessagesVisible',
      'GroupDesiredCapacity',
    ]);
    template.hasResourceProperties('AWS::AutoScaling::AutoScalingGroup', {
      MetricsCollection: [{ Granularity: '1Minute', Metrics: ['GroupDesiredCapacity'] }],
    });
  });

  it('come as many as are missing', () => {
    const out = policy(template, 1);
    // one missing is the threshold itself
    expect([0, 1, 2, 3].map((beyond) => change(out, beyond))).toEqual([[1], [2], [3], [4]]);
    expect(change(out, 1000)).toEqual([64]);
  });

  it('go as many as are too many, after the quiet', () => {
    const inward = policy(template, -1);
    expect([0, -1, -2, -3].map((beyond) => change(inward, beyond))).toEqual([[-1], [-2], [-3], [-4]]);
    expect(alarm(template, 'ScalingQuiet')).toMatchObject({ EvaluationPeriods: 15, Threshold: -1 });
  });

  it('stay where the queue tells nothing', () => {
    for (const name of ['ScalingBacklog', 'ScalingQuiet']) {
      expect(alarm(template, name).TreatMissingData).toBe('notBreaching');
    }
  });

  it('are counted in the units of a group with weights', () => {
    const weighted = made(10);
    expect(change(policy(weighted, 1), 0)).toEqual([10]);
    expect(alarm(weighted, 'ScalingBacklog').Metrics[0].Expression).toContain('machines / 10');
  });
});
