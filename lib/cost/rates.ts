import type { Plan } from '../plan/plan';

/** Unit of every price that a bill may need; the keys are what an overlay file names. */
export const rateUnits = {
  'gpu-machine': 'hour',
  'managed-input': '1M tokens',
  'managed-output': '1M tokens',
  'cpu-machine': 'hour',
  'content-filter': '1k text units',
  'nat-gateway': 'hour',
  'nat-gateway-data': 'GB',
  'load-balancer': 'hour',
  'load-balancer-capacity': 'LCU-hour',
  'public-ip': 'hour',
  'private-endpoint': 'hour',
  'private-endpoint-data': 'GB',
  egress: 'GB',
  'cross-zone': 'GB',
  disk: 'GB-month',
  'disk-throughput': 'MB/s-month',
  'disk-iops': 'IOPS-month',
  snapshot: 'GB-month',
  bucket: 'GB-month',
  'bucket-write': '1k requests',
  'bucket-read': '1k requests',
  'database-instance': 'hour',
  'database-storage': 'GB-month',
  'database-backup': 'GB-month',
  'database-units': 'ACU-hour',
  'database-cluster-storage': 'GB-month',
  'database-io': '1M requests',
  'database-cluster-backup': 'GB-month',
  'cache-node': 'hour',
  'documents-instance': 'hour',
  'documents-storage': 'GB-month',
  'documents-io': '1M requests',
  'documents-backup': 'GB-month',
  'region-transfer': 'GB',
  'queue-request': '1M requests',
  'log-ingest': 'GB',
  'log-storage': 'GB-month',
  'custom-metric': 'metric-month',
  'metric-request': '1k requests',
  alarm: 'alarm-metric-month',
  dashboard: 'dashboard-month',
  secret: 'secret-month',
  'secret-request': '10k requests',
  key: 'key-month',
  'key-request': '10k requests',
  waf: 'acl-month',
  'waf-rule': 'rule-month',
  'waf-request': '1M requests',
  'audit-event': '100k events',
  'log-delivery': 'GB',
} as const;

export type RateId = keyof typeof rateUnits;
/** Prices that a price list holds; machines and managed models have tables of their own. */
export type ServiceRateId = Exclude<
  RateId,
  'gpu-machine' | 'cpu-machine' | 'managed-input' | 'managed-output'
>;

/** Name of a price in the catalogue. */
export interface Sku {
  service: string;
  sku: string;
}

/** Price names of AWS; one that the catalogue lacks becomes a line "price not known". */
export function awsSku(rate: ServiceRateId, plan: Plan): Sku {
  const { database, cache, documents } = plan.decisions;
  const zones = database.highAvailability ? 'Multi-AZ' : 'Single-AZ';
  const standby = database.highAvailability ? 'Multi-AZ (one standby)' : 'Single-AZ';
  const skus: Record<ServiceRateId, Sku> = {
    'content-filter': { service: 'Bedrock Guardrails', sku: 'Content filters (text)' },
    'nat-gateway': { service: 'VPC', sku: 'NAT gateway' },
    'nat-gateway-data': { service: 'VPC', sku: 'NAT gateway data processed' },
    'load-balancer': { service: 'Elastic Load Balancing', sku: 'ALB' },
    'load-balancer-capacity': { service: 'Elastic Load Balancing', sku: 'ALB LCU' },
    'public-ip': { service: 'VPC', sku: 'Public IPv4 address' },
    'private-endpoint': { service: 'VPC', sku: 'Interface endpoint (per AZ)' },
    'private-endpoint-data': { service: 'VPC', sku: 'Interface endpoint data processed (first 1 PB)' },
    egress: { service: 'Data transfer', sku: 'Data transfer out to internet (first 10 TB)' },
    'cross-zone': {
      service: 'Data transfer',
      sku: 'Intra-region (cross-AZ) data transfer, each direction',
    },
    disk: { service: 'EBS', sku: 'gp3 storage' },
    'disk-throughput': { service: 'EBS', sku: 'gp3 provisioned throughput above 125 MB/s' },
    'disk-iops': { service: 'EBS', sku: 'gp3 provisioned IOPS above 3000' },
    snapshot: { service: 'EBS', sku: 'Snapshot storage (standard)' },
    bucket: { service: 'S3', sku: 'Standard storage (first 50 TB)' },
    'bucket-write': { service: 'S3', sku: 'PUT/COPY/POST/LIST requests (Standard)' },
    'bucket-read': { service: 'S3', sku: 'GET/SELECT requests (Standard)' },
    'database-instance': { service: 'RDS PostgreSQL', sku: `${database.instanceClass} ${standby}` },
    'database-storage': { service: 'RDS PostgreSQL', sku: `gp3 storage ${zones}` },
    'database-backup': { service: 'RDS PostgreSQL', sku: 'Backup storage beyond free allotment' },
    'database-units': { service: 'Aurora', sku: 'Serverless v2 ACU (standard)' },
    'database-cluster-storage': { service: 'Aurora', sku: 'Storage (standard)' },
    'database-io': { service: 'Aurora', sku: 'I/O requests (standard)' },
    'database-cluster-backup': { service: 'Aurora', sku: 'Backup storage' },
    'cache-node': { service: 'ElastiCache', sku: `${cache.nodeType} Valkey node` },
    'documents-instance': { service: 'DocumentDB', sku: `${documents?.instanceClass} instance` },
    'documents-storage': { service: 'DocumentDB', sku: 'Storage (standard)' },
    'documents-io': { service: 'DocumentDB', sku: 'I/O requests (standard)' },
    'documents-backup': { service: 'DocumentDB', sku: 'Backup storage' },
    'region-transfer': {
      service: 'Data transfer',
      sku: 'Data transfer out to other AWS regions (typical)',
    },
    'queue-request': { service: 'SQS', sku: 'Standard queue requests' },
    'log-ingest': { service: 'CloudWatch', sku: 'Logs ingestion (standard class)' },
    'log-storage': { service: 'CloudWatch', sku: 'Logs archival storage' },
    'custom-metric': { service: 'CloudWatch', sku: 'Custom metric (first 10k)' },
    'metric-request': { service: 'CloudWatch', sku: 'Metric API requests' },
    alarm: { service: 'CloudWatch', sku: 'Alarm metric, standard resolution' },
    dashboard: { service: 'CloudWatch', sku: 'Dashboard' },
    secret: { service: 'Secrets Manager', sku: 'Secret' },
    'secret-request': { service: 'Secrets Manager', sku: 'API requests' },
    key: { service: 'KMS', sku: 'Customer-managed key' },
    'key-request': { service: 'KMS', sku: 'Symmetric requests' },
    waf: { service: 'WAF', sku: 'Web ACL' },
    'waf-rule': { service: 'WAF', sku: 'Rule' },
    'waf-request': { service: 'WAF', sku: 'Requests' },
    'audit-event': { service: 'CloudTrail', sku: 'Data events' },
    'log-delivery': { service: 'Data Firehose', sku: 'Data ingested (first 500 TB)' },
  };
  return skus[rate];
}
