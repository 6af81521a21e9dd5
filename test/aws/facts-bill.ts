import type { ResourceKind } from '../../lib/cost/line';
import { fleetPorts } from '../../lib/plan/fleet-port';
import type { Measured } from '../contract/bill';
import type { Properties, Resource } from './synthesize';

type Costs = Omit<Measured, 'id'>;
type Rule =
  | { free: string }
  | {
      measure: (properties: Properties, id: string, resources: Record<string, Resource>) => Costs;
    };

const hours = 730;
const gp3 = { throughput: 125, iops: 3000 };
const free = (reason: string): Rule => ({ free: reason });
const counted = (kind: ResourceKind): Rule => ({ measure: () => ({ counts: { [kind]: 1 } }) });

/**
 * Every CloudFormation type that the single server makes: what it measures on the bill, or why it is free.
 * AWS price pages, 2026-11; a type that is missing here fails the test.
 */
export const awsResources: Record<string, Rule> = {
  'AWS::AutoScaling::AutoScalingGroup': free('its machines are measured as groups'),
  'AWS::EC2::LaunchTemplate': free('its machines and their root disks are measured as groups'),
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
    measure: ({ Scheme, Subnets }, id, resources) => ({
      counts: { 'load-balancer': 1 },
      quantities: {
        [beforeEngines(id, resources) ? 'inner-load-balancer' : 'load-balancer']: hours,
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
      if (rule.CopyActions === undefined) return {};
      return { says: { 'backup-copies': `${rule.Lifecycle.DeleteAfterDays}` } };
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
  'AWS::Bedrock::Guardrail': counted('content-filter'),
  'AWS::Bedrock::GuardrailVersion': free('a filter costs what it looks at'),
  'AWS::S3::Bucket': counted('bucket'),
  'AWS::SQS::Queue': counted('queue'),
  'AWS::SecretsManager::Secret': counted('secret'),
  'AWS::KMS::Key': counted('key'),
  'AWS::CloudWatch::Alarm': {
    measure: ({ Metrics, Period = 60 }) => {
      if (Period < 60) throw new Error('a high-resolution alarm costs three times as much');
      // an expression is charged for each metric that it reads
      const read = ((Metrics ?? [{ MetricStat: {} }]) as Properties[]).filter(({ MetricStat }) => MetricStat);
      return { counts: { alarm: 1 }, quantities: { alarm: read.length } };
    },
  },
  'AWS::AutoScaling::ScalingPolicy': {
    // Auto Scaling makes an alarm for each direction of a tracked target
    measure: ({ TargetTrackingConfiguration: tracking }) => ({
      quantities: { alarm: tracking === undefined ? 0 : tracking.DisableScaleIn ? 1 : 2 },
    }),
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
  'AWS::CloudTrail::Trail': {
    measure: ({ AdvancedEventSelectors, InsightSelectors }) => {
      if (InsightSelectors !== undefined) throw new Error('no line prices insight events');
      for (const { FieldSelectors } of AdvancedEventSelectors) {
        const category = FieldSelectors.find(({ Field }: Properties) => Field === 'eventCategory');
        if (category.Equals.join() !== 'Data') throw new Error('no line prices a copy of management events');
      }
      return { counts: { 'audit-log': 1 }, says: { 'log-ingest': 'audit log' } };
    },
  },
  'AWS::KinesisFirehose::DeliveryStream': counted('log-delivery'),
  'AWS::Logs::SubscriptionFilter': free('what it sends is charged by the stream that takes it'),
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
  'AWS::AutoScaling::ScheduledAction': free('Auto Scaling is free'),
  'AWS::AutoScaling::WarmPool': free('its machines are measured as groups'),
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
  'AWS::SQS::QueuePolicy': free('a policy'),
  'AWS::Events::Rule': free('events that AWS itself sends to the default bus are free'),
  'AWS::SecretsManager::SecretTargetAttachment': free('fills a secret in'),
  'AWS::RDS::DBParameterGroup': free('part of the database'),
  'AWS::RDS::DBClusterParameterGroup': free('part of the database'),
  'AWS::RDS::DBSubnetGroup': free('part of the database'),
  'AWS::DocDB::DBClusterParameterGroup': free('part of the document store'),
  'AWS::DocDB::DBSubnetGroup': free('part of the document store'),
  'AWS::ElastiCache::SubnetGroup': free('part of the cache'),
};

/** Whether a balancer has listeners of fleets. */
const beforeEngines = (id: string, resources: Record<string, Resource>) =>
  Object.values(resources).some(
    ({ Type, Properties = {} }) =>
      Type === 'AWS::ElasticLoadBalancingV2::Listener' &&
      Properties.LoadBalancerArn.Ref === id &&
      Properties.Port >= fleetPorts.first,
  );

function disk(line: string, type: string, gib: number, throughput = gp3.throughput, iops = gp3.iops): Costs {
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

/** What each resource costs beside the groups of machines, and the types of which nobody knows. */
export function measuredIn(resources: Record<string, Resource>): { measured: Measured[]; unknown: string[] } {
  const measured: Measured[] = [];
  const unknown: string[] = [];
  for (const [id, { Type, Properties = {} }] of Object.entries(resources)) {
    const rule = awsResources[Type];
    if (rule === undefined) unknown.push(Type);
    else if ('measure' in rule) measured.push({ id, ...rule.measure(Properties, id, resources) });
  }
  return { measured, unknown };
}
