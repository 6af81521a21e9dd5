import type { SingleServerPlan } from '../../lib/plan/plan';
import { bundle } from '../../lib/runtime/bundle';
import type { AlarmFact, Facts, Storage } from '../contract';
import type { Properties, Resource, Written } from './synthesize';

/** Reads the facts of the contract from a CloudFormation template. */
export function awsFacts(plan: SingleServerPlan, template: Written): Facts {
  const { LaunchTemplateData: machine } = template.only('AWS::EC2::LaunchTemplate').Properties as Properties;
  const group = template.only('AWS::AutoScaling::AutoScalingGroup');
  const size = group.Properties as Properties;
  if (size.MinSize !== size.MaxSize) throw new Error(`a group of ${size.MinSize} to ${size.MaxSize}`);
  const balancer = template.properties('AWS::ElasticLoadBalancingV2::LoadBalancer')[0];
  const targets = template.properties('AWS::ElasticLoadBalancingV2::TargetGroup')[0];
  const idle = balancer && Number(attribute(balancer.LoadBalancerAttributes, 'idle_timeout.timeout_seconds'));
  return {
    machines: {
      type: machine.InstanceType,
      count: Number(size.MaxSize),
      purchase: machine.InstanceMarketOptions?.MarketType === 'spot' ? 'spot' : 'on-demand',
    },
    openPorts: openPorts(template),
    machinePorts: template
      .properties('AWS::EC2::SecurityGroupIngress')
      .filter((rule) => isMachine(machine, rule.GroupId))
      .map((rule) => rule.FromPort as number)
      .sort((a, b) => a - b),
    machineHasPublicAddress: (machine.NetworkInterfaces ?? []).some(
      (card: Properties) => card.AssociatePublicIpAddress,
    ),
    ...(balancer && { forwarded: forwarded(template) }),
    ...(targets && { health: { port: Number(targets.HealthCheckPort), path: targets.HealthCheckPath } }),
    graceSeconds: size.HealthCheckGracePeriod,
    drainSeconds: [
      template.only('AWS::AutoScaling::LifecycleHook').Properties?.HeartbeatTimeout,
      ...(targets
        ? [Number(attribute(targets.TargetGroupAttributes, 'deregistration_delay.timeout_seconds'))]
        : []),
    ],
    ...(idle !== undefined && { balancerIdleSeconds: idle }),
    start: text(machine.UserData['Fn::Base64']),
    text: template.text,
    storage: Object.entries(template.resources).flatMap(([id, resource]) => storage(id, resource)),
    alarms: template.properties('AWS::CloudWatch::Alarm').map(alarm),
    tags: tags(template),
    bundle: bundle(plan, 'aws'),
  };
}

const attribute = (attributes: Properties[], key: string) => attributes.find(({ Key }) => Key === key)?.Value;

const isMachine = (machine: Properties, groupId: unknown) =>
  JSON.stringify(machine.SecurityGroupIds).includes(JSON.stringify(groupId));

/** A value of the template as text: references stand as `<LogicalId>`. */
export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::Join': join, 'Fn::Sub': sub, 'Fn::GetAtt': attribute } = value as Properties;
  if (join) return join[1].map(text).join(join[0]);
  return sub ?? `<${Ref ?? attribute?.join('.')}>`;
}

/** Rules that let in addresses and not other security groups, by port. */
function openPorts(template: Written): Facts['openPorts'] {
  const rules = [
    ...template
      .properties('AWS::EC2::SecurityGroup')
      .flatMap((group) => (group.SecurityGroupIngress ?? []) as Properties[]),
    ...template.properties('AWS::EC2::SecurityGroupIngress'),
  ].filter((rule) => rule.SourceSecurityGroupId === undefined);
  const byPort = new Map<number, string[]>();
  for (const { FromPort, ToPort, CidrIp, CidrIpv6 } of rules) {
    if (FromPort !== ToPort) throw new Error(`a range of ports ${FromPort}-${ToPort}`);
    byPort.set(FromPort, [...(byPort.get(FromPort) ?? []), CidrIp ?? CidrIpv6]);
  }
  return [...byPort].map(([port, cidrs]) => ({ port, cidrs }));
}

function forwarded(template: Written): NonNullable<Facts['forwarded']> {
  const { Conditions } = template.only('AWS::ElasticLoadBalancingV2::ListenerRule').Properties as Properties;
  const condition = (field: string) => Conditions.find(({ Field }: Properties) => Field === field);
  const refusals = template
    .properties('AWS::ElasticLoadBalancingV2::Listener')
    .map(({ DefaultActions: [action] }) => action)
    .filter(({ Type }) => Type !== 'redirect');
  return {
    host: condition('host-header')?.HostHeaderConfig.Values[0],
    paths: condition('path-pattern')?.PathPatternConfig.Values,
    otherwise: Number(refusals[0].FixedResponseConfig?.StatusCode),
  };
}

type Reader = (properties: Properties) => Pick<Storage, 'encryption' | 'holds'> & { guarded?: boolean };
const keyed = (encrypted: boolean, key: unknown): Storage['encryption'] => {
  if (!encrypted) return 'none';
  return key === undefined ? 'provider' : 'own-key';
};

/** Every type that keeps something. Secrets and logs are always encrypted; the question is by whose key. */
const stores: Record<string, Reader> = {
  'AWS::EC2::Volume': (p) => ({ encryption: keyed(p.Encrypted, p.KmsKeyId), holds: 'data' }),
  'AWS::EC2::LaunchTemplate': ({ LaunchTemplateData: { BlockDeviceMappings: disks } }) => ({
    encryption: keyed(
      disks.every(({ Ebs }: Properties) => Ebs.Encrypted),
      disks[0].Ebs.KmsKeyId,
    ),
    holds: 'cache',
  }),
  'AWS::RDS::DBInstance': (p) => ({
    encryption: keyed(p.StorageEncrypted, p.KmsKeyId),
    holds: 'data',
    guarded: p.DeletionProtection === true,
  }),
  'AWS::ElastiCache::ReplicationGroup': (p) => ({
    encryption: keyed(p.AtRestEncryptionEnabled && p.TransitEncryptionEnabled, p.KmsKeyId),
    holds: 'cache',
  }),
  'AWS::S3::Bucket': (p) => {
    const [rule] = p.BucketEncryption?.ServerSideEncryptionConfiguration ?? [];
    const key = rule?.ServerSideEncryptionByDefault.KMSMasterKeyID;
    return { encryption: keyed(rule !== undefined, key), holds: 'data' };
  },
  'AWS::SecretsManager::Secret': (p) => ({
    encryption: keyed(true, p.KmsKeyId),
    holds: /Valkey/.test(p.Description ?? '') ? 'cache' : 'data',
  }),
  'AWS::Logs::LogGroup': (p) => ({ encryption: keyed(true, p.KmsKeyId), holds: 'logs' }),
  'AWS::SNS::Topic': (p) => ({
    encryption: keyed(p.KmsMasterKeyId !== undefined, p.KmsMasterKeyId),
    holds: 'messages',
  }),
};

function storage(id: string, { Type, Properties = {}, DeletionPolicy }: Resource): Storage[] {
  const read = stores[Type];
  if (!read) return [];
  return [{ id, kept: DeletionPolicy?.startsWith('Retain') === true, guarded: false, ...read(Properties) }];
}

function alarm(p: Properties): AlarmFact {
  return {
    metric: {
      namespace: p.Namespace,
      name: p.MetricName,
      dimensions: Object.fromEntries(p.Dimensions.map(({ Name, Value }: Properties) => [Name, Value])),
    },
    statistic: p.Statistic.toLowerCase(),
    comparison: { GreaterThanThreshold: 'above', LessThanThreshold: 'below' }[
      p.ComparisonOperator as string
    ] as AlarmFact['comparison'],
    threshold: p.Threshold,
    minutes: (p.Period * p.EvaluationPeriods) / 60,
    whenMissing: p.TreatMissingData === 'breaching' ? 'alarm' : 'ignore',
    notifies: p.AlarmActions?.length === 1 && p.OKActions?.length === 1,
  };
}

/** Types that cost money and take tags; the launch template hands them on to machine and root disk. */
const billable = [
  'AWS::AutoScaling::AutoScalingGroup',
  'AWS::EC2::EIP',
  'AWS::EC2::NatGateway',
  'AWS::EC2::Volume',
  'AWS::ElastiCache::ReplicationGroup',
  'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AWS::KMS::Key',
  'AWS::Logs::LogGroup',
  'AWS::RDS::DBInstance',
  'AWS::S3::Bucket',
  'AWS::SecretsManager::Secret',
  'AWS::WAFv2::WebACL',
];

function tags(template: Written): Facts['tags'] {
  const own = Object.entries(template.resources)
    .filter(([, { Type }]) => billable.includes(Type))
    .map(([id, { Properties }]) => [id, record(Properties?.Tags)]);
  const { LaunchTemplateData } = template.only('AWS::EC2::LaunchTemplate').Properties as Properties;
  const launched = ['instance', 'volume'].map((kind) => [
    `launched ${kind}`,
    record(
      LaunchTemplateData.TagSpecifications.find(({ ResourceType }: Properties) => ResourceType === kind)
        ?.Tags,
    ),
  ]);
  return Object.fromEntries([...own, ...launched]);
}

const record = (list: { Key: string; Value: string }[] = []) =>
  Object.fromEntries(list.map(({ Key, Value }) => [Key, Value]));
