import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';

export interface MachineFirewallProps {
  readonly vpc: ec2.IVpc;
  readonly description: string;
  /**
   * Ports of image registries that do not listen on 443.
   *
   * @default - none
   */
  readonly registryPorts?: readonly number[];
  /**
   * Whether names may be asked for elsewhere than at Amazon's resolver, which no rule keeps out.
   *
   * @default false
   */
  readonly ownNameServers?: boolean;
}

/** Nothing comes in unless a balancer is connected; out go only the protocols that a machine needs. */
export function machineFirewall(scope: Construct, props: MachineFirewallProps): ec2.SecurityGroup {
  const group = new ec2.SecurityGroup(scope, 'SecurityGroup', {
    vpc: props.vpc,
    description: props.description,
    allowAllOutbound: false,
  });
  const out = (port: ec2.Port, reason: string) => group.addEgressRule(ec2.Peer.anyIpv4(), port, reason);
  out(ec2.Port.HTTPS, 'AWS services, image registries, model hub');
  if (props.ownNameServers) {
    out(ec2.Port.DNS_UDP, 'Names');
    out(ec2.Port.DNS_TCP, 'Names');
  }
  for (const port of props.registryPorts ?? []) out(ec2.Port.tcp(port), 'Image registry');
  return group;
}
