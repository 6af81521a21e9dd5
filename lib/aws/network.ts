import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Fn, Validations } from 'aws-cdk-lib/core';
import { Construct, type IDependable } from 'constructs';
import { UserError } from '../errors';
import type { EntryDecision, NetworkDecision } from '../plan/plan';
import { acknowledgeControl } from './controls';
import { type LogOptions, logGroupProps } from './log-retention';
import { PrivateEndpoints } from './private-endpoints';
import { subnetCidrs } from './subnet-cidrs';

export interface NetworkProps {
  readonly network: NetworkDecision;
  readonly entry: Pick<EntryDecision, 'ingress'>;
  /** Whether a managed database or cache needs subnets without a way out. */
  readonly dataSubnets: boolean;
  readonly logs: LogOptions;
  /**
   * A network of yours.
   *
   * @default - what the plan says: a new network, or the existing one by ids
   */
  readonly vpc?: ec2.IVpc | undefined;
}

/**
 * Where the deployment lives: machines in private subnets, public subnets for balancer and NAT only.
 *
 * Nothing is looked up at synth. A new network is made of subnet constructs and not of `ec2.Vpc`, which asks the
 * account for its zones whenever account and region are both written out.
 */
export class Network extends Construct {
  readonly vpc: ec2.IVpc;
  /** With a way out, one in each zone; the first one holds the machine of a single server and its data disk. */
  readonly machineSubnets: ec2.ISubnet[];
  readonly balancerSubnets: ec2.ISubnet[];
  readonly dataSubnets: ec2.ISubnet[];
  /** Absent in an existing network, which may have one already. */
  readonly s3Endpoint: ec2.GatewayVpcEndpoint | undefined;
  /**
   * What must be there before a machine starts: a route or a name that changes later breaks what it has open.
   *
   * Empty in an existing network.
   */
  readonly ways: IDependable[];
  /** Absent in an existing network, which may have one already. */
  readonly flowLogGroup: logs.LogGroup | undefined;

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    const { vpc, machineSubnets, balancerSubnets, dataSubnets, s3Endpoint, ways, flowLogGroup } = props.vpc
      ? ofVpc(props.vpc, props)
      : props.network.existing
        ? this.byIds(props.network.existing)
        : this.create(props);
    this.vpc = vpc;
    this.machineSubnets = machineSubnets;
    this.balancerSubnets = balancerSubnets;
    this.dataSubnets = dataSubnets;
    this.s3Endpoint = s3Endpoint;
    this.ways = ways;
    this.flowLogGroup = flowLogGroup;
  }

  private byIds(existing: NonNullable<NetworkDecision['existing']>): Subnets {
    const vpc = ec2.Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId: existing.id,
      availabilityZones: [...new Set(existing.machineSubnets.map((subnet) => subnet.zone))],
    });
    const subnets = (ids: { id: string; zone: string }[]) =>
      ids.map(({ id, zone }) => this.existingSubnet(id, zone));
    return {
      vpc,
      machineSubnets: subnets(existing.machineSubnets),
      balancerSubnets: subnets(existing.balancerSubnets),
      dataSubnets: subnets(existing.dataSubnets),
      ways: [],
    };
  }

  private existingSubnet(subnetId: string, availabilityZone: string): ec2.ISubnet {
    const known = this.node.tryFindChild(subnetId);
    if (known) return known as unknown as ec2.ISubnet;
    const subnet = ec2.Subnet.fromSubnetAttributes(this, subnetId, { subnetId, availabilityZone });
    Validations.of(subnet).acknowledge({
      id: 'Annotation::@aws-cdk/aws-ec2:noSubnetRouteTableId',
      reason: 'Nothing here changes the routes of a network that is not ours',
    });
    return subnet;
  }

  private create(props: NetworkProps): Subnets {
    const zones = zoneNames(props.network);
    const cidrs = subnetCidrs(props.network.cidr, zones.length);
    const vpc = new ec2.CfnVPC(this, 'Resource', {
      cidrBlock: props.network.cidr,
      enableDnsHostnames: true,
      enableDnsSupport: true,
    });
    acknowledgeControl(
      vpc,
      'VPCDefaultSecurityGroupClosed',
      'No resource uses the default group; to empty it, a template needs a program of its own with leave to change groups',
    );
    const place = (tier: number, zone: number) => ({
      vpcId: vpc.ref,
      cidrBlock: cidrs[tier * zones.length + zone] as string,
      availabilityZone: zones[zone] as string,
    });
    const out = props.network.egress !== 'none';
    const publicSubnets = (out ? zones : []).map(
      (_, zone) =>
        new ec2.PublicSubnet(this, `Public${zone + 1}`, { ...place(0, zone), mapPublicIpOnLaunch: false }),
    );
    const machineSubnets = zones.map(
      (_, zone) => new ec2.PrivateSubnet(this, `Machines${zone + 1}`, place(1, zone)),
    );
    const dataSubnets = props.dataSubnets
      ? zones.map((_, zone) => new ec2.PrivateSubnet(this, `Data${zone + 1}`, place(2, zone)))
      : [];
    for (const subnet of [...publicSubnets, ...machineSubnets, ...dataSubnets]) {
      Validations.of(subnet).acknowledge({
        id: 'CloudFormation-Validate::W3010',
        reason: 'Zones are named where `network.zones` in the spec names them',
      });
    }
    if (out) this.routeOut(vpc, publicSubnets, machineSubnets, props.network.natGateways);

    const imported = ec2.Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId: vpc.ref,
      vpcCidrBlock: vpc.attrCidrBlock,
      availabilityZones: zones,
      publicSubnetIds: publicSubnets.map((subnet) => subnet.subnetId),
      publicSubnetRouteTableIds: publicSubnets.map((subnet) => subnet.routeTable.routeTableId),
      privateSubnetIds: machineSubnets.map((subnet) => subnet.subnetId),
      privateSubnetRouteTableIds: machineSubnets.map((subnet) => subnet.routeTable.routeTableId),
      isolatedSubnetIds: dataSubnets.map((subnet) => subnet.subnetId),
      isolatedSubnetRouteTableIds: dataSubnets.map((subnet) => subnet.routeTable.routeTableId),
    });
    // free, and keeps model weights off the NAT gateway
    const s3Endpoint = imported.addGatewayEndpoint('S3', {
      service: ec2.GatewayVpcEndpointAwsService.S3,
      subnets: [{ subnets: machineSubnets }],
    });
    const flowLogGroup = this.flowLog(imported, props.logs);
    return {
      flowLogGroup,
      vpc: imported,
      machineSubnets,
      balancerSubnets: props.entry.ingress === 'public' ? publicSubnets : machineSubnets,
      dataSubnets,
      s3Endpoint,
      ways: [s3Endpoint, ...this.privateEndpoints(imported, machineSubnets, props.network)],
    };
  }

  private privateEndpoints(
    vpc: ec2.IVpc,
    subnets: ec2.ISubnet[],
    { cidr, privateEndpoints: services }: NetworkDecision,
  ): IDependable[] {
    if (services === undefined || services.length === 0) return [];
    return new PrivateEndpoints(this, 'Endpoints', { vpc, cidr, subnets, services }).endpoints;
  }

  private routeOut(
    vpc: ec2.CfnVPC,
    publicSubnets: ec2.PublicSubnet[],
    privateSubnets: ec2.PrivateSubnet[],
    natGateways: number,
  ): void {
    const gateway = new ec2.CfnInternetGateway(this, 'InternetGateway');
    const attachment = new ec2.CfnVPCGatewayAttachment(this, 'InternetGatewayAttachment', {
      vpcId: vpc.ref,
      internetGatewayId: gateway.ref,
    });
    for (const subnet of publicSubnets) {
      subnet.addDefaultInternetRoute(gateway.ref, attachment);
      acknowledgeControl(
        subnet.node.findChild('DefaultRoute'),
        'VPCNoUnrestrictedRouteToIGW',
        'The way out of the NAT gateway and of a public balancer; no machine and no data is in a public subnet',
      );
    }
    const nats = publicSubnets.slice(0, natGateways).map((subnet) => subnet.addNatGateway());
    for (const [zone, subnet] of privateSubnets.entries()) {
      const nat = nats[Math.min(zone, nats.length - 1)];
      if (nat) subnet.addDefaultNatRoute(nat.ref);
    }
  }

  private flowLog(vpc: ec2.IVpc, options: LogOptions): logs.LogGroup {
    const group = new logs.LogGroup(this, 'FlowLogGroup', logGroupProps(options));
    const role = new iam.Role(this, 'FlowLogRole', {
      assumedBy: new iam.ServicePrincipal('vpc-flow-logs.amazonaws.com'),
      description: 'Writes the flow log of the network',
    });
    const policy = new iam.ManagedPolicy(this, 'FlowLogPolicy', { roles: [role] });
    iam.Grant.addToPrincipal({
      grantee: policy,
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
      resourceArns: [group.logGroupArn],
    });
    const flowLog = new ec2.FlowLog(this, 'FlowLog', {
      resourceType: ec2.FlowLogResourceType.fromVpc(vpc),
      // its permissions are one managed policy; CDK would add an inline one
      destination: ec2.FlowLogDestination.toCloudWatchLogs(group, role.withoutPolicyUpdates()),
      trafficType: ec2.FlowLogTrafficType.ALL,
    });
    flowLog.node.addDependency(policy);
    return group;
  }
}

interface Subnets {
  flowLogGroup?: logs.LogGroup;
  vpc: ec2.IVpc;
  machineSubnets: ec2.ISubnet[];
  balancerSubnets: ec2.ISubnet[];
  dataSubnets: ec2.ISubnet[];
  s3Endpoint?: ec2.GatewayVpcEndpoint;
  ways: IDependable[];
}

function ofVpc(vpc: ec2.IVpc, { network, entry, dataSubnets }: NetworkProps): Subnets {
  const { privateSubnets, publicSubnets, isolatedSubnets } = vpc;
  const subnets = {
    vpc,
    ways: [],
    machineSubnets: privateSubnets,
    balancerSubnets: entry.ingress === 'public' ? publicSubnets : privateSubnets,
    dataSubnets: isolatedSubnets.length > 0 ? isolatedSubnets : privateSubnets,
  };
  const [machines, zones] = network.zoneCount === undefined ? ['the machine', 1] : ['a fleet', 2];
  refuseTooFew(`private subnets with a way out, for ${machines}`, privateSubnets, zones);
  const kind = entry.ingress === 'public' ? 'public' : 'private';
  if (entry.ingress !== 'tunnel')
    refuseTooFew(`${kind} subnets, for the balancer`, subnets.balancerSubnets, 2);
  if (dataSubnets) refuseTooFew('isolated or private subnets, for managed data', subnets.dataSubnets, 2);
  return subnets;
}

/** By zone: AWS wants two for a balancer, and for the subnet group of a database or a cache. */
function refuseTooFew(what: string, subnets: readonly ec2.ISubnet[], least: number): void {
  const zones = new Set(subnets.map(({ availabilityZone }) => availabilityZone)).size;
  if (zones >= least) return;
  throw new UserError(
    `the given \`vpc\` has ${subnets.length} ${what}, in ${zones} zones and not ${least} or more: give another \`vpc\`, or name the subnets of this one in \`network.existing\` of the spec`,
  );
}

/** Those of the plan, or the first that the account sees, named at deploy time; one machine lives in one of two. */
function zoneNames({ zones, zoneCount }: NetworkDecision): string[] {
  const count = zoneCount === undefined ? zonesOfOneMachine : zoneCount;
  if (zones.length > 0) return zones.slice(0, count);
  const all = Fn.getAzs();
  return Array.from({ length: count }, (_, index) => Fn.select(index, all));
}

/** A balancer, and the subnet group of a database, want two. */
const zonesOfOneMachine = 2;
