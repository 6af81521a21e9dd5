import type { CfnAutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { App, Stack } from 'aws-cdk-lib/core';
import { describe, expect, it } from 'vitest';
import { GpuServer, type GpuServerProps } from '../../lib/aws/gpu-server';
import type { SingleServerPlan } from '../../lib/plan/plan';
import { planOf } from './plan-fixture';
import { type Properties, partWritten, type Written } from './synthesize';

const { decisions } = planOf('tunnel');

function server(
  changes: Partial<SingleServerPlan['decisions']> = {},
  props: Partial<GpuServerProps> = {},
): Written {
  return partWritten((stack) => {
    const vpc = new Vpc(stack, 'Vpc', { availabilityZones: ['eu-central-1a', 'eu-central-1b'] });
    new GpuServer(stack, 'Server', {
      ...decisions,
      ...changes,
      vpc,
      subnet: vpc.privateSubnets[1] as (typeof vpc.privateSubnets)[0],
      userData: ({ volumeId, groupName, groupLogicalId, drainHook }) =>
        `volume ${volumeId} group ${groupName} resource ${groupLogicalId} hook ${drainHook}`,
      balanced: false,
      deletionProtection: true,
      ...props,
    });
  });
}

const launch = (template: Written) =>
  template.only('AWS::EC2::LaunchTemplate').Properties?.LaunchTemplateData as Properties;
const group = (template: Written) => template.only('AWS::AutoScaling::AutoScalingGroup');
const statements = (template: Written): Properties[] =>
  template
    .properties('AWS::IAM::ManagedPolicy')
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement as Properties[]);
const allowing = (template: Written, action: string) =>
  statements(template).filter(({ Action }) => [Action].flat().includes(action));

describe('the GPU server', () => {
  it('is a group of exactly one machine in one subnet', () => {
    const { Properties } = group(server());
    expect(Properties).toMatchObject({ MinSize: '1', MaxSize: '1' });
    expect(Properties?.VPCZoneIdentifier).toHaveLength(1);
  });

  it('ends the old machine before it starts the new one, and waits until that one serves', () => {
    const { UpdatePolicy, CreationPolicy } = group(server());
    const { bootGraceSeconds } = decisions.timeouts;
    expect(UpdatePolicy?.AutoScalingRollingUpdate).toMatchObject({
      MinInstancesInService: 0,
      MaxBatchSize: 1,
      WaitOnResourceSignals: true,
      PauseTime: `PT${bootGraceSeconds / 60}M`,
    });
    expect(CreationPolicy?.ResourceSignal).toEqual({ Count: 1, Timeout: `PT${bootGraceSeconds / 60}M` });
  });

  it('ends the old machine first in a repair too', () => {
    expect(group(server()).Properties?.InstanceMaintenancePolicy).toEqual({
      MinHealthyPercentage: 0,
      MaxHealthyPercentage: 100,
    });
  });

  it('waits at most an hour in an update, which is as long as CloudFormation can', () => {
    const { UpdatePolicy, CreationPolicy } = group(
      server({ timeouts: { ...decisions.timeouts, bootGraceSeconds: 9000 } }),
    );
    expect(UpdatePolicy?.AutoScalingRollingUpdate.PauseTime).toBe('PT1H');
    expect(CreationPolicy?.ResourceSignal.Timeout).toBe('PT2H30M');
  });

  it('lets a balancer judge the machine where there is one, after the boot grace', () => {
    const grace = decisions.timeouts.bootGraceSeconds;
    expect(group(server()).Properties).toMatchObject({
      HealthCheckType: 'EC2',
      HealthCheckGracePeriod: grace,
    });
    expect(group(server({}, { balanced: true })).Properties).toMatchObject({
      HealthCheckType: 'ELB',
      HealthCheckGracePeriod: grace,
    });
  });

  it('lets a machine finish its answers before it ends', () => {
    expect(server().only('AWS::AutoScaling::LifecycleHook').Properties).toMatchObject({
      LifecycleHookName: 'drain',
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
      HeartbeatTimeout: decisions.timeouts.drainSeconds,
      DefaultResult: 'CONTINUE',
    });
  });

  it('tells the first boot script the names of volume, group, resource and hook', () => {
    const template = server();
    const { Properties } = group(template);
    expect(JSON.stringify(launch(template).UserData)).toContain(
      ` group ${Properties?.AutoScalingGroupName} resource ${template.logicalId('AWS::AutoScaling::AutoScalingGroup')} hook drain`,
    );
    expect(JSON.stringify(launch(template).UserData)).toContain(
      `"Ref":"${template.logicalId('AWS::EC2::Volume')}"`,
    );
  });

  it('has a group name of its own in each stack', () => {
    const name = (stackName: string) => {
      const app = new App();
      const stack = new Stack(app, 'Test', { stackName, env: { region: 'eu-central-1' } });
      const vpc = new Vpc(stack, 'Vpc');
      return new GpuServer(stack, 'Server', {
        ...decisions,
        vpc,
        subnet: vpc.privateSubnets[0] as (typeof vpc.privateSubnets)[0],
        userData: () => '',
        balanced: false,
        deletionProtection: false,
      }).group.node.defaultChild as CfnAutoScalingGroup;
    };
    expect(name('blue').autoScalingGroupName).toContain('blue');
    expect(name('blue').autoScalingGroupName).not.toBe(name('green').autoScalingGroupName);
  });

  it('starts machines only when role and way out are there', () => {
    const template = server();
    const after = group(template).DependsOn ?? [];
    expect(after).toContain(
      Object.keys(template.resources).find((id) => /ServerRolePolicy/.test(id) && id.startsWith('Server')),
    );
    expect(after.some((id) => id.includes('PrivateSubnet2DefaultRoute'))).toBe(true);
  });

  it('takes metadata by token only, and has neither SSH key nor public address', () => {
    const data = launch(server());
    expect(data.MetadataOptions).toMatchObject({ HttpTokens: 'required', HttpPutResponseHopLimit: 1 });
    expect(data.KeyName).toBeUndefined();
    expect(data.NetworkInterfaces).toBeUndefined();
    expect(data.Monitoring).toEqual({ Enabled: true });
  });

  it('gives its identity to containers only where one of them calls AWS', () => {
    const { MetadataOptions } = launch(server({}, { identityInContainers: true }));
    expect(MetadataOptions).toMatchObject({ HttpTokens: 'required', HttpPutResponseHopLimit: 2 });
  });

  it('lets nobody in, and goes out by HTTPS only, to name servers of the user, and to registries', () => {
    const egress = (props: Partial<GpuServerProps> = {}) => {
      const template = server({}, props);
      const [firewall] = template.properties('AWS::EC2::SecurityGroup');
      expect(firewall?.SecurityGroupIngress).toBeUndefined();
      expect(template.all('AWS::EC2::SecurityGroupIngress')).toEqual([]);
      return firewall?.SecurityGroupEgress.map((rule: Properties) => rule.ToPort);
    };
    expect(egress()).toEqual([443]);
    expect(egress({ ownNameServers: true })).toEqual([443, 53, 53]);
    expect(egress({ registryPorts: [5000] })).toEqual([443, 5000]);
  });

  it('has the root disk of the plan, encrypted', () => {
    const [disk] = launch(server()).BlockDeviceMappings;
    expect(disk.DeviceName).toBe('/dev/sda1');
    expect(disk.Ebs).toMatchObject({
      VolumeType: 'gp3',
      VolumeSize: decisions.disks.rootGiB,
      Throughput: decisions.disks.rootThroughputMiBps,
      Encrypted: true,
      DeleteOnTermination: true,
    });
  });

  it('takes the newest image of the vendor at deploy time, or the one that is pinned', () => {
    const template = server();
    const parameter = template.template.Parameters[launch(template).ImageId.Ref];
    expect(parameter).toMatchObject({
      Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>',
      Default: '/aws/service/deeplearning/ami/x86_64/base-with-single-cuda-ubuntu-24.04/latest/ami-id',
    });
    const pinned = server({ machine: { ...decisions.machine, imageId: 'ami-0123456789abcdef0' } });
    expect(launch(pinned).ImageId).toBe('ami-0123456789abcdef0');
  });

  it('buys spot machines once each where the plan says spot', () => {
    const spot = server({ machine: { ...decisions.machine, purchase: 'spot' } });
    expect(launch(spot).InstanceMarketOptions).toEqual({
      MarketType: 'spot',
      SpotOptions: { SpotInstanceType: 'one-time' },
    });
    expect(launch(server()).InstanceMarketOptions).toBeUndefined();
  });

  it('has one managed policy and no inline one, so that nothing is granted beside it', () => {
    const template = server();
    expect(template.all('AWS::IAM::Policy')).toEqual([]);
    const [role] = template
      .properties('AWS::IAM::Role')
      .filter(({ Description }) => Description === 'LLM serving machine');
    expect(role?.ManagedPolicyArns).toBeUndefined();
    expect(role?.Policies).toBeUndefined();
  });

  it('sends metrics in one namespace, signals its own stack and reports to its own group', () => {
    const template = server();
    expect(allowing(template, 'cloudwatch:PutMetricData')[0]?.Condition).toEqual({
      StringEquals: { 'cloudwatch:namespace': 'LLMServing' },
    });
    expect(allowing(template, 'cloudformation:SignalResource')[0]?.Resource).toEqual({
      Ref: 'AWS::StackId',
    });
    expect(JSON.stringify(allowing(template, 'autoscaling:SetInstanceHealth')[0]?.Resource)).toContain(
      `autoScalingGroupName/${group(template).Properties?.AutoScalingGroupName}`,
    );
  });
});

describe('the data volume', () => {
  it('is in the zone of the machine, with the size and speed of the plan', () => {
    expect(server().only('AWS::EC2::Volume').Properties).toMatchObject({
      AvailabilityZone: 'eu-central-1b',
      Size: decisions.disks.dataGiB,
      VolumeType: 'gp3',
      Iops: decisions.disks.dataIops,
      Throughput: decisions.disks.dataThroughputMiBps,
      Encrypted: true,
    });
  });

  it('outlives a deleted stack when it is protected', () => {
    expect(server().only('AWS::EC2::Volume')).toMatchObject({
      // not that of a first deployment that fails
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
  });

  it('leaves a snapshot where another one takes its place, though nothing is protected', () => {
    expect(server({}, { deletionProtection: false }).only('AWS::EC2::Volume')).toMatchObject({
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Snapshot',
    });
  });

  it('begins with a given snapshot, and refuses the id of something else', () => {
    const snapshotOf = (template: Written) => template.only('AWS::EC2::Volume').Properties?.SnapshotId;
    expect(snapshotOf(server())).toBeUndefined();
    const dataSnapshotId = 'snap-0123456789abcdef0';
    expect(snapshotOf(server({}, { dataSnapshotId }))).toBe(dataSnapshotId);
    expect(() => server({}, { dataSnapshotId: 'vol-0123456789abcdef0' })).toThrow(
      'the snapshot of the data volume is `vol-0123456789abcdef0`: write the id of one, such as `snap-0123456789abcdef0`',
    );
  });

  it('may be attached to machines of this deployment and to no others', () => {
    const [toVolume, toMachine] = allowing(server(), 'ec2:AttachVolume');
    expect(JSON.stringify(toVolume?.Resource)).toContain(':volume/');
    expect(toMachine?.Condition).toEqual({
      StringEquals: { 'aws:ResourceTag/llm-deployment': decisions.identity.name },
    });
    const tags = launch(server()).TagSpecifications.find(
      ({ ResourceType }: Properties) => ResourceType === 'instance',
    ).Tags;
    expect(tags).toContainEqual({ Key: 'llm-deployment', Value: decisions.identity.name });
  });

  it('lets EC2 use a customer-managed key while it is attached', () => {
    const template = partWritten((stack) => {
      const vpc = new Vpc(stack, 'Vpc', { availabilityZones: ['eu-central-1a', 'eu-central-1b'] });
      new GpuServer(stack, 'Server', {
        ...decisions,
        vpc,
        subnet: vpc.privateSubnets[0] as (typeof vpc.privateSubnets)[0],
        userData: () => '',
        balanced: false,
        deletionProtection: false,
        key: new Key(stack, 'Key'),
      });
    });
    expect(allowing(template, 'kms:CreateGrant')[0]?.Condition.Bool).toEqual({
      'kms:GrantIsForAWSResource': 'true',
    });
    expect(template.only('AWS::EC2::Volume').Properties?.KmsKeyId).toBeDefined();
    expect(launch(template).BlockDeviceMappings[0].Ebs.KmsKeyId).toBeDefined();
  });

  it('has snapshots as often and as many as planned, found by a tag that no other disk has', () => {
    const template = server();
    const details = template.only('AWS::DLM::LifecyclePolicy').Properties?.PolicyDetails;
    const [schedule] = details.Schedules;
    expect(schedule.CreateRule.Interval).toBe(decisions.disks.snapshotEveryHours);
    expect(schedule.RetainRule.Count).toBe(decisions.disks.snapshotsKept);
    const [target] = details.TargetTags;
    expect(template.only('AWS::EC2::Volume').Properties?.Tags).toContainEqual(target);
    // a volume that an earlier stack of this name left behind has another value
    expect(JSON.stringify(target.Value)).toContain('{"Ref":"AWS::StackId"}');
    const deletion = allowing(template, 'ec2:DeleteSnapshot')[0];
    expect(deletion?.Condition.StringEquals['aws:ResourceTag/llm-data-volume']).toEqual(target.Value);
    expect(JSON.stringify(launch(template).TagSpecifications)).not.toContain(target.Key);
  });
});
