import type { RateId } from './rates';

/** Three estimates of one number; `low <= expected <= high`. */
export interface Range {
  low: number;
  expected: number;
  high: number;
}

export const categories = [
  'Machines',
  'Managed models',
  'Batch',
  'Network',
  'Storage',
  'Database and cache',
  'Monitoring',
  'Security',
] as const;
export type Category = (typeof categories)[number];

/** What a line pays for, in words that all clouds share. */
export type ResourceKind =
  | 'gpu-machine'
  | 'cpu-machine'
  | 'managed-model'
  | 'content-filter'
  | 'nat-gateway'
  | 'load-balancer'
  | 'private-endpoint'
  | 'public-ip'
  | 'egress'
  | 'cross-zone'
  | 'disk'
  | 'snapshot'
  | 'bucket'
  | 'database'
  | 'documents'
  | 'cache'
  | 'queue'
  | 'log-group'
  | 'custom-metric'
  | 'alarm'
  | 'dashboard'
  | 'secret'
  | 'key'
  | 'waf'
  | 'waf-rule'
  | 'audit-log'
  | 'log-delivery';

/** A quantity that the plan implies, before any price is known. */
export interface Usage {
  /** Unique in a bill, such as `nat-gateway-data`. */
  id: string;
  label: string;
  category: Category;
  resource: ResourceKind;
  /** Resources of this kind that the deployment creates for this line; 0 where it only uses one. */
  count: number;
  /** A month's worth, in the unit of the rate. */
  quantity: Range;
  rate: RateId;
  /** Whose price it is, where one rate has many: the provider's id of a managed model. */
  model?: string;
  /** The same of a machine. */
  machine?: PricedMachine;
  /** Where the quantity comes from. */
  because: string;
}

/** A kind of machine and how it is bought; prices in USD an hour, null: not known. */
export interface PricedMachine {
  instanceType: string;
  purchase: 'on-demand' | 'spot';
  usdPerHourOnDemand: number | null;
  usdPerHourSpot: number | null;
}

export interface BillLine extends Omit<Usage, 'quantity' | 'machine'> {
  /** Expected; `low` and `high` hold the other two estimates. */
  quantity: number;
  unit: string;
  /** Null where no price has a source. */
  usdPerUnit: number | null;
  usdPerMonth: number | null;
  low: Estimate;
  high: Estimate;
  /** Where the price comes from; null where it is not known. */
  source: string | null;
  asOf: string | null;
  /** Region of the price, `global`, `overlay`, or null where it is not known. */
  priceRegion: string | null;
  /** `high`: price feed, test golden or vendor page; `medium`, `low`: secondary pages; null: overlay or not known. */
  confidence: 'high' | 'medium' | 'low' | null;
  /** The price of another region, because this one's is not in the data. */
  standsIn: boolean;
  /** What to know about the price; empty where there is nothing to say. */
  note: string;
}

export interface Estimate {
  quantity: number;
  usdPerMonth: number | null;
}

export function exactly(amount: number): Range {
  return { low: amount, expected: amount, high: amount };
}

export function mapRange(range: Range, change: (amount: number) => number): Range {
  return { low: change(range.low), expected: change(range.expected), high: change(range.high) };
}

/** Element by element: low with low, high with high. */
export function combine(a: Range, b: Range, join: (a: number, b: number) => number): Range {
  return {
    low: join(a.low, b.low),
    expected: join(a.expected, b.expected),
    high: join(a.high, b.high),
  };
}
