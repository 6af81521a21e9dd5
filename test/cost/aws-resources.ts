import type { Bill } from '../../lib/cost/bill';
import type { ResourceKind } from '../../lib/cost/line';

// biome-ignore lint/suspicious/noExplicitAny: properties of any resource type, as CloudFormation has them
type Properties = Record<string, any>;

/** What resources of a template would cost: how many of a kind, how much on a line, which words its reason must say. */
export interface Measured {
  counts?: Partial<Record<ResourceKind, number>>;
  quantities?: Record<string, number>;
  says?: Record<string, string>;
  /** Lines whose quantity follows from the load and stands in no template. */
  byLoad?: string[];
}

type Rule = { free: string } | { measure: (properties: Properties, resources: Resources) => Measured };
export type Resources = Record<string, { Type: string; Properties?: Properties }>;

const hours = 730;
const gp3 = { throughput: 125, iops: 3000 };
const free = (reason: string): Rule => ({ free: reason });
const counted = (kind: ResourceKind): Rule => ({ measure: () => ({ counts: { [kind]: 1 } }) });

/**
 * Every CloudFormation type that the single server makes: what it measures on the bill, or why it is free.
 * AWS price pages, 2026-11; a type that is missing here fails the test.
 */
export const awsResources: Record<string, Rule> = {
  'AWS::AutoScaling::AutoScalingGroup': {
    measure: ({ MinSize, MaxSize }) => {
      if (MinSize !== MaxSize) throw new Error('a group that scales is not a group of fixed size');
      return { counts: { 'gpu-machine': Number(MaxSize) } };
    },
  },
  'AWS::EC2::LaunchTemplate': { measure: ({ LaunchTemplateData }) => launchTemplate(LaunchTemplateData) },
  'AWS::EC2::Volume': {
    measure: ({ VolumeType, Size, Throughput, Iops }) =>
      disk('data-disk', VolumeType, Size, Throughput, Iops),
  },
  'AWS::EC2::NatGateway': {
    measure: () => ({ counts: { 'nat-gateway': 1 }, quantities: { 'nat-gateway': hours } }),
  },
  'AWS::EC2::EIP': {
    measure: () => ({ counts: { 'public-ip': 1 }, quantities: { 'nat-public-ip': hours } }),
  },
  'AWS::EC2::FlowLog': { measure: () => ({ says: { 'log-ingest': 'network flow logs' } }) },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': {
    measure: ({ Scheme, Subnets }) => ({
      counts: { 'load-balancer': 1 },
      quantities: {
        'load-balancer': hours,
        ...(Scheme === 'internet-facing' ? { 'load-balancer-public-ip': Subnets.length * hours } : {}),
      },
    }),
  },
  'AWS::RDS::DBInstance': {
    measure: ({ DBInstanceClass, AllocatedStorage, MultiAZ, StorageType, BackupRetentionPeriod }) => {
      if (DBInstanceClass === 'db.serverless') return { counts: { database: 1 } };
      if (StorageType !== 'gp3') throw new Error(`no line prices ${StorageType} storage of a database`);
      return {
        counts: { database: 1 },
        quantities: { database: hours, 'database-storage': Number(AllocatedStorage) },
        says: {
          database: MultiAZ ? `${DBInstanceClass}, with a standby` : DBInstanceClass,
          'database-backup': `changes of ${BackupRetentionPeriod} days`,
        },
      };
    },
  },
  'AWS::RDS::DBCluster': {
    measure: ({ ServerlessV2ScalingConfiguration: units, BackupRetentionPeriod, StorageType }) => {
      if (StorageType !== undefined && StorageType !== 'aurora')
        throw new Error(`no line prices ${StorageType} storage of a cluster`);
      return {
        byLoad: ['database', 'database-storage'],
        says: {
          database: `${units.MinCapacity} to ${units.MaxCapacity} units`,
          'database-backup': `changes of ${BackupRetentionPeriod} days`,
        },
      };
    },
  },
  'AWS::DocDB::DBCluster': {
    measure: ({ BackupRetentionPeriod, StorageType }) => {
      if (StorageType !== undefined && StorageType !== 'standard')
        throw new Error(`no line prices ${StorageType} storage of a document store`);
      return { says: { 'documents-backup': `changes of ${BackupRetentionPeriod} days` } };
    },
  },
  'AWS::DocDB::DBInstance': {
    measure: ({ DBInstanceClass }) => ({
      counts: { documents: 1 },
      quantities: { documents: hours },
      says: { documents: DBInstanceClass },
    }),
  },
  'AWS::Backup::BackupVault': free('a vault is free; what lies in it is charged as backup of its service'),
  'AWS::Backup::BackupSelection': free('a selection is free'),
  'AWS::Backup::BackupPlan': {
    measure: ({ BackupPlan }) => {
      const [rule] = BackupPlan.BackupPlanRule;
      const copied = rule.CopyActions ?? [];
      if (copied.length === 0) return {};
      return { says: { 'backup-copies': `${rule.Lifecycle.DeleteAfterDays} copies` } };
    },
  },
  'AWS::ElastiCache::ReplicationGroup': {
    measure: ({ CacheNodeType, NumCacheClusters, SnapshotRetentionLimit }) => {
      if (SnapshotRetentionLimit) throw new Error('no line prices backups of a cache');
      return {
        counts: { cache: NumCacheClusters },
        quantities: { cache: NumCacheClusters * hours },
        says: { cache: CacheNodeType },
      };
    },
  },
  'AWS::S3::Bucket': counted('bucket'),
  'AWS::SecretsManager::Secret': counted('secret'),
  'AWS::KMS::Key': counted('key'),
  'AWS::CloudWatch::Alarm': {
    measure: ({ Metrics, Period }) => {
      if (Metrics !== undefined) throw new Error('an alarm on several metrics is charged for each of them');
      if (Period < 60) throw new Error('a high-resolution alarm costs three times as much');
      return { counts: { alarm: 1 }, quantities: { alarm: 1 } };
    },
  },
  'AWS::CloudWatch::Dashboard': counted('dashboard'),
  'AWS::Logs::LogGroup': {
    measure: ({ RetentionInDays, LogGroupClass }) => {
      if (LogGroupClass !== undefined && LogGroupClass !== 'STANDARD')
        throw new Error(`no line prices logs of class ${LogGroupClass}`);
      return { says: { 'log-storage': `${RetentionInDays} days` } };
    },
  },
  'AWS::WAFv2::WebACL': {
    measure: ({ Rules }) => ({
      counts: { waf: 1, 'waf-rule': Rules.length },
      quantities: { waf: 1, 'waf-rule': Rules.length },
    }),
  },
  'AWS::WAFv2::LoggingConfiguration': { measure: () => ({ says: { 'log-ingest': 'web firewall logs' } }) },
  'AWS::DLM::LifecyclePolicy': {
    measure: ({ PolicyDetails }) => {
      const [{ CreateRule, RetainRule }] = PolicyDetails.Schedules;
      return { says: { snapshots: `${RetainRule.Count} kept, one every ${CreateRule.Interval} h` } };
    },
  },
  'AWS::EC2::VPCEndpoint': {
    measure: ({ VpcEndpointType, SubnetIds }) => {
      if ((VpcEndpointType ?? 'Gateway') === 'Gateway') return {};
      if (VpcEndpointType !== 'Interface')
        throw new Error(`no line prices an endpoint of type ${VpcEndpointType}`);
      return {
        counts: { 'private-endpoint': 1 },
        quantities: { 'private-endpoint': SubnetIds.length * hours },
      };
    },
  },
  'AWS::SNS::Topic': free('the first million messages a month are always free; alarms send a few'),
  'AWS::SNS::Subscription': free('the first 1,000 mails a month are always free; alarms send a few'),
  'AWS::SNS::TopicPolicy': free('a policy'),
  'AWS::Budgets::Budget': free('a budget that only notifies is free; one with actions is not'),
  'AWS::CertificateManager::Certificate': free('public certificates on a load balancer are free'),
  'AWS::Route53::RecordSet': free("an alias to a load balancer is free; the zone is the user's own"),
  'AWS::WAFv2::WebACLAssociation': free('part of the web ACL'),
  'AWS::ElasticLoadBalancingV2::Listener': free('part of the load balancer'),
  'AWS::ElasticLoadBalancingV2::ListenerRule': free(
    'part of the load balancer; the first ten are in no capacity unit',
  ),
  'AWS::ElasticLoadBalancingV2::TargetGroup': free('part of the load balancer'),
  'AWS::AutoScaling::LifecycleHook': free('Auto Scaling is free'),
  'AWS::EC2::VPC': free('networks are free'),
  'AWS::EC2::Subnet': free('networks are free'),
  'AWS::EC2::RouteTable': free('networks are free'),
  'AWS::EC2::Route': free('networks are free'),
  'AWS::EC2::SubnetRouteTableAssociation': free('networks are free'),
  'AWS::EC2::InternetGateway': free('networks are free'),
  'AWS::EC2::VPCGatewayAttachment': free('networks are free'),
  'AWS::EC2::SecurityGroup': free('networks are free'),
  'AWS::EC2::SecurityGroupIngress': free('networks are free'),
  'AWS::EC2::SecurityGroupEgress': free('networks are free'),
  'AWS::IAM::Role': free('IAM is free'),
  'AWS::IAM::Policy': free('IAM is free'),
  'AWS::IAM::ManagedPolicy': free('IAM is free'),
  'AWS::IAM::InstanceProfile': free('IAM is free'),
  'AWS::S3::BucketPolicy': free('a policy'),
  'AWS::SecretsManager::SecretTargetAttachment': free('fills a secret in'),
  'AWS::RDS::DBParameterGroup': free('part of the database'),
  'AWS::RDS::DBClusterParameterGroup': free('part of the database'),
  'AWS::RDS::DBSubnetGroup': free('part of the database'),
  'AWS::DocDB::DBClusterParameterGroup': free('part of the document store'),
  'AWS::DocDB::DBSubnetGroup': free('part of the document store'),
  'AWS::ElastiCache::SubnetGroup': free('part of the cache'),
};

function launchTemplate(data: Properties): Measured {
  const [{ Ebs }] = data.BlockDeviceMappings;
  const root = disk('root-disk', Ebs.VolumeType, Ebs.VolumeSize, Ebs.Throughput, Ebs.Iops);
  const purchase = data.InstanceMarketOptions?.MarketType ?? 'on-demand';
  return {
    counts: root.counts ?? {},
    quantities: { ...root.quantities, 'machine-metric': data.Monitoring?.Enabled ? 7 : 0 },
    says: { 'gpu-machine': data.InstanceType, 'gpu-machine#purchase': purchase },
  };
}

function disk(
  line: string,
  type: string,
  gib: number,
  throughput = gp3.throughput,
  iops = gp3.iops,
): Measured {
  if (type !== 'gp3') throw new Error(`no line prices a disk of type ${type}`);
  return {
    counts: { disk: 1 },
    quantities: {
      [line]: Number(gib),
      'disk-throughput': Math.max(0, throughput - gp3.throughput),
      'disk-iops': Math.max(0, iops - gp3.iops),
    },
  };
}

/** Everything in which a template and a bill differ; empty when each billable resource is on the bill. */
export function differences(resources: Resources, bill: Bill): string[] {
  const counts = new Map<string, number>();
  const quantities = new Map<string, number>();
  const byLoad: string[] = [];
  const problems: string[] = [];
  for (const [id, { Type, Properties = {} }] of Object.entries(resources)) {
    const rule = awsResources[Type];
    if (rule === undefined) {
      problems.push(`${id}: nobody knows whether ${Type} costs anything`);
      continue;
    }
    if ('free' in rule) continue;
    const measured = rule.measure(Properties, resources);
    byLoad.push(...(measured.byLoad ?? []));
    for (const [kind, count] of Object.entries(measured.counts ?? {}))
      counts.set(kind, (counts.get(kind) ?? 0) + count);
    for (const [line, quantity] of Object.entries(measured.quantities ?? {})) {
      quantities.set(line, (quantities.get(line) ?? 0) + quantity);
    }
    for (const [key, words] of Object.entries(measured.says ?? {})) {
      const line = bill.lines.find((candidate) => candidate.id === key.split('#')[0]);
      if (line === undefined || !`${line.label} ${line.because}`.includes(words)) {
        problems.push(`${id}: the line ${key.split('#')[0]} does not say "${words}"`);
      }
    }
  }
  return [...problems, ...countProblems(counts, bill), ...quantityProblems(quantities, bill, byLoad)];
}

function countProblems(counts: Map<string, number>, bill: Bill): string[] {
  const kinds = new Set<string>([...counts.keys(), ...bill.lines.map(({ resource }) => resource)]);
  return [...kinds].flatMap((kind) => {
    const billed = bill.lines
      .filter((line) => line.resource === kind)
      .reduce((sum, line) => sum + line.count, 0);
    const made = counts.get(kind) ?? 0;
    return billed === made ? [] : [`${kind}: ${made} in the template, ${billed} on the bill`];
  });
}

/** Lines whose quantity a template settles; on the bill without a resource, they are too much. */
const measurable = [
  'nat-gateway',
  'nat-public-ip',
  'private-endpoint',
  'load-balancer',
  'load-balancer-public-ip',
  'root-disk',
  'data-disk',
  'disk-throughput',
  'disk-iops',
  'database',
  'database-storage',
  'cache',
  'documents',
  'machine-metric',
  'alarm',
  'waf',
  'waf-rule',
];

function quantityProblems(quantities: Map<string, number>, bill: Bill, byLoad: string[]): string[] {
  return [...new Set([...quantities.keys(), ...measurable])].flatMap((id) => {
    if (byLoad.includes(id)) return [];
    const made = quantities.get(id) ?? 0;
    const billed = bill.lines.find((line) => line.id === id)?.quantity ?? 0;
    return billed === made ? [] : [`${id}: ${made} in the template, ${billed} on the bill`];
  });
}
