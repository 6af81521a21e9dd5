import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { fleetListenerPort } from '../plan/fleet-port';
import type { FleetDecision, IdentityDecision, TimeoutsDecision } from '../plan/plan';
import { fleetMachinePort, ports } from '../runtime/layout';
import { machineHealthPath } from './balancer';
import { acknowledgeControl, notGuarded } from './controls';
import type { WatchedFleet } from './fleet-widgets';
import { LoggingBalancer } from './logging-balancer';

/** Machines of one engine, as a balancer sees them. */
export interface Engines extends ec2.IConnectable {
  readonly fleet: Pick<FleetDecision, 'name' | 'purchase' | 'drainSeconds' | 'scaling'>;
  readonly group: autoscaling.AutoScalingGroup;
}

export interface EngineBalancerProps {
  /** Its region says who writes the access logs: the stack may leave its own to the deployment. */
  readonly identity: Pick<IdentityDecision, 'region'>;
  readonly timeouts: TimeoutsDecision;
  readonly vpc: ec2.IVpc;
  /** At least two zones. */
  readonly subnets: ec2.ISubnet[];
  /** Their names give them their ports. */
  readonly fleets: readonly Engines[];
  readonly accessLogs: s3.IBucket;
  readonly deletionProtection: boolean;
}

/**
 * The way from gateways to engines: one balancer with private addresses, a port for each fleet.
 *
 * Plain HTTP between subnets of one network, with a key that the engines ask for.
 */
export class EngineBalancer extends Construct implements ec2.IConnectable {
  readonly loadBalancer: elb.ApplicationLoadBalancer;
  /** In the order of the fleets. */
  readonly targetGroups: elb.ApplicationTargetGroup[];
  /** For a dashboard. */
  readonly watched: WatchedFleet[];
  readonly connections: ec2.Connections;
  /** What the gateways call. */
  readonly host: string;

  constructor(scope: Construct, id: string, props: EngineBalancerProps) {
    super(scope, id);
    this.loadBalancer = this.balancer(props);
    this.connections = this.loadBalancer.connections;
    this.watched = props.fleets.map((engines) => ({
      fleet: engines.fleet,
      group: engines.group,
      targetGroup: this.listen(engines, props),
    }));
    this.targetGroups = this.watched.map(({ targetGroup }) => targetGroup);
    this.host = this.loadBalancer.loadBalancerDnsName;
  }

  private balancer({ timeouts, ...props }: EngineBalancerProps): elb.ApplicationLoadBalancer {
    const balancer = new LoggingBalancer(this, 'Resource', {
      region: props.identity.region,
      vpc: props.vpc,
      vpcSubnets: { subnets: onePerZone(props.subnets) },
      internetFacing: false,
      idleTimeout: Duration.seconds(timeouts.balancerIdleSeconds),
      // a connection is closed at this age even between two answers
      clientKeepAlive: Duration.seconds(Math.max(3600, timeouts.balancerIdleSeconds)),
      dropInvalidHeaderFields: true,
      deletionProtection: props.deletionProtection,
    });
    balancer.logAccessLogs(props.accessLogs, 'engine-balancer');
    acknowledgeControl(
      balancer,
      'ALBWAFEnabled',
      'Only the gateways reach it, and the web firewall stands before them where the plan has one',
    );
    if (!props.deletionProtection) acknowledgeControl(balancer, 'ELBDeletionProtectionEnabled', notGuarded);
    return balancer;
  }

  /** Lets somebody call the engines, who have a key for it. */
  admit(clients: ec2.IConnectable): void {
    for (const listener of this.loadBalancer.listeners) {
      listener.connections.allowDefaultPortFrom(clients, 'Gateways');
    }
  }

  private listen(engines: Engines, { vpc }: EngineBalancerProps): elb.ApplicationTargetGroup {
    const { fleet, group } = engines;
    const targets = new elb.ApplicationTargetGroup(this, `Machines-${fleet.name}`, {
      vpc,
      targetType: elb.TargetType.INSTANCE,
      protocol: elb.ApplicationProtocol.HTTP,
      port: fleetMachinePort,
      targets: [group],
      deregistrationDelay: Duration.seconds(fleet.drainSeconds),
      loadBalancingAlgorithmType: elb.TargetGroupLoadBalancingAlgorithmType.LEAST_OUTSTANDING_REQUESTS,
      healthCheck: {
        port: String(ports.health),
        path: machineHealthPath,
        protocol: elb.Protocol.HTTP,
        healthyHttpCodes: '200',
        healthyThresholdCount: 2,
        ...(fleet.purchase === 'on-demand' ? patient : quick),
      },
    });
    const listener = this.loadBalancer.addListener(`Engines-${fleet.name}`, {
      port: fleetListenerPort(fleet.name),
      protocol: elb.ApplicationProtocol.HTTP,
      open: false,
      defaultTargetGroups: [targets],
    });
    const inside = 'Plain HTTP between private subnets of one network; the engines admit this balancer alone';
    acknowledgeControl(listener, 'ALBHttpToHttpsRedirection', inside);
    acknowledgeControl(listener, 'ELBv2ACMCertificateRequired', inside);
    engines.connections.allowFrom(this, ec2.Port.tcp(ports.health), 'Health check');
    // made once the machines serve: the likeliest first deployment to fail is one without a GPU, and a balancer with
    // deletion protection would keep it from rolling back
    (this.loadBalancer.node.defaultChild as elb.CfnLoadBalancer).addResourceDependency(
      group.node.defaultChild as autoscaling.CfnAutoScalingGroup,
    );
    return targets;
  }
}

/** An engine under load may answer late; a minute of silence is not that. */
const patient = { interval: Duration.seconds(15), timeout: Duration.seconds(10), unhealthyThresholdCount: 4 };
/** A spot machine says that it drains at its notice, two minutes before it is gone. */
const quick = { interval: Duration.seconds(10), timeout: Duration.seconds(8), unhealthyThresholdCount: 2 };

/** A balancer takes one subnet of each zone. */
function onePerZone(subnets: readonly ec2.ISubnet[]): ec2.ISubnet[] {
  return subnets.filter(
    ({ availabilityZone }, index) =>
      subnets.findIndex((other) => other.availabilityZone === availabilityZone) === index,
  );
}
