import { fallbackNames, hasOwnLoad, loadFields, loadShares } from '../spec/shares';
import { taskOf } from '../spec/task';
import type { Spec } from '../spec/types';
import { isManaged } from '../spec/variants';
import { type Demand, demand } from './load';
import type { ModelLoad } from './plan';

type ModelSpec = Spec['models'][number];
type Traffic = Spec['traffic'];

/** What one model of the spec must carry, and how well. */
export interface ModelDemand {
  load: Demand;
  slo: Traffic['slo'];
  /** Nothing is planned for it: it answers only when another model fails. */
  spare: boolean;
}

/** The load of each model, in the order of the spec. */
export function modelDemands(spec: Spec): ModelDemand[] {
  const shares = loadShares(spec.models);
  return spec.models.map((model, index): ModelDemand => {
    const traffic = trafficOf(spec, model);
    const task = taskOf(model);
    const share = (shares[index] as number) / 100;
    const spare = share === 0 && !hasOwnLoad(model);
    if (hasOwnLoad(model) || share === 1) return { load: demand(traffic, task), slo: traffic.slo, spare };
    // a spare has no load of which to take a part, perhaps
    const whole = demand(spare ? { ...traffic, requestsPerSecond: 1 } : traffic, task);
    return { load: partOf(whole, share), slo: traffic.slo, spare };
  });
}

/** Top-level values below the model's own; an embedding model beside others has other texts than they. */
function trafficOf({ traffic, models }: Spec, model: ModelSpec): Traffic {
  const { slo, sharePercent: _, ...own } = model.traffic ?? {};
  const dropped = new Set<string>([
    ...(hasOwnLoad(model) ? loadFields : []),
    ...(models.length > 1 && taskOf(model) === 'embedding' ? ['inputTokens', 'outputTokens'] : []),
  ]);
  const top = Object.fromEntries(Object.entries(traffic).filter(([field]) => !dropped.has(field)));
  return { ...(top as unknown as Traffic), ...own, slo: { ...traffic.slo, ...slo } };
}

/** A part of a load: same requests, fewer of them. */
export function partOf(load: Demand, share: number): Demand {
  if (share === 1) return load;
  const { concurrentUsers: _, ...rest } = load;
  return {
    ...rest,
    peakRequestsPerSecond: load.peakRequestsPerSecond * share,
    meanRequestsPerSecond: load.meanRequestsPerSecond * share,
    requestsPerMonth: Math.round(load.requestsPerMonth * share),
  };
}

/** All loads as one; tokens are means over the requests of a month. */
export function totalDemand(spec: Spec, demands: readonly ModelDemand[]): Demand {
  const [only] = demands;
  if (demands.length === 1 && only) return only.load;
  const loads = demands.map(({ load }) => load);
  const sum = (value: (load: Demand) => number) => loads.reduce((total, load) => total + value(load), 0);
  const requestsPerMonth = sum((load) => load.requestsPerMonth);
  const mean = (value: (load: Demand) => number) =>
    requestsPerMonth === 0
      ? 0
      : Math.round(sum((load) => load.requestsPerMonth * value(load)) / requestsPerMonth);
  return {
    peakRequestsPerSecond: sum((load) => load.peakRequestsPerSecond),
    meanRequestsPerSecond: sum((load) => load.meanRequestsPerSecond),
    requestsPerMonth,
    inputTokens: mean((load) => load.inputTokens),
    outputTokens: mean((load) => load.outputTokens),
    steps: spec.models.flatMap((model, index) => stepsOf(spec, model, demands[index] as ModelDemand)),
  };
}

/** The load of the models that run on the machine. */
export function ownPeak(spec: Spec, demands: readonly ModelDemand[]): number {
  return spec.models.reduce(
    (total, model, index) =>
      total + (isManaged(model) ? 0 : (demands[index]?.load.peakRequestsPerSecond ?? 0)),
    0,
  );
}

function stepsOf(spec: Spec, model: ModelSpec, { load, spare }: ModelDemand): string[] {
  const tokens = `${load.inputTokens} tokens in and ${load.outputTokens} out`;
  if (spare) {
    const users = spec.models.filter(({ fallbacks }) => fallbacks?.includes(model.name));
    const why = fallbackNames(spec.models).has(model.name)
      ? `answers when ${users.map(({ name }) => name).join(', ')} cannot`
      : 'has no share of the load';
    return [`${model.name}: ${why}, so nothing is planned for it; ${tokens} per request`];
  }
  if (hasOwnLoad(model)) return load.steps.map((step) => `${model.name}: ${step}`);
  const share = (loadShares(spec.models)[spec.models.indexOf(model)] as number).toPrecision(3);
  return [
    `${model.name}: ${Number(share)} % of the load = ${Number(load.peakRequestsPerSecond.toPrecision(3))} requests/s at peak, ${load.requestsPerMonth} a month, ${tokens} per request`,
  ];
}

export function modelLoad(load: Demand): ModelLoad {
  const { peakRequestsPerSecond, requestsPerMonth, inputTokens, outputTokens } = load;
  return { peakRequestsPerSecond, requestsPerMonth, inputTokens, outputTokens };
}
