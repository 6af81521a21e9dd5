import { type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { CfnOutput } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { scaledOnly } from '../plan/forms';
import type { BatchFleetDecision, FleetDecision, ModelDecision, ScaledPlan } from '../plan/plan';
import type { Series } from '../plan/signals';
import { type Bundle, batchBundle, fleetBundle, gatewayBundle } from '../runtime/bundle';
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
import type { Documents } from './documents';
import type { Encryption } from './encryption';
import { EngineBalancer } from './engine-balancer';
import { entrance } from './entrance';
import type { Firewall } from './firewall';
import { type Foundation, foundation } from './foundation';
import type { Gateway } from './gateway';
import { GatewayGroup } from './gateway-group';
import { GpuFleet } from './gpu-fleet';
import type { Guardrail } from './guardrail';
import type { LogCopies } from './log-copies';
import { seriesMetric } from './metrics';
import type { ModelStore } from './model-store';
import { alarmNames, type Monitoring } from './monitoring';
import type { Network } from './network';
import type { Notifications } from './notifications';
import { outputs } from './outputs';
import type { Queue } from './queue';
import { QueueScaling } from './queue-scaling';
import { tagDeployment } from './tags';
import { watch } from './watch';

export type ScaledProps = ArchitectureProps;

/** Machines that hold an engine each. */
interface EngineMachines<Fleet> {
  role: 'fleet' | 'batch';
  fleet: Fleet;
  bundle: Bundle;
  model: ModelDecision;
}

/**
 * Gateways before fleets of engines that grow with the load, in several zones.
 *
 * Without engines, when all models are managed, the gateways alone.
 */
export class Scaled extends Construct implements ec2.IConnectable {
  readonly encryption: Encryption;
  readonly network: Network;
  readonly accessLogs: AccessLogs;
  /** Absent where all models are managed. */
  readonly modelStore: ModelStore | undefined;
  readonly gateway: Gateway;
  readonly database: Database | undefined;
  readonly cache: Cache | undefined;
  /** A store for applications of yours: `documents.connections` and `grantConnect` let them in. */
  readonly documents: Documents | undefined;
  readonly notifications: Notifications;
  /** Absent where no backup beside the database's own is planned. */
  readonly backup: Backup | undefined;
  /** Absent without a content filter. */
  readonly guardrail: Guardrail | undefined;
  /** Absent without files of requests. */
  readonly queue: Queue | undefined;
  /** In the order of the plan's models; empty where all of them are managed. */
  readonly fleets: GpuFleet[];
  /** Machines that answer files, each with its worker; absent where files have none of their own. */
  readonly fileFleet: GpuFleet<BatchFleetDecision> | undefined;
  /** Absent without fleets. */
  readonly engineBalancer: EngineBalancer | undefined;
  readonly gateways: GatewayGroup;
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
   * Without a balancer these are the gateways, which have no port for clients.
   */
  readonly connections: ec2.Connections;
  /** What a person needs next, printed by `cdk deploy`. */
  readonly outputs: CfnOutput[];
  private readonly deployment: string;

  constructor(scope: Construct, id: string, props: ScaledProps) {
    super(scope, id);
    const plan = scaledOnly(props.plan, 'this construct');
    const { identity, monitoring, rollout } = plan.decisions;
    refuseUndeployable(this, props);
    this.deployment = identity.name;
    const base = foundation(this, props);
    this.encryption = base.encryption;
    this.network = base.network;
    this.accessLogs = base.accessLogs;
    this.modelStore = base.modelStore;
    this.gateway = base.gateway;
    this.database = base.database;
    this.cache = base.cache;
    this.documents = base.documents;
    this.notifications = base.notifications;
    this.backup = base.backup;
    this.guardrail = base.guardrail;
    this.queue = base.queue;

    // known by name: the alarms watch what stands behind the machines whose change they end
    const names = alarmNames(this, monitoring.alarms);
    const abortAlarms = rollout.abortOn.flatMap((signal) => names[signal] ?? []);
    this.fleets = plan.decisions.fleets.map((fleet, index) =>
      this.fleet(plan, base, abortAlarms, fleet, plan.decisions.models[index] as ModelDecision),
    );
    this.fileFleet = this.machinesOfFiles(plan, base, abortAlarms);
    this.engineBalancer = this.inner(plan, base);
    this.gateways = this.gatewayGroup(plan, base, abortAlarms);
    this.engineBalancer?.admit(this.gateways);
    this.bedrock = this.managedModels(plan);

    const way = entrance(this, props, base, this.gateways);
    this.balancer = way.balancer;
    this.firewall = way.firewall;
    const machines = [this.gateways, ...this.fleets];
    const record = audit(
      this,
      props,
      base,
      way,
      machines.map(({ group }) => group),
    );
    this.auditLog = record.auditLog;
    this.logCopies = record.logCopies;
    this.connections = (this.balancer ?? this.gateways).connections;
    const watchedFleets = this.engineBalancer?.watched;
    const eyes = watch(this, props, base, way, {
      alarmNames: names,
      ...(watchedFleets && { watchedFleets }),
    });
    this.monitoring = eyes.monitoring;
    this.budget = eyes.budget;
    tagDeployment(this, identity);
    const printed = outputs(plan, { ...base, ...way, ...eyes, ...record, machines: this.gateways });
    this.outputs = Object.entries(printed).map(([name, output]) => new CfnOutput(this, name, output));
  }

  /** Lets somebody call the API: read the application key. */
  grantInvoke(grantee: iam.IGrantable): void {
    this.gateway.grantInvoke(grantee);
  }

  /** A series that the machines send each minute, in the mean over all of them. */
  metric(name: Series): Metric {
    return seriesMetric(this.deployment, name, Stats.AVERAGE);
  }

  private fleet(
    plan: ScaledPlan,
    base: Foundation,
    abortAlarms: readonly string[],
    fleet: FleetDecision,
    model: ModelDecision,
  ): GpuFleet {
    const scope = new Construct(this, `Fleet-${fleet.name}`);
    const bundle = fleetBundle(plan, fleet, 'aws');
    return this.machines(scope, plan, base, abortAlarms, { role: 'fleet', fleet, bundle, model });
  }

  private machinesOfFiles(
    plan: ScaledPlan,
    base: Foundation,
    abortAlarms: readonly string[],
  ): GpuFleet<BatchFleetDecision> | undefined {
    const own = plan.decisions.batch?.own;
    if (own === undefined || base.queue === undefined) return undefined;
    const { fleet, model } = own;
    const bundle = batchBundle(plan, own, 'aws');
    const scope = new Construct(this, 'Files');
    const made = this.machines(scope, plan, base, abortAlarms, { role: 'batch', fleet, bundle, model });
    new QueueScaling(scope, 'Scaling', {
      group: made.group,
      queue: base.queue.queue,
      jobsPerMachine: fleet.scaling.target,
      scaleInAfterSeconds: fleet.scaling.scaleInAfterSeconds,
      unitsPerMachine: fleet.unitsPerMachine,
    });
    return made;
  }

  private machines<Fleet extends FleetDecision | BatchFleetDecision>(
    scope: Construct,
    plan: ScaledPlan,
    base: Foundation,
    abortAlarms: readonly string[],
    { role, fleet, bundle, model }: EngineMachines<Fleet>,
  ): GpuFleet<Fleet> {
    const boot = new Boot(scope, 'Boot', {
      ...base,
      plan,
      role,
      fleet: fleet.name,
      bundle,
      models: [model],
    });
    const made = new GpuFleet<Fleet>(scope, 'Machines', {
      ...plan.decisions,
      ...base.site,
      fleet,
      abortAlarms,
      subnets: base.network.machineSubnets,
      userData: (facts) => boot.userData(facts),
    });
    boot.grantAll(made);
    made.group.node.addDependency(...base.network.ways);
    return made;
  }

  private inner({ decisions }: ScaledPlan, { network, accessLogs, site }: Foundation) {
    if (this.fleets.length === 0) return undefined;
    return new EngineBalancer(this, 'Engines', {
      ...decisions,
      ...site,
      subnets: network.machineSubnets,
      fleets: this.fleets,
      accessLogs: accessLogs.bucket,
    });
  }

  private gatewayGroup(plan: ScaledPlan, base: Foundation, abortAlarms: readonly string[]): GatewayGroup {
    const boot = new Boot(this, 'Boot', {
      ...base,
      plan,
      role: 'gateway',
      bundle: gatewayBundle(plan, 'aws'),
      models: [],
      enginesHost: this.engineBalancer?.host,
    });
    const made = new GatewayGroup(this, 'Gateways', {
      ...plan.decisions,
      ...base.site,
      abortAlarms,
      subnets: base.network.machineSubnets,
      userData: (facts) => boot.userData(facts),
      identityInContainers: plan.decisions.managedModels.length > 0 || base.guardrail !== undefined,
    });
    boot.grantAll(made);
    made.group.node.addDependency(...base.network.ways);
    return made;
  }

  private managedModels({ decisions }: ScaledPlan): Bedrock | undefined {
    const { identity, managedModels: models } = decisions;
    if (models.length === 0) return undefined;
    const { role } = this.gateways.machineRole;
    const bedrock = new Bedrock(this, 'Bedrock', { region: identity.region, models, role });
    // the first machines must find their permissions
    this.gateways.group.node.addDependency(bedrock);
    return bedrock;
  }
}
