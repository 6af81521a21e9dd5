import { type Bill, bill } from '../../lib/cost/bill';
import type { ResourceKind } from '../../lib/cost/line';
import { type Check, first } from './check';
import type { Group } from './facts';
import { meanMachines, mostMachines, unitsOf } from './week';

/** What one resource would cost: how many of a kind, how much on a line, which words its reason must say. */
export interface Measured {
  id: string;
  counts?: Partial<Record<ResourceKind, number>>;
  quantities?: Record<string, number>;
  /** Words by line; what follows a `#` in the id of a line only tells words apart. */
  says?: Record<string, string>;
  /** Lines whose quantity follows from the load and stands in no output. */
  byLoad?: string[];
}

/** Everything in which resources and a bill differ; empty when each billable resource is on the bill. */
export function billProblems(measured: readonly Measured[], costs: Bill): string[] {
  const counts = new Map<string, number>();
  const quantities = new Map<string, number>();
  for (const resource of measured) {
    add(counts, resource.counts);
    add(quantities, resource.quantities);
  }
  return [
    ...measured.flatMap((resource) => wordProblems(resource, costs)),
    ...countProblems(counts, costs),
    ...quantityProblems(
      quantities,
      costs,
      measured.flatMap(({ byLoad = [] }) => byLoad),
    ),
  ];
}

function add(sums: Map<string, number>, numbers: Record<string, number> = {}): void {
  for (const [key, number] of Object.entries(numbers)) sums.set(key, (sums.get(key) ?? 0) + number);
}

function wordProblems({ id, says = {} }: Measured, costs: Bill): string[] {
  return Object.entries(says).flatMap(([key, words]) => {
    const line = costs.lines.find((candidate) => candidate.id === key.split('#')[0]);
    if (line !== undefined && `${line.label} ${line.because}`.includes(words)) return [];
    return [`${id}: the line ${key.split('#')[0]} does not say "${words}"`];
  });
}

function countProblems(counts: Map<string, number>, costs: Bill): string[] {
  const kinds = new Set<string>([...counts.keys(), ...costs.lines.map(({ resource }) => resource)]);
  return [...kinds].flatMap((kind) => {
    const billed = costs.lines
      .filter((line) => line.resource === kind)
      .reduce((sum, line) => sum + line.count, 0);
    const made = counts.get(kind) ?? 0;
    return billed === made ? [] : [`${kind}: ${made} in the output, ${billed} on the bill`];
  });
}

/** Lines whose quantity an output settles; on the bill without a resource, they are too much. */
const measurable = [
  'nat-gateway',
  'nat-public-ip',
  'load-balancer',
  'load-balancer-public-ip',
  'inner-load-balancer',
  'private-endpoint',
  'data-disk',
  'disk-throughput',
  'disk-iops',
  'database',
  'database-storage',
  'cache',
  'documents',
  'machine-metric',
  'alarm',
  'waf',
  'waf-rule',
];

function quantityProblems(quantities: Map<string, number>, costs: Bill, byLoad: readonly string[]): string[] {
  return [...new Set([...quantities.keys(), ...measurable])].flatMap((id) => {
    if (byLoad.includes(id)) return [];
    const made = quantities.get(id) ?? 0;
    const billed = costs.lines.find((line) => line.id === id)?.quantity ?? 0;
    // the same figure computed in another order may differ in its last digit
    const same = Math.abs(billed - made) <= 1e-9 * Math.max(1, made);
    return same ? [] : [`${id}: ${made} in the output, ${billed} on the bill`];
  });
}

/** Included in the price of a disk's size on each cloud whose disks have a price of their own for more. */
const includedMiBps = 125;
const hours = 730;

/** What the machines of a group cost, with their root disks. */
export function groupMeasured(group: Group): Measured {
  const { name, role, types, purchase, warmPool, disks, machineMetrics } = group;
  const mean = meanMachines(group);
  const most = mostMachines(group);
  // prepared machines are stopped, and their disks stay
  const stopped = warmPool / unitsOf(group);
  const root = disks.find(({ use }) => use === 'root');
  const type = types[0]?.type ?? '';
  const lines = machineLines(group);
  // how long they run stands in no output
  const jobs = group.scaling.some(({ metric }) => metric === 'jobs');
  const throughput = jobs ? `disk-throughput-${name}` : 'disk-throughput';
  const byLoad = jobs ? [...Object.keys(lines), `root-disk-${name}`, throughput, 'machine-metric'] : [];
  return {
    id: name,
    byLoad,
    counts: { [role === 'gateway' ? 'cpu-machine' : 'gpu-machine']: most, disk: most + stopped },
    quantities: {
      ...Object.fromEntries(Object.entries(lines).map(([line, machines]) => [line, machines * hours])),
      [role === 'server' ? 'root-disk' : `root-disk-${name}`]: (mean + stopped) * (root?.gib ?? 0),
      [throughput]: (mean + stopped) * Math.max(0, (root?.mibps ?? 0) - includedMiBps),
      'machine-metric': mean * machineMetrics,
    },
    says: Object.fromEntries(
      Object.keys(lines).flatMap((line) => [
        [line, type],
        ...(role === 'server' ? [[`${line}#purchase`, purchase]] : []),
      ]),
    ),
  };
}

/** Machines in the mean, on the line of each way in which they are bought. */
function machineLines(group: Group): Record<string, number> {
  const { name, role, purchase, onDemandBase } = group;
  const mean = meanMachines(group);
  if (role === 'server') return { 'gpu-machine': mean };
  if (role === 'gateway') return { 'gateway-machine': mean };
  if (purchase !== 'mixed') return { [`fleet-${name}-${purchase}`]: mean };
  const base = meanMachines(group, ({ min, max }) => ({
    min: Math.min(min, onDemandBase),
    max: Math.min(max, onDemandBase),
  }));
  return {
    ...(onDemandBase > 0 && { [`fleet-${name}-on-demand`]: base }),
    ...(mostMachines(group) * unitsOf(group) > onDemandBase && { [`fleet-${name}-spot`]: mean - base }),
  };
}

/** Lines of machines that no group has. */
function unknownMachines(groups: readonly Measured[], costs: Bill): string[] {
  const known = groups.flatMap(({ quantities = {} }) => Object.keys(quantities));
  return costs.lines
    .filter(
      ({ id }) => /^(gpu-machine|gateway-machine|fleet-.*|root-disk.*)$/.test(id) && !known.includes(id),
    )
    .map(({ id }) => `${id} is on the bill, and no group`);
}

export const billChecks: Check[] = [
  {
    promises: 'has every machine and every billable resource on its bill, in its quantity, and nothing else',
    problems: ({ plan, facts }) => {
      const costs = bill(plan);
      const groups = facts.groups.map(groupMeasured);
      return [
        ...facts.unknown.map((type) => `nobody knows whether ${type} costs anything`),
        ...billProblems([...groups, ...facts.measured], costs),
        ...unknownMachines(groups, costs),
      ];
    },
    violations: {
      'a resource that is not billed': ({ measured }) =>
        measured.push({ id: 'Second', counts: { 'nat-gateway': 1 } }) > 0,
      'a resource less': ({ measured }) =>
        first(
          measured.filter(({ counts = {} }) => Object.keys(counts).length > 0),
          (one) => (one.counts = {}),
        ),
      'a larger disk': ({ groups }) =>
        first(
          groups.flatMap(({ disks }) => disks),
          (disk) => (disk.gib += 1),
        ),
      'a faster disk': ({ groups }) =>
        first(
          groups.flatMap(({ disks }) => disks),
          (disk) => (disk.mibps += 500),
        ),
      'a machine more': ({ groups }) =>
        first(
          groups.filter(({ schedule }) => schedule.length === 0),
          (group) => (group.max += 1),
        ),
      'another type of machine': ({ groups }) =>
        first(groups, (group) => (group.types = [{ type: 'p99.tiny', weight: 1 }])),
      'other words': ({ measured }) =>
        first(
          measured.filter(({ says = {} }) => Object.keys(says).length > 0),
          (one) => {
            one.says = Object.fromEntries(Object.keys(one.says ?? {}).map((line) => [line, 'p99.tiny']));
          },
        ),
      'a type that nobody knows': ({ unknown }) => unknown.push('Quantum::Computer') > 0,
    },
  },
];
