import type { Plan } from '../plan/plan';

/** A balancer has an address in each of its zones; in a new network these are two. */
export const zonesOfNewNetwork = 2;

export function balancerZones(plan: Plan): number {
  const { existing } = plan.decisions.network;
  return existing ? existing.balancerSubnets.length : (plan.decisions.network.zoneCount ?? zonesOfNewNetwork);
}
