import type { Construct } from 'constructs';
import { Balancer, type BalancerProps } from './balancer';
import type { ArchitectureProps } from './deployable';
import { Firewall } from './firewall';
import type { Foundation } from './foundation';

/** How clients reach the gateway. */
export interface Entrance {
  /** Absent where people come through a tunnel. */
  readonly balancer: Balancer | undefined;
  readonly firewall: Firewall | undefined;
}

/** Made in the scope itself: the ids of its parts are contract. */
export function entrance(
  scope: Construct,
  { plan: { decisions }, certificate }: ArchitectureProps,
  { network, accessLogs, site }: Foundation,
  target: BalancerProps['target'],
): Entrance {
  const { entry } = decisions;
  if (entry.ingress === 'tunnel') return { balancer: undefined, firewall: undefined };
  const way = { subnets: network.balancerSubnets, certificate, accessLogs: accessLogs.bucket };
  const balancer = new Balancer(scope, 'Balancer', { ...decisions, ...site, ...way, target });
  const { loadBalancer } = balancer;
  const firewall = entry.waf
    ? new Firewall(scope, 'Firewall', { ...decisions, ...site, loadBalancer })
    : undefined;
  return { balancer, firewall };
}
