import { ingressOf } from '../spec/ingress';
import type { Spec } from '../spec/types';
import { type Calls, everyEndpoint } from './endpoints';
import type { EntryDecision, NetworkDecision } from './plan';

export const newNetworkCidr = '10.40.0.0/16';

export const noWayOut =
  'no way out and no public address, as written: the services that machines call have addresses inside';

/** The network the machines live in: a new one, or the user's own by ids. */
export function network(spec: Spec, calls: Calls): NetworkDecision {
  const { existing, cidr = newNetworkCidr, zones = [] } = spec.network;
  if (existing) {
    return {
      existing: {
        id: existing.id,
        machineSubnets: existing.machineSubnets,
        balancerSubnets: existing.balancerSubnets ?? existing.machineSubnets,
        dataSubnets: existing.dataSubnets ?? existing.machineSubnets,
      },
      cidr,
      zones: [...new Set(existing.machineSubnets.map((subnet) => subnet.zone))],
      egress: spec.network.egress ?? 'existing',
      natGateways: 0,
      because: `the network ${existing.id} is yours, its routes are the way out; the machine lives in ${existing.machineSubnets[0]?.id}, one subnet and so one zone, because its data disk does`,
    };
  }
  const zoneText =
    zones.length > 0
      ? `the machine and its data disk live in ${zones[0]}`
      : 'the machine and its data disk live in the first zone that your account sees (zone names differ per account)';
  if (spec.network.egress === 'none') {
    return {
      cidr,
      zones,
      egress: 'none',
      natGateways: 0,
      privateEndpoints: everyEndpoint(calls),
      because: `a new network of two zones: ${zoneText}, the second zone serves the balancer; ${noWayOut}`,
    };
  }
  return {
    cidr,
    zones,
    egress: 'nat',
    natGateways: 1,
    because: `a new network of two zones: ${zoneText}, the second zone serves the balancer; one NAT gateway is the way out, because there is one machine`,
  };
}

/** Where the gateway looks for the API key first (LiteLLM 1.106.2, `SpecialHeaders`): beside a token in `Authorization`. */
export const keyHeader = 'x-litellm-api-key';

/** A key that sends more than this times the planned peak of all keys is a loop, or in the wrong hands. */
const mostOfPeak = 2;

/** How clients reach the API. */
export function entry(spec: Spec, load: { peakRequestsPerSecond: number }): EntryDecision {
  const { domain, dnsZone, certificate, tls, existing } = spec.network;
  const { jwt } = spec.gateway;
  const ingress = ingressOf(spec);
  const allowedCidrs =
    spec.network.allowedCidrs ?? (ingress === 'internal' ? [newRange(spec)] : ['0.0.0.0/0']);
  const { ipRequestsPerMinute } = spec.security;
  const keyRequestsPerMinute = Math.max(
    ipRequestsPerMinute,
    Math.ceil(60 * mostOfPeak * load.peakRequestsPerSecond),
  );
  const waf = ingress === 'public' && (spec.security.waf ?? spec.environment !== 'dev');
  const because = {
    public: `clients call ${domain === undefined ? 'the balancer' : `https://${domain}`} from ${allowedCidrs.includes('0.0.0.0/0') ? 'everywhere' : allowedCidrs.join(', ')}; only ${passes(spec)} pass the balancer${waf ? `, behind a web firewall that lets prompts through, and at most ${ipRequestsPerMinute} requests a minute of an address and ${keyRequestsPerMinute} of a key` : ''}`,
    internal: `clients in ${allowedCidrs.join(', ')} call a balancer with private addresses; connecting ${existing ? 'them' : 'the new network by peering or VPN'} is yours`,
    tunnel: domain
      ? 'no balancer and no open port, as written: people come through a port-forward'
      : 'no domain is given, so there is no balancer and no open port: people come through a port-forward (Session Manager) until `network: {domain, dnsZone}` is written',
  }[ingress];
  return {
    ingress,
    tls,
    domain,
    dnsZone,
    certificate,
    allowedCidrs: ingress === 'tunnel' ? [] : allowedCidrs,
    waf,
    ipRequestsPerMinute,
    keyRequestsPerMinute,
    ...(jwt && { jwt }),
    because: [
      because,
      ...(tls === 'none' && ingress !== 'tunnel' ? ['plain HTTP, because `tls: none` is written'] : []),
      ...(jwt
        ? [
            `the API asks for a token of ${jwt.issuer} in \`Authorization\` and for the API key in \`${keyHeader}\``,
          ]
        : []),
    ].join('; '),
  };
}

const newRange = (spec: Spec) => spec.network.cidr ?? newNetworkCidr;

/** What of the host is answered, in words. */
function passes({ application }: Spec): string {
  const own =
    application === undefined
      ? []
      : [application.path === '/' ? 'the paths of your own container' : `${application.path} and below`];
  return ['/v1/*', '/health/liveliness', ...own].join(', ').replace(/, ([^,]*)$/, ' and $1');
}
