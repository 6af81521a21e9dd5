import type { Plan } from '../../lib/plan/plan';
import type { CloudMetric } from '../../lib/plan/signals';
import type { AlarmFact, Facts } from '../contract/facts';
import { measuredIn } from './facts-bill';
import { groupsOf } from './facts-groups';
import { ofCluster, storageOf } from './facts-storage';
import { balancersOf, openPortsOf } from './facts-ways';
import type { Properties, Written } from './synthesize';

/** Reads the facts of the contract from a CloudFormation template. */
export function awsFacts(plan: Plan, template: Written): Facts {
  return {
    groups: groupsOf(plan, template),
    balancers: balancersOf(template),
    openPorts: openPortsOf(template),
    storage: storageOf(template),
    guards: guards(template),
    alarms: alarms(template),
    tags: tags(template),
    ...measuredIn(template.resources),
    text: template.text,
    made: madeNames(template),
  };
}

/** Types that can be guarded against deletion. */
const guarded: Record<string, (properties: Properties) => boolean> = {
  'AWS::RDS::DBInstance': (p) => p.DeletionProtection === true,
  'AWS::RDS::DBCluster': (p) => p.DeletionProtection === true,
  'AWS::DocDB::DBCluster': (p) => p.DeletionProtection === true,
  // nothing in it can be deleted before its time
  'AWS::Backup::BackupVault': ({ AccessPolicy }) => AccessPolicy?.Statement[0].Effect === 'Deny',
  'AWS::ElasticLoadBalancingV2::LoadBalancer': (p) =>
    p.LoadBalancerAttributes.some(
      ({ Key, Value }: Properties) => Key === 'deletion_protection.enabled' && Value === 'true',
    ),
};

function guards({ resources }: Written): Facts['guards'] {
  return Object.entries(resources).flatMap(([id, { Type, Properties = {} }]) => {
    // instances of a cluster are guarded with it
    const read = ofCluster(Type, Properties) ? undefined : guarded[Type];
    return read ? [{ id, on: read(Properties) }] : [];
  });
}

/** CloudWatch's own metrics of the plan's words, and the factor between their units. */
const cloudMetrics: Record<string, { metric: CloudMetric; factor?: number }> = {
  'AWS/ApplicationELB HealthyHostCount': { metric: 'balancer-healthy-targets' },
  'AWS/CertificateManager DaysToExpiry': { metric: 'certificate-days-left' },
  'AWS/SQS ApproximateAgeOfOldestMessage': { metric: 'queue-age-hours', factor: 3600 },
  'AWS/SQS ApproximateNumberOfMessagesVisible': { metric: 'dead-letters' },
  'AWS/RDS DatabaseConnections': { metric: 'database-connections' },
  'AWS/RDS FreeStorageSpace': { metric: 'database-free-storage-gib', factor: 2 ** 30 },
};

/** Alarms that tell people; those of the groups' own policies are no alarms of the plan. */
function alarms(template: Written): AlarmFact[] {
  return template
    .properties('AWS::CloudWatch::Alarm')
    .filter(
      ({ AlarmActions = [] }) => !(AlarmActions as Properties[]).some((action) => scales(template, action)),
    )
    .map((p) => {
      const { metric, factor = 1 } = cloudMetrics[`${p.Namespace} ${p.MetricName}`] ?? {
        metric: { namespace: p.Namespace, name: p.MetricName, dimensions: dimensions(p.Dimensions) },
      };
      return {
        metric,
        statistic: p.Statistic.toLowerCase(),
        comparison: { GreaterThanThreshold: 'above', LessThanThreshold: 'below' }[
          p.ComparisonOperator as string
        ] as AlarmFact['comparison'],
        threshold: p.Threshold / factor,
        // a metric that comes once a day holds for its day
        minutes: p.EvaluationPeriods * (p.Period / 60),
        whenMissing: p.TreatMissingData === 'breaching' ? 'alarm' : 'ignore',
        notifies: p.AlarmActions?.length === 1 && p.OKActions?.length === 1,
      };
    });
}

const scales = (template: Written, { Ref }: Properties) =>
  template.resources[Ref]?.Type === 'AWS::AutoScaling::ScalingPolicy';

export const dimensions = (list: Properties[] = []) =>
  Object.fromEntries(list.map(({ Name, Value }) => [Name, Value]));

/** Types that cost money and take tags; the launch template hands them on to machine and root disk. */
const billable = [
  'AWS::AutoScaling::AutoScalingGroup',
  'AWS::DocDB::DBCluster',
  'AWS::DocDB::DBInstance',
  'AWS::EC2::EIP',
  'AWS::EC2::NatGateway',
  'AWS::EC2::VPCEndpoint',
  'AWS::EC2::Volume',
  'AWS::ElastiCache::ReplicationGroup',
  'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AWS::KMS::Key',
  'AWS::Logs::LogGroup',
  'AWS::RDS::DBCluster',
  'AWS::RDS::DBInstance',
  'AWS::S3::Bucket',
  'AWS::SecretsManager::Secret',
  'AWS::WAFv2::WebACL',
];

function tags(template: Written): Facts['tags'] {
  const resources = Object.entries(template.resources);
  const own = resources
    .filter(([, { Type }]) => billable.includes(Type))
    .map(([id, { Properties }]) => [id, record(Properties?.Tags)]);
  const launched = resources
    .filter(([, { Type }]) => Type === 'AWS::EC2::LaunchTemplate')
    .flatMap(([id, { Properties }]) =>
      ['instance', 'volume'].map((kind) => [
        `${kind} of ${id}`,
        record(
          Properties?.LaunchTemplateData.TagSpecifications.find(
            ({ ResourceType }: Properties) => ResourceType === kind,
          )?.Tags,
        ),
      ]),
    );
  return Object.fromEntries([...own, ...launched]);
}

const record = (list: { Key: string; Value: string }[] = []) =>
  Object.fromEntries(list.map(({ Key, Value }) => [Key, Value]));

/** Logical ids, and hashes of files: 64 hexadecimal digits, which CDK names assets by. */
function madeNames({ template, text }: Written): string[] {
  const sections = ['Resources', 'Parameters', 'Outputs', 'Conditions'];
  const ids = sections.flatMap((section) => Object.keys(template[section] ?? {}));
  const assets = [...text.matchAll(/\b([0-9a-f]{64})\.zip\b/g)].map(([, hash]) => hash as string);
  return [...new Set([...assets, ...ids])].sort((a, b) => b.length - a.length);
}
