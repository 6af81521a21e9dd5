import type { Model } from '../catalog/models';
import type { Spec } from '../spec/types';
import { allVariants, type Variant } from '../spec/variants';
import type { Demand } from './load';
import { maxContext, resolveModel } from './model';
import { type ModelDemand, partOf } from './model-loads';

/** One engine that the machine must carry, before a machine is chosen. */
export interface Engine {
  /** Name in reasons: of the model, with its version. */
  name: string;
  variant: Variant;
  /** Place of its model in the spec. */
  index: number;
  shape: Model;
  load: Demand;
  /** Of all versions of its name together. */
  nameLoad: Demand;
  slo: ModelDemand['slo'];
  spare: boolean;
  maxContext: number;
}

/** What runs on the machine: each model of our own, each version of it. */
export function enginesOf(spec: Spec, demands: readonly ModelDemand[]): Engine[] {
  return allVariants(spec.models).map((variant) => {
    const { model, version } = variant;
    const index = spec.models.indexOf(model);
    const { load, slo, spare } = demands[index] as ModelDemand;
    const shape = resolveModel(model, variant.source, index);
    return {
      name: version === undefined ? model.name : `${model.name}-${version}`,
      variant,
      index,
      shape,
      load: partOf(load, variant.weightPercent / 100),
      nameLoad: load,
      slo,
      spare,
      maxContext: maxContext(model, shape, load.inputTokens + load.outputTokens),
    };
  });
}
