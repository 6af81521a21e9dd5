import { type ManagedModel, managedModels } from '../catalog/managed-models';
import { findModel } from '../catalog/models';
import type { ModelDecision, Plan } from '../plan/plan';
import { cheapestEmbedding, closestChat, statedBillions } from './closest';
import { secondsPerMonth } from './traffic';

/** The same load sent to a model that the cloud sells by the token. */
export interface ManagedAlternative {
  provider: string;
  model: string;
  usdPerRequest: number;
  usdPerMonth: number;
  /** Above so many requests a month the expected bill is below the managed price; null: never. */
  breakEvenRequestsPerMonth: number | null;
  /**
   * What the machine can answer in a month whose busiest time is as much above its mean as the stated load's; a
   * break-even above it is never reached.
   */
  capacityRequestsPerMonth: number;
  /** Peak over mean of the stated load. */
  peakFactor: number;
  because: string;
  source: string;
  asOf: string;
}

/** The expected bill as a line over requests. */
export interface CostOfLoad {
  usdPerMonthWithoutRequests: number;
  usdPerRequest: number;
}

/** The closest managed model of the same cloud, or why there is none. */
export function managedAlternative(
  plan: Plan,
  cost: CostOfLoad,
): { managed: ManagedAlternative } | { none: string } {
  const [model] = plan.decisions.models;
  if (plan.decisions.models.length + plan.decisions.managedModels.length > 1) {
    return {
      none: 'no managed alternative: several models share the machine, and none can be compared alone',
    };
  }
  if (model === undefined) return { none: 'no managed alternative: the model is a managed one' };
  const { load } = plan.decisions;
  const usdOf = (managed: ManagedModel) =>
    (load.inputTokens * managed.inputUsdPerMillionTokens +
      load.outputTokens * (managed.outputUsdPerMillionTokens ?? 0)) /
    1e6;
  const candidates = managedModels().filter(({ cloud }) => cloud === plan.spec.cloud);
  const closest =
    model.task === 'embedding'
      ? cheapestEmbedding(candidates)
      : closestChat(candidates, model.source, parametersBillion(model, plan), usdOf);
  if ('none' in closest) return { none: `no managed alternative: ${closest.none}` };
  const usdPerRequest = usdOf(closest.managed);
  const { peakRequestsPerSecond: peak, meanRequestsPerSecond: mean } = load;
  const peakFactor = mean > 0 ? Math.max(1, peak / mean) : 1;
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
      capacityRequestsPerMonth: (model.expected.requestsPerSecondCapacity * secondsPerMonth) / peakFactor,
      peakFactor,
      because: closest.because,
      source: closest.managed.source,
      asOf: closest.managed.asOf,
    },
  };
}

function parametersBillion(model: ModelDecision, plan: Plan): number | undefined {
  const written = plan.spec.models.find((spec) => spec.name === model.name)?.geometry?.parametersBillion;
  return written ?? findModel(model.source)?.parametersBillion ?? statedBillions(model.source);
}
