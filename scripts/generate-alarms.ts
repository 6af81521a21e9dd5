import { alarms } from '../lib/plan/alarms';
import { type Alarm, deploymentSeries, fleetSeries, type Series, series } from '../lib/plan/signals';
import { row } from './generate-docs';

/** What every alarm applies to, at a service level in the middle of those that people ask for. */
const example = {
  thresholds: {},
  slo: { ttftMs: 2000, interTokenMs: 100 },
  outputTokens: 300,
  copies: 1,
  streams: true,
  balancer: true,
  managedCertificate: true,
  batch: { deadlineHours: 24, startAt: undefined },
  managedDatabase: { connectionLimit: 40, storageGiB: 50 },
};
const fleet = {
  name: 'chat',
  min: 2,
  loadSeconds: 780,
  scaling: {
    signal: 'in-flight-ratio' as const,
    target: 0.75,
    scaleInAfterSeconds: 900,
    timeZone: 'UTC',
    schedule: [],
  },
};

/** Every alarm and every series: the same table that machines, alarms and dashboards are made from. */
export function alarmsPage(): string {
  const one = alarms(example);
  const groups = alarms({ ...example, fleets: [fleet] });
  const other = groups.filter((alarm) => !one.some((single) => same(single, alarm)));
  return [
    '# Alarms and series',
    '',
    '<!-- Generated from lib/plan/alarms.ts and lib/plan/signals.ts by `npm run generate`; do not edit. -->',
    '',
    'Thresholds follow from the spec: those below are of a service level of 2,000 ms to the first token and 100 ms a',
    'token, with answers of 300 tokens. `plan` prints yours; `monitoring.thresholds` sets them one by one. An alarm is',
    'there where what it watches is.',
    '',
    '## One machine',
    '',
    ...table(one),
    '## A group of gateways and fleets',
    '',
    'The same, but for these: one of several machines may be away, and one bad one must not vanish in a mean.',
    '',
    ...table(other),
    '## Series',
    '',
    'Machines send them each minute to the namespace `LLMServing`: with the dimension `deployment`, and where a fleet has',
    'them, once more with `deployment` and `fleet`. In a group each role sends what it knows.',
    '',
    row(['series', 'meaning', 'sent in a group by', 'of a fleet too']),
    row(['---', '---', '---', '---']),
    ...(Object.keys(series) as Series[]).map((name) =>
      row([`\`${name}\``, series[name], senders(name), fleetSeries.includes(name) ? 'yes' : '']),
    ),
    '',
  ].join('\n');
}

function table(rows: readonly Alarm[]): string[] {
  return [
    row(['alarm', 'fires when', 'for', 'severity', 'no data', 'what to do']),
    row(['---', '---', '---', '---', '---', '---']),
    ...rows.map((alarm) =>
      row([
        `\`${alarm.signal}\`: ${alarm.title}`,
        condition(alarm),
        alarm.forMinutes % 1440 === 0 ? `${alarm.forMinutes / 1440} d` : `${alarm.forMinutes} min`,
        alarm.severity,
        alarm.whenMissing === 'alarm' ? 'fires' : 'is fine',
        alarm.runbook,
      ]),
    ),
    '',
  ];
}

function condition({ metric, statistic, comparison, threshold, unit, limitMs }: Alarm): string {
  const what = metric.sentBy === 'machine' ? `\`${metric.series}\`` : metric.metric.replaceAll('-', ' ');
  const slow = limitMs === undefined ? ` ${unit}` : ` % of requests over ${limitMs} ms`;
  return `${statistic} of ${what} ${comparison} ${threshold}${slow.trimEnd()}`;
}

const same = (one: Alarm, other: Alarm) => JSON.stringify(one) === JSON.stringify(other);

function senders(name: Series): string {
  const roles = (Object.keys(deploymentSeries) as (keyof typeof deploymentSeries)[]).filter((role) =>
    (deploymentSeries[role] as readonly Series[]).includes(name),
  );
  return roles.map((role) => (role === 'gateway' ? 'gateways' : 'fleets')).join(', ');
}
