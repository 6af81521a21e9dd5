import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { hasEngineMachines } from '../plan/forms';
import { AccessLogs } from './access-logs';
import { Backup } from './backup';
import { Cache } from './cache';
import { Database } from './database';
import type { ArchitectureProps } from './deployable';
import { Documents } from './documents';
import { Encryption } from './encryption';
import { Gateway } from './gateway';
import { Guardrail } from './guardrail';
import type { LogOptions } from './log-retention';
import { ModelStore } from './model-store';
import { Network } from './network';
import { Notifications } from './notifications';
import { Queue } from './queue';
import { registryPorts } from './registry-ports';

/** What machines stand on, whatever they are: network, data, secrets, notifications. */
export interface Foundation {
  readonly encryption: Encryption;
  readonly network: Network;
  readonly accessLogs: AccessLogs;
  /** Absent where all models are managed: there are no weights to keep. */
  readonly modelStore: ModelStore | undefined;
  readonly gateway: Gateway;
  /** Absent with Postgres on the data volume. */
  readonly database: Database | undefined;
  /** Absent with Valkey on the machine, or none. */
  readonly cache: Cache | undefined;
  /** A store for applications of the user. */
  readonly documents: Documents | undefined;
  readonly notifications: Notifications;
  /** Absent where no backup beside the database's own is planned. */
  readonly backup: Backup | undefined;
  /** Absent without a content filter. */
  readonly guardrail: Guardrail | undefined;
  /** Absent without files of requests. */
  readonly queue: Queue | undefined;
  readonly site: Site;
}

/** What every part beside it is told. */
export interface Site {
  readonly vpc: ec2.IVpc;
  readonly key: kms.IKey | undefined;
  readonly deletionProtection: boolean;
  readonly logs: LogOptions;
  readonly topic: sns.ITopic;
  readonly registryPorts: readonly number[];
  /** In a network of the user, names may be asked for elsewhere than at Amazon's resolver. */
  readonly ownNameServers: boolean;
}

/** Made in the scope itself: the ids of its parts are contract. */
export function foundation(scope: Construct, props: ArchitectureProps): Foundation {
  const { decisions } = props.plan;
  const { database, cache, documents: store, models, monitoring, security } = decisions;
  const { deletionProtection } = security;
  const retentionDays = monitoring.logRetentionDays;

  const encryption = new Encryption(scope, 'Encryption', { ...decisions, key: props.key });
  const { key } = encryption;
  const logs = { retentionDays, key, retain: deletionProtection };
  const dataSubnets = database.postgres === 'managed' || cache.valkey === 'managed';
  const network = new Network(scope, 'Network', { ...decisions, dataSubnets, logs, vpc: props.vpc });
  const copied = decisions.compliance?.auditLog?.lock !== undefined;
  const accessLogs = new AccessLogs(scope, 'AccessLogs', { retentionDays, copied });
  const { vpc } = network;
  const common = { ...decisions, vpc, key, deletionProtection, logs };

  const weights = { ...common, accessLogs: accessLogs.bucket, bucket: props.bucket };
  const modelStore = models.length > 0 ? new ModelStore(scope, 'ModelStore', weights) : undefined;
  const gateway = new Gateway(scope, 'Gateway', {
    ...common,
    engineMachines: hasEngineMachines(props.plan),
  });
  const data = { ...common, subnets: network.dataSubnets };
  const parts = {
    database: database.postgres === 'managed' ? new Database(scope, 'Database', data) : undefined,
    cache: cache.valkey === 'managed' ? new Cache(scope, 'Cache', data) : undefined,
    documents: store && new Documents(scope, 'Documents', { ...data, documents: store }),
  };
  const notifications = new Notifications(scope, 'Notifications', common);
  const { topic } = notifications;
  const { backup: planned } = decisions;
  const { database: postgres, documents: documentStore } = parts;
  const backup =
    planned && postgres
      ? new Backup(scope, 'Backup', { ...common, backup: planned, database: postgres, documentStore, topic })
      : undefined;
  const filter = decisions.gateway.guardrail;
  const guardrail = filter && new Guardrail(scope, 'Guardrail', { guardrail: filter, key });
  const { batch } = decisions;
  const queue = batch && new Queue(scope, 'Queue', { batch, key, accessLogs: accessLogs.bucket });
  const site = {
    vpc,
    key,
    deletionProtection,
    logs,
    topic,
    registryPorts: registryPorts(decisions.images),
    ownNameServers: props.vpc !== undefined || decisions.network.existing !== undefined,
  };
  return {
    encryption,
    network,
    accessLogs,
    modelStore,
    gateway,
    ...parts,
    notifications,
    backup,
    guardrail,
    queue,
    site,
  };
}
