import type { Plan } from '../../lib/plan/plan';
import type { CloudMetric } from '../../lib/plan/signals';
import type { AlarmFact, Facts } from '../contract/facts';
import { awsResources, measuredIn } from './facts-bill';
import { fleetName, groupsOf } from './facts-groups';
import { ofCluster, storageOf } from './facts-storage';
import { balancersOf, groupBehind, openPortsOf } from './facts-ways';
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
        ...(metric === 'balancer-healthy-targets' && watchedFleet(template, p)),
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

function watchedFleet(template: Written, { Dimensions }: Properties): Pick<AlarmFact, 'fleet'> {
  const targetGroup = dimensions(Dimensions).TargetGroup['Fn::GetAtt'][0];
  const fleet = fleetName(template, groupBehind(template, targetGroup));
  return fleet === undefined ? {} : { fleet };
}

const scales = (template: Written, { Ref }: Properties) =>
  template.resources[Ref]?.Type === 'AWS::AutoScaling::ScalingPolicy';

export const dimensions = (list: Properties[] = []) =>
  Object.fromEntries(list.map(({ Name, Value }) => [Name, Value]));

/** Types on the bill that take no tags. */
const withoutTags = ['AWS::AutoScaling::ScalingPolicy', 'AWS::WAFv2::LoggingConfiguration'];

/** Whether a type costs money and takes tags; the launch template hands them on to machine and root disk. */
const taggable = (type: string): boolean =>
  type === 'AWS::AutoScaling::AutoScalingGroup' ||
  ('measure' in (awsResources[type] ?? {}) && !withoutTags.includes(type));

function tags(template: Written): Facts['tags'] {
  const resources = Object.entries(template.resources);
  const own = resources
    .filter(([, { Type }]) => taggable(Type))
    .map(([id, { Properties = {} }]) => [id, record(tagsOf(Properties))]);
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

/** Of most types a list in `Tags`; of some a map, or under a name with the type in it. */
const tagsOf = (properties: Properties) =>
  Object.entries(properties).find(([name]) => /Tags$/.test(name))?.[1] as TagList | Record<string, string>;

type TagList = { Key: string; Value: string }[];

const record = (tags: TagList | Record<string, string> = []): Record<string, string> =>
  Array.isArray(tags) ? Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])) : tags;

/** Logical ids, and hashes of files: 64 hexadecimal digits, which CDK names assets by. */
function madeNames({ template, text }: Written): string[] {
  const sections = ['Resources', 'Parameters', 'Outputs', 'Conditions'];
  const ids = sections.flatMap((section) => Object.keys(template[section] ?? {}));
  const assets = [...text.matchAll(/\b([0-9a-f]{64})\.zip\b/g)].map(([, hash]) => hash as string);
  return [...new Set([...assets, ...ids])].sort((a, b) => b.length - a.length);
}
