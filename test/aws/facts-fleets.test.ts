import { describe, expect, it } from 'vitest';
import { checks } from '../contract';
import type { Subject } from '../contract/check';
import { awsFacts } from './facts';
import { type scaledDeployments, scaledPlanOf } from './scaled-fixture';
import { type Properties, type Resource, Written, written } from './synthesize';

type Name = keyof typeof scaledDeployments;

/** A change of a template of fleets, and what a check must say of it through the reader's eyes. */
interface Spoilt {
  of: Name;
  promises: string;
  type: string;
  id?: RegExp;
  change: (properties: Properties, resource: Resource) => unknown;
  finds: string;
}

const templates = new Map<Name, Written>();

function templateOf(name: Name): Written {
  const known = templates.get(name) ?? written(scaledPlanOf(name));
  templates.set(name, known);
  return known;
}

function problemsOf(of: Name, promises: string, { template }: Written): string[] {
  const check = checks.find((candidate) => candidate.promises.startsWith(promises));
  if (!check) throw new Error(`no check "${promises}"`);
  const plan = scaledPlanOf(of);
  const facts = awsFacts(plan, new Written(template, []));
  const subject: Subject = { plan, facts, cloud: 'aws', deploymentTag: 'llm-deployment', excepted: () => '' };
  return check.problems(subject);
}

function changed({ of, type, id = /./, change }: Spoilt): Written {
  const template = new Written(structuredClone(templateOf(of).template), []);
  const [, resource] =
    Object.entries(template.resources).find(([name, { Type }]) => Type === type && id.test(name)) ?? [];
  if (!resource) throw new Error(`no ${type}`);
  change(resource.Properties as Properties, resource);
  return template;
}

const group = 'AWS::AutoScaling::AutoScalingGroup';
const policy = 'AWS::AutoScaling::ScalingPolicy';
const alarm = 'AWS::CloudWatch::Alarm';
const fleet = /^LlmFleet/;
const gateways = /^LlmGateways/;
const set = (properties: Properties, values: Properties) => Object.assign(properties, values);

/** An alarm of the public deployment. */
const healthOf = (part: string) =>
  Object.entries(templateOf('public').resources).find(
    ([id, { Type }]) => Type === alarm && id.includes(part),
  )?.[1].Properties as Properties;

const spoilt: Spoilt[] = [
  {
    of: 'public',
    promises: 'runs the machines of the plan',
    type: group,
    id: fleet,
    change: (p) => p.MixedInstancesPolicy.LaunchTemplate.Overrides.reverse(),
    finds: 'types',
  },
  {
    of: 'public',
    promises: 'runs the machines of the plan',
    type: group,
    id: fleet,
    change: (p) => set(p.MixedInstancesPolicy.InstancesDistribution, { OnDemandBaseCapacity: 0 }),
    finds: 'purchase: "spot" and not "mixed"',
  },
  {
    of: 'public',
    promises: 'runs the machines of the plan',
    type: group,
    id: fleet,
    change: (p) => set(p, { MaxSize: '9999' }),
    finds: 'max: 9999',
  },
  {
    of: 'private',
    promises: 'runs the machines of the plan',
    type: group,
    id: fleet,
    change: (p) => set(p, { CapacityReservationSpecification: undefined }),
    finds: 'reservation',
  },
  {
    of: 'asleep',
    promises: 'runs the machines of the plan',
    type: 'AWS::AutoScaling::WarmPool',
    change: (p) => set(p, { MinSize: 3 }),
    finds: 'warmPool: 3 and not 1',
  },
  {
    of: 'asleep',
    promises: 'wakes and sleeps',
    type: 'AWS::AutoScaling::ScheduledAction',
    change: (p) => set(p, { Recurrence: (p.Recurrence as string).replace(/^\d+ \d+/, '30 5') }),
    finds: 'minute',
  },
  {
    of: 'asleep',
    promises: 'wakes and sleeps',
    type: 'AWS::AutoScaling::ScheduledAction',
    change: (p) => set(p, { TimeZone: undefined }),
    finds: 'time zone: "UTC" and not "Europe/Berlin"',
  },
  {
    of: 'public',
    promises: 'gives no machine a public address, and spreads',
    type: group,
    id: fleet,
    change: (p) => set(p, { VPCZoneIdentifier: p.VPCZoneIdentifier.slice(0, 1) }),
    finds: '1 zones, not 3',
  },
  {
    of: 'public',
    promises: 'waits longer than a start takes',
    type: group,
    id: fleet,
    change: (p) => set(p.LifecycleHookSpecificationList[0], { HeartbeatTimeout: 60 }),
    finds: 'given up by its group after 60 s',
  },
  {
    of: 'public',
    promises: 'waits longer than a start takes',
    type: group,
    id: fleet,
    change: (_, resource) => set(resource, { CreationPolicy: undefined }),
    finds: 'nobody waits for machines',
  },
  {
    of: 'public',
    promises: 'lets running answers end',
    type: group,
    id: gateways,
    change: (p) => p.LifecycleHookSpecificationList.pop(),
    finds: 'gateway: hook (0 s)',
  },
  {
    of: 'public',
    promises: 'faces the internet only where',
    type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    id: /Engines/,
    change: (p) => set(p, { Scheme: 'internet-facing' }),
    finds: 'faces: "internet" and not "inside"',
  },
  {
    of: 'public',
    promises: 'opens the port of the API',
    type: 'AWS::EC2::SecurityGroup',
    id: /Engines/,
    change: (p) =>
      set(p, { SecurityGroupIngress: [{ FromPort: 8100, ToPort: 8100, CidrIp: '10.40.0.0/16' }] }),
    finds: 'open ports: [80,443,8100]',
  },
  {
    of: 'public',
    promises: 'lets machines be reached',
    type: 'AWS::EC2::SecurityGroupIngress',
    id: /^LlmFleet.*8000/,
    change: (p) => set(p, { FromPort: 22, ToPort: 22 }),
    finds: 'and not [4080,8000]',
  },
  {
    of: 'public',
    promises: 'sends the requests for each name',
    type: 'AWS::ElasticLoadBalancingV2::Listener',
    id: /Engines/,
    change: (p) => set(p, { Port: 9999 }),
    finds: 'nobody at',
  },
  {
    of: 'public',
    promises: 'keeps connections open longer',
    type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    id: /Engines/,
    change: (p) => {
      const idle = p.LoadBalancerAttributes.find(
        ({ Key }: Properties) => Key === 'idle_timeout.timeout_seconds',
      );
      idle.Value = '4000';
    },
    finds: 'is not above idle time of LlmEngines',
  },
  {
    of: 'public',
    promises: 'grows each group',
    type: policy,
    id: fleet,
    change: (p) =>
      set(p.TargetTrackingConfiguration.CustomizedMetricSpecification, {
        MetricName: 'llm_gpu_utilization_percent',
      }),
    finds: 'scales on',
  },
  {
    of: 'public',
    promises: 'grows each group',
    type: policy,
    id: fleet,
    change: (p) => set(p.TargetTrackingConfiguration, { TargetValue: 0.1 }),
    finds: 'grows at: [0.1] and not [0.75]',
  },
  {
    of: 'public',
    promises: 'grows each group',
    type: policy,
    id: fleet,
    change: (p) => set(p.TargetTrackingConfiguration, { DisableScaleIn: false }),
    finds: '2 things shrink it',
  },
  {
    of: 'public',
    promises: 'grows each group',
    type: alarm,
    id: /^LlmFleet.*Quiet/,
    change: (p) => set(p, { TreatMissingData: 'breaching' }),
    finds: 'shrinks when its metric is lost',
  },
  {
    of: 'public',
    promises: 'grows each group',
    type: alarm,
    id: /^LlmFleet.*Quiet/,
    change: (p) => set(p, { EvaluationPeriods: 1 }),
    finds: 'shrinks after 60 s',
  },
  {
    of: 'public',
    promises: 'has every alarm of the plan',
    type: alarm,
    id: /nohealthytargetchatold/,
    change: (p) => set(p, { Dimensions: healthOf('nohealthytargetchatnew').Dimensions }),
    finds: 'no alarm no-healthy-target',
  },
  {
    of: 'public',
    promises: 'has every machine and every billable resource',
    type: policy,
    id: fleet,
    change: (p) => set(p.TargetTrackingConfiguration, { DisableScaleIn: false }),
    finds: 'alarm: ',
  },
  {
    of: 'public',
    promises: 'keeps data when it is deleted',
    type: 'AWS::RDS::DBCluster',
    change: (p) => set(p, { DeletionProtection: false }),
    finds: 'guard of LlmDatabase',
  },
  {
    of: 'asleep',
    promises: 'encrypts all that it stores',
    type: 'AWS::RDS::DBCluster',
    change: (p) => set(p, { StorageEncrypted: false }),
    finds: 'is not encrypted',
  },
];

describe('the reader of facts about fleets', () => {
  it.each(spoilt.map((one) => [one.promises, one.finds, one] as const))(
    'lets the check "%s" find %s',
    (promises, finds, one) => {
      expect(problemsOf(one.of, promises, templateOf(one.of))).toEqual([]);
      expect(problemsOf(one.of, promises, changed(one)).join('\n')).toContain(finds);
    },
  );

  it('refuses what it cannot read', () => {
    const unreadable = (change: Spoilt['change'], type = policy) =>
      problemsOf(
        'public',
        'runs the machines',
        changed({ of: 'public', promises: '', type, id: fleet, change, finds: '' }),
      );
    expect(() =>
      unreadable((p) => set(p.TargetTrackingConfiguration, { CustomizedMetricSpecification: undefined })),
    ).toThrow('no reader of predefined metrics');
    expect(() =>
      unreadable(
        (p) => set(p.MixedInstancesPolicy.InstancesDistribution, { OnDemandPercentageAboveBaseCapacity: 50 }),
        group,
      ),
    ).toThrow('50 % on demand above the base');
  });
});
