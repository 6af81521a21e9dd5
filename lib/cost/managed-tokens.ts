import type { ManagedModelDecision, Plan } from '../plan/plan';
import { exactly, type Usage } from './line';

/** Tokens of the models that the cloud runs, at the planned load. */
export function managedTokensUsage(plan: Plan): Usage[] {
  return plan.decisions.managedModels.flatMap((model) => [
    tokens(model, 'input', model.load.inputTokens),
    ...(model.task === 'embedding' ? [] : [tokens(model, 'output', model.load.outputTokens)]),
  ]);
}

function tokens(model: ManagedModelDecision, way: 'input' | 'output', perRequest: number): Usage {
  const { name, modelId, load } = model;
  return {
    id: `managed-${name}-${way}`,
    label: `${modelId}, ${way} tokens`,
    category: 'Managed models',
    resource: 'managed-model',
    count: 0,
    quantity: exactly((load.requestsPerMonth * perRequest) / 1e6),
    rate: way === 'input' ? 'managed-input' : 'managed-output',
    model: modelId,
    because:
      load.requestsPerMonth === 0
        ? `${name} is a fallback: it costs nothing until the models before it fail, and is not counted`
        : `${load.requestsPerMonth} requests a month x ${perRequest} tokens`,
  };
}
