import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { describe, expect, it } from 'vitest';
import { Network, type NetworkProps } from '../../lib/aws/network';
import { partWritten, type Written } from './synthesize';

const because = 'test';
const props: NetworkProps = {
  network: { cidr: '10.40.0.0/16', zones: [], egress: 'nat', natGateways: 1, because },
  entry: { ingress: 'public' },
  dataSubnets: false,
  logs: { retentionDays: 30, retain: false },
};
const network = (changes: Partial<NetworkProps> = {}): Written =>
  partWritten((stack) => {
    new Network(stack, 'Network', { ...props, ...changes });
  });

/** Subnets with the target of their default route. */
function routes(template: Written): Record<string, string> {
  return Object.fromEntries(
    template.properties('AWS::EC2::SubnetRouteTableAssociation').map(({ SubnetId, RouteTableId }) => {
      const route = template
        .properties('AWS::EC2::Route')
        .find((candidate) => candidate.RouteTableId.Ref === RouteTableId.Ref);
      return [SubnetId.Ref, route?.NatGatewayId?.Ref ?? route?.GatewayId?.Ref ?? 'none'];
    }),
  );
}

describe('a new network', () => {
  it('has public subnets for balancer and NAT, and private ones whose way out is the NAT gateway', () => {
    const template = network();
    const nat = template.logicalId('AWS::EC2::NatGateway');
    const internet = template.logicalId('AWS::EC2::InternetGateway');
    expect(Object.values(routes(template)).sort()).toEqual([internet, internet, nat, nat].sort());
    expect(
      template.properties('AWS::EC2::Subnet').map((subnet) => subnet.MapPublicIpOnLaunch ?? false),
    ).toEqual([false, false, false, false]);
  });

  it('lies in the first two zones of the account, named at deploy time', () => {
    const zones = network()
      .properties('AWS::EC2::Subnet')
      .map((subnet) => subnet.AvailabilityZone);
    const zone = (index: number) => ({ 'Fn::Select': [index, { 'Fn::GetAZs': '' }] });
    expect(zones).toEqual([zone(0), zone(1), zone(0), zone(1)]);
  });

  it('lies in the zones that the plan names', () => {
    const named = network({ network: { ...props.network, zones: ['eu-central-1b', 'eu-central-1c'] } });
    const zones = named.properties('AWS::EC2::Subnet').map((subnet) => subnet.AvailabilityZone);
    expect([...new Set(zones)]).toEqual(['eu-central-1b', 'eu-central-1c']);
  });

  it('asks the account for nothing, even where account and region are known', () => {
    const env = { account: '123456789012', region: 'eu-central-1' };
    const template = partWritten((stack) => {
      new Network(stack, 'Network', props);
    }, env);
    expect(template.missingContext).toEqual([]);
  });

  it('has subnets without any way out for managed data, and only then', () => {
    expect(network().all('AWS::EC2::Subnet')).toHaveLength(4);
    const template = network({ dataSubnets: true });
    expect(template.all('AWS::EC2::Subnet')).toHaveLength(6);
    expect(Object.values(routes(template)).filter((target) => target === 'none')).toHaveLength(2);
  });

  it('has as many NAT gateways as the plan says, each zone using its own', () => {
    const template = network({ network: { ...props.network, natGateways: 2 } });
    const nats = Object.values(routes(template)).filter((target) => target.includes('NAT'));
    expect(new Set(nats).size).toBe(2);
  });

  it('keeps traffic to buckets off the NAT gateway', () => {
    const endpoint = network().only('AWS::EC2::VPCEndpoint').Properties;
    expect(endpoint?.VpcEndpointType).toBe('Gateway');
    expect(JSON.stringify(endpoint?.ServiceName)).toContain('.s3');
    expect(endpoint?.RouteTableIds).toHaveLength(2);
  });

  it('logs its traffic for as long as the plan says', () => {
    const template = network();
    expect(template.only('AWS::EC2::FlowLog').Properties?.TrafficType).toBe('ALL');
    expect(template.only('AWS::Logs::LogGroup').Properties?.RetentionInDays).toBe(30);
  });
});

describe('the network of a fleet', () => {
  const fleet: NetworkProps['network'] = {
    ...props.network,
    natGateways: 3,
    zoneCount: 3,
    privateEndpoints: ['secrets', 'logs', 'metrics', 'operator-tunnel', 'managed-models'],
  };
  const made = (changes: Partial<NetworkProps['network']> = {}) =>
    network({ dataSubnets: true, network: { ...fleet, ...changes } });

  it('lies in as many zones as the plan says, each with its own way out', () => {
    const template = made();
    const subnets = template.properties('AWS::EC2::Subnet');
    expect(subnets).toHaveLength(9);
    expect(new Set(subnets.map(({ CidrBlock }) => CidrBlock)).size).toBe(9);
    const nats = Object.values(routes(template)).filter((target) => target.includes('NAT'));
    expect(new Set(nats).size).toBe(3);
  });

  it('lies in all zones that the plan names', () => {
    const zones = ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'];
    const found = made({ zones })
      .properties('AWS::EC2::Subnet')
      .map(({ AvailabilityZone }) => AvailabilityZone);
    expect(found).toEqual([...zones, ...zones, ...zones]);
  });

  it('shares one NAT gateway where the plan has one', () => {
    const nats = Object.values(routes(made({ natGateways: 1 }))).filter((target) => target.includes('NAT'));
    expect(nats).toHaveLength(3);
    expect(new Set(nats).size).toBe(1);
  });

  const endpoints = (template: Written) =>
    template
      .properties('AWS::EC2::VPCEndpoint')
      .filter(({ VpcEndpointType }) => VpcEndpointType === 'Interface');
  const services = (template: Written) =>
    endpoints(template).map(
      ({ ServiceName }) => JSON.stringify(ServiceName).match(/[a-z0-9-]+(?="?\]*}?"?$)/)?.[0],
    );

  it('has the services of the plan inside, in each zone and under their usual names', () => {
    const template = made();
    expect(services(template).sort()).toEqual([
      'bedrock-runtime',
      'logs',
      'monitoring',
      'secretsmanager',
      'ssm',
      'ssmmessages',
    ]);
    for (const endpoint of endpoints(template)) {
      expect(endpoint.PrivateDnsEnabled).toBe(true);
      expect(endpoint.SubnetIds).toHaveLength(3);
    }
    expect(services(made({ privateEndpoints: ['secrets'] }))).toEqual(['secretsmanager']);
    expect(endpoints(made({ privateEndpoints: [] }))).toEqual([]);
  });

  it('lets the network to them and nobody else, with identities of this account', () => {
    const template = made();
    const group = template.resources[template.logicalId('AWS::EC2::SecurityGroup')]?.Properties;
    expect(group?.SecurityGroupIngress).toEqual([
      { CidrIp: '10.40.0.0/16', Description: 'The network', FromPort: 443, ToPort: 443, IpProtocol: 'tcp' },
    ]);
    for (const { PolicyDocument, SecurityGroupIds } of endpoints(template)) {
      expect(SecurityGroupIds).toHaveLength(1);
      expect(PolicyDocument.Statement[0].Condition).toEqual({
        StringEquals: { 'aws:PrincipalAccount': { Ref: 'AWS::AccountId' } },
      });
    }
  });

  it('without a way out has no public subnet, no address and no internet gateway', () => {
    const template = made({
      egress: 'none',
      natGateways: 0,
      privateEndpoints: ['secrets', 'images', 'machine-groups', 'deployments', 'volumes', 'queue'],
    });
    for (const type of ['NatGateway', 'EIP', 'InternetGateway', 'Route']) {
      expect(template.all(`AWS::EC2::${type}`), type).toEqual([]);
    }
    expect(template.all('AWS::EC2::Subnet')).toHaveLength(6);
    expect(services(template).sort()).toEqual([
      'api',
      'autoscaling',
      'cloudformation',
      'dkr',
      'ec2',
      'secretsmanager',
      'sqs',
    ]);
    expect(JSON.stringify(template.properties('AWS::EC2::VPCEndpoint'))).toContain('.ecr.dkr');
  });

  it('tells what must be there before a machine starts', () => {
    partWritten((stack) => {
      expect(new Network(stack, 'Network', { ...props, network: fleet }).ways).toHaveLength(7);
    });
  });

  it('of the same app must have private subnets in two zones', () => {
    partWritten((stack) => {
      const vpc = new Vpc(stack, 'Vpc', { availabilityZones: ['eu-central-1a'] });
      expect(() => new Network(stack, 'Network', { ...props, network: fleet, vpc })).toThrow(
        '1 private subnets with a way out, for a fleet, in 1 zones and not 2 or more',
      );
    });
  });
});

describe('an existing network', () => {
  const existing = {
    id: 'vpc-1',
    machineSubnets: [{ id: 'subnet-1', zone: 'eu-central-1a' }],
    balancerSubnets: [{ id: 'subnet-2', zone: 'eu-central-1b' }],
    dataSubnets: [{ id: 'subnet-1', zone: 'eu-central-1a' }],
  };

  it('by ids is used as it is: nothing is made in it', () => {
    let made: Network | undefined;
    const template = partWritten((stack) => {
      made = new Network(stack, 'Network', { ...props, network: { ...props.network, existing } });
    });
    expect(template.resources).toEqual({});
    expect(made?.vpc.vpcId).toBe('vpc-1');
    expect(made?.machineSubnets.map((subnet) => subnet.subnetId)).toEqual(['subnet-1']);
    expect(made?.machineSubnets[0]?.availabilityZone).toBe('eu-central-1a');
    expect(made?.balancerSubnets.map((subnet) => subnet.subnetId)).toEqual(['subnet-2']);
    expect(made?.s3Endpoint).toBeUndefined();
  });

  it('of the same app gives its private subnets to machines and its public ones to a public balancer', () => {
    partWritten((stack) => {
      const vpc = new Vpc(stack, 'Vpc', { availabilityZones: ['eu-central-1a', 'eu-central-1b'] });
      const open = new Network(stack, 'Open', { ...props, vpc });
      expect(open.machineSubnets).toEqual(vpc.privateSubnets);
      expect(open.balancerSubnets).toEqual(vpc.publicSubnets);
      const internal = new Network(stack, 'Internal', { ...props, vpc, entry: { ingress: 'internal' } });
      expect(internal.balancerSubnets).toEqual(vpc.privateSubnets);
    });
  });

  it('is refused where machine, balancer or data have too few subnets', () => {
    const open = [{ name: 'Public', subnetType: SubnetType.PUBLIC }];
    const mixed = [...open, { name: 'Private', subnetType: SubnetType.PRIVATE_WITH_EGRESS }];
    const built = (zones: number, subnetConfiguration: typeof mixed, changes: Partial<NetworkProps> = {}) =>
      partWritten((stack) => {
        const availabilityZones = ['eu-central-1a', 'eu-central-1b'].slice(0, zones);
        const vpc = new Vpc(stack, 'Vpc', { availabilityZones, subnetConfiguration });
        new Network(stack, 'Network', { ...props, vpc, dataSubnets: false, ...changes });
      });
    expect(() => built(2, open)).toThrow(
      'the given `vpc` has 0 private subnets with a way out, for the machine, in 0 zones and not 1 or more: give another `vpc`, or name the subnets of this one in `network.existing` of the spec',
    );
    expect(() => built(1, mixed)).toThrow('has 1 public subnets, for the balancer, in 1 zones and not 2');
    expect(() => built(1, mixed, { entry: { ingress: 'internal' } })).toThrow(
      '1 private subnets, for the balancer',
    );
    const tunnel = { entry: { ingress: 'tunnel' } } as const;
    expect(() => built(1, mixed, tunnel)).not.toThrow();
    expect(() => built(1, mixed, { ...tunnel, dataSubnets: true })).toThrow('for managed data, in 1 zones');
  });
});
