import { describe, expect, it } from 'vitest';
import { problems } from '../problems';

const dns = { domain: 'llm.example.com', dnsZone: 'Z0123456789ABCDEFGHIJ' };
const certificate = 'arn:aws:acm:us-east-1:123456789012:certificate/abc';
const jwt = {
  issuer: 'https://id.example.com/',
  jwksUrl: 'https://id.example.com/.well-known/jwks.json',
  audience: 'llm',
};

const cases: [name: string, changes: object, problems: string[]][] = [
  [
    'fields of a balancer without a domain',
    { network: { tls: 'required', dnsZone: dns.dnsZone, allowedCidrs: '10.0.0.0/8' } },
    [
      'network.dnsZone: has no meaning with a tunnel, as there is no `domain`: there is no balancer; write `domain` too, or remove it [ingress-conflict]',
      'network.tls: has no meaning with a tunnel, as there is no `domain`: there is no balancer; write `domain` too, or remove it [ingress-conflict]',
      'network.allowedCidrs: has no meaning with a tunnel, as there is no `domain`: there is no balancer; write `domain` too, or remove it [ingress-conflict]',
    ],
  ],
  [
    'a firewall without a domain',
    { security: { waf: true, ipRequestsPerMinute: 100 } },
    [
      'security.ipRequestsPerMinute: has no meaning with a tunnel, as there is no `domain`: there is no balancer; write `domain` too, or remove it [ingress-conflict]',
      'security.waf: has no meaning with a tunnel, as there is no `domain`: there is no balancer; write `domain` too, or remove it [ingress-conflict]',
    ],
  ],
  [
    'a domain with a tunnel',
    { network: { ingress: 'tunnel', domain: 'llm.example.com' } },
    [
      'network.domain: has no meaning with `ingress: tunnel`: there is no balancer; remove it, or change `ingress` [ingress-conflict]',
    ],
  ],
  [
    'plain HTTP from the internet in prod',
    { network: { ...dns, tls: 'none', certificate } },
    [
      'network.tls: got `none`: keys and prompts would cross the internet in the clear in prod; remove it, or write `ingress: internal` [ingress-conflict]',
      'network.certificate: has no meaning with `tls: none`: remove one of them [ingress-conflict]',
    ],
  ],
  [
    'tokens without a balancer',
    { gateway: { jwt } },
    [
      'gateway.jwt: has no meaning with a tunnel, as there is no `domain`: there is no balancer; write `domain` too, or remove it [ingress-conflict]',
    ],
  ],
  [
    'tokens in the clear',
    { network: { ...dns, tls: 'none', ingress: 'internal' }, gateway: { jwt } },
    [
      'gateway.jwt: got a token check with `tls: none`: balancers check tokens on HTTPS alone, and tokens in the clear can be taken; remove one of them [ingress-conflict]',
    ],
  ],
  ['tokens over HTTPS', { network: dns, gateway: { jwt } }, []],
  [
    'tokens whose keys come in the clear, for nobody in particular',
    { network: dns, gateway: { jwt: { issuer: jwt.issuer, jwksUrl: 'http://id.example.com/keys' } } },
    [
      'gateway.jwt.jwksUrl: got "http://id.example.com/keys", expected an address that begins with `https://` [shape]',
      'gateway.jwt.audience: is missing: write a text of 1 to 256 characters without spaces [required]',
    ],
  ],
  ['plain HTTP inside', { network: { ...dns, tls: 'none', ingress: 'internal' } }, []],
  ['plain HTTP from the internet in dev', { environment: 'dev', network: { ...dns, tls: 'none' } }, []],
  [
    'a zone without a name in it',
    { network: { ingress: 'public', dnsZone: dns.dnsZone } },
    ['network.dnsZone: has no meaning without `domain`: write the name that clients call [ingress-conflict]'],
  ],
  [
    'a limit of a firewall that is off',
    { environment: 'dev', network: dns, security: { ipRequestsPerMinute: 100 } },
    [
      'security.ipRequestsPerMinute: is a limit of the web firewall, which is off: write `waf: true`, or remove it [ingress-conflict]',
    ],
  ],
  [
    'a firewall inside',
    { network: { ...dns, ingress: 'internal' }, security: { waf: true, ipRequestsPerMinute: 100 } },
    [
      'security.waf: got true with `ingress: internal`: the firewall is for the internet, remove it [ingress-conflict]',
      'security.ipRequestsPerMinute: is a limit of the web firewall, which stands only before `ingress: public`: remove it [ingress-conflict]',
    ],
  ],
  [
    'a limit of a firewall that is on',
    { environment: 'dev', network: dns, security: { waf: true, ipRequestsPerMinute: 100 } },
    [],
  ],
  [
    'alarms of parts that are not there',
    {
      monitoring: {
        thresholds: {
          'no-healthy-target': 1,
          'certificate-expiry': 3,
          'database-storage': 1,
          'database-connections': 1,
        },
      },
    },
    [
      'monitoring.thresholds.no-healthy-target: has no meaning here: there is no balancer with a tunnel; remove it [unused-field]',
      'monitoring.thresholds.certificate-expiry: has no meaning here: there is no managed certificate; remove it [unused-field]',
      'monitoring.thresholds.database-connections: has no meaning here: the database is embedded; remove it [unused-field]',
      'monitoring.thresholds.database-storage: has no meaning here: the database is embedded; `disk-space` watches its disk; remove it [unused-field]',
    ],
  ],
  [
    'alarms about streams of an embedding model',
    { models: ['BAAI/bge-m3'], monitoring: { thresholds: { 'ttft-p95': 100, 'inter-token-latency': 10 } } },
    [
      'monitoring.thresholds.ttft-p95: has no meaning here: an embedding is not streamed; `latency-p99` watches the whole answer; remove it [unused-field]',
      'monitoring.thresholds.inter-token-latency: has no meaning here: an embedding is not streamed; remove it [unused-field]',
    ],
  ],
  [
    'alarms of parts that are there',
    {
      network: dns,
      database: 'managed',
      monitoring: {
        thresholds: {
          'no-healthy-target': 1,
          'certificate-expiry': 3,
          'database-storage': 1,
          'ttft-p95': 'off',
        },
      },
    },
    [],
  ],
  [
    'spot in prod',
    { capacity: { purchase: 'spot' } },
    [
      'capacity.purchase: got `spot` in prod on one machine: the cloud may take it at two minutes notice and nothing would answer; write `on-demand`, or `environment: staging` or `dev` [spot-risk]',
    ],
  ],
  ['spot in dev', { environment: 'dev', capacity: { purchase: 'spot' } }, []],
];

describe('rules about how clients come in', () => {
  it.each(cases)('%s', (_, changes, expected) => {
    expect(problems(changes)).toEqual(expected);
  });
});
