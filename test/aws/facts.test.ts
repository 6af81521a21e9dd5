import { describe, expect, it } from 'vitest';
import { plan as planOf } from '../../lib/plan';
import { checks } from '../contract';
import type { Subject } from '../contract/check';
import { awsFacts } from './facts';
import { deployments } from './plan-fixture';
import { type Properties, type Resource, Written, writtenOf } from './synthesize';

/** What somebody changes in a template, and the check that must see it through the reader's eyes. */
interface Spoilt {
  promises: string;
  type: string;
  /** Of several of the type. */
  id?: RegExp;
  change: (properties: Properties, resource: Resource) => unknown;
  finds: string;
}

const plan = planOf(deployments.public);

function problemsOf(promises: string, { template }: Written): string[] {
  const check = checks.find((candidate) => candidate.promises.startsWith(promises));
  if (!check) throw new Error(`no check "${promises}"`);
  const facts = awsFacts(plan, new Written(template, []));
  const subject: Subject = { plan, facts, cloud: 'aws', deploymentTag: 'llm-deployment', excepted: () => '' };
  return check.problems(subject);
}

/** The template of the public deployment after a change of the first resource of a type. */
function changed({ type, id = /./, change }: Pick<Spoilt, 'type' | 'id' | 'change'>): Written {
  const template = new Written(structuredClone(writtenOf('public').template), []);
  const [, resource] =
    Object.entries(template.resources).find(([name, { Type }]) => Type === type && id.test(name)) ?? [];
  if (!resource) throw new Error(`no ${type}`);
  change(resource.Properties as Properties, resource);
  return template;
}

const launched = (properties: Properties): Properties => properties.LaunchTemplateData;
const attribute = (attributes: Properties[], key: string, value: string) => {
  const found = attributes.find(({ Key }) => Key === key);
  if (found) found.Value = value;
};
const group = 'AWS::AutoScaling::AutoScalingGroup';
const template = 'AWS::EC2::LaunchTemplate';
const balancer = 'AWS::ElasticLoadBalancingV2::LoadBalancer';
const targets = 'AWS::ElasticLoadBalancingV2::TargetGroup';
const listener = 'AWS::ElasticLoadBalancingV2::Listener';
const rule = 'AWS::ElasticLoadBalancingV2::ListenerRule';

const spoilt: Spoilt[] = [
  {
    promises: 'runs the machines of the plan',
    type: template,
    change: (p) => (launched(p).InstanceType = 'g5.xlarge'),
    finds: 'server: types: [{"type":"g5.xlarge"',
  },
  {
    promises: 'runs the machines of the plan',
    type: group,
    change: (p) => (p.MaxSize = '2'),
    finds: 'server: max: 2 and not 1',
  },
  {
    promises: 'runs the machines of the plan',
    type: template,
    change: (p) => (launched(p).InstanceMarketOptions = { MarketType: 'spot' }),
    finds: 'server: purchase: "spot" and not "on-demand"',
  },
  {
    promises: 'gives no machine a public address',
    type: template,
    change: (p) => (launched(p).NetworkInterfaces = [{ AssociatePublicIpAddress: true }]),
    finds: 'server: public address',
  },
  {
    promises: 'waits longer than a start takes',
    type: group,
    change: (p) => (p.HealthCheckGracePeriod = 300),
    finds: 'server: judged after 300 s, loads for 1020 s',
  },
  {
    promises: 'waits longer than a start takes',
    type: group,
    change: (_, resource) => (resource.CreationPolicy = { ResourceSignal: { Timeout: 'PT5M' } }),
    finds: 'server: given up by the deployment after 300 s, loads for 1020 s',
  },
  {
    promises: 'tells each machine which bundle to run',
    type: template,
    change: (p) => {
      launched(p).UserData = { 'Fn::Base64': "LLM_DATA_VOLUME_ID='vol-1'" };
    },
    finds: 'server: starts another bundle than',
  },
  {
    promises: 'opens the port of the API',
    type: 'AWS::EC2::SecurityGroup',
    change: (p) => (p.SecurityGroupIngress = [{ FromPort: 22, ToPort: 22, CidrIp: '0.0.0.0/0' }]),
    finds: 'open ports: [22',
  },
  {
    promises: 'faces the internet only where',
    type: balancer,
    change: (p) => (p.Scheme = 'internal'),
    finds: 'faces: "inside" and not "internet"',
  },
  {
    promises: 'faces the internet only where',
    type: 'AWS::WAFv2::WebACLAssociation',
    change: (p) => (p.ResourceArn = { Ref: 'Another' }),
    finds: 'false and not true',
  },
  {
    promises: 'lets nothing but the API',
    type: rule,
    change: (p) => (p.Conditions[1].PathPatternConfig.Values = ['/*']),
    finds: '"path":"/*"',
  },
  {
    promises: 'lets nothing but the API',
    type: listener,
    id: /Https/,
    change: (p) => (p.Protocol = 'HTTP'),
    finds: 'TLS on port 443: false and not true',
  },
  {
    promises: 'lets machines be reached',
    type: 'AWS::EC2::SecurityGroupIngress',
    id: /^LlmServer.*4080/,
    change: (p) => Object.assign(p, { FromPort: 22, ToPort: 22 }),
    finds: 'ports of server: [22,4000] and not [4000,4080]',
  },
  {
    promises: 'asks each machine whether it is well',
    type: targets,
    change: (p) => (p.HealthCheckPath = '/'),
    finds: 'health of server: {"port":4080,"path":"/"}',
  },
  {
    promises: 'asks each machine whether it is well',
    type: targets,
    change: (p) => attribute(p.TargetGroupAttributes, 'load_balancing.algorithm.type', 'round_robin'),
    finds: 'requests go round',
  },
  {
    promises: 'waits at every hop longer',
    type: balancer,
    change: (p) => attribute(p.LoadBalancerAttributes, 'idle_timeout.timeout_seconds', '60'),
    finds: '(60 s) is not above the longest answer (300 s)',
  },
  {
    promises: 'keeps connections open longer',
    type: balancer,
    change: (p) => attribute(p.LoadBalancerAttributes, 'idle_timeout.timeout_seconds', '4000'),
    finds: 'is not above idle time of',
  },
  {
    promises: 'lets running answers end',
    type: targets,
    change: (p) => attribute(p.TargetGroupAttributes, 'deregistration_delay.timeout_seconds', '30'),
    finds: 'server: deregistration (30 s) is not above',
  },
  {
    promises: 'lets running answers end',
    type: 'AWS::AutoScaling::LifecycleHook',
    change: (p) => (p.HeartbeatTimeout = 30),
    finds: 'server: hook (30 s) is not above',
  },
  {
    promises: 'lets running answers end',
    type: 'AWS::AutoScaling::LifecycleHook',
    change: (p) => (p.AutoScalingGroupName = { Ref: 'Another' }),
    finds: 'server: hook',
  },
  {
    promises: 'contains no value of a secret',
    type: 'AWS::SecretsManager::Secret',
    change: (p) => (p.SecretString = ['k7Rm2Xw9', 'Tq4Vb8Zn', 'c3Hs6Pd1'].join('')),
    finds: 'the output: k7Rm2Xw9',
  },
  {
    promises: 'encrypts all that it stores',
    type: 'AWS::S3::Bucket',
    id: /AccessLogs/,
    change: (p) => (p.BucketEncryption = undefined),
    finds: 'is not encrypted',
  },
  {
    promises: 'encrypts all that it stores',
    type: template,
    change: (p) => (launched(p).BlockDeviceMappings[0].Ebs.Encrypted = false),
    finds: 'is not encrypted',
  },
  {
    promises: 'encrypts all that it stores',
    type: 'AWS::SNS::Topic',
    change: (p) => (p.KmsMasterKeyId = undefined),
    finds: 'is not encrypted',
  },
  {
    promises: 'keeps data when it is deleted',
    type: 'AWS::EC2::Volume',
    change: (_, resource) => (resource.DeletionPolicy = 'Delete'),
    finds: 'is kept: false and not true',
  },
  {
    promises: 'keeps data when it is deleted',
    type: balancer,
    change: (p) => attribute(p.LoadBalancerAttributes, 'deletion_protection.enabled', 'false'),
    finds: 'guard of LlmBalancer',
  },
  {
    promises: 'has disks that hold',
    type: template,
    change: (p) => (launched(p).BlockDeviceMappings[0].Ebs.VolumeSize = 60),
    finds: 'server: root disk of 60 GiB',
  },
  {
    promises: 'has disks that hold',
    type: 'AWS::EC2::Volume',
    change: (p) => (p.Throughput = undefined),
    finds: 'server: data disk of 125 MiB/s',
  },
  {
    promises: 'has every alarm of the plan',
    type: 'AWS::CloudWatch::Alarm',
    change: (p) => (p.AlarmActions = []),
    finds: 'no alarm availability',
  },
  {
    promises: 'watches and scales on series',
    type: 'AWS::CloudWatch::Alarm',
    change: (p) => (p.MetricName = 'llm_happiness'),
    finds: 'llm_happiness is in no table of signals',
  },
  {
    promises: 'has every machine and every billable resource',
    type: 'AWS::EC2::NatGateway',
    change: (_, resource) => (resource.Type = 'AWS::EC2::TransitGateway'),
    finds: 'nobody knows whether AWS::EC2::TransitGateway costs anything',
  },
  {
    promises: 'has every machine and every billable resource',
    type: 'AWS::EC2::Volume',
    change: (p) => (p.Size = 1),
    finds: 'data-disk: 1 in the output',
  },
  {
    promises: 'labels everything that costs money',
    type: 'AWS::EC2::Volume',
    change: (p) => (p.Tags = undefined),
    finds: 'of LlmServerData',
  },
  {
    promises: 'has nothing that a row of the support table denies',
    type: template,
    change: (p) => (launched(p).InstanceType = 'inf2.xlarge'),
    finds: 'server runs inf2.xlarge',
  },
];

/** What is read from the bundle alone, where the reader of a template has nothing to say. */
const fromTheBundle = ['runs the images of the plan', 'sends the requests for each name'];
const ofFleets = ['grows each group', 'wakes and sleeps'];

describe('the reader of facts', () => {
  it.each(spoilt.map((one) => [one.promises, one.finds, one] as const))(
    'lets the check "%s" find %s',
    (promises, finds, one) => {
      expect(problemsOf(promises, writtenOf('public'))).toEqual([]);
      expect(problemsOf(promises, changed(one)).join('\n')).toContain(finds);
    },
  );

  it('is tried with every check', () => {
    const tried = [...spoilt.map(({ promises }) => promises), ...fromTheBundle, ...ofFleets];
    const untried = checks.filter(({ promises }) => !tried.some((begin) => promises.startsWith(begin)));
    expect(untried.map(({ promises }) => promises)).toEqual([]);
  });

  it('refuses to call a range of ports one port', () => {
    const opened = changed({
      type: 'AWS::EC2::SecurityGroup',
      change: (p) => (p.SecurityGroupIngress = [{ FromPort: 0, ToPort: 65535, CidrIp: '0.0.0.0/0' }]),
    });
    expect(() => awsFacts(plan, opened)).toThrow('a range of ports 0-65535');
  });
});
