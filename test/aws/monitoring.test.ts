import { DatabaseCluster } from 'aws-cdk-lib/aws-rds';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Stack } from 'aws-cdk-lib/core';
import { describe, expect, it } from 'vitest';
import type { MetricSources } from '../../lib/aws/metrics';
import { Monitoring } from '../../lib/aws/monitoring';
import { type Alarm, type CloudMetric, series } from '../../lib/plan/signals';
import { planOf } from './plan-fixture';
import { type Properties, partWritten, type Written, writtenOf } from './synthesize';

const { decisions } = planOf('tunnel');

function monitoring(alarms: Alarm[], sources: (stack: Stack) => MetricSources = () => ({})): Written {
  return partWritten((stack) => {
    new Monitoring(stack, 'Monitoring', {
      identity: decisions.identity,
      monitoring: { ...decisions.monitoring, alarms },
      topic: new Topic(stack, 'Topic'),
      sources: sources(stack),
    });
  });
}

const alarm: Alarm = {
  signal: 'error-rate',
  title: 'Requests fail',
  metric: { sentBy: 'machine', series: 'llm_error_percent' },
  statistic: 'maximum',
  comparison: 'above',
  threshold: 7,
  unit: '%',
  forMinutes: 12,
  severity: 'critical',
  whenMissing: 'ignore',
  runbook: 'Read the log.',
};
const only = (changes: Partial<Alarm>): Properties =>
  monitoring([{ ...alarm, ...changes }]).only('AWS::CloudWatch::Alarm').Properties as Properties;

describe('alarms', () => {
  it('say what the plan says', () => {
    expect(only({})).toMatchObject({
      Namespace: 'LLMServing',
      MetricName: 'llm_error_percent',
      Dimensions: [{ Name: 'deployment', Value: decisions.identity.name }],
      Statistic: 'Maximum',
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 7,
      Period: 60,
      EvaluationPeriods: 12,
      TreatMissingData: 'notBreaching',
    });
    expect(only({ statistic: 'minimum', comparison: 'below', whenMissing: 'alarm' })).toMatchObject({
      Statistic: 'Minimum',
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
    expect(only({ statistic: 'average' }).Statistic).toBe('Average');
  });

  it('tell what to do', () => {
    expect(only({}).AlarmDescription).toBe('critical: Requests fail. Read the log.');
  });

  it('watch what AWS measures in the units of AWS', () => {
    const managed = planOf('internal');
    const template = writtenOf('internal');
    const wanted = managed.decisions.monitoring.alarms.find(({ signal }) => signal === 'database-storage');
    const found = template
      .properties('AWS::CloudWatch::Alarm')
      .find(({ MetricName }) => MetricName === 'FreeStorageSpace');
    expect(found).toMatchObject({
      Namespace: 'AWS/RDS',
      Threshold: (wanted as Alarm).threshold * 2 ** 30,
      Dimensions: [
        { Name: 'DBInstanceIdentifier', Value: { Ref: template.logicalId('AWS::RDS::DBInstance') } },
      ],
    });
  });

  it('watch the writer of a cluster, whose storage grows by itself', () => {
    const sources = (stack: Stack) => ({
      database: DatabaseCluster.fromDatabaseClusterAttributes(stack, 'Cluster', {
        clusterIdentifier: 'data',
      }),
    });
    const watched = (signal: 'database-connections' | 'database-storage', metric: CloudMetric) =>
      monitoring([{ ...alarm, signal, metric: { sentBy: 'cloud', metric } }], sources).only(
        'AWS::CloudWatch::Alarm',
      ).Properties;
    expect(watched('database-connections', 'database-connections')).toMatchObject({
      Namespace: 'AWS/RDS',
      MetricName: 'DatabaseConnections',
      Dimensions: [
        { Name: 'DBClusterIdentifier', Value: 'data' },
        { Name: 'Role', Value: 'WRITER' },
      ],
    });
    expect(() => watched('database-storage', 'database-free-storage-gib')).toThrow('`sources.database`');
  });

  it('that AWS sends once a day are judged once a day', () => {
    const days = writtenOf('public')
      .properties('AWS::CloudWatch::Alarm')
      .find(({ MetricName }) => MetricName === 'DaysToExpiry');
    expect(days).toMatchObject({ Period: 86_400, EvaluationPeriods: 1, Threshold: 21 });
  });

  it('cannot watch a part that the deployment does not have', () => {
    const metric = { sentBy: 'cloud', metric: 'database-connections' } as const;
    expect(() => only({ signal: 'database-connections', metric })).toThrow(
      'the alarm database-connections watches `sources.database`, which is not given: give it, or leave the alarm out of `monitoring.alarms`',
    );
    const ofFleet = { sentBy: 'cloud', metric: 'balancer-healthy-targets', fleet: 'chat' } as const;
    expect(() => only({ signal: 'no-healthy-target', metric: ofFleet })).toThrow(
      'the alarm no-healthy-target-chat watches `sources.fleetTargetGroups.chat`, which is not given',
    );
  });
});

describe('the dashboard', () => {
  it.each([
    ['eu-central-1', 'https://eu-central-1.console.aws.amazon.com/cloudwatch/'],
    ['us-gov-west-1', 'https://us-gov-west-1.console.amazonaws-us-gov.com/cloudwatch/'],
  ])('of %s is in the console of its partition', (region, start) => {
    partWritten(
      (stack) => {
        const part = new Monitoring(stack, 'Monitoring', {
          identity: { name: 'chat-prod', region },
          monitoring: { ...decisions.monitoring, alarms: [] },
          topic: new Topic(stack, 'Topic'),
          sources: {},
        });
        expect(part.dashboardUrl.startsWith(start)).toBe(true);
      },
      { region },
    );
  });

  it('shows every series, with the threshold of its alarm', () => {
    const body = JSON.stringify(monitoring([alarm]).only('AWS::CloudWatch::Dashboard').Properties);
    for (const name of Object.keys(series)) expect(body).toContain(`\\"${name}\\"`);
    expect(body).toContain('Requests fail');
  });
});
