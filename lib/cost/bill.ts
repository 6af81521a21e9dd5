import { UserError } from '../errors';
import type { Plan } from '../plan/plan';
import { auditUsage } from './audit';
import { batchLines, batchUsage } from './batch';
import { contentFilterUsage } from './content-filter';
import { dataUsage } from './data';
import type { BillLine, Range, Usage } from './line';
import { machineUsage } from './machines';
import { type CostOfLoad, type ManagedAlternative, managedAlternative } from './managed';
import { managedTokensUsage } from './managed-tokens';
import { networkUsage } from './network';
import { observabilityUsage } from './observability';
import { noOverlay, type PriceOverlay } from './overlay';
import { priced } from './price';
import { securityUsage } from './security';
import { storageUsage } from './storage';

/** What a deployment costs a month, in US dollars at list prices, before tax and discounts. */
export interface Bill {
  lines: BillLine[];
  total: BillTotal;
  /** Of input and output together, at the stated load; null without load. */
  usdPerMillionTokens: Range | null;
  /** Absent where the cloud sells nothing close; `because` says so. */
  managedAlternative?: ManagedAlternative;
  because: string[];
}

export interface BillTotal {
  lowUsd: number;
  expectedUsd: number;
  highUsd: number;
  /** False where a line has no price: totals then read "at least". */
  complete: boolean;
  /** False where a price of another region stands in: totals then read "about". */
  regional: boolean;
}

/** All lines of the bill: quantities follow from the plan, prices from the catalogue or the overlay. */
export function bill(plan: Plan, overlay: PriceOverlay = noOverlay): Bill {
  const used = usages(plan);
  refuseOnePrice(used, overlay);
  const lines = used.map((usage) => priced(usage, plan, overlay));
  const total = totalOf(lines);
  const alternative = alternativeTo(plan, total, overlay);
  return {
    lines,
    total,
    usdPerMillionTokens: perMillionTokens(total, plan),
    ...('managed' in alternative ? { managedAlternative: alternative.managed } : {}),
    because: [...totalNotes(lines, total), ...('none' in alternative ? [alternative.none] : [])],
  };
}

/** One price an hour cannot be that of several kinds of machine. */
function refuseOnePrice(used: readonly Usage[], overlay: PriceOverlay): void {
  if (!overlay.has('gpu-machine')) return;
  const kinds = new Set(
    used.flatMap(({ rate, machine }) =>
      rate === 'gpu-machine' && machine ? [`${machine.instanceType} ${machine.purchase}`] : [],
    ),
  );
  if (kinds.size <= 1) return;
  throw new UserError(
    `the price overlay has one price of \`gpu-machine\`, and this plan has several kinds: ${[...kinds].join(', ')}. Remove it from the overlay.`,
  );
}

function usages(plan: Plan): Usage[] {
  return [
    ...machineUsage(plan),
    ...managedTokensUsage(plan),
    ...batchUsage(plan),
    ...contentFilterUsage(plan),
    ...networkUsage(plan),
    ...storageUsage(plan),
    ...dataUsage(plan),
    ...observabilityUsage(plan),
    ...securityUsage(plan),
    ...auditUsage(plan),
  ];
}

function totalOf(lines: readonly BillLine[]): BillTotal {
  const sum = (usd: (line: BillLine) => number | null) =>
    lines.reduce((total, line) => total + (usd(line) ?? 0), 0);
  return {
    lowUsd: sum((line) => line.low.usdPerMonth),
    expectedUsd: sum((line) => line.usdPerMonth),
    highUsd: sum((line) => line.high.usdPerMonth),
    complete: lines.every((line) => line.usdPerMonth !== null),
    regional: !lines.some((line) => line.standsIn),
  };
}

/** What a managed model would cost for the requests of users; files are not among them. */
function alternativeTo(plan: Plan, total: BillTotal, overlay: PriceOverlay) {
  if (plan.decisions.batch === undefined) {
    return managedAlternative(plan, costOfLoad(plan, total, overlay));
  }
  const { batch: _, ...decisions } = plan.decisions;
  const users = { ...plan, decisions } as Plan;
  const ofUsers = totalOf(usages(users).map((usage) => priced(usage, users, overlay)));
  return managedAlternative(users, costOfLoad(users, ofUsers, overlay));
}

/** The bill at the stated load and without load; between them it is a line. */
function costOfLoad(plan: Plan, total: BillTotal, overlay: PriceOverlay): CostOfLoad {
  const { load } = plan.decisions;
  const idle = {
    ...load,
    requestsPerMonth: 0,
    meanRequestsPerSecond: 0,
    peakRequestsPerSecond: 0,
    requestsInFlight: 0,
  };
  const managedModels = plan.decisions.managedModels.map((model) => ({
    ...model,
    requestsPerMonth: 0,
    load: { ...model.load, requestsPerMonth: 0 },
  }));
  const idlePlan = { ...plan, decisions: { ...plan.decisions, load: idle, managedModels } };
  const fixedUsd = totalOf(usages(idlePlan).map((usage) => priced(usage, idlePlan, overlay))).expectedUsd;
  const usdPerRequest =
    load.requestsPerMonth > 0 ? (total.expectedUsd - fixedUsd) / load.requestsPerMonth : 0;
  return { usdPerMonthWithoutRequests: fixedUsd, usdPerRequest };
}

function perMillionTokens(total: BillTotal, plan: Plan): Range | null {
  const { load, batch } = plan.decisions;
  const ofFiles = batch === undefined ? 0 : batchLines(plan) * (batch.inputTokens + batch.outputTokens);
  const millions = (load.requestsPerMonth * (load.inputTokens + load.outputTokens) + ofFiles) / 1e6;
  if (millions === 0) return null;
  return {
    low: total.lowUsd / millions,
    expected: total.expectedUsd / millions,
    high: total.highUsd / millions,
  };
}

function totalNotes(lines: readonly BillLine[], total: BillTotal): string[] {
  const unknown = lines.filter((line) => line.usdPerMonth === null);
  const standIns = lines.filter((line) => line.standsIn);
  return [
    'list prices before tax and discounts; free allotments that an account shares (egress, alarms, dashboards, logs) are not taken off',
    ...(total.complete
      ? []
      : [
          `at least: no price is known for ${[...new Set(unknown.map((line) => line.rate))].join(', ')}; state them in a price overlay`,
        ]),
    ...(total.regional
      ? []
      : [
          `about: ${standIns.length} prices are those of another region, because this one's are not in the data`,
        ]),
  ];
}
