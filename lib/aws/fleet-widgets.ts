import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { FleetDecision } from '../plan/plan';
import { fleetMetric } from './metrics';

/** A fleet, its group and the machines that its balancer sees. */
export interface WatchedFleet {
  readonly fleet: Pick<FleetDecision, 'name' | 'scaling'>;
  readonly group: autoscaling.AutoScalingGroup;
  readonly targetGroup: elb.ApplicationTargetGroup;
}

const width = 8;
const height = 6;

/** A row: its load with the target, what waits, its machines. */
export function fleetWidgets(deployment: string, watched: WatchedFleet): cloudwatch.IWidget[] {
  const { name, scaling } = watched.fleet;
  const series = (metric: Parameters<typeof fleetMetric>[2]) => fleetMetric(deployment, name, metric);
  const target = [{ value: scaling.target, label: 'held at' }];
  const heldAt = (signal: typeof scaling.signal) =>
    scaling.signal === signal ? { leftAnnotations: target } : {};
  const graph = (title: string, props: cloudwatch.GraphWidgetProps) =>
    new cloudwatch.GraphWidget({
      title: `${name}: ${title}`,
      width,
      height,
      leftYAxis: { min: 0 },
      ...props,
    });
  return [
    graph('requests in flight over the planned', {
      left: [series('llm_in_flight_ratio')],
      ...heldAt('in-flight-ratio'),
    }),
    graph('requests that wait', { left: [series('llm_waiting_requests')], ...heldAt('waiting-requests') }),
    graph('machines that answer, size of the group', {
      left: [
        watched.targetGroup.metrics.healthyHostCount({ statistic: cloudwatch.Stats.MINIMUM }),
        groupMetric(watched.group, 'GroupInServiceInstances'),
        groupMetric(watched.group, 'GroupPendingInstances'),
      ],
    }),
  ];
}

/** Free of charge, sent by the group itself. */
function groupMetric(group: autoscaling.AutoScalingGroup, metricName: string): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: 'AWS/AutoScaling',
    metricName,
    dimensionsMap: { AutoScalingGroupName: group.autoScalingGroupName },
    statistic: cloudwatch.Stats.MAXIMUM,
  });
}
