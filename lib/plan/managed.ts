import { bedrockAccess } from '../catalog/bedrock';
import { findManagedModel } from '../catalog/managed-models';
import { taskOf } from '../spec/task';
import type { Spec } from '../spec/types';
import { isManaged, managedId } from '../spec/variants';
import { type ModelDemand, modelLoad } from './model-loads';
import type { ManagedModelDecision } from './plan';

/** The models that the cloud runs: what to call, where, and at which price. */
export function managedModels(spec: Spec, demands: readonly ModelDemand[]): ManagedModelDecision[] {
  return spec.models.flatMap((model, index) =>
    isManaged(model) ? [managedModel(spec, model, demands[index] as ModelDemand)] : [],
  );
}

function managedModel(
  spec: Spec,
  model: Spec['models'][number],
  { load, spare }: ModelDemand,
): ManagedModelDecision {
  const region = spec.regions[0] as string;
  const modelId = managedId(model);
  const access = bedrockAccess(modelId, region);
  if ('refused' in access) throw new Error(`${access.refused}: rule managed-model let it pass`);
  const row = findManagedModel('bedrock', modelId);
  const price =
    row === undefined
      ? 'its price is not in the data'
      : `${row.inputUsdPerMillionTokens} USD per million tokens in${row.outputUsdPerMillionTokens === null ? '' : ` and ${row.outputUsdPerMillionTokens} out`} (list, ${row.asOf})`;
  return {
    name: model.name,
    provider: 'bedrock',
    modelId,
    ...(access.inferenceProfile !== undefined && { inferenceProfile: access.inferenceProfile }),
    foundationModelRegions: access.regions,
    task: taskOf(model),
    usdPerMillionInputTokens: row?.inputUsdPerMillionTokens ?? null,
    usdPerMillionOutputTokens: row?.outputUsdPerMillionTokens ?? null,
    maxContext: model.maxContext ?? row?.maxInputTokens ?? null,
    requestsPerMonth: load.requestsPerMonth,
    load: modelLoad(load),
    ...(model.rateLimit && { rateLimit: model.rateLimit }),
    because: `${access.because}; ${price}${spare ? '; nothing is planned for it' : ''}`,
  };
}
