import type { ManagedModelDecision, Plan } from '../plan/plan';
import { batchLines } from './batch';
import { exactly, type Usage } from './line';

/** Tokens of the models that the cloud runs, at the planned load. */
export function managedTokensUsage(plan: Plan): Usage[] {
  return plan.decisions.managedModels.flatMap((model) => [
    tokens(plan, model, 'input'),
    ...(model.task === 'embedding' ? [] : [tokens(plan, model, 'output')]),
  ]);
}

function tokens(plan: Plan, model: ManagedModelDecision, way: 'input' | 'output'): Usage {
  const { name, modelId, load } = model;
  const field = way === 'input' ? 'inputTokens' : 'outputTokens';
  const { batch } = plan.decisions;
  const perRequest = load[field];
  const ofFiles = batch?.model === name ? batchLines(plan) * batch[field] : 0;
  const fileText = ofFiles === 0 ? '' : `${batchLines(plan)} lines of files x ${batch?.[field]} tokens`;
  return {
    id: `managed-${name}-${way}`,
    label: `${modelId}, ${way} tokens`,
    category: 'Managed models',
    resource: 'managed-model',
    count: 0,
    quantity: exactly((load.requestsPerMonth * perRequest + ofFiles) / 1e6),
    rate: way === 'input' ? 'managed-input' : 'managed-output',
    model: modelId,
    because:
      load.requestsPerMonth === 0
        ? fileText ||
          `${name} is a fallback: it costs nothing until the models before it fail, and is not counted`
        : [`${load.requestsPerMonth} requests a month x ${perRequest} tokens`, fileText]
            .filter((text) => text !== '')
            .join(', and '),
  };
}
