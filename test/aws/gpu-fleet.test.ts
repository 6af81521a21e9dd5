import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { describe, expect, it } from 'vitest';
import { GpuFleet, type GpuFleetProps } from '../../lib/aws/gpu-fleet';
import type { FleetDecision, RolloutDecision } from '../../lib/plan/plan';
import type { Deployment } from '../../lib/spec/types';
import { fleetOf, scaledWith } from './scaled-fixture';
import { type Properties, partWritten, type Written } from './synthesize';

const { decisions } = scaledWith();

function fleetWritten(fleet: FleetDecision, props: Partial<GpuFleetProps> = {}): Written {
  return partWritten((stack) => {
    const vpc = new Vpc(stack, 'Vpc', {
      availabilityZones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
    });
    new GpuFleet(stack, 'Fleet', {
      identity: decisions.identity,
      fleet,
      rollout: decisions.rollout,
      vpc,
      subnets: vpc.privateSubnets,
      userData: ({ groupName, groupLogicalId, bootHook, drainHook }) =>
        `group ${groupName} resource ${groupLogicalId} hooks ${bootHook} ${drainHook}`,
      ...props,
    });
  });
}

const fleetWith = (changes: Partial<Deployment>) => fleetWritten(fleetOf(changes));
const group = (template: Written) => template.only('AWS::AutoScaling::AutoScalingGroup');
const mix = (template: Written) => group(template).Properties?.MixedInstancesPolicy as Properties;
const launch = (template: Written) =>
  template.only('AWS::EC2::LaunchTemplate').Properties?.LaunchTemplateData as Properties;
const preferences = (template: Written) =>
  group(template).UpdatePolicy?.AutoScalingInstanceRefresh.Preferences as Properties;

const plain = fleetOf();
const standard = fleetWritten(plain);

describe('a fleet of GPU machines', () => {
  it('is spread over all machine subnets, and takes other zones where one is short', () => {
    const { Properties } = group(standard);
    expect(Properties?.VPCZoneIdentifier).toHaveLength(3);
    expect(Properties?.AvailabilityZoneDistribution).toEqual({
      CapacityDistributionStrategy: 'balanced-best-effort',
    });
    expect(Properties?.MaxInstanceLifetime).toBeUndefined();
  });

  it('tries the types of the plan in its order, each counting for what it can do', () => {
    expect(plain.machines.length).toBeGreaterThan(1);
    expect(mix(standard).LaunchTemplate.Overrides).toEqual(
      plain.machines.map(({ instanceType, capacityWeight }) => ({
        InstanceType: instanceType,
        WeightedCapacity: String(capacityWeight),
      })),
    );
    expect(mix(standard).InstancesDistribution).toMatchObject({
      OnDemandAllocationStrategy: 'prioritized',
      OnDemandBaseCapacity: 0,
      OnDemandPercentageAboveBaseCapacity: 100,
    });
  });

  it('has its bounds in units of the planned type', () => {
    expect(plain.unitsPerMachine).toBe(10);
    expect(group(standard).Properties).toMatchObject({
      MinSize: String(plain.min * 10),
      MaxSize: String(plain.max * 10),
    });
    expect(group(standard).Properties?.DesiredCapacity).toBeUndefined();
  });

  it('buys a base on demand and the rest as spot, replaced before it is taken away', () => {
    const fleet = fleetOf({ capacity: { purchase: 'mixed', onDemandBase: 2 } });
    const template = fleetWritten(fleet);
    expect(mix(template).InstancesDistribution).toMatchObject({
      OnDemandBaseCapacity: fleet.onDemandBase * fleet.unitsPerMachine,
      OnDemandPercentageAboveBaseCapacity: 0,
      SpotAllocationStrategy: 'price-capacity-optimized',
    });
    expect(group(template).Properties?.CapacityRebalance).toBe(true);
    expect(group(standard).Properties?.CapacityRebalance).toBe(false);
    const spot = fleetWith({ environment: 'staging', capacity: { purchase: 'spot' } });
    expect(mix(spot).InstancesDistribution).toMatchObject({
      OnDemandBaseCapacity: 0,
      OnDemandPercentageAboveBaseCapacity: 0,
    });
    // the mix says how each is bought
    expect(launch(spot).InstanceMarketOptions).toBeUndefined();
  });

  it('uses reserved capacity first, by id or by group, and goes on without it', () => {
    const reservation = (name: string) =>
      group(fleetWith({ capacity: { reservations: [name] } })).Properties?.CapacityReservationSpecification;
    expect(reservation('cr-0123456789abcdef0')).toEqual({
      CapacityReservationPreference: 'capacity-reservations-first',
      CapacityReservationTarget: { CapacityReservationIds: ['cr-0123456789abcdef0'] },
    });
    const arn = 'arn:aws:resource-groups:eu-central-1:123456789012:group/gpus';
    expect(reservation(arn).CapacityReservationTarget).toEqual({
      CapacityReservationResourceGroupArns: [arn],
    });
    expect(group(standard).Properties?.CapacityReservationSpecification).toBeUndefined();
  });

  it('keeps a warm pool of the planned type alone, of exactly its size', () => {
    const fleet = fleetOf({ capacity: { warmPool: 2 } });
    const template = fleetWritten(fleet);
    expect(template.only('AWS::AutoScaling::WarmPool').Properties).toMatchObject({
      MinSize: 2,
      MaxGroupPreparedCapacity: 2,
      PoolState: 'Stopped',
    });
    expect(mix(template)).toBeUndefined();
    expect(launch(template).InstanceType).toBe(fleet.machines[0]?.instanceType);
    expect(group(template).Properties?.MinSize).toBe(String(fleet.min));
    expect(standard.all('AWS::AutoScaling::WarmPool')).toEqual([]);
  });

  it('starts machines by token-only metadata, with the disk of the plan, encrypted', () => {
    const data = launch(standard);
    expect(data.MetadataOptions).toMatchObject({ HttpTokens: 'required', HttpPutResponseHopLimit: 1 });
    expect(data.Monitoring).toEqual({ Enabled: true });
    expect(data.BlockDeviceMappings[0].Ebs).toMatchObject({
      VolumeType: 'gp3',
      VolumeSize: plain.disk.rootGiB,
      Throughput: plain.disk.rootThroughputMiBps,
      Encrypted: true,
    });
    expect(JSON.stringify(data.UserData)).toContain(
      `resource ${standard.logicalId('AWS::AutoScaling::AutoScalingGroup')} hooks boot drain`,
    );
  });

  it('lets a machine serve when it answers, and end when it has drained, from the first one on', () => {
    const { Properties, CreationPolicy } = group(standard);
    expect(Properties?.LifecycleHookSpecificationList).toEqual([
      {
        LifecycleHookName: 'boot',
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
        HeartbeatTimeout: plain.bootGraceSeconds,
        DefaultResult: 'ABANDON',
      },
      {
        LifecycleHookName: 'drain',
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
        HeartbeatTimeout: plain.drainSeconds,
        DefaultResult: 'CONTINUE',
      },
    ]);
    expect(CreationPolicy?.ResourceSignal).toEqual({
      Count: plain.min,
      Timeout: `PT${plain.bootGraceSeconds / 60}M`,
    });
    expect(Properties).toMatchObject({
      HealthCheckType: 'ELB',
      HealthCheckGracePeriod: plain.bootGraceSeconds,
    });
  });

  it('waits for fewer machines where a larger type may stand in, and a hook at most two hours', () => {
    const [first, second] = plain.machines as [FleetDecision['machines'][0], FleetDecision['machines'][0]];
    const larger = { ...plain, min: 2, machines: [first, { ...second, capacityWeight: 20 }] };
    const { Properties, CreationPolicy } = group(fleetWritten({ ...larger, bootGraceSeconds: 9000 }));
    expect(CreationPolicy?.ResourceSignal).toEqual({ Count: 1, Timeout: 'PT2H30M' });
    expect(Properties?.LifecycleHookSpecificationList[0].HeartbeatTimeout).toBe(7200);
  });

  it('may read nothing but what every machine may: session, metrics and reports of its own group', () => {
    const statements = standard
      .properties('AWS::IAM::ManagedPolicy')
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement as Properties[]);
    const actions = statements.flatMap(({ Action }) => [Action].flat() as string[]);
    expect(actions.filter((action) => /secretsmanager|ec2:|s3:|kms:/.test(action))).toEqual([]);
    expect(standard.all('AWS::IAM::Policy')).toEqual([]);
  });
});

describe('the replacement of machines', () => {
  const refreshed = (rollout: Partial<RolloutDecision>, fleet = plain) =>
    preferences(fleetWritten(fleet, { rollout: { ...decisions.rollout, ...rollout } }));

  it('starts as many more as the plan says, and never ends one before', () => {
    const four = { ...plain, max: 4 };
    expect(refreshed({ maxSurge: 1 }, four)).toMatchObject({
      MinHealthyPercentage: 100,
      MaxHealthyPercentage: 125,
      SkipMatching: true,
    });
    expect(refreshed({ maxSurge: 1 }, four).CheckpointPercentages).toBeUndefined();
    expect(refreshed({ maxSurge: 10 }, four).MaxHealthyPercentage).toBe(200);
  });

  it('ends one before it starts the next without a spare GPU, in repairs too', () => {
    const template = fleetWritten(
      { ...plain, max: 4 },
      {
        rollout: { ...decisions.rollout, maxSurge: 0 },
      },
    );
    expect(preferences(template)).toMatchObject({ MinHealthyPercentage: 75, MaxHealthyPercentage: 100 });
    expect(group(template).Properties?.InstanceMaintenancePolicy).toEqual({
      MinHealthyPercentage: 75,
      MaxHealthyPercentage: 100,
    });
    expect(group(standard).Properties?.InstanceMaintenancePolicy).toBeUndefined();
    expect(refreshed({ maxSurge: 0 }, { ...plain, min: 1, max: 1 }).MinHealthyPercentage).toBe(0);
  });

  it('starts all new machines beside the old ones with blue-green, and watches them for a while', () => {
    expect(refreshed({ strategy: 'blue-green', maxSurge: 1, bakeMinutes: 15 })).toMatchObject({
      MinHealthyPercentage: 100,
      MaxHealthyPercentage: 200,
      BakeTime: 900,
    });
  });

  it('stops at each step of a canary, and at the end', () => {
    expect(
      refreshed({ strategy: 'canary', maxSurge: 1, canarySteps: [10, 50], bakeMinutes: 20 }),
    ).toMatchObject({ CheckpointPercentages: [10, 50, 100], CheckpointDelay: 1200, BakeTime: 1200 });
  });

  it('ends at the alarms that are named', () => {
    const template = fleetWritten(plain, { abortAlarms: ['chat-error-rate'] });
    expect(preferences(template).AlarmSpecification).toEqual({ Alarms: ['chat-error-rate'] });
    expect(preferences(standard).AlarmSpecification).toBeUndefined();
  });
});

describe('the scaling of a fleet', () => {
  const dimensions = [
    { Name: 'deployment', Value: 'chat-prod' },
    { Name: 'fleet', Value: 'qwen3-8b' },
  ];
  const policies = (template: Written) => template.properties('AWS::AutoScaling::ScalingPolicy');

  it('adds machines by the series that the machines send, and never takes any away by it', () => {
    const [tracking] = policies(standard).filter(({ PolicyType }) => PolicyType === 'TargetTrackingScaling');
    expect(tracking?.TargetTrackingConfiguration).toEqual({
      CustomizedMetricSpecification: {
        Namespace: 'LLMServing',
        MetricName: 'llm_in_flight_ratio',
        Dimensions: dimensions,
        Statistic: 'Average',
      },
      DisableScaleIn: true,
      TargetValue: 0.75,
    });
  });

  it('takes one machine away when one fewer was enough for so long, and not sooner again', () => {
    const [down] = policies(standard).filter(({ PolicyType }) => PolicyType === 'SimpleScaling');
    expect(down).toMatchObject({
      AdjustmentType: 'ChangeInCapacity',
      ScalingAdjustment: -plain.unitsPerMachine,
      Cooldown: String(plain.scaling.scaleInAfterSeconds),
    });
    const alarm = standard.only('AWS::CloudWatch::Alarm').Properties as Properties;
    expect(alarm).toMatchObject({
      ComparisonOperator: 'LessThanThreshold',
      EvaluationPeriods: plain.scaling.scaleInAfterSeconds / 60,
      TreatMissingData: 'notBreaching',
    });
    expect(alarm.Threshold).toBe(0.6);
    const [expression, load, machines] = alarm.Metrics;
    expect(expression.Expression).toContain('load / (machines - 1)');
    expect([load.MetricStat.Stat, machines.MetricStat.Stat]).toEqual(['Sum', 'SampleCount']);
    expect(load.MetricStat.Metric.Dimensions).toEqual(dimensions);
    expect(JSON.stringify(alarm.AlarmActions)).toContain('FleetScalingIn');
  });

  it('follows waiting requests where the spec says so', () => {
    const template = fleetWith({ capacity: { scalingSignal: 'waiting-requests', scalingTarget: 8 } });
    const [tracking] = policies(template).filter(({ PolicyType }) => PolicyType === 'TargetTrackingScaling');
    expect(tracking?.TargetTrackingConfiguration).toMatchObject({
      CustomizedMetricSpecification: { MetricName: 'llm_waiting_requests' },
      TargetValue: 8,
    });
    // a queue is empty at a tenth of the load too
    const { Metrics, Threshold } = template.only('AWS::CloudWatch::Alarm').Properties as Properties;
    expect(Metrics[1].MetricStat.Metric.MetricName).toBe('llm_in_flight_ratio');
    expect(Threshold).toBe(0.8);
  });

  it('has nothing to scale in a fleet of one size', () => {
    const fixed = fleetWith({ models: [{ source: 'Qwen/Qwen3-8B', replicas: { min: 2, max: 2 } }] });
    expect(policies(fixed)).toEqual([]);
    expect(fixed.all('AWS::CloudWatch::Alarm')).toEqual([]);
  });

  it('wakes and sleeps by the schedule, in its time zone', () => {
    const template = fleetWith({
      timeZone: 'Europe/Berlin',
      models: [{ source: 'Qwen/Qwen3-8B', replicas: { min: 0, max: 4 } }],
      capacity: { schedule: [{ days: 'mon-fri', from: '07:30', to: '20:00', min: 2 }] },
    });
    const units = fleetOf().unitsPerMachine;
    expect(group(template).Properties).toMatchObject({ MinSize: '0', MaxSize: String(4 * units) });
    expect(group(template).CreationPolicy).toBeUndefined();
    expect(
      template.properties('AWS::AutoScaling::ScheduledAction').map((action) => ({
        Recurrence: action.Recurrence,
        TimeZone: action.TimeZone,
        MinSize: action.MinSize,
        MaxSize: action.MaxSize,
      })),
    ).toEqual([
      { Recurrence: '30 7 * * 1,2,3,4,5', TimeZone: 'Europe/Berlin', MinSize: 2 * units, MaxSize: 4 * units },
      { Recurrence: '0 20 * * 1,2,3,4,5', TimeZone: 'Europe/Berlin', MinSize: 0, MaxSize: 0 },
    ]);
  });
});
