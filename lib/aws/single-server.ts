import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { CfnOutput } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { Plan } from '../plan/plan';
import { AccessLogs } from './access-logs';
import { Balancer } from './balancer';
import { Boot } from './boot';
import { Budget } from './budget';
import { Cache } from './cache';
import { Database } from './database';
import { Encryption } from './encryption';
import { Firewall } from './firewall';
import { Gateway } from './gateway';
import { GpuServer } from './gpu-server';
import { ModelStore } from './model-store';
import { Monitoring } from './monitoring';
import { Network } from './network';
import { Notifications } from './notifications';
import { outputs } from './outputs';
import { tagDeployment } from './tags';

export interface SingleServerProps {
  readonly plan: Plan;
  /** @default - the network of the plan: a new one, or an existing one by ids */
  readonly vpc?: ec2.IVpc;
  /** @default - the certificate of the plan: by ARN, or a new one validated through the DNS zone */
  readonly certificate?: acm.ICertificate;
  /** Bucket for the model weights. @default - the bucket of the plan: a new one, or an existing one by name */
  readonly bucket?: s3.IBucket;
  /** Encrypts everything. @default - the key of the plan: AWS's own, a new one, or an existing one by ARN */
  readonly key?: kms.IKey;
}

/** One GPU machine that heals itself, with its way in, its data and its watchmen. */
export class SingleServer extends Construct {
  readonly encryption: Encryption;
  readonly network: Network;
  readonly accessLogs: AccessLogs;
  readonly modelStore: ModelStore;
  readonly gateway: Gateway;
  /** Absent with Postgres on the data volume. */
  readonly database: Database | undefined;
  /** Absent with Valkey on the machine, or none. */
  readonly cache: Cache | undefined;
  readonly notifications: Notifications;
  readonly server: GpuServer;
  /** Absent where people come through a tunnel. */
  readonly balancer: Balancer | undefined;
  readonly firewall: Firewall | undefined;
  readonly monitoring: Monitoring;
  readonly budget: Budget | undefined;
  /** Clients of the API: `connections.allowDefaultPortFrom(peer)` lets them in. */
  readonly connections: ec2.Connections;
  /** What a person needs next, printed by `cdk deploy`. */
  readonly outputs: CfnOutput[];

  constructor(scope: Construct, id: string, props: SingleServerProps) {
    super(scope, id);
    const { plan } = props;
    const { decisions } = plan;
    const { identity, entry, security, database, cache } = decisions;
    const { deletionProtection } = security;

    this.encryption = new Encryption(this, 'Encryption', { security, key: props.key });
    const { key } = this.encryption;
    const { logRetentionDays: retentionDays } = decisions.monitoring;
    const logs = { retentionDays, key, retain: deletionProtection };

    this.network = new Network(this, 'Network', {
      ...decisions,
      dataSubnets: database.postgres === 'managed' || cache.valkey === 'managed',
      logs,
      vpc: props.vpc,
    });
    const { vpc, machineSubnets, balancerSubnets, dataSubnets } = this.network;

    this.accessLogs = new AccessLogs(this, 'AccessLogs', { retentionDays });
    const accessLogs = this.accessLogs.bucket;
    this.modelStore = new ModelStore(this, 'ModelStore', {
      ...decisions,
      accessLogs,
      key,
      bucket: props.bucket,
    });
    this.gateway = new Gateway(this, 'Gateway', {
      ...decisions,
      logs,
      retainSecrets: deletionProtection,
      key,
    });
    const data = { vpc, subnets: dataSubnets, key, deletionProtection };
    if (database.postgres === 'managed')
      this.database = new Database(this, 'Database', { database, ...data });
    if (cache.valkey === 'managed') this.cache = new Cache(this, 'Cache', { cache, ...data });
    this.notifications = new Notifications(this, 'Notifications', { ...decisions, key });
    const { topic } = this.notifications;

    const boot = new Boot(this, 'Boot', {
      plan,
      gateway: this.gateway,
      modelStore: this.modelStore,
      database: this.database,
      cache: this.cache,
    });
    this.server = new GpuServer(this, 'Server', {
      ...decisions,
      vpc,
      subnet: machineSubnets[0] as ec2.ISubnet,
      userData: (facts) => boot.userData(facts),
      balanced: entry.ingress !== 'tunnel',
      retainData: deletionProtection,
      topic,
      key,
    });
    boot.grantAll(this.server);
    this.connections = this.server.connections;

    if (entry.ingress !== 'tunnel') {
      const { group } = this.server;
      const machines = this.server;
      const { certificate } = props;
      const subnets = balancerSubnets;
      this.balancer = new Balancer(this, 'Balancer', {
        ...decisions,
        vpc,
        subnets,
        group,
        machines,
        accessLogs,
        deletionProtection,
        certificate,
      });
      this.connections = this.balancer.connections;
      const { loadBalancer } = this.balancer;
      if (entry.waf) this.firewall = new Firewall(this, 'Firewall', { identity, entry, loadBalancer, logs });
    }

    const sources = { ...this.balancer, database: this.database?.instance };
    this.monitoring = new Monitoring(this, 'Monitoring', { ...decisions, topic, sources });
    if (decisions.budget)
      this.budget = new Budget(this, 'Budget', { identity, budget: decisions.budget, topic });
    tagDeployment(this, identity);
    this.outputs = Object.entries(outputs(plan, this)).map(
      ([name, output]) => new CfnOutput(this, name, output),
    );
  }

  /** Lets somebody call the API: read the application key. */
  grantInvoke(grantee: iam.IGrantable): void {
    this.gateway.grantInvoke(grantee);
  }
}
