import { findModel, type Geometry, type Model } from '../catalog/models';
import type { Spec } from '../spec/types';

type ModelSpec = Spec['models'][number];

/** The shape of the model that the spec names: from the catalogue, a base model, or the spec itself. */
export function resolveModel(model: ModelSpec): Model {
  const known =
    findModel(model.source) ?? (model.baseModel === undefined ? undefined : findModel(model.baseModel));
  if (known === undefined && model.geometry === undefined) {
    throw new Error(`${model.source} has no geometry: rule known-geometry let it pass`);
  }
  const task = model.task ?? known?.task ?? 'chat';
  if (model.geometry === undefined) return { ...(known as Model), task };
  return {
    ...(known ?? {
      gated: false,
      license: 'unknown',
      verified: 'from the spec',
      source: 'the spec',
      asOf: '',
      note: '',
    }),
    ...(model.geometry as Geometry),
    id: model.source,
    task,
  };
}

/** Longest prompt plus answer that the engine is given room for. */
export function maxContext(model: ModelSpec, geometry: Geometry, tokensPerRequest: number): number {
  if (model.maxContext !== undefined) return model.maxContext;
  const wanted = 2 ** Math.ceil(Math.log2(4 * tokensPerRequest));
  return Math.min(geometry.maxContext, Math.max(8192, wanted));
}
