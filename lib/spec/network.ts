import * as z from 'zod/mini';
import { addressRange } from './address-range';
import {
  list,
  matching,
  optional,
  required,
  section,
  sectionWithDefaults,
  text,
  withDefault,
} from './fields';

const domainName = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/;

const subnet = section('Subnet', 'A subnet of the existing network.', {
  id: required(matching(/^subnet-[0-9a-f]{8,17}$/, 'a subnet id such as `subnet-0123456789abcdef0`'), {
    description: 'Subnet id.',
  }),
  zone: required(text(64, 'a zone such as `us-east-1a`'), {
    description: 'Availability zone of the subnet.',
  }),
});

const existing = section('ExistingNetwork', 'A network that is already there, instead of a new one.', {
  id: required(matching(/^vpc-[0-9a-f]{8,17}$/, 'a VPC id such as `vpc-0123456789abcdef0`'), {
    description: 'VPC id.',
  }),
  machineSubnets: required(list(subnet), { description: 'Private subnets of the GPU machine.' }),
  balancerSubnets: optional(list(subnet), {
    description: 'Subnets of the load balancer; public ones for `ingress: public`.',
    computedDefault: 'the machine subnets',
  }),
  dataSubnets: optional(list(subnet), {
    description: 'Subnets of managed database, managed cache and private endpoints.',
    computedDefault: 'the machine subnets',
  }),
});

export const network = sectionWithDefaults(
  section('Network', 'How clients reach the deployment, and the network it runs in.', {
    domain: optional(matching(domainName, 'a DNS name in lower case such as `llm.example.com`'), {
      description: 'DNS name that clients call, in lower case.',
    }),
    dnsZone: optional(
      matching(/^Z[A-Z0-9]{5,31}$/, 'the id of a hosted zone such as `Z0123456789ABCDEFGHIJ`'),
      {
        description:
          'Id of the existing Route 53 hosted zone, public or private: it gets the record of `domain` and validates a managed certificate.',
      },
    ),
    certificate: optional(
      matching(
        /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[A-Za-z0-9-]+$/,
        'the ARN of an ACM certificate',
      ),
      {
        description: 'ARN of an existing ACM certificate in the same region.',
        computedDefault: 'a managed certificate for `domain`, validated through `dnsZone`',
      },
    ),
    ingress: optional(z.enum(['public', 'internal', 'tunnel']), {
      description:
        '`public`: balancer with a public address. `internal`: balancer with a private address; connecting a new network by peering or VPN is yours. `tunnel`: no balancer and no open port; `plan` prints the port-forward command.',
      computedDefault: '`public` with `domain`, or scaled; else `tunnel`',
    }),
    tls: withDefault(z.enum(['required', 'none']), 'required', {
      description: '`none` is plain HTTP, only when written out.',
    }),
    allowedCidrs: optional(list(addressRange()), {
      description: 'IPv4 ranges that may reach the API port.',
      computedDefault:
        "`public`: everyone; `internal`: the new network's own range, required with `existing`",
    }),
    cidr: optional(addressRange(), {
      description: 'IPv4 range of the new network, /16 to /20.',
      computedDefault: '`10.40.0.0/16`',
    }),
    zones: optional(list(text(64, 'a zone such as `us-east-1a`')), {
      description:
        'Availability zones by name. The machine of a single server lives in the first, which must sell it; the balancer needs two. Settle them before the first deployment: another first zone later means an empty data disk. A fleet is spread over all of them.',
      computedDefault:
        'the first two that the account sees (three of a scaled one in prod), taken at deploy time',
    }),
    existing: optional(existing, {
      description: 'Use an existing network.',
      computedDefault: 'a new network',
    }),
    egress: optional(z.enum(['nat', 'existing', 'none']), {
      description:
        "Way out to the internet: our NAT gateway, the existing network's own routes, or none: the services of the cloud have addresses inside, and images come from a registry of the cloud.",
      computedDefault: '`existing` with `existing`, else `nat`',
    }),
  }),
  { description: 'How clients reach the deployment, and the network it runs in.' },
);
