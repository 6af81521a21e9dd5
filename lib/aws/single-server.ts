import { type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { CfnOutput } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { singleServerOnly } from '../plan/forms';
import type { Series } from '../plan/signals';
import { bundle } from '../runtime/bundle';
import type { AccessLogs } from './access-logs';
import { audit } from './audit';
import type { AuditLog } from './audit-log';
import type { Backup } from './backup';
import type { Balancer } from './balancer';
import { Bedrock } from './bedrock';
import { Boot } from './boot';
import type { Budget } from './budget';
import type { Cache } from './cache';
import type { Database } from './database';
import { type ArchitectureProps, refuseUndeployable } from './deployable';
import type { Encryption } from './encryption';
import { entrance } from './entrance';
import type { Firewall } from './firewall';
import { foundation } from './foundation';
import type { Gateway } from './gateway';
import { GpuServer } from './gpu-server';
import type { Guardrail } from './guardrail';
import type { LogCopies } from './log-copies';
import { seriesMetric } from './metrics';
import type { ModelStore } from './model-store';
import type { Monitoring } from './monitoring';
import type { Network } from './network';
import type { Notifications } from './notifications';
import { outputs } from './outputs';
import type { Queue } from './queue';
import { tagDeployment } from './tags';
import { watch } from './watch';

export interface SingleServerProps extends ArchitectureProps {
  /**
   * Snapshot that the data volume begins with, `snap-...`: how to restore one stands in docs/aws.md.
   *
   * Adding, changing or removing it replaces the volume, so it stays as long as the volume does.
   *
   * @default - an empty volume
   */
  readonly dataSnapshotId?: string;
}

/** One GPU machine that heals itself, with its way in, its data and its watchmen. */
export class SingleServer extends Construct implements ec2.IConnectable {
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
  /** Absent unless the spec asks for copies in another region. */
  readonly backup: Backup | undefined;
  readonly server: GpuServer;
  /** Absent without a content filter. */
  readonly guardrail: Guardrail | undefined;
  /** Absent without files of requests. */
  readonly queue: Queue | undefined;
  /** Absent without models that the cloud runs. */
  readonly bedrock: Bedrock | undefined;
  /** Absent where people come through a tunnel. */
  readonly balancer: Balancer | undefined;
  readonly firewall: Firewall | undefined;
  /** Absent without `security.compliance`. */
  readonly auditLog: AuditLog | undefined;
  /** With a law that asks for logs which nobody can change. */
  readonly logCopies: LogCopies | undefined;
  readonly monitoring: Monitoring;
  readonly budget: Budget | undefined;
  /**
   * Where clients connect: `connections.allowDefaultPortFrom(peer)` lets more of them in.
   *
   * Without a balancer this is the machine, which has no port for clients.
   */
  readonly connections: ec2.Connections;
  /** What a person needs next, printed by `cdk deploy`. */
  readonly outputs: CfnOutput[];
  private readonly deployment: string;

  constructor(scope: Construct, id: string, props: SingleServerProps) {
    super(scope, id);
    const plan = singleServerOnly(props.plan, 'this construct');
    const { decisions } = plan;
    const { identity, entry, managedModels, models } = decisions;
    refuseUndeployable(this, props);
    this.deployment = identity.name;
    const base = foundation(this, props);
    this.encryption = base.encryption;
    this.network = base.network;
    this.accessLogs = base.accessLogs;
    this.modelStore = base.modelStore as ModelStore;
    this.gateway = base.gateway;
    this.database = base.database;
    this.cache = base.cache;
    this.notifications = base.notifications;
    this.backup = base.backup;
    this.guardrail = base.guardrail;
    this.queue = base.queue;

    const boot = new Boot(this, 'Boot', {
      ...base,
      plan,
      role: 'server',
      bundle: bundle(plan, 'aws'),
      models,
    });
    this.server = new GpuServer(this, 'Server', {
      ...decisions,
      ...base.site,
      subnet: this.network.machineSubnets[0] as ec2.ISubnet,
      userData: (facts) => boot.userData(facts),
      balanced: entry.ingress !== 'tunnel',
      dataSnapshotId: props.dataSnapshotId,
      identityInContainers: managedModels.length > 0 || base.guardrail !== undefined,
    });
    boot.grantAll(this.server);
    if (managedModels.length > 0) {
      const { role } = this.server.machineRole;
      const { region } = identity;
      this.bedrock = new Bedrock(this, 'Bedrock', { region, models: managedModels, role });
      // the first machine must find its permissions
      this.server.group.node.addDependency(this.bedrock);
    }
    this.server.group.node.addDependency(...this.network.ways);

    const way = entrance(this, props, base, this.server);
    this.balancer = way.balancer;
    this.firewall = way.firewall;
    const record = audit(this, props, base, way, [this.server.group]);
    this.auditLog = record.auditLog;
    this.logCopies = record.logCopies;
    this.connections = (this.balancer ?? this.server).connections;
    const { monitoring, budget } = watch(this, props, base, way);
    this.monitoring = monitoring;
    this.budget = budget;
    tagDeployment(this, identity);
    this.outputs = Object.entries(
      outputs(plan, { ...base, ...way, ...record, monitoring, machines: this.server }),
    ).map(([name, output]) => new CfnOutput(this, name, output));
  }

  /** Lets somebody call the API: read the application key. */
  grantInvoke(grantee: iam.IGrantable): void {
    this.gateway.grantInvoke(grantee);
  }

  /** A series that the machine sends each minute. */
  metric(name: Series): Metric {
    return seriesMetric(this.deployment, name, Stats.AVERAGE);
  }
}
