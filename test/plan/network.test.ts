import { describe, expect, it } from 'vitest';
import { bill } from '../../lib/cost/bill';
import type { Deployment } from '../../lib/spec/types';
import { planned, scaled } from './example';

const zone = { domain: 'llm.example.com', dnsZone: 'Z0123456789ABCDEFGHIJ' };
const existing = {
  id: 'vpc-0123456789abcdef0',
  machineSubnets: [
    { id: 'subnet-0123456789abcdef0', zone: 'us-east-1b' },
    { id: 'subnet-0123456789abcdef1', zone: 'us-east-1c' },
  ],
};

describe('network', () => {
  it('is new, of two zones taken at deploy time, with one NAT gateway', () => {
    expect(planned().decisions.network).toMatchObject({
      cidr: '10.40.0.0/16',
      zones: [],
      egress: 'nat',
      natGateways: 1,
    });
  });

  it('says in which zone the machine and its disk live', () => {
    const { network } = planned({ network: { zones: ['us-east-1d', 'us-east-1f'] } }).decisions;
    expect(network.zones).toEqual(['us-east-1d', 'us-east-1f']);
    expect(network.because).toContain('live in us-east-1d');
  });

  it('uses the machine subnets for everything else of an existing network unless it is told more', () => {
    const { network } = planned({ network: { existing } }).decisions;
    expect(network.existing?.dataSubnets).toEqual(existing.machineSubnets);
    expect(network).toMatchObject({
      zones: ['us-east-1b', 'us-east-1c'],
      egress: 'existing',
      natGateways: 0,
    });
  });
});

describe('a network without a way out', () => {
  const inside: Partial<Deployment> = {
    network: { ingress: 'internal', egress: 'none', ...zone },
    images: { registry: '123456789012.dkr.ecr.us-east-1.amazonaws.com/mirror' },
    modelStore: { import: 'manual', bucket: 'weights' },
  };

  it('has no NAT gateway, and each service that a machine calls has an address inside', () => {
    const usual = ['secrets', 'logs', 'metrics', 'operator-tunnel'];
    const start = ['images', 'machine-groups', 'deployments'];
    expect(scaled(inside).decisions.network).toMatchObject({
      egress: 'none',
      natGateways: 0,
      privateEndpoints: [...usual, ...start],
    });
    expect(planned(inside).decisions.network.privateEndpoints).toEqual([...usual, ...start, 'volumes']);
    const cloud = { ...inside, models: ['bedrock:amazon.nova-lite-v1:0'] } as Partial<Deployment>;
    expect(scaled(cloud).decisions.network.privateEndpoints).toContain('managed-models');
    const files = { ...inside, batch: { requestsPerDay: 1000 } } as Partial<Deployment>;
    expect(scaled(files).decisions.network.privateEndpoints).toContain('queue');
  });

  it('is billed for the addresses, and for the port-forward through them', () => {
    const { lines } = bill(planned({ ...inside, network: { egress: 'none' } }));
    const ids = lines.map(({ id }) => id);
    expect(ids).not.toContain('nat-gateway');
    // 8 words, 10 services, 2 zones
    expect(lines.find(({ id }) => id === 'private-endpoint')).toMatchObject({
      count: 10,
      quantity: 20 * 730,
    });
    expect(lines.find(({ id }) => id === 'private-endpoint-data')?.because).toContain('port-forward');
  });
});

describe('entry', () => {
  it('is a tunnel until there is a domain', () => {
    expect(planned().decisions.entry).toMatchObject({ ingress: 'tunnel', allowedCidrs: [], waf: false });
    expect(planned({ network: zone }).decisions.entry).toMatchObject({
      ingress: 'public',
      allowedCidrs: ['0.0.0.0/0'],
    });
  });

  it('has a web firewall where strangers can knock, but not in development unless it is asked for', () => {
    expect(planned({ network: zone }).decisions.entry.waf).toBe(true);
    expect(planned({ network: zone, environment: 'dev' }).decisions.entry.waf).toBe(false);
    expect(planned({ network: zone, environment: 'dev', security: { waf: true } }).decisions.entry.waf).toBe(
      true,
    );
    expect(planned({ network: { ...zone, ingress: 'internal' } }).decisions.entry.waf).toBe(false);
  });

  it('lets the network itself in when it is internal', () => {
    const { entry } = planned({ network: { ...zone, ingress: 'internal', cidr: '10.9.0.0/16' } }).decisions;
    expect(entry.allowedCidrs).toEqual(['10.9.0.0/16']);
  });

  it('says where token and key travel when the balancer checks tokens', () => {
    const jwt = { issuer: 'https://id.example.com', jwksUrl: 'https://id.example.com/jwks', audience: 'llm' };
    const { entry } = planned({ network: zone, gateway: { jwt } }).decisions;
    expect(entry.jwt).toEqual(jwt);
    expect(entry.because).toContain(
      'a token of https://id.example.com in `Authorization` and for the API key in `x-litellm-api-key`',
    );
    expect(planned({ network: zone }).decisions.entry).not.toHaveProperty('jwt');
  });

  it('says so when there is no TLS', () => {
    const { entry } = planned({ network: { ingress: 'internal', tls: 'none' } }).decisions;
    expect(entry.tls).toBe('none');
    expect(entry.because).toContain('plain HTTP, because `tls: none` is written');
  });
});
