import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type * as rds from 'aws-cdk-lib/aws-rds';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import { UserError } from '../errors';
import type { Alarm, CloudMetric, Series } from '../plan/signals';
import { alarmId, fleetDimension, telemetryDimension, telemetryNamespace } from '../plan/signals';

/** The resources whose own metrics alarms may watch. */
export interface MetricSources {
  readonly targetGroup?: elb.ApplicationTargetGroup | undefined;
  /** By the name of the fleet: its machines behind the balancer of engines. */
  readonly fleetTargetGroups?: Readonly<Record<string, elb.ApplicationTargetGroup>> | undefined;
  readonly certificate?: acm.ICertificate | undefined;
  readonly database?: rds.IDatabaseInstance | rds.IDatabaseCluster | undefined;
  /** Of the jobs of `batch`. */
  readonly queue?: sqs.IQueue | undefined;
  readonly deadLetters?: sqs.IQueue | undefined;
}

/** A metric, and the factor from the unit of the signal to the unit of the metric. */
export interface AlarmMetric {
  metric: cloudwatch.Metric;
  factor: number;
}

/** A series that the machine sends each minute. */
export function seriesMetric(deployment: string, name: Series, statistic: string): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: telemetryNamespace,
    metricName: name,
    dimensionsMap: { [telemetryDimension]: deployment },
    statistic,
    period: Duration.minutes(1),
  });
}

/** A series that each machine of a fleet sends for its fleet each minute. */
export function fleetMetric(
  deployment: string,
  fleet: string,
  name: Series,
  statistic: string = cloudwatch.Stats.AVERAGE,
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: telemetryNamespace,
    metricName: name,
    dimensionsMap: { [telemetryDimension]: deployment, [fleetDimension]: fleet },
    statistic,
    period: Duration.minutes(1),
  });
}

export function alarmMetric(alarm: Alarm, deployment: string, sources: MetricSources): AlarmMetric {
  const statistic = statistics[alarm.statistic];
  if (alarm.metric.sentBy === 'machine') {
    const { series, fleet } = alarm.metric;
    const metric =
      fleet === undefined
        ? seriesMetric(deployment, series, statistic)
        : fleetMetric(deployment, fleet, series, statistic);
    return { metric, factor: 1 };
  }
  const { metric: name, fleet } = alarm.metric;
  const { read, source, period, factor = 1 } = cloudMetrics[name];
  const of = fleet === undefined ? sources : { targetGroup: sources.fleetTargetGroups?.[fleet] };
  const metric = read(of, { statistic, period });
  if (!metric) {
    throw new UserError(
      `the alarm ${alarmId(alarm)} watches \`sources.${fleet === undefined ? source : `fleetTargetGroups.${fleet}`}\`, which is not given: give it, or leave the alarm out of \`monitoring.alarms\``,
    );
  }
  return { metric, factor };
}

interface CloudMetricRow {
  source: keyof MetricSources;
  read: (sources: MetricSources, options: cloudwatch.MetricOptions) => cloudwatch.Metric | undefined;
  /** How often AWS sends it. */
  period: Duration;
  factor?: number;
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html */
const cloudMetrics = {
  'balancer-healthy-targets': {
    source: 'targetGroup',
    read: ({ targetGroup }, options) => targetGroup?.metrics.healthyHostCount(options),
    period: Duration.minutes(1),
  },
  'certificate-days-left': {
    source: 'certificate',
    read: ({ certificate }, options) => certificate?.metricDaysToExpiry(options),
    period: Duration.days(1),
  },
  'database-connections': {
    source: 'database',
    read: ({ database }, options) => database && connections(database, options),
    period: Duration.minutes(1),
  },
  'database-free-storage-gib': {
    source: 'database',
    // a cluster's storage grows by itself
    read: ({ database }, options) =>
      database && 'metricFreeStorageSpace' in database ? database.metricFreeStorageSpace(options) : undefined,
    period: Duration.minutes(1),
    factor: 2 ** 30,
  },
  'queue-age-hours': {
    source: 'queue',
    read: ({ queue }, options) => queue?.metricApproximateAgeOfOldestMessage(options),
    period: Duration.minutes(1),
    factor: 3600,
  },
  'dead-letters': {
    source: 'deadLetters',
    read: ({ deadLetters }, options) => deadLetters?.metricApproximateNumberOfMessagesVisible(options),
    period: Duration.minutes(1),
  },
} satisfies Record<CloudMetric, CloudMetricRow> as Record<CloudMetric, CloudMetricRow>;

/** Of a cluster those of the writer: the mean over all instances would halve them. */
function connections(
  database: rds.IDatabaseInstance | rds.IDatabaseCluster,
  options: cloudwatch.MetricOptions,
): cloudwatch.Metric {
  if (!('clusterIdentifier' in database)) return database.metricDatabaseConnections(options);
  const dimensionsMap = { DBClusterIdentifier: database.clusterIdentifier, Role: 'WRITER' };
  return database.metricDatabaseConnections({ ...options, dimensionsMap });
}

const statistics = {
  average: cloudwatch.Stats.AVERAGE,
  maximum: cloudwatch.Stats.MAXIMUM,
  minimum: cloudwatch.Stats.MINIMUM,
  sum: cloudwatch.Stats.SUM,
} satisfies Record<Alarm['statistic'], string>;
