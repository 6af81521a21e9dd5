import type { Spec } from '../spec/types';
import { clients, connectionsPerWorker, environmentDefaults, mostConnections } from './data';
import { type Calls, everyEndpoint, usualEndpoints } from './endpoints';
import { newNetworkCidr, noWayOut } from './network';
import type { CacheDecision, DatabaseDecision, GatewayGroupDecision, NetworkDecision } from './plan';

/**
 * Aurora capacity units (2 GiB each): the least that a cluster may be given, and requests a second that one more
 * carries. A request reads its key and counters from the cache and writes one spend row, in batches; judgement,
 * on the slow side.
 */
const leastUnits = 0.5;
const requestsPerUnit = 25;
/** A migration or a report needs room that no load shows. */
const leastMostUnits = 4;
/** Of one instance (Aurora user guide, "Aurora Serverless v2 capacity", 2026-11). */
const mostUnits = 256;
/** Spend rows of 90 days at about 1 KB each, and what every database has. */
const bytesPerRequest = 1000;
const rowsKeptMonths = 3;
const emptyGiB = 5;

/** Postgres that grows with its load: writer, and a reader that takes its place. */
export function serverlessDatabase(
  spec: Spec,
  load: { peakRequestsPerSecond: number; meanRequestsPerSecond: number; requestsPerMonth: number },
  group: GatewayGroupDecision,
  redundant: boolean,
): DatabaseDecision {
  const highAvailability = spec.database.highAvailability ?? redundant;
  const connectionLimit = Math.min(group.max * group.workers * connectionsPerWorker, mostConnections);
  const units = (requestsPerSecond: number) =>
    Math.ceil((leastUnits + requestsPerSecond / requestsPerUnit) * 2) / 2;
  const wantedUnits = Math.max(leastMostUnits, 2 * units(load.peakRequestsPerSecond));
  const maxUnits = Math.min(wantedUnits, mostUnits);
  const meanUnits = Math.min(units(load.meanRequestsPerSecond), mostUnits);
  const capped =
    wantedUnits > mostUnits ? ` (the peak asks for ${wantedUnits}, an instance takes no more)` : '';
  const instances = highAvailability ? 2 : 1;
  return {
    postgres: 'managed',
    majorVersion: 17,
    serverless: { instances, minUnits: leastUnits, meanUnits, maxUnits },
    storageGiB: Math.ceil(emptyGiB + (load.requestsPerMonth * bytesPerRequest * rowsKeptMonths) / 2 ** 30),
    highAvailability,
    backupDays: spec.database.backupDays ?? environmentDefaults(spec).backupDays,
    connectionLimit,
    ...clients(spec),
    because: `serverless Postgres, which no machine of the fleet could hold: ${instances === 2 ? 'a writer, and a reader in another zone that takes its place' : 'one writer'}, ${leastUnits} to ${maxUnits} units of 2 GiB each${capped}, ${meanUnits} in the mean; ${connectionLimit} connections of all gateways`,
  };
}

/** Node types by the requests a second at peak that they are taken for; judgement, far below what they can. */
const cacheNodes = [
  { upTo: 25, nodeType: 'cache.t4g.small' },
  { upTo: 100, nodeType: 'cache.t4g.medium' },
  { upTo: Number.POSITIVE_INFINITY, nodeType: 'cache.m7g.large' },
] as const;

/** Valkey that all gateways share. */
export function sharedCache(peakRequestsPerSecond: number, redundant: boolean): CacheDecision {
  const nodes = redundant ? 2 : 1;
  const { nodeType } = cacheNodes.find(({ upTo }) => peakRequestsPerSecond <= upTo) ?? cacheNodes[2];
  return {
    valkey: 'managed',
    nodeType,
    nodes,
    memoryMiB: 0,
    because: `limits, cooldowns and cached answers are those of all gateways together; ${nodes === 2 ? 'a primary and a replica in another zone' : 'one node'} with room for ${peakRequestsPerSecond.toPrecision(3)} requests/s`,
  };
}

const usualZones = { redundant: 3, other: 2 };

/** The network of a fleet: zones to be spread over, ways out, services with an address inside. */
export function fleetNetwork(spec: Spec, redundant: boolean, calls: Calls): NetworkDecision {
  const { existing, cidr = newNetworkCidr, zones = [] } = spec.network;
  if (existing) {
    const names = [...new Set(existing.machineSubnets.map(({ zone }) => zone))];
    return {
      existing: {
        id: existing.id,
        machineSubnets: existing.machineSubnets,
        balancerSubnets: existing.balancerSubnets ?? existing.machineSubnets,
        dataSubnets: existing.dataSubnets ?? existing.machineSubnets,
      },
      cidr,
      zones: names,
      egress: spec.network.egress ?? 'existing',
      natGateways: 0,
      zoneCount: names.length,
      privateEndpoints: [],
      because: `the network ${existing.id} is yours, its routes and endpoints are the way out; machines are spread over ${names.join(', ')}`,
    };
  }
  const zoneCount = zones.length > 0 ? zones.length : redundant ? usualZones.redundant : usualZones.other;
  const where = `a new network of ${zones.length > 0 ? zones.join(', ') : `${zoneCount} zones, the first that your account sees`}: machines are spread over them`;
  if (spec.network.egress === 'none') {
    return {
      cidr,
      zones,
      egress: 'none',
      natGateways: 0,
      zoneCount,
      privateEndpoints: everyEndpoint(calls),
      because: `${where}; ${noWayOut}`,
    };
  }
  const natGateways = redundant ? zoneCount : 1;
  return {
    cidr,
    zones,
    egress: 'nat',
    natGateways,
    zoneCount,
    privateEndpoints: usualEndpoints(calls),
    because: `${where}; ${natGateways === 1 ? 'one NAT gateway, so a lost zone may take the way out along' : 'a NAT gateway in each, so that a lost zone takes no other along'}; secrets, logs and metrics stay inside the network`,
  };
}
