import { findRegion } from '../../catalog/regions';
import { dataForm } from '../data-form';
import { type Form, formOf, formSections } from '../form';
import { ingressOf } from '../ingress';
import type { Spec } from '../types';
import { shown } from '../words';
import { type Finding, finding, rule } from './rule';

type Existing = NonNullable<Spec['network']['existing']>;
type SubnetField = 'machineSubnets' | 'balancerSubnets' | 'dataSubnets';

export const existingNetwork = rule(
  'existing-network',
  ['network', 'database', 'cache', ...formSections],
  (spec) => {
    const { network } = spec;
    const { existing } = network;
    if (existing === undefined) {
      return network.egress === 'existing'
        ? [
            finding(
              ['network', 'egress'],
              'got `existing` without an existing network: write `network.existing`, or leave `egress` out',
            ),
          ]
        : [];
    }
    const ingress = ingressOf(spec);
    const found: Finding[] = [];
    const add = (field: string, message: string) => found.push(finding(['network', field], message));
    if (network.cidr !== undefined)
      add('cidr', 'is the range of a new network, and `existing` names one: keep one');
    if (network.zones !== undefined) add('zones', 'come from the subnets of `existing`: remove them');
    if (network.egress === 'nat') {
      add('egress', 'got `nat` with `existing`: your network has its own routes, leave `egress` out');
    }
    if (ingress === 'internal' && network.allowedCidrs === undefined) {
      add(
        'allowedCidrs',
        'is missing: with `existing` write which ranges may reach the API, such as `10.0.0.0/8`',
      );
    }
    if (ingress === 'public' && existing.balancerSubnets === undefined) {
      found.push(
        finding(
          ['network', 'existing', 'balancerSubnets'],
          'is missing: a public balancer needs public subnets in two zones, and the machine subnets are private',
        ),
      );
    } else if (ingress !== 'tunnel') found.push(...twoZones(existing, 'balancerSubnets', 'a balancer'));
    if (formOf(spec).form === 'scaled') {
      found.push(...twoZones(existing, 'machineSubnets', 'a fleet that outlives a zone'));
    }
    const data = dataForm(spec);
    const managed = data.postgres === 'managed' || data.valkey === 'managed';
    if (managed) found.push(...twoZones(existing, 'dataSubnets', 'a managed database or cache'));
    else if (existing.dataSubnets !== undefined) {
      found.push(
        finding(
          ['network', 'existing', 'dataSubnets'],
          'has no meaning: database and cache are on the machine; write `database: managed` or `cache: managed`, or remove it',
        ),
      );
    }
    return [...found, ...repeatedSubnets(existing)];
  },
);

function twoZones(existing: Existing, field: SubnetField, what: string): Finding[] {
  const subnets = existing[field] ?? existing.machineSubnets;
  const zones = new Set(subnets.map((subnet) => subnet.zone));
  if (zones.size >= 2) return [];
  return [
    finding(
      ['network', 'existing', field],
      `${existing[field] ? `are all in \`${[...zones].join()}\`` : `are missing, and the machine subnets are all in \`${[...zones].join()}\``}: ${what} needs subnets in two zones`,
    ),
  ];
}

function repeatedSubnets(existing: Existing): Finding[] {
  const fields: SubnetField[] = ['machineSubnets', 'balancerSubnets', 'dataSubnets'];
  return fields.flatMap((field) =>
    (existing[field] ?? []).flatMap(({ id }, index, all) =>
      all.findIndex((other) => other.id === id) === index
        ? []
        : [finding(['network', 'existing', field, index, 'id'], `\`${id}\` is listed twice: remove one`)],
    ),
  );
}

/** Ranges that a VPC may have: AWS takes /16 to /28 of these blocks, the design asks for room (/20). */
const privateBlocks = [
  { base: 0x0a000000, bits: 8 },
  { base: 0xac100000, bits: 12 },
  { base: 0xc0a80000, bits: 16 },
  { base: 0x64400000, bits: 10 },
];

export const newNetwork = rule('network-range', ['network', 'cloud', 'regions', ...formSections], (spec) => {
  const { network } = spec;
  const found: Finding[] = [];
  if (network.cidr !== undefined) {
    const wrong = wrongRange(network.cidr);
    if (wrong) found.push(finding(['network', 'cidr'], wrong));
  }
  for (const [index, cidr] of (network.allowedCidrs ?? []).entries()) {
    const start = networkAddress(cidr);
    if (start !== cidr) {
      found.push(
        finding(['network', 'allowedCidrs', index], `${cidr} begins inside its range: write ${start}`),
      );
    }
  }
  return [...found, ...zoneFindings(spec, formOf(spec).form)];
});

/** No region has more zones that a network may span (AWS global infrastructure, 2026-11). */
const mostZones = 6;

function zoneFindings(
  { network, cloud, regions }: Pick<Spec, 'network' | 'cloud' | 'regions'>,
  form: Form,
): Finding[] {
  const { zones, existing } = network;
  const region = findRegion(cloud, regions[0]);
  if (region === undefined) return [];
  const found: Finding[] = [];
  const inRegion = (zone: string) =>
    zone.startsWith(region) && /^([a-z]|-[a-z0-9-]+)$/.test(zone.slice(region.length));
  for (const [index, zone] of (zones ?? []).entries()) {
    if (!inRegion(zone)) {
      found.push(
        finding(
          ['network', 'zones', index],
          `${shown(zone)} is not a zone of \`${region}\`: write one such as \`${region}a\``,
        ),
      );
    } else if (zones?.indexOf(zone) !== index) {
      found.push(finding(['network', 'zones', index], `\`${zone}\` is listed twice: remove one`));
    }
  }
  if (form === 'scaled') {
    if (zones !== undefined && (zones.length < 2 || zones.length > mostZones)) {
      found.push(
        finding(
          ['network', 'zones'],
          `got ${zones.length}, a fleet takes 2 to ${mostZones}: machines are spread over all of them, and a balancer needs two`,
        ),
      );
    }
  } else if (zones !== undefined && zones.length !== 2) {
    found.push(
      finding(
        ['network', 'zones'],
        `got ${zones.length}, a single server takes 2: the machine lives in the first, balancer and managed database need a second`,
      ),
    );
  }
  for (const field of ['machineSubnets', 'balancerSubnets', 'dataSubnets'] as const) {
    for (const [index, { zone }] of (existing?.[field] ?? []).entries()) {
      if (inRegion(zone)) continue;
      found.push(
        finding(
          ['network', 'existing', field, index, 'zone'],
          `${shown(zone)} is not a zone of \`${region}\`: write one such as \`${region}a\``,
        ),
      );
    }
  }
  return found;
}

function wrongRange(cidr: string): string | undefined {
  const { bits } = parts(cidr);
  if (bits < 16 || bits > 20)
    return `got a /${bits}, the limits are /16 to /20: write one such as \`10.40.0.0/16\``;
  const start = networkAddress(cidr);
  if (start !== cidr) return `${cidr} begins inside its range: write ${start}`;
  if (!isPrivate(cidr))
    return `${cidr} is not a private range: use one of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10`;
  return undefined;
}

/** Whether a range lies in those that are never routed on the internet. */
export function isPrivate(cidr: string): boolean {
  const { address, bits } = parts(cidr);
  return privateBlocks.some(
    (block) => bits >= block.bits && address >>> (32 - block.bits) === block.base >>> (32 - block.bits),
  );
}

function parts(cidr: string): { address: number; bits: number } {
  const [ip = '', bits = ''] = cidr.split('/');
  const address = ip.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return { address, bits: Number(bits) };
}

export function networkAddress(cidr: string): string {
  const { address, bits } = parts(cidr);
  const size = 2 ** (32 - bits);
  const start = Math.floor(address / size) * size;
  return `${[24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join('.')}/${bits}`;
}
