import type { Cloud } from '../../lib/catalog/machines';
import { type ExceptionRow, exceptionRows } from '../../lib/catalog/support-exceptions';
import type { Plan } from '../../lib/plan/plan';
import type { Facts } from './facts';

/** A deployment to be judged. */
export interface Subject {
  plan: Plan;
  facts: Facts;
  cloud: Cloud;
  /** Name of the tag that this cloud's own parts go by, beside those of the plan. */
  deploymentTag: string;
  /** The reason why a promise does not hold for a part; undefined: it does. */
  excepted: (promise: ExceptionRow['promise'], part: string | undefined) => string | undefined;
}

/** One promise of every deployment, and how it could be broken. */
export interface Check {
  /** A sentence without its subject, the deployment. */
  promises: string;
  /** What breaks the promise, in words; empty where it is kept. */
  problems: (subject: Subject) => string[];
  violations: Violations;
  /** Those that need a fleet. */
  fleetViolations?: Violations;
}

/** Changes of the facts that break a promise, each by what it does; false where a deployment has nothing like it. */
export type Violations = Record<string, (facts: Facts) => boolean>;

/** Rows of the catalogue that except parts from promises; `used` collects those that did. */
export function exceptions(cloud: Cloud, used: Set<string>): Subject['excepted'] {
  return (promise, part) => {
    const row = exceptionRows().find(
      (candidate) => candidate.cloud === cloud && candidate.promise === promise && candidate.part === part,
    );
    if (row) used.add(row.id);
    return row?.reason;
  };
}

/** `['a: 1 and not 2']` where they differ. */
export function differ(what: string, found: unknown, expected: unknown): string[] {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)];
  return left === right ? [] : [`${what}: ${left} and not ${right}`];
}

/** Changes the first of a list; false where the list is empty. */
export const first = <Item>(list: readonly Item[], change: (item: Item) => unknown): boolean =>
  each(list.slice(0, 1), change);

/** Changes all of a list; false where the list is empty. */
export function each<Item>(list: readonly Item[], change: (item: Item) => unknown): boolean {
  for (const item of list) change(item);
  return list.length > 0;
}
