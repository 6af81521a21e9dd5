import type { SentMetric } from '../../lib/runtime/telegraf-outputs';
import type { Scaling } from '../contract/facts';
import type { Properties, Written } from './synthesize';

/** What makes a group grow and shrink: its policies, and the alarms that call them. */
export function scalingOf(template: Written, group: string): Scaling[] {
  return Object.entries(template.resources)
    .filter(
      ([, { Type, Properties }]) =>
        Type === 'AWS::AutoScaling::ScalingPolicy' && Properties?.AutoScalingGroupName.Ref === group,
    )
    .map(([id, { Properties: policy = {} }]) =>
      policy.PolicyType === 'TargetTrackingScaling'
        ? tracking(policy, group)
        : called(template, id, policy, group),
    );
}

/** Scale-in of a tracked target begins after fifteen minutes below 90 % of it, and waits where data is missing. */
const trackingInSeconds = 900;

function tracking({ TargetTrackingConfiguration: target }: Properties, group: string): Scaling {
  const { CustomizedMetricSpecification: custom } = target;
  if (custom === undefined) throw new Error('no reader of predefined metrics');
  if (custom.Statistic !== 'Average') throw new Error(`a target of the ${custom.Statistic} of all machines`);
  return {
    metric: metricOf(custom, group),
    target: target.TargetValue,
    grows: true,
    shrinksAfterSeconds: target.DisableScaleIn ? 0 : trackingInSeconds,
    shrinksOnSilence: false,
  };
}

/** A policy that an alarm calls. */
function called(template: Written, id: string, policy: Properties, group: string): Scaling {
  const alarm = callerOf(template, id);
  return policy.PolicyType === 'StepScaling'
    ? stepped(alarm, policy, group)
    : adjusted(id, alarm, policy, group);
}

function callerOf(template: Written, id: string): Properties {
  const alarms = template
    .properties('AWS::CloudWatch::Alarm')
    .filter(({ AlarmActions = [] }) => (AlarmActions as Properties[]).some(({ Ref }) => Ref === id));
  const [alarm] = alarms;
  if (alarm === undefined || alarms.length > 1) throw new Error(`${alarms.length} alarms call ${id}, not 1`);
  return alarm;
}

/** Jobs of a queue over those for each machine, less the machines that the group has already. */
function stepped(alarm: Properties, policy: Properties, group: string): Scaling {
  const [{ Expression }, ...rest] = alarm.Metrics as [Properties, ...Properties[]];
  const measured = rest.map(({ MetricStat: { Metric } }) => `${Metric.Namespace} ${Metric.MetricName}`);
  const jobs = /^CEIL\(\(waiting \+ held\) \/ (\d+)\) - machines \/ \d+$/.exec(Expression)?.[1];
  const size = rest.find(({ MetricStat: { Metric } }) => Metric.Namespace === 'AWS/AutoScaling');
  const own = size?.MetricStat.Metric.Dimensions.some(({ Value }: Properties) => Value.Ref === group);
  const known = ['GroupDesiredCapacity', 'MessagesNotVisible', 'MessagesVisible'];
  if (jobs === undefined || !own || !known.every((name) => measured.some((one) => one.endsWith(name)))) {
    throw new Error(`no reader of the steps by ${Expression} of ${measured.join(', ')}`);
  }
  const grows = policy.StepAdjustments.every((step: Properties) => step.ScalingAdjustment > 0);
  return {
    metric: 'jobs',
    target: Number(jobs),
    grows,
    shrinksAfterSeconds: grows ? 0 : alarm.EvaluationPeriods * 60,
    shrinksOnSilence: alarm.TreatMissingData !== 'notBreaching',
  };
}

function adjusted(id: string, alarm: Properties, policy: Properties, group: string): Scaling {
  const stats: Properties[] = (alarm.Metrics ?? [{ MetricStat: { Metric: alarm, Period: alarm.Period } }])
    .map(({ MetricStat }: Properties) => MetricStat)
    .filter((stat: Properties | undefined) => stat !== undefined);
  const metrics = stats.map(({ Metric }) => metricOf(Metric, group));
  if (new Set(metrics.map((metric) => JSON.stringify(metric))).size !== 1) {
    throw new Error(`${id} is called for several metrics`);
  }
  const adjusts = Number(policy.ScalingAdjustment);
  const seconds = alarm.EvaluationPeriods * stats[0]?.Period;
  return {
    metric: metrics[0] as Scaling['metric'],
    target: alarm.Threshold,
    grows: adjusts > 0,
    // the first time after the alarm, the next after the cooldown
    shrinksAfterSeconds: adjusts < 0 ? Math.min(seconds, Number(policy.Cooldown)) : 0,
    shrinksOnSilence: adjusts < 0 && alarm.TreatMissingData !== 'notBreaching',
  };
}

function metricOf({ Namespace, MetricName, Dimensions }: Properties, group: string): 'cpu' | SentMetric {
  const own = (Dimensions as Properties[]).some(
    ({ Name, Value }) => Name === 'AutoScalingGroupName' && Value.Ref === group,
  );
  if (Namespace === 'AWS/EC2' && MetricName === 'CPUUtilization' && own) return 'cpu';
  return {
    namespace: Namespace,
    name: MetricName,
    dimensions: Object.fromEntries((Dimensions as Properties[]).map(({ Name, Value }) => [Name, Value])),
  };
}
