import type { SingleServerPlan } from '../../../plan/plan';
import { type Alarm, telemetryDimension } from '../../../plan/signals';
import { enginePort, engineServices, ports } from '../../layout';
import { yamlText } from '../../yaml-text';
import type { LocalForm } from '../form';
import { unseen } from './settings';

export const prometheusConfigPath = '/etc/prometheus/prometheus.yaml';
export const alertsPath = '/etc/prometheus/alerts.yaml';

/** `prometheus.yaml`: the signals as a cloud would get them, and every series of the engines beside them. */
export function prometheusConfig(plan: SingleServerPlan, form: LocalForm): string {
  const deployment = plan.decisions.identity.name;
  const engines = engineServices(plan).map(({ service }) => ({
    targets: [`${service}:${enginePort}`],
    labels: { [telemetryDimension]: deployment, service },
  }));
  return yamlText(
    {
      // four looks within the minute that one look of a cloud covers
      global: { scrape_interval: '15s', scrape_timeout: '10s', evaluation_interval: '15s' },
      rule_files: [alertsPath],
      scrape_configs: [
        {
          job_name: 'signals',
          static_configs: [
            { targets: [`signals:${ports.signals}`], labels: { [telemetryDimension]: deployment } },
          ],
        },
        ...(engines.length > 0 ? [{ job_name: 'engines', ...engineKey(form), static_configs: engines }] : []),
      ],
    },
    'What is measured, and how often. Generated from the plan.',
  );
}

export const engineKeyPath = '/run/secrets/engine_key';

/** llama.cpp shows its series to nobody without its key, vLLM to everybody. */
const engineKey = ({ engine }: LocalForm) =>
  engine === 'llama.cpp' ? { authorization: { type: 'Bearer', credentials_file: engineKeyPath } } : {};

/** `alerts.yaml`: an alert for each alarm of the plan that can be seen from here, with the same threshold. */
export function alertRules(plan: SingleServerPlan, form: LocalForm): string {
  const { identity, monitoring } = plan.decisions;
  const rules = localAlarms(monitoring.alarms, form).map((alarm) => alertRule(alarm, identity.name));
  return yamlText(
    { groups: [{ name: identity.name, rules }] },
    'An alert for each alarm of the cloud that can be seen from here. Generated from the plan.',
  );
}

type MachineAlarm = Alarm & { metric: { sentBy: 'machine' } };

/** Alarms about series that are sent here; the cloud's own (balancer, certificate) have nothing to watch. */
export function localAlarms(alarms: readonly Alarm[], form: LocalForm): MachineAlarm[] {
  const missing = unseen(form);
  return alarms.filter(
    (alarm): alarm is MachineAlarm =>
      alarm.metric.sentBy === 'machine' && !missing.includes(alarm.metric.series),
  );
}

/** Silence ends an alert in Prometheus, as the clouds treat missing data; where it means an outage, it is one. */
function alertRule(alarm: MachineAlarm, deployment: string) {
  const series = `${alarm.metric.series}{${telemetryDimension}="${deployment}"}`;
  const breached = `${functions[alarm.statistic]}(${series}[1m]) ${operators[alarm.comparison]} ${alarm.threshold}`;
  return {
    alert: alertName(alarm.signal),
    expr: alarm.whenMissing === 'alarm' ? `${breached} or absent_over_time(${series}[1m])` : breached,
    for: `${alarm.forMinutes}m`,
    labels: { severity: alarm.severity },
    annotations: { summary: alarm.title, description: alarm.runbook },
  };
}

/** Words of the table in the usual form of Prometheus: `error-rate` is `ErrorRate`. */
export const alertName = (signal: Alarm['signal']) =>
  signal.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());

const functions = {
  average: 'avg_over_time',
  maximum: 'max_over_time',
  minimum: 'min_over_time',
  // of one machine, which sends once a minute
  sum: 'avg_over_time',
} satisfies Record<Alarm['statistic'], string>;

const operators = { above: '>', below: '<' } satisfies Record<Alarm['comparison'], string>;
