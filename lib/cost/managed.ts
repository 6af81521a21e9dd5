import { type ManagedModel, managedModels } from '../catalog/managed-models';
import { findModel } from '../catalog/models';
import type { ModelDecision, Plan } from '../plan/plan';
import { secondsPerMonth } from './traffic';

/** The same load sent to a model that the cloud sells by the token. */
export interface ManagedAlternative {
  provider: string;
  model: string;
  usdPerRequest: number;
  usdPerMonth: number;
  /** Above so many requests a month the expected bill is below the managed price; null: never. */
  breakEvenRequestsPerMonth: number | null;
  /** What the machine can answer in a month at full load; a break-even above it is never reached. */
  capacityRequestsPerMonth: number;
  because: string;
  source: string;
  asOf: string;
}

/** The expected bill as a line over requests. */
export interface CostOfLoad {
  usdPerMonthWithoutRequests: number;
  usdPerRequest: number;
}

/** A managed model this many times larger or smaller is no alternative. */
export const sizeFactor = 2;

/** The closest managed model of the same cloud, or why there is none. */
export function managedAlternative(
  plan: Plan,
  cost: CostOfLoad,
): { managed: ManagedAlternative } | { none: string } {
  const model = plan.decisions.models[0] as ModelDecision;
  if (plan.decisions.models.length > 1) {
    return {
      none: 'no managed alternative: several models share the machine, and the load is not split between them',
    };
  }
  const billions = parametersBillion(model, plan);
  if (billions === undefined) {
    return { none: `no managed alternative: the size of ${model.source} is not known` };
  }
  const closest = closestManaged(model, billions, plan.spec.cloud);
  if (closest === undefined) {
    return {
      none: `no managed alternative: ${plan.spec.cloud} sells no ${model.task === 'embedding' ? 'embedding' : 'open chat'} model within ${sizeFactor} times ${billions} billion parameters by the token`,
    };
  }
  const { load } = plan.decisions;
  const usdPerRequest =
    (load.inputTokens * closest.managed.inputUsdPerMillionTokens +
      load.outputTokens * (closest.managed.outputUsdPerMillionTokens ?? 0)) /
    1e6;
  return {
    managed: {
      provider: closest.managed.provider,
      model: closest.managed.model,
      usdPerRequest,
      usdPerMonth: usdPerRequest * load.requestsPerMonth,
      breakEvenRequestsPerMonth:
        usdPerRequest > cost.usdPerRequest
          ? cost.usdPerMonthWithoutRequests / (usdPerRequest - cost.usdPerRequest)
          : null,
      capacityRequestsPerMonth: model.expected.requestsPerSecondCapacity * secondsPerMonth,
      because: closest.because,
      source: closest.managed.source,
      asOf: closest.managed.asOf,
    },
  };
}

interface Closest {
  managed: ManagedModel;
  because: string;
}

/** Same family before another, then the nearest size, then the cheaper one. */
function closestManaged(model: ModelDecision, billions: number, cloud: string): Closest | undefined {
  const family = familyOf(model.source);
  const task = model.task === 'embedding' ? 'embedding' : 'chat';
  const candidates = managedModels()
    .filter((managed) => managed.cloud === cloud && managed.task === task)
    .flatMap((managed) => {
      const size = statedBillions(managed.model);
      if (size === undefined) return [];
      const distance = Math.abs(Math.log(size / billions));
      const sameFamily = family !== undefined && familyOf(managed.model) === family;
      return distance <= Math.log(sizeFactor) ? [{ managed, size, distance, sameFamily }] : [];
    })
    .sort(
      (a, b) =>
        Number(b.sameFamily) - Number(a.sameFamily) ||
        a.distance - b.distance ||
        a.managed.inputUsdPerMillionTokens - b.managed.inputUsdPerMillionTokens,
    );
  const [best] = candidates;
  if (best === undefined) return undefined;
  const kind = best.sameFamily ? `same family (${family})` : 'another family';
  return {
    managed: best.managed,
    because: `${kind}, ${best.size} against ${billions} billion parameters: the closest that ${cloud} sells by the token`,
  };
}

/** A family is one maker's open models; the first pattern that a name holds names it. */
const families: readonly (readonly [string, RegExp])[] = [
  ['Llama', /llama/],
  ['Qwen', /qwen/],
  ['Mistral', /mistral|ministral|mixtral/],
  ['Gemma', /gemma/],
  ['gpt-oss', /gpt-oss/],
  ['DeepSeek', /deepseek/],
  ['Phi', /phi-\d/],
  ['Kimi', /kimi/],
];

function familyOf(name: string): string | undefined {
  return families.find(([, pattern]) => pattern.test(name.toLowerCase()))?.[0];
}

function parametersBillion(model: ModelDecision, plan: Plan): number | undefined {
  const written = plan.spec.models.find((spec) => spec.name === model.name)?.geometry?.parametersBillion;
  return written ?? findModel(model.source)?.parametersBillion ?? statedBillions(model.source);
}

/**
 * Size in a model's name, such as `llama3-1-8b`; a mixture of experts (`30b-a3b`) states its whole first.
 * Llama 4 states only the active part (Scout: 17 of 109 billion), so its name tells nothing.
 */
function statedBillions(name: string): number | undefined {
  const lower = name.toLowerCase();
  if (/llama-?4/.test(lower)) return undefined;
  const match = /(?:^|[^a-z0-9.])(\d+(?:\.\d+)?)b(?![a-z0-9])/.exec(lower);
  return match ? Number(match[1]) : undefined;
}
