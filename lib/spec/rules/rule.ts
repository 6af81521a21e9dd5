import type { Path } from '../path-issue';
import type { Spec } from '../types';

/** One thing that is wrong between fields, or that deserves a look. */
export interface Finding {
  at: Path;
  /** The value got, the limit, the next action. */
  message: string;
  /** Does not stop the plan. */
  warning?: true;
}

/** Tells whether a field stands in the spec, as opposed to its default. */
export type Written = (...path: Path) => boolean;

type Section = keyof Spec;

/** A rule between fields; it runs when every section that it reads has the right shape. */
export interface Rule {
  name: string;
  reads: readonly Section[];
  check: (spec: Spec, written: Written) => Finding[];
}

/** `check` sees only the sections that the rule says it reads. */
export function rule<S extends Section>(
  name: string,
  reads: readonly S[],
  check: (spec: Pick<Spec, S>, written: Written) => Finding[],
): Rule {
  return { name, reads, check };
}

export function finding(at: Path, message: string): Finding {
  return { at, message };
}
