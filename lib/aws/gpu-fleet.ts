import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Tags, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type {
  BatchFleetDecision,
  FleetDecision,
  FleetMachine,
  IdentityDecision,
  RolloutDecision,
} from '../plan/plan';
import type { Series } from '../plan/signals';
import { boundsChanges } from '../plan/week';
import { LoadScaling } from './load-scaling';
import { groupName, machineFacts } from './machine-facts';
import { machineFirewall } from './machine-firewall';
import { MachineRole } from './machine-role';
import { machineTemplate } from './machine-template';
import { fleetMetric } from './metrics';
import type { AbortAlarms } from './rollout';
import { bootHook, type GroupFacts, scalingGroup } from './scaling-group';
import { tagDeployment } from './tags';

/** Machines that users' requests reach, or those that answer files. */
type EngineFleet = FleetDecision | BatchFleetDecision;

export interface GpuFleetProps<Fleet extends EngineFleet = FleetDecision> {
  readonly identity: Pick<IdentityDecision, 'name' | 'tags'>;
  /** One whose signal is the queue is scaled by `QueueScaling`. */
  readonly fleet: Fleet;
  readonly rollout: RolloutDecision;
  /** Alarms that end a change of the machines. @default - none */
  readonly abortAlarms?: AbortAlarms;
  readonly vpc: ec2.IVpc;
  /** The machines are spread over them. */
  readonly subnets: ec2.ISubnet[];
  /** First boot script, at most 16 KiB; the machine completes the hook `boot` and signals the group when it answers. */
  readonly userData: (facts: GroupFacts) => string;
  /**
   * Whether names may be asked for elsewhere than at Amazon's resolver.
   *
   * @default false
   */
  readonly ownNameServers?: boolean;
  /**
   * Ports of image registries that do not listen on 443.
   *
   * @default - none
   */
  readonly registryPorts?: readonly number[];
  /**
   * Told of each start and end of a machine.
   *
   * @default - nobody
   */
  readonly topic?: sns.ITopic | undefined;
  /** @default - a key that AWS manages */
  readonly key?: kms.IKey | undefined;
}

/**
 * The GPU machines of one engine: as many as its load asks for, of the planned type or of the next one where that is
 * short, bought as planned, over all zones.
 *
 * A balancer is connected by who has one: `group` and `connections` are what it needs.
 */
export class GpuFleet<Fleet extends EngineFleet = FleetDecision>
  extends Construct
  implements iam.IGrantable, ec2.IConnectable
{
  readonly machineRole: MachineRole;
  readonly securityGroup: ec2.SecurityGroup;
  readonly launchTemplate: ec2.LaunchTemplate;
  readonly group: autoscaling.AutoScalingGroup;
  readonly connections: ec2.Connections;
  readonly grantPrincipal: iam.IPrincipal;
  /** Absent where the fleet has one size, or where a queue says how many. */
  readonly scaling: LoadScaling | undefined;
  /** Stopped, prepared machines; absent without them. */
  readonly warmPool: autoscaling.WarmPool | undefined;
  /** The plan of this fleet. */
  readonly fleet: Fleet;

  constructor(scope: Construct, id: string, props: GpuFleetProps<Fleet>) {
    super(scope, id);
    const { fleet, identity } = props;
    this.fleet = fleet;
    // written out because the machines must know it; nothing but a new name ever replaces a group
    const name = groupName(this);
    this.machineRole = new MachineRole(this, 'Role', { groupName: name });
    this.grantPrincipal = this.machineRole.grantPrincipal;
    this.securityGroup = machineFirewall(this, { ...props, description: `LLM engines of ${fleet.name}` });
    this.connections = this.securityGroup.connections;
    this.launchTemplate = machineTemplate(this, {
      ...fleet.disk,
      ...props,
      instanceType: planned(fleet).instanceType,
      imageId: fleet.imageId,
      machineRole: this.machineRole,
      securityGroup: this.securityGroup,
      userData: props.userData({ ...machineFacts(this, name, () => this.group), bootHook }),
    });
    this.group = this.machines(name, props);
    // the first machines must find their permissions and their way out
    this.group.node.addDependency(
      this.machineRole.policy,
      ...props.subnets.map((subnet) => subnet.internetConnectivityEstablished),
    );
    this.reserve(fleet.reservation);
    this.warmPool = this.prepare(fleet);
    this.scaling = this.scale(identity.name, fleet);
    this.wakeAndSleep(fleet);
    tagDeployment(this, identity);
    Tags.of(this.launchTemplate).add('Name', `${identity.name} ${fleet.name}`);
  }

  private machines(name: string, { fleet, abortAlarms = [], ...props }: GpuFleetProps<Fleet>) {
    const units = fleet.unitsPerMachine;
    const heaviest = Math.max(...fleet.machines.map(({ capacityWeight }) => capacityWeight));
    const group = scalingGroup(this, {
      ...props,
      ...fleet,
      groupName: name,
      abortAlarms,
      launch:
        fleet.warmPool > 0
          ? { launchTemplate: this.launchTemplate }
          : { mixedInstancesPolicy: mixedInstances(fleet, this.launchTemplate) },
      minCapacity: fleet.min * units,
      // the most of any window: an update of the stack sets it again, and must end no machine by day; and where it is
      // the least too, as in a fleet that sleeps, a group takes no tracked target (cfn-lint E3712)
      maxCapacity: machinesAtMost(fleet) * units,
      // fewer machines do where they are larger ones
      signals: Math.ceil((fleet.min * units) / heaviest),
      machines: machinesAtMost(fleet),
      capacityRebalance: fleet.purchase !== 'on-demand',
    });
    Validations.of(group).acknowledge({
      id: 'AwsSolutions-EC26',
      reason:
        'The rule reads the template of a group that does not mix types, and fails on others; disks are encrypted',
    });
    return group;
  }

  /** On the group and not in the template, where a machine that finds the reservation full would not start at all. */
  private reserve(reservation: string | undefined): void {
    if (reservation === undefined) return;
    const resource = this.group.node.defaultChild as autoscaling.CfnAutoScalingGroup;
    resource.capacityReservationSpecification = {
      capacityReservationPreference: 'capacity-reservations-first',
      capacityReservationTarget: reservation.startsWith('arn:')
        ? { capacityReservationResourceGroupArns: [reservation] }
        : { capacityReservationIds: [reservation] },
    };
  }

  private prepare({ warmPool, unitsPerMachine }: EngineFleet): autoscaling.WarmPool | undefined {
    if (warmPool === 0) return undefined;
    return this.group.addWarmPool({
      // the pool has a size of its own only where both are the same
      minSize: warmPool * unitsPerMachine,
      maxGroupPreparedCapacity: warmPool * unitsPerMachine,
      poolState: autoscaling.PoolState.STOPPED,
      // a machine that served is not prepared: its disks hold another boot, and it would drain in the pool
      reuseOnScaleIn: false,
    });
  }

  private scale(deployment: string, fleet: EngineFleet): LoadScaling | undefined {
    const bounds = [fleet, ...fleet.scaling.schedule];
    if (bounds.every(({ min, max }) => min === max)) return undefined;
    const { signal, target, scaleInAfterSeconds } = fleet.scaling;
    if (signal === 'queue-backlog') return undefined;
    const metric = (series: Series) => fleetMetric(deployment, fleet.name, series);
    return new LoadScaling(this, 'Scaling', {
      group: this.group,
      metric: metric(scalingSeries[signal]),
      target,
      // as many requests in flight as are planned
      ...(signal === 'waiting-requests' && { quiet: { metric: metric('llm_in_flight_ratio'), target: 1 } }),
      scaleInAfterSeconds,
      unitsPerMachine: fleet.unitsPerMachine,
    });
  }

  private wakeAndSleep(fleet: EngineFleet): void {
    for (const { days, hour, minute, min, max } of boundsChanges(fleet)) {
      const id = `${min}To${max}At${hour}h${minute}`;
      this.group.scaleOnSchedule(id, {
        timeZone: fleet.scaling.timeZone,
        // Auto Scaling counts the days of the week from Sunday
        schedule: autoscaling.Schedule.expression(
          `${minute} ${hour} * * ${days
            .map((day) => (day + 1) % 7)
            .sort()
            .join(',')}`,
        ),
        minCapacity: min * fleet.unitsPerMachine,
        maxCapacity: max * fleet.unitsPerMachine,
      });
    }
  }
}

const planned = ({ machines }: Pick<FleetDecision, 'machines'>) => machines[0] as FleetMachine;

function machinesAtMost({ max, scaling }: EngineFleet): number {
  return Math.max(max, ...scaling.schedule.map((window) => window.max));
}

/** In the plan's order on demand; of spot, the pools that are cheap and least likely to be taken away. */
function mixedInstances(
  fleet: EngineFleet,
  launchTemplate: ec2.ILaunchTemplate,
): autoscaling.MixedInstancesPolicy {
  const weighted = fleet.machines.length > 1;
  return {
    launchTemplate,
    launchTemplateOverrides: fleet.machines.map(({ instanceType, capacityWeight }) => ({
      instanceType: new ec2.InstanceType(instanceType),
      ...(weighted && { weightedCapacity: capacityWeight }),
    })),
    instancesDistribution: {
      onDemandAllocationStrategy: autoscaling.OnDemandAllocationStrategy.PRIORITIZED,
      onDemandBaseCapacity: fleet.onDemandBase * fleet.unitsPerMachine,
      onDemandPercentageAboveBaseCapacity: fleet.purchase === 'on-demand' ? 100 : 0,
      spotAllocationStrategy: autoscaling.SpotAllocationStrategy.PRICE_CAPACITY_OPTIMIZED,
    },
  };
}

const scalingSeries = {
  'in-flight-ratio': 'llm_in_flight_ratio',
  'waiting-requests': 'llm_waiting_requests',
} as const satisfies Record<FleetDecision['scaling']['signal'], string>;
