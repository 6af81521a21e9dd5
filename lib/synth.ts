import { type Bill, bill } from './cost/bill';
import { type Issue, issuesError } from './errors';
import type { Plan } from './plan/plan';
import { deployIssues } from './plan/warnings';

/** What synth wrote: the cloud's own output folder and what to type next. */
export interface Synthesized {
  /** Folder of templates, as that cloud's own tool expects it. */
  directory: string;
  /** Templates by file name, relative to the folder. */
  templates: string[];
  /** Commands that deploy, in order. */
  next: string[];
}

/** The one place that picks a cloud; its SDK loads only here. */
const clouds = {
  aws: async (plan: Plan, directory: string) =>
    (await import('./aws/app')).synthesizeAws(plan, { outdir: directory }),
} satisfies Record<string, (plan: Plan, directory: string) => Promise<Synthesized>>;

/**
 * Writes the templates of a plan into an empty or missing folder.
 *
 * Throws a UserError with all that is missing to deploy, or when the expected bill (`costs`: yours, if you know
 * prices that the catalogue lacks) is over `budget.failSynthOverUsd`, or may be, since prices are not known.
 */
export async function synth(plan: Plan, directory: string, costs: Bill = bill(plan)): Promise<Synthesized> {
  const issues = [...deployIssues(plan), ...overBudget(plan, costs)];
  if (issues.length > 0) throw issuesError(issues);
  return clouds[plan.spec.cloud as keyof typeof clouds](plan, directory);
}

function overBudget(plan: Plan, costs: Bill): Issue[] {
  const { total, lines } = costs;
  const limitUsd = plan.decisions.budget?.failSynthOverUsd;
  if (limitUsd === undefined) return [];
  if (total.expectedUsd <= limitUsd) return total.complete ? [] : [unknownBill(limitUsd, costs)];
  const largest = [...lines]
    .sort((a, b) => (b.usdPerMonth ?? 0) - (a.usdPerMonth ?? 0))
    .slice(0, 3)
    .map((line) => `${line.label} ${Math.round(line.usdPerMonth ?? 0)}`);
  return [
    {
      path: 'budget.failSynthOverUsd',
      rule: 'bill-over-limit',
      message: `the expected bill of ${Math.round(total.expectedUsd)} USD a month is over ${limitUsd}: the largest lines are ${largest.join(', ')}; raise the limit or ask for less`,
    },
  ];
}

/** A limit that an unknown price may be over is not kept by letting it through. */
function unknownBill(limitUsd: number, { total, lines }: Bill): Issue {
  const unknown = lines.filter((line) => line.usdPerMonth === null).map((line) => line.id);
  return {
    path: 'budget.failSynthOverUsd',
    rule: 'bill-not-known',
    message: `the expected bill is at least ${Math.round(total.expectedUsd)} USD a month, and ${unknown.length} of its prices ${unknown.length === 1 ? 'is' : 'are'} not known (${unknown.join(', ')}), so nobody can tell whether it is over ${limitUsd}: give them with --prices, or remove the limit`,
  };
}
