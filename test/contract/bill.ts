import { type Bill, bill } from '../../lib/cost/bill';
import type { ResourceKind } from '../../lib/cost/line';
import { type Check, first } from './check';

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
  'gpu-machine',
  'nat-gateway',
  'nat-public-ip',
  'load-balancer',
  'load-balancer-public-ip',
  'inner-load-balancer',
  'private-endpoint',
  'root-disk',
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

export const billChecks: Check[] = [
  {
    promises: 'has every machine and every billable resource on its bill, in its quantity, and nothing else',
    problems: ({ plan, facts }) => [
      ...facts.unknown.map((type) => `nobody knows whether ${type} costs anything`),
      ...billProblems(facts.measured, bill(plan)),
    ],
    violations: {
      'a resource that is not billed': ({ measured }) =>
        measured.push({ id: 'Second', counts: { 'nat-gateway': 1 } }) > 0,
      'a resource less': ({ measured }) =>
        first(
          measured.filter(({ counts = {} }) => Object.keys(counts).length > 0),
          (one) => (one.counts = {}),
        ),
      'a larger disk': ({ measured }) =>
        first(
          measured.filter(({ quantities = {} }) => 'root-disk' in quantities),
          (one) => {
            one.quantities = { ...one.quantities, 'root-disk': 1 };
          },
        ),
      'another type of machine': ({ measured }) =>
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
