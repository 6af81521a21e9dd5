import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Names, Stack } from 'aws-cdk-lib/core';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { Construct } from 'constructs';
import type { IdentityDecision, MonitoringDecision } from '../plan/plan';
import { type Alarm, alarmId } from '../plan/signals';
import { dashboardWidgets } from './dashboard';
import { fleetWidgets, type WatchedFleet } from './fleet-widgets';
import { alarmMetric, type MetricSources } from './metrics';

export interface MonitoringProps {
  readonly identity: Pick<IdentityDecision, 'name' | 'region'>;
  readonly monitoring: MonitoringDecision;
  readonly topic: sns.ITopic;
  /** Parts of the deployment whose own metrics the plan's alarms watch. */
  readonly sources: MetricSources;
  /**
   * Names of alarms that somebody must know before they are made.
   *
   * @default - CloudFormation names them
   */
  readonly alarmNames?: AlarmNames;
  /** Drawn apart on the dashboard. @default - none */
  readonly watchedFleets?: readonly WatchedFleet[];
}

/** By `alarmId`. */
export type AlarmNames = Readonly<Record<string, string>>;

/** Unique by stack, which may be deployed under several names, and by place in it. */
export function alarmNames(scope: Construct, alarms: readonly Alarm[]): AlarmNames {
  const place = `${Stack.of(scope).stackName}-${Names.uniqueId(scope).slice(-8)}`;
  return Object.fromEntries(alarms.map((alarm) => [alarmId(alarm), `${place}-${alarmId(alarm)}`]));
}

/** One alarm for each of the plan, and a dashboard with every series. */
export class Monitoring extends Construct {
  readonly alarms: cloudwatch.Alarm[];
  readonly dashboard: cloudwatch.Dashboard;
  readonly dashboardUrl: string;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    this.alarms = props.monitoring.alarms.map((alarm) => this.alarm(alarm, props));
    this.dashboard = new cloudwatch.Dashboard(this, 'Dashboard', {
      widgets: [
        ...dashboardWidgets(props.identity.name, props.monitoring.alarms, this.alarms),
        ...(props.watchedFleets ?? []).map((fleet) => fleetWidgets(props.identity.name, fleet)),
      ],
    });
    const { region } = props.identity;
    this.dashboardUrl = `https://${region}.${consoleHost(region)}/cloudwatch/home?region=${region}#dashboards/dashboard/${this.dashboard.dashboardName}`;
  }

  private alarm(planned: Alarm, props: MonitoringProps): cloudwatch.Alarm {
    const { metric, factor } = alarmMetric(planned, props.identity.name, props.sources);
    const periodMinutes = (metric.period?.toMinutes() ?? 1) as number;
    const alarmName = props.alarmNames?.[alarmId(planned)];
    const alarm = new cloudwatch.Alarm(this, alarmId(planned), {
      metric,
      ...(alarmName !== undefined && { alarmName }),
      alarmDescription: `${planned.severity}: ${planned.title}. ${planned.runbook}`,
      comparisonOperator: comparisons[planned.comparison],
      threshold: planned.threshold * factor,
      evaluationPeriods: Math.max(1, Math.ceil(planned.forMinutes / periodMinutes)),
      treatMissingData: silences[planned.whenMissing],
    });
    const action = new SnsAction(props.topic);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    return alarm;
  }
}

/** Hosts of the console outside of the commercial regions (AWS GovCloud user guide, "Signing up for AWS GovCloud", 2026-11). */
const consoleHosts: Record<string, string> = { 'aws-us-gov': 'console.amazonaws-us-gov.com' };

function consoleHost(region: string): string {
  return consoleHosts[RegionInfo.get(region).partition ?? 'aws'] ?? 'console.aws.amazon.com';
}

const comparisons = {
  above: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
  below: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
} satisfies Record<Alarm['comparison'], cloudwatch.ComparisonOperator>;

const silences = {
  alarm: cloudwatch.TreatMissingData.BREACHING,
  // CloudWatch's own IGNORE would keep an alarm red for ever once its series ends
  ignore: cloudwatch.TreatMissingData.NOT_BREACHING,
} satisfies Record<Alarm['whenMissing'], cloudwatch.TreatMissingData>;
