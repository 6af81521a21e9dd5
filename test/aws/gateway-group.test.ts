import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { describe, expect, it } from 'vitest';
import { GatewayGroup, type GatewayGroupProps } from '../../lib/aws/gateway-group';
import { scaledWith } from './scaled-fixture';
import { type Properties, partWritten, type Written } from './synthesize';

const { decisions } = scaledWith();
const { gatewayGroup } = decisions;

const gatewaysWritten = (props: Partial<GatewayGroupProps> = {}): Written =>
  partWritten((stack) => {
    const vpc = new Vpc(stack, 'Vpc', { availabilityZones: ['eu-central-1a', 'eu-central-1b'] });
    new GatewayGroup(stack, 'Gateways', {
      ...decisions,
      vpc,
      subnets: vpc.privateSubnets,
      userData: ({ groupName, bootHook }) => `group ${groupName} hook ${bootHook}`,
      ...props,
    });
  });
const template = gatewaysWritten();
const group = (written: Written) => written.only('AWS::AutoScaling::AutoScalingGroup');
const launch = (written: Written) =>
  written.only('AWS::EC2::LaunchTemplate').Properties?.LaunchTemplateData as Properties;

describe('the group of gateways', () => {
  it('has machines of the planned type and number, two or more, in all zones', () => {
    expect(group(template).Properties).toMatchObject({
      MinSize: String(gatewayGroup.min),
      MaxSize: String(gatewayGroup.max),
      HealthCheckType: 'ELB',
    });
    expect(gatewayGroup.min).toBeGreaterThanOrEqual(2);
    expect(group(template).Properties?.VPCZoneIdentifier).toHaveLength(2);
    expect(launch(template)).toMatchObject({ InstanceType: gatewayGroup.instanceType });
    expect(launch(template).BlockDeviceMappings[0].Ebs).toMatchObject({
      VolumeSize: gatewayGroup.rootGiB,
      Encrypted: true,
    });
    expect(group(template).CreationPolicy?.ResourceSignal.Count).toBe(gatewayGroup.min);
  });

  it('lets containers call AWS only where one of them does', () => {
    expect(launch(template).MetadataOptions.HttpPutResponseHopLimit).toBe(1);
    const calling = gatewaysWritten({ identityInContainers: true });
    expect(launch(calling).MetadataOptions.HttpPutResponseHopLimit).toBe(2);
  });

  it('grows by its own CPU, and shrinks when one machine fewer was enough', () => {
    const policies = template.properties('AWS::AutoScaling::ScalingPolicy');
    const [tracking] = policies.filter(({ PolicyType }) => PolicyType === 'TargetTrackingScaling');
    const { Name, Value } =
      tracking?.TargetTrackingConfiguration.CustomizedMetricSpecification.Dimensions[0] ?? {};
    expect([Name, Value]).toEqual([
      'AutoScalingGroupName',
      { Ref: template.logicalId('AWS::AutoScaling::AutoScalingGroup') },
    ]);
    expect(tracking?.TargetTrackingConfiguration).toMatchObject({
      TargetValue: gatewayGroup.scaling.target,
      DisableScaleIn: true,
    });
    const [down] = policies.filter(({ PolicyType }) => PolicyType === 'SimpleScaling');
    expect(down).toMatchObject({ ScalingAdjustment: -1, Cooldown: '900' });
  });

  it('always has a machine to spare in a change: only GPUs may be short', () => {
    const { UpdatePolicy, Properties } = group(
      gatewaysWritten({ rollout: { ...decisions.rollout, maxSurge: 0 } }),
    );
    const { MinHealthyPercentage, MaxHealthyPercentage } =
      UpdatePolicy?.AutoScalingInstanceRefresh.Preferences ?? {};
    expect(MinHealthyPercentage).toBe(100);
    expect(MaxHealthyPercentage).toBeGreaterThan(100);
    expect(Properties?.InstanceMaintenancePolicy).toBeUndefined();
  });
});
