import { describe, expect, it } from 'vitest';
import { problems } from '../problems';

const dns = { domain: 'llm.example.com', dnsZone: 'Z0123456789ABCDEFGHIJ' };
const subnet = (letter: string, zone: string) => ({ id: `subnet-0123456789abcde0${letter}`, zone });
const [a, b] = [subnet('a', 'us-east-1a'), subnet('b', 'us-east-1b')];
const existing = { id: 'vpc-0123456789abcdef0', machineSubnets: [a, b] };

const cases: [name: string, changes: object, problems: string[]][] = [
  [
    'fields of a new network beside an existing one',
    {
      network: { ...dns, existing, cidr: '10.0.0.0/16', zones: ['us-east-1a', 'us-east-1b'], egress: 'nat' },
    },
    [
      'network.cidr: is the range of a new network, and `existing` names one: keep one [existing-network]',
      'network.zones: come from the subnets of `existing`: remove them [existing-network]',
      'network.egress: got `nat` with `existing`: your network has its own routes, leave `egress` out [existing-network]',
      'network.existing.balancerSubnets: is missing: a public balancer needs public subnets in two zones, and the machine subnets are private [existing-network]',
    ],
  ],
  [
    'an existing network entered from inside, with one zone',
    {
      network: { ...dns, ingress: 'internal', existing: { ...existing, machineSubnets: a } },
      database: 'managed',
    },
    [
      'network.allowedCidrs: is missing: with `existing` write which ranges may reach the API, such as `10.0.0.0/8` [existing-network]',
      'network.existing.balancerSubnets: are missing, and the machine subnets are all in `us-east-1a`: a balancer needs subnets in two zones [existing-network]',
      'network.existing.dataSubnets: are missing, and the machine subnets are all in `us-east-1a`: a managed database or cache needs subnets in two zones [existing-network]',
    ],
  ],
  [
    'an existing network entered from the internet',
    {
      network: {
        ...dns,
        existing: { ...existing, balancerSubnets: [subnet('c', 'us-east-1a'), subnet('d', 'us-east-1b')] },
      },
    },
    [],
  ],
  [
    'balancer subnets in one zone',
    {
      network: {
        ...dns,
        existing: { ...existing, balancerSubnets: [subnet('c', 'us-east-1a'), subnet('d', 'us-east-1a')] },
      },
    },
    [
      'network.existing.balancerSubnets: are all in `us-east-1a`: a balancer needs subnets in two zones [existing-network]',
    ],
  ],
  ['an existing network through a tunnel', { network: { existing: { ...existing, machineSubnets: a } } }, []],
  [
    'balancer subnets with a tunnel',
    { network: { existing: { ...existing, balancerSubnets: [a, b] } } },
    [
      'network.existing.balancerSubnets: has no meaning with a tunnel, as there is no `domain`: there is no balancer; write `domain` too, or remove it [ingress-conflict]',
    ],
  ],
  [
    'existing routes of a new network',
    { network: { egress: 'existing' } },
    [
      'network.egress: got `existing` without an existing network: write `network.existing`, or leave `egress` out [existing-network]',
    ],
  ],
  [
    'data subnets without managed data',
    { network: { existing: { ...existing, dataSubnets: [subnet('c', 'us-east-1a')] } } },
    [
      'network.existing.dataSubnets: has no meaning: database and cache are on the machine; write `database: managed` or `cache: managed`, or remove it [existing-network]',
    ],
  ],
  [
    'subnets of another region, and one twice',
    {
      cache: 'managed',
      network: {
        existing: {
          ...existing,
          dataSubnets: [subnet('c', 'us-east-2a'), subnet('d', 'us-east-1a'), subnet('d', 'us-east-1b')],
        },
      },
    },
    [
      'network.existing.dataSubnets[0].zone: "us-east-2a" is not a zone of `us-east-1`: write one such as `us-east-1a` [network-range]',
      'network.existing.dataSubnets[2].id: `subnet-0123456789abcde0d` is listed twice: remove one [existing-network]',
    ],
  ],
  [
    'a range that is too large',
    { network: { cidr: '10.0.0.0/8' } },
    ['network.cidr: got a /8, the limits are /16 to /20: write one such as `10.40.0.0/16` [network-range]'],
  ],
  [
    'a range that begins inside itself',
    { network: { cidr: '10.0.1.0/16' } },
    ['network.cidr: 10.0.1.0/16 begins inside its range: write 10.0.0.0/16 [network-range]'],
  ],
  [
    'a public range',
    { network: { cidr: '8.8.0.0/16' } },
    [
      'network.cidr: 8.8.0.0/16 is not a private range: use one of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 [network-range]',
    ],
  ],
  [
    'no range',
    { network: { cidr: '300.0.0.0/16' } },
    ['network.cidr: got "300.0.0.0/16", expected an IPv4 range such as `10.0.0.0/8` [shape]'],
  ],
  ['the largest range', { network: { cidr: '172.31.0.0/16' } }, []],
  [
    'an allowed range that begins inside itself',
    { network: { ...dns, allowedCidrs: ['10.0.0.1/8', '203.0.113.7/32'] } },
    ['network.allowedCidrs[0]: 10.0.0.1/8 begins inside its range: write 10.0.0.0/8 [network-range]'],
  ],
  [
    'one zone of another region',
    { network: { zones: 'us-west-2a' } },
    [
      'network.zones: "us-west-2a" is not a zone of `us-east-1`: write one such as `us-east-1a` [network-range]',
      'network.zones: got 1, a single server takes 2: the machine lives in the first, balancer and managed database need a second [network-range]',
    ],
  ],
  [
    'a zone twice',
    { network: { zones: ['us-east-1a', 'us-east-1a'] } },
    ['network.zones[1]: `us-east-1a` is listed twice: remove one [network-range]'],
  ],
  [
    'three zones of a fleet',
    { architecture: 'scaled', network: { zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'] } },
    [],
  ],
  [
    'one zone of a fleet',
    { architecture: 'scaled', network: { zones: 'us-east-1a' } },
    [
      'network.zones: got 1, a fleet takes 2 to 6: machines are spread over all of them, and a balancer needs two [network-range]',
    ],
  ],
  [
    'no way out, and everything from outside',
    {
      network: { ...dns, egress: 'none' },
      images: { gateway: `ghcr.io/acme/litellm@sha256:${'0'.repeat(64)}`, machine: 'ami-0123456789abcdef0' },
      gateway: {
        jwt: { issuer: 'https://id.example.com', jwksUrl: 'https://id.example.com/keys', audience: 'llm' },
      },
    },
    [
      'network.egress: got `none` with a public balancer, which needs an internet gateway: write `ingress: internal` [egress-none]',
      'gateway.jwt: the balancer fetches the keys of the issuer from the internet, and `network.egress` is `none`: remove one of them [egress-none]',
      'modelStore.import: got `job`: machines fetch weights from the hub, which they do not reach with `network.egress: none`. Write `manual` and fill a bucket of yours with `llm-constructs import` [egress-none]',
      'images.registry: is missing: with `network.egress: none` images come from Amazon ECR of `us-east-1`. Mirror those that `plan` lists and write `registry: 123456789012.dkr.ecr.us-east-1.amazonaws.com/mirror` [egress-none]',
      'images.gateway: "ghcr.io/acme/litellm@sha256:000000000000...000000000000" is not in Amazon ECR of `us-east-1`, and `network.egress` is `none`: mirror it there, such as `123456789012.dkr.ecr.us-east-1.amazonaws.com/mirror/gateway@sha256:...` [egress-none]',
    ],
  ],
  [
    'no way out, and a registry of another region',
    {
      network: { ...dns, egress: 'none', ingress: 'internal' },
      images: { registry: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/mirror' },
      modelStore: { import: 'manual', bucket: 'weights' },
    },
    [
      'images.registry: got "123456789012.dkr.ecr.eu-west-1.amazonaws.com/mirror": with `network.egress: none` images come from Amazon ECR of `us-east-1`. Mirror those that `plan` lists and write `registry: 123456789012.dkr.ecr.us-east-1.amazonaws.com/mirror` [egress-none]',
    ],
  ],
  [
    'no way out, and an application from outside',
    {
      network: { egress: 'none', ingress: 'internal', ...dns },
      images: { registry: '123456789012.dkr.ecr.us-east-1.amazonaws.com/mirror' },
      modelStore: { import: 'manual', bucket: 'weights' },
      application: { image: `ghcr.io/acme/chat@sha256:${'0'.repeat(64)}`, port: 8080 },
    },
    [
      'application.image: "ghcr.io/acme/chat@sha256:000000000000000...000000000000" is not in Amazon ECR of `us-east-1`, and `network.egress` is `none`: mirror it there, such as `123456789012.dkr.ecr.us-east-1.amazonaws.com/mirror/application@sha256:...` [egress-none]',
    ],
  ],
  [
    'no way out of an existing network',
    {
      network: { ...dns, existing, egress: 'none', ingress: 'internal', allowedCidrs: '10.0.0.0/8' },
      images: { registry: '123456789012.dkr.ecr.us-east-1.amazonaws.com/mirror' },
      modelStore: { import: 'manual', bucket: 'weights' },
    },
    [
      'network.egress: got `none` with `existing`: your network has its own routes and endpoints, leave `egress` out (docs/aws.md lists the services that machines need) [egress-none]',
    ],
  ],
  [
    'no way out, and everything inside',
    {
      network: { egress: 'none' },
      images: { registry: '123456789012.dkr.ecr.us-east-1.amazonaws.com/mirror' },
      models: ['s3://our-models/qwen3-8b'].map((source) => ({ source, baseModel: 'Qwen/Qwen3-8B' })),
    },
    [],
  ],
  ['two zones', { network: { zones: ['us-east-1a', 'us-east-1b'] } }, []],
];

describe('rules about networks', () => {
  it.each(cases)('%s', (_, changes, expected) => {
    expect(problems(changes)).toEqual(expected);
  });
});
