import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { type Alarm, type Series, series } from '../plan/signals';
import { seriesMetric } from './metrics';

const columns = 3;
const width = 24 / columns;
const height = 6;

/** Alarm states on top, then a graph for each series, with the threshold of its alarm drawn in. */
export function dashboardWidgets(
  deployment: string,
  planned: readonly Alarm[],
  alarms: cloudwatch.IAlarm[],
): cloudwatch.IWidget[][] {
  const names = Object.keys(series) as Series[];
  const graphs = names.map((name) =>
    graph(
      deployment,
      name,
      planned.find((alarm) => watches(alarm, name)),
    ),
  );
  const rows: cloudwatch.IWidget[][] = [];
  for (let first = 0; first < graphs.length; first += columns)
    rows.push(graphs.slice(first, first + columns));
  return [[new cloudwatch.AlarmStatusWidget({ alarms, width: 24, title: 'Alarms' })], ...rows];
}

const watches = (alarm: Alarm, name: Series) =>
  alarm.metric.sentBy === 'machine' && alarm.metric.series === name;

function graph(deployment: string, name: Series, alarm: Alarm | undefined): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({
    title: `${name}: ${series[name]}`,
    width,
    height,
    left: [seriesMetric(deployment, name, cloudwatch.Stats.AVERAGE)],
    leftYAxis: { min: 0 },
    ...(alarm && { leftAnnotations: [{ value: alarm.threshold, label: alarm.title }] }),
  });
}
