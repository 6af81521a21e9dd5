import { decimal } from '../decimal';
import type { ModelLoad, Plan, PrivateEndpoint } from '../plan/plan';
import { importedGiB, importsPerMonth } from './boots';
import { combine, exactly, mapRange, type Range, type Usage } from './line';
import { logsGB } from './logs';
import { overGroups } from './machines';
import {
  bytesPerGB,
  bytesPerInputToken,
  bytesPerOutputToken,
  bytesPerRequest,
  hoursPerMonth,
  secondsPerMonth,
  traffic,
} from './traffic';
import { balancerZones, zonesOfNewNetwork } from './zones';

/**
 * What one load balancer capacity unit (LCU) carries: new connections a second, open connections, GB an
 * hour; the dearest counts. Rule evaluations never lead here: the first ten rules are not counted.
 * https://aws.amazon.com/elasticloadbalancing/pricing/ (2024-07)
 */
export const perLcu = { newConnectionsPerSecond: 25, openConnections: 3000, gbPerHour: 1 } as const;
/** Operating system packages and agent updates a month, through the NAT gateway. */
export const packagesGB: Range = { low: 0.1, expected: 1, high: 3 };
/** Series sent each minute: about 4 KB a call and its answer. */
export const metricsGB: Range = { low: 0.1, expected: 0.2, high: 0.4 };
/** Postgres and Valkey traffic of one request: key look-up, counters, spend row. */
export const stateBytesPerRequest: Range = { low: 2_000, expected: 6_000, high: 20_000 };
/** The way in (balancer, addresses, answers) and the way out (NAT). */
export function networkUsage(plan: Plan): Usage[] {
  return [
    ...natUsage(plan),
    ...endpointUsage(plan),
    ...balancerUsage(plan),
    ...innerBalancerUsage(plan),
    ...transferUsage(plan),
  ];
}

function natUsage(plan: Plan): Usage[] {
  const { natGateways } = plan.decisions.network;
  if (natGateways === 0) return [];
  return [
    {
      id: 'nat-gateway',
      label: 'NAT gateway',
      category: 'Network',
      resource: 'nat-gateway',
      count: natGateways,
      quantity: exactly(natGateways * hoursPerMonth),
      rate: 'nat-gateway',
      because: `${natGateways} x ${hoursPerMonth} hours`,
    },
    {
      id: 'nat-gateway-data',
      label: 'NAT gateway, data',
      category: 'Network',
      resource: 'nat-gateway',
      count: 0,
      quantity: natGB(plan),
      rate: 'nat-gateway-data',
      because: `images and packages of a new machine, weights from the hub, logs and metrics${tunnelled(plan) ? '; prompts and answers too, because the port-forward goes through it' : ''}`,
    },
    {
      id: 'nat-public-ip',
      label: 'Public IPv4 of the NAT gateway',
      category: 'Network',
      resource: 'public-ip',
      count: natGateways,
      quantity: exactly(natGateways * hoursPerMonth),
      rate: 'public-ip',
      because: `${natGateways} ${natGateways === 1 ? 'address' : 'addresses'} x ${hoursPerMonth} hours`,
    },
  ];
}

function tunnelled(plan: Plan): boolean {
  return plan.decisions.entry.ingress === 'tunnel';
}

/** What passes a port-forward, in both directions. */
function tunnelGB(plan: Plan): Range {
  const { inGB, outGB } = traffic(plan);
  return tunnelled(plan) ? mapRange(outGB, (gb) => gb + inGB) : exactly(0);
}

/**
 * A port-forward (Session Manager) passes the NAT gateway in both directions; from there to the service of the
 * same region nothing more is charged.
 */
function natGB(plan: Plan): Range {
  const images = overGroups(plan, (group) =>
    combine(group.starts, group.imagesGB, (boots, gb) => boots * gb),
  );
  const weights = mapRange(importsPerMonth, (imports) => imports * importedGiB(plan));
  const { privateEndpoints = [] } = plan.decisions.network;
  const inside = (endpoint: PrivateEndpoint, gb: Range) =>
    privateEndpoints.includes(endpoint) ? exactly(0) : gb;
  const machines = (gb: Range) => overGroups(plan, ({ running }) => combine(running, gb, (a, b) => a * b));
  const sent = [
    inside('metrics', machines(metricsGB)),
    inside('logs', logsGB(plan)),
    inside('operator-tunnel', tunnelGB(plan)),
  ];
  return [images, weights, machines(packagesGB), ...sent].reduce((sum, part) =>
    combine(sum, part, (a, b) => a + b),
  );
}

/** Services behind each word: with an address of their own each, and charged each. */
const servicesBehind: Record<PrivateEndpoint, number> = {
  secrets: 1,
  logs: 1,
  metrics: 1,
  'operator-tunnel': 2,
  'managed-models': 1,
  images: 2,
  'machine-groups': 1,
  deployments: 1,
  volumes: 1,
  queue: 1,
};

/** Addresses of the cloud's services in each zone, and what passes them. */
function endpointUsage(plan: Plan): Usage[] {
  const { privateEndpoints = [], zoneCount = zonesOfNewNetwork } = plan.decisions.network;
  if (privateEndpoints.length === 0) return [];
  const count = privateEndpoints.reduce((sum, endpoint) => sum + servicesBehind[endpoint], 0);
  const metrics = overGroups(plan, ({ running }) => combine(running, metricsGB, (a, b) => a * b));
  const managed = plan.decisions.managedModels.reduce((gb, { load }) => gb + managedGB(load), 0);
  return [
    {
      id: 'private-endpoint',
      label: 'Private endpoints',
      category: 'Network',
      resource: 'private-endpoint',
      count,
      quantity: exactly(count * zoneCount * hoursPerMonth),
      rate: 'private-endpoint',
      because: `${privateEndpoints.join(', ')}: ${count} services x ${zoneCount} zones x ${hoursPerMonth} hours`,
    },
    {
      id: 'private-endpoint-data',
      label: 'Private endpoints, data',
      category: 'Network',
      resource: 'private-endpoint',
      count: 0,
      quantity: combine(
        combine(logsGB(plan), metrics, (a, b) => a + b),
        tunnelGB(plan),
        (gb, tunnel) => gb + tunnel + managed,
      ),
      rate: 'private-endpoint-data',
      because: `logs and metrics${managed > 0 ? ', prompts and answers of managed models' : ''}${tunnelled(plan) ? '; prompts and answers of the port-forward' : ''}`,
    },
  ];
}

function managedGB({ requestsPerMonth, inputTokens, outputTokens }: ModelLoad): number {
  const bytes =
    bytesPerRequest + inputTokens * bytesPerInputToken + outputTokens * bytesPerOutputToken.expected;
  return (requestsPerMonth * bytes) / bytesPerGB;
}

/** Between the gateways and the engines of a fleet; a single server has both on one machine. */
function innerBalancerUsage(plan: Plan): Usage[] {
  const { fleets = [] } = plan.decisions;
  if (fleets.length === 0) return [];
  return [
    {
      id: 'inner-load-balancer',
      label: 'Internal load balancer',
      category: 'Network',
      resource: 'load-balancer',
      count: 1,
      quantity: exactly(hoursPerMonth),
      rate: 'load-balancer',
      because: `1 x ${hoursPerMonth} hours, with a listener for each of ${fleets.length}`,
    },
    {
      id: 'inner-load-balancer-capacity',
      label: 'Internal load balancer, capacity units',
      category: 'Network',
      resource: 'load-balancer',
      count: 0,
      quantity: capacityUnitHours(plan),
      rate: 'load-balancer-capacity',
      because: 'as of the load balancer of the entry: every request passes both',
    },
  ];
}

function balancerUsage(plan: Plan): Usage[] {
  const { entry } = plan.decisions;
  if (entry.ingress === 'tunnel') return [];
  const balancer: Usage[] = [
    {
      id: 'load-balancer',
      label: 'Load balancer',
      category: 'Network',
      resource: 'load-balancer',
      count: 1,
      quantity: exactly(hoursPerMonth),
      rate: 'load-balancer',
      because: `1 x ${hoursPerMonth} hours`,
    },
    {
      id: 'load-balancer-capacity',
      label: 'Load balancer, capacity units',
      category: 'Network',
      resource: 'load-balancer',
      count: 0,
      quantity: capacityUnitHours(plan),
      rate: 'load-balancer-capacity',
      because: 'the largest of new connections, open connections and GB an hour',
    },
  ];
  if (entry.ingress === 'internal') return balancer;
  const zones = balancerZones(plan);
  return [
    ...balancer,
    {
      id: 'load-balancer-public-ip',
      label: 'Public IPv4 of the load balancer',
      category: 'Network',
      resource: 'public-ip',
      count: 0,
      quantity: exactly(zones * hoursPerMonth),
      rate: 'public-ip',
      because: `${zones} zones with an address each, x ${hoursPerMonth} hours`,
    },
  ];
}

/** Low: clients keep connections open; high: the peak lasts all month. */
function capacityUnitHours(plan: Plan): Range {
  const { load } = plan.decisions;
  const { inGB, outGB, meanRequestsInFlight } = traffic(plan);
  const units = (newPerSecond: number, open: number, gb: number) =>
    Math.max(
      newPerSecond / perLcu.newConnectionsPerSecond,
      open / perLcu.openConnections,
      gb / hoursPerMonth / perLcu.gbPerHour,
    );
  const peakRatio =
    load.meanRequestsPerSecond > 0 ? load.peakRequestsPerSecond / load.meanRequestsPerSecond : 1;
  const low = units(0, meanRequestsInFlight, inGB + outGB.low);
  const expected = units(
    load.requestsPerMonth / secondsPerMonth,
    meanRequestsInFlight,
    inGB + outGB.expected,
  );
  const high = units(load.peakRequestsPerSecond, load.requestsInFlight, (inGB + outGB.high) * peakRatio);
  return mapRange({ low, expected, high }, (each) => each * hoursPerMonth);
}

/** Between the balancer and the machine nothing is charged, also across zones. */
function transferUsage(plan: Plan): Usage[] {
  const { entry, database, cache, load } = plan.decisions;
  const usages: Usage[] = [];
  if (entry.ingress === 'public') {
    usages.push({
      id: 'egress',
      label: 'Answers to the internet',
      category: 'Network',
      resource: 'egress',
      count: 0,
      quantity: traffic(plan).outGB,
      rate: 'egress',
      because: `${decimal(load.requestsPerMonth, 0)} answers of ${load.outputTokens} tokens: plain text (low) or streamed token by token`,
    });
  }
  if (database.postgres === 'managed' || cache.valkey === 'managed') {
    const gb = mapRange(stateBytesPerRequest, (bytes) => (load.requestsPerMonth * bytes) / bytesPerGB);
    usages.push({
      id: 'cross-zone',
      label: 'Database, cache: between zones',
      category: 'Network',
      resource: 'cross-zone',
      count: 0,
      // charged on each side; low: all in the zone of the machine
      quantity: { low: 0, expected: gb.expected * 2, high: gb.high * 2 },
      rate: 'cross-zone',
      because: 'the database or cache may sit in another zone than the machine',
    });
  }
  const { fleets = [] } = plan.decisions;
  if (fleets.length > 0) {
    const { inGB, outGB } = traffic(plan);
    usages.push({
      id: 'cross-zone-engines',
      label: 'Gateways to engines: between zones',
      category: 'Network',
      resource: 'cross-zone',
      count: 0,
      // charged on each side of the way to the balancer; its way to the engine is not; low: kept in a zone
      quantity: {
        low: 0,
        expected: (inGB + outGB.expected) * otherZones(plan) * 2,
        high: (inGB + outGB.high) * 2,
      },
      rate: 'cross-zone',
      because: 'prompts and answers, where a gateway asks the balancer in another zone',
    });
  }
  return usages;
}

function otherZones(plan: Plan): number {
  const { zoneCount = 1 } = plan.decisions.network;
  return (zoneCount - 1) / zoneCount;
}
