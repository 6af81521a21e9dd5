import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import { type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Annotations, CfnOutput, Stack, Token } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { issuesError, UserError } from '../errors';
import { singleServerOnly } from '../plan/forms';
import type { Plan } from '../plan/plan';
import type { Series } from '../plan/signals';
import { deployIssues } from '../plan/warnings';
import { AccessLogs } from './access-logs';
import { Backup } from './backup';
import { Balancer } from './balancer';
import { Bedrock } from './bedrock';
import { Boot } from './boot';
import { Budget } from './budget';
import { Cache } from './cache';
import { Database } from './database';
import { Encryption } from './encryption';
import { Firewall } from './firewall';
import { Gateway } from './gateway';
import { GpuServer } from './gpu-server';
import { Guardrail } from './guardrail';
import { seriesMetric } from './metrics';
import { ModelStore } from './model-store';
import { Monitoring } from './monitoring';
import { Network } from './network';
import { Notifications } from './notifications';
import { outputs } from './outputs';
import { registryPorts } from './registry-ports';
import { tagDeployment } from './tags';

export interface SingleServerProps {
  readonly plan: Plan;
  /** @default - the network of the plan: a new one, or an existing one by ids */
  readonly vpc?: ec2.IVpc;
  /** @default - the certificate of the plan: by ARN, or a new one validated through the DNS zone */
  readonly certificate?: acm.ICertificate;
  /** Bucket for the model weights. @default - the bucket of the plan: a new one, or an existing one by name */
  readonly bucket?: s3.IBucket;
  /**
   * Encrypts everything. A key made in the same app gets the statements that its policy needs; the owner of another
   * adds what `keyStatements` returns.
   *
   * @default - the key of the plan: AWS's own, a new one, or an existing one by ARN
   */
  readonly key?: kms.IKey;
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
  /** Absent without models that the cloud runs. */
  readonly bedrock: Bedrock | undefined;
  /** Absent where people come through a tunnel. */
  readonly balancer: Balancer | undefined;
  readonly firewall: Firewall | undefined;
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
    const { identity, entry, database, cache } = decisions;
    const { deletionProtection } = decisions.security;
    refuseOtherRegion(this, identity.region);
    refuseUndeployable(props);
    this.deployment = identity.name;
    const retentionDays = decisions.monitoring.logRetentionDays;

    this.encryption = new Encryption(this, 'Encryption', { ...decisions, key: props.key });
    const { key } = this.encryption;
    const logs = { retentionDays, key, retain: deletionProtection };
    const dataSubnets = database.postgres === 'managed' || cache.valkey === 'managed';
    this.network = new Network(this, 'Network', { ...decisions, dataSubnets, logs, vpc: props.vpc });
    this.accessLogs = new AccessLogs(this, 'AccessLogs', { retentionDays });
    const common = { ...decisions, vpc: this.network.vpc, key, deletionProtection, logs };
    const accessLogs = this.accessLogs.bucket;

    this.modelStore = new ModelStore(this, 'ModelStore', { ...common, accessLogs, bucket: props.bucket });
    this.gateway = new Gateway(this, 'Gateway', common);
    const data = { ...common, subnets: this.network.dataSubnets };
    if (database.postgres === 'managed') this.database = new Database(this, 'Database', data);
    if (cache.valkey === 'managed') this.cache = new Cache(this, 'Cache', data);
    this.notifications = new Notifications(this, 'Notifications', common);
    const { topic } = this.notifications;
    if (decisions.backup && this.database) {
      const { backup } = decisions;
      this.backup = new Backup(this, 'Backup', { ...common, backup, database: this.database, topic });
    }

    const parts = { gateway: this.gateway, modelStore: this.modelStore };
    const { guardrail } = decisions.gateway;
    if (guardrail) this.guardrail = new Guardrail(this, 'Guardrail', { guardrail, key });
    const boot = new Boot(this, 'Boot', {
      plan,
      ...parts,
      database: this.database,
      cache: this.cache,
      guardrail: this.guardrail,
    });
    this.server = new GpuServer(this, 'Server', {
      ...common,
      subnet: this.network.machineSubnets[0] as ec2.ISubnet,
      userData: (facts) => boot.userData(facts),
      balanced: entry.ingress !== 'tunnel',
      dataSnapshotId: props.dataSnapshotId,
      identityInContainers: decisions.managedModels.length > 0 || guardrail !== undefined,
      ownNameServers: props.vpc !== undefined || decisions.network.existing !== undefined,
      registryPorts: registryPorts(decisions.images),
      topic,
    });
    boot.grantAll(this.server);
    if (decisions.managedModels.length > 0) {
      const { role } = this.server.machineRole;
      const { region } = identity;
      this.bedrock = new Bedrock(this, 'Bedrock', { region, models: decisions.managedModels, role });
      // the first machine must find its permissions
      this.server.group.node.addDependency(this.bedrock);
    }
    // a route that appears later breaks open connections to the bucket
    this.server.group.node.addDependency(...this.network.ways);

    if (entry.ingress !== 'tunnel') {
      const way = { subnets: this.network.balancerSubnets, certificate: props.certificate, accessLogs };
      this.balancer = new Balancer(this, 'Balancer', { ...common, ...way, target: this.server });
      const { loadBalancer } = this.balancer;
      if (entry.waf) this.firewall = new Firewall(this, 'Firewall', { ...common, loadBalancer });
    }
    this.connections = (this.balancer ?? this.server).connections;

    const sources = { ...this.balancer, database: this.database?.metricSource };
    this.monitoring = new Monitoring(this, 'Monitoring', { ...decisions, topic, sources });
    if (decisions.budget) {
      this.budget = new Budget(this, 'Budget', { identity, budget: decisions.budget, topic });
    }
    tagDeployment(this, identity);
    this.outputs = Object.entries(outputs(plan, this)).map(
      ([name, output]) => new CfnOutput(this, name, output),
    );
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

/** The rules of `synth`, but for what the caller brings. The bill is not among them: `bill(plan)` has its total. */
function refuseUndeployable({ plan, certificate, bucket }: SingleServerProps): void {
  const brought: Record<string, unknown> = { 'certificate-needed': certificate, 'upload-needed': bucket };
  const issues = deployIssues(plan).filter(({ rule }) => brought[rule] === undefined);
  if (issues.length > 0) throw issuesError(issues);
}

function refuseOtherRegion(scope: Construct, planned: string): void {
  const { region, stackName } = Stack.of(scope);
  if (region === planned) return;
  if (Token.isUnresolved(region)) {
    Annotations.of(scope).addWarningV2(
      'llm-constructs:region',
      `the stack ${stackName} leaves its region to the deployment, and the plan is for ${planned}: write \`env: {region: '${planned}'}\` on the stack, or deploy it nowhere else`,
    );
    return;
  }
  throw new UserError(
    `the stack ${stackName} is in ${region} and the plan is for ${planned}: machine, prices and names belong to a region, so write \`region: ${region}\` in the spec or \`env: {region: '${planned}'}\` on the stack`,
  );
}
