import type { Plan } from '../../../plan/plan';
import { type Alarm, type Series, series, telemetryDimension } from '../../../plan/signals';
import type { LocalForm } from '../form';
import { llamaDrawings } from '../llama/series';
import { type Drawing, engineDrawings, type Group, groups, signalDrawings } from './drawings';
import { localAlarms } from './prometheus';
import { unseen } from './settings';

export const datasourceUid = 'llm-prometheus';
const datasource = { type: 'prometheus', uid: datasourceUid };
/** Classic schema that Grafana 13 reads (@grafana/schema 13.2.3 declares 42). */
const schemaVersion = 42;

const columns = 24;
const width = 8;
const height = 7;

interface Place {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** `dashboard.json`: states of the alerts, then a graph for each signal, its alarm's threshold drawn in. */
export function dashboard(plan: Plan, form: LocalForm): string {
  const { identity, monitoring } = plan.decisions;
  const alarms = localAlarms(monitoring.alarms, form);
  const missing = unseen(form);
  const drawn: Record<Group, Drawing[]> = {
    ...signalDrawings((Object.keys(series) as Series[]).filter((name) => !missing.includes(name))),
    'Inside the engines': form.engine === 'llama.cpp' ? llamaDrawings : engineDrawings,
  };
  let y = 6;
  const panels: object[] = [alertList({ x: 0, y: 0, w: columns, h: y })];
  for (const group of groups) {
    panels.push({
      type: 'row',
      title: group,
      collapsed: false,
      gridPos: { x: 0, y, w: columns, h: 1 },
      panels: [],
    });
    y += 1;
    for (const [index, drawing] of drawn[group].entries()) {
      const x = (index % (columns / width)) * width;
      const place = { x, y: y + Math.floor(index / (columns / width)) * height, w: width, h: height };
      panels.push(graph(drawing, identity.name, alarmOf(drawing, alarms), place));
    }
    y += Math.ceil(drawn[group].length / (columns / width)) * height;
  }
  return `${JSON.stringify(
    {
      uid: 'llm',
      title: `LLM serving: ${identity.name}`,
      tags: ['llm'],
      schemaVersion,
      editable: false,
      graphTooltip: 1,
      refresh: '15s',
      time: { from: 'now-1h', to: 'now' },
      timezone: 'browser',
      panels: panels.map((panel, index) => ({ id: index + 1, ...panel })),
    },
    null,
    2,
  )}\n`;
}

const alarmOf = ({ signal }: Drawing, alarms: readonly Alarm[]) =>
  alarms.find(({ metric }) => metric.sentBy === 'machine' && metric.series === signal);

function alertList(gridPos: Place) {
  return {
    type: 'alertlist',
    title: 'Alerts',
    gridPos,
    options: {
      viewMode: 'list',
      groupMode: 'default',
      groupBy: [],
      maxItems: 20,
      sortOrder: 3,
      dashboardAlerts: false,
      alertName: '',
      alertInstanceLabelFilter: '',
      datasource: 'Prometheus',
      stateFilter: { firing: true, pending: true, noData: false, normal: true, error: true },
    },
  };
}

function graph(
  { title, queries, unit, about }: Drawing,
  deployment: string,
  alarm: Alarm | undefined,
  gridPos: Place,
) {
  const base = [{ color: 'green', value: null }];
  const steps = alarm
    ? alarm.comparison === 'above'
      ? [...base, { color: 'red', value: alarm.threshold }]
      : [
          { color: 'red', value: null },
          { color: 'green', value: alarm.threshold },
        ]
    : base;
  return {
    type: 'timeseries',
    title,
    description: alarm ? `${about}. ${alarm.runbook}` : about,
    gridPos,
    datasource,
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode(65 + index),
      datasource,
      editorMode: 'code',
      range: true,
      expr: expr.replaceAll('$labels', `${telemetryDimension}="${deployment}"`),
      legendFormat: legend,
    })),
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        thresholds: { mode: 'absolute', steps },
        custom: {
          drawStyle: 'line',
          fillOpacity: 10,
          // the telemetry of a program that ended is a gap and not a line
          spanNulls: false,
          thresholdsStyle: { mode: alarm ? 'dashed' : 'off' },
        },
      },
      overrides: [],
    },
    options: {
      legend: { displayMode: 'list', placement: 'bottom', showLegend: queries.length > 1, calcs: [] },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  };
}
