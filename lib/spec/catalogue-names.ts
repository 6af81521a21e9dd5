import { findGpu } from '../catalog/gpus';
import { findModel } from '../catalog/models';
import { findRegion } from '../catalog/regions';
import type { Spec } from './types';

type Model = Spec['models'][number];

/** Regions, GPUs and models by the one name that the catalogue has: `Frankfurt` becomes `eu-central-1`. */
export function withCatalogueNames(spec: Spec): Spec {
  const region = (name: string) => findRegion(spec.cloud, name) ?? name;
  const [firstRegion, ...regions] = spec.regions;
  const [firstModel, ...models] = spec.models;
  return {
    ...spec,
    regions: [region(firstRegion), ...regions.map(region)],
    models: [named(firstModel), ...models.map(named)],
  };
}

function named({ gpu, versions, ...model }: Model): Model {
  return {
    ...model,
    ...(model.source !== undefined && { source: hubId(model.source) }),
    ...(versions !== undefined && {
      versions: versions.map((version) => ({ ...version, source: hubId(version.source) })) as typeof versions,
    }),
    ...(model.baseModel !== undefined && { baseModel: hubId(model.baseModel) }),
    ...(gpu !== undefined && { gpu: gpu.map((name) => findGpu(name)?.name ?? name) }),
  };
}

/** The catalogue finds ids in any case and variants of a model; only the case is mended here. */
function hubId(source: string): string {
  const id = findModel(source)?.id;
  return id !== undefined && id.toLowerCase() === source.toLowerCase() ? id : source;
}
