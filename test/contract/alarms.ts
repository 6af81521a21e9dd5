import { type Alarm, series } from '../../lib/plan/signals';
import type { Bundle } from '../../lib/runtime/bundle';
import { type SentMetric, telemetry } from '../../lib/runtime/telegraf-outputs';
import { type Check, differ, each, first, type Subject } from './check';
import { contentOf, edit } from './containers';
import type { Facts } from './facts';
import { plannedGroups } from './planned';

/** What an alarm or autoscaler must name so that it sees what the machines send. */
const sent = ({ plan, cloud }: Subject, name: keyof typeof series, fleet?: string): SentMetric =>
  telemetry[cloud].sent(name, plan.decisions.identity.name, fleet);

const isSent = (metric: unknown): metric is SentMetric => typeof metric === 'object';

/** What the plan says that an alarm's metric, and words of both sides in one order. */
function wanted(
  subject: Subject,
  { metric, statistic, comparison, threshold, forMinutes, whenMissing }: Alarm,
) {
  return {
    metric: metric.sentBy === 'machine' ? sent(subject, metric.series, metric.fleet) : metric.metric,
    ...(metric.sentBy === 'cloud' && metric.fleet !== undefined && { fleet: metric.fleet }),
    statistic,
    comparison,
    threshold,
    minutes: forMinutes,
    whenMissing,
    notifies: true,
  };
}

/** The program names a series in full, or builds `llm_<name>_slow_percent` from a list of names. */
function names(program: string, name: string): boolean {
  if (program.includes(`'${name}'`)) return true;
  const built = /^llm_(\w+)_slow_percent$/.exec(name)?.[1];
  return built !== undefined && program.includes("'_slow_percent'") && program.includes(`'${built}'`);
}

function sends(bundle: Bundle, { namespace, name }: SentMetric): boolean {
  return (
    contentOf(bundle, 'telegraf.conf').includes(namespace) && names(contentOf(bundle, 'signals.py'), name)
  );
}

const machineMetrics = ({ alarms, groups }: Facts): SentMetric[] => [
  ...alarms.map(({ metric }) => metric).filter(isSent),
  ...groups.flatMap(({ scaling }) => scaling.map(({ metric }) => metric).filter(isSent)),
];

export const alarmChecks: Check[] = [
  {
    promises: 'has every alarm of the plan, as the plan says it, telling somebody, and no other',
    problems: (subject) => {
      const planned = subject.plan.decisions.monitoring.alarms;
      const { alarms } = subject.facts;
      return [
        ...differ('alarms', alarms.length, planned.length),
        ...planned.flatMap((alarm) => {
          const expected = JSON.stringify(wanted(subject, alarm));
          return alarms.some((found) => JSON.stringify(found) === expected)
            ? []
            : [`no alarm ${alarm.signal}: ${expected}`];
        }),
      ];
    },
    violations: {
      'an alarm missing': ({ alarms }) => alarms.pop() !== undefined,
      'an alarm that nobody planned': ({ alarms }) => first(alarms, (alarm) => alarms.push(alarm)),
      'an alarm that tells nobody': ({ alarms }) => first(alarms, (alarm) => (alarm.notifies = false)),
      'another threshold': ({ alarms }) => first(alarms, (alarm) => (alarm.threshold += 1)),
      'silence taken for health': ({ alarms }) =>
        first(
          alarms.filter(({ whenMissing }) => whenMissing === 'alarm'),
          (alarm) => (alarm.whenMissing = 'ignore'),
        ),
      'the machines of another group': ({ alarms }) =>
        first(
          alarms.filter(({ metric }) => metric === 'balancer-healthy-targets'),
          (alarm) => (alarm.fleet = 'another'),
        ),
      'another dimension': ({ alarms }) =>
        first(
          alarms.map(({ metric }) => metric).filter(isSent),
          (metric) => (metric.dimensions = { ...metric.dimensions, host: 'a' }),
        ),
    },
  },
  {
    promises: 'watches and scales on series that its machines send, under the same name and dimensions',
    problems: ({ facts }) =>
      machineMetrics(facts).flatMap((metric) => {
        if (!Object.hasOwn(series, metric.name)) return [`${metric.name} is in no table of signals`];
        return facts.groups.some(({ bundle }) => sends(bundle, metric))
          ? []
          : [`no machine sends ${metric.name}`];
      }),
    violations: {
      'a series that nobody knows': ({ alarms }) =>
        first(alarms.map(({ metric }) => metric).filter(isSent), (metric) => (metric.name = 'llm_happiness')),
      'a telemetry that sends elsewhere': ({ groups }) =>
        each(groups, ({ bundle }) => edit(bundle, /namespace = "\w+"/, 'namespace = "Elsewhere"')),
      'a program that sends something else': ({ groups }) =>
        each(groups, ({ bundle }) => edit(bundle, /'llm_up'/g, "'llm_down'")),
    },
  },
  {
    promises: 'grows each group on the signal of the plan, and shrinks it no sooner and never on silence',
    problems: (subject) =>
      plannedGroups(subject.plan).flatMap(({ machines: { name }, scaling: planned }) => {
        const found = subject.facts.groups.find((group) => group.name === name)?.scaling ?? [];
        if (planned === undefined) return differ(`scaling of ${name}`, found, []);
        const series = {
          'in-flight-ratio': 'llm_in_flight_ratio',
          'waiting-requests': 'llm_waiting_requests',
        } as const;
        const expected =
          planned.metric === 'cpu' || planned.metric === 'jobs'
            ? planned.metric
            : fleetMetric(sent(subject, series[planned.metric]), name);
        const shrinking = found.filter(({ shrinksAfterSeconds }) => shrinksAfterSeconds > 0);
        // a queue is empty at a tenth of the load too
        const quiet =
          planned.metric === 'waiting-requests'
            ? fleetMetric(sent(subject, 'llm_in_flight_ratio'), name)
            : expected;
        return [
          ...found.flatMap((policy) =>
            differ(`${name} scales on`, policy.metric, shrinking.includes(policy) ? quiet : expected),
          ),
          ...differ(
            `${name} grows at`,
            found.filter(({ grows }) => grows).map(({ target }) => target),
            [planned.target],
          ),
          ...(shrinking.length === 1 ? [] : [`${name}: ${shrinking.length} things shrink it`]),
          ...shrinking.flatMap(({ shrinksAfterSeconds, shrinksOnSilence }) => [
            ...(shrinksAfterSeconds >= planned.scaleInAfterSeconds
              ? []
              : [`${name} shrinks after ${shrinksAfterSeconds} s`]),
            ...(shrinksOnSilence ? [`${name} shrinks when its metric is lost`] : []),
          ]),
        ];
      }),
    violations: {
      'a group that scales by itself': ({ groups }) =>
        first(
          groups.filter(({ role }) => role === 'server'),
          ({ scaling }) =>
            scaling.push({
              metric: 'cpu',
              target: 50,
              grows: true,
              shrinksAfterSeconds: 0,
              shrinksOnSilence: false,
            }),
        ),
    },
    fleetViolations: {
      'the CPU of a fleet': ({ groups }) =>
        first(
          groups.filter(({ role }) => role === 'fleet'),
          ({ scaling }) => each(scaling, (policy) => (policy.metric = 'cpu')),
        ),
      'a group that never grows': ({ groups }) =>
        first(
          groups.filter(({ role }) => role !== 'server'),
          (group) => (group.scaling = group.scaling.filter(({ grows }) => !grows)),
        ),
      'a fleet that shrinks at once': ({ groups }) =>
        first(
          groups.filter(({ role }) => role === 'fleet'),
          ({ scaling }) => each(scaling, (policy) => (policy.shrinksAfterSeconds &&= 60)),
        ),
      'a fleet that goes when its metric is lost': ({ groups }) =>
        first(
          groups.filter(({ role }) => role === 'fleet'),
          ({ scaling }) => each(scaling, (policy) => (policy.shrinksOnSilence = true)),
        ),
    },
  },
];

const fleetMetric = (metric: SentMetric, fleet: string): SentMetric => ({
  ...metric,
  dimensions: { ...metric.dimensions, fleet },
});
