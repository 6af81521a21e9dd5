import type { Spec } from './types';

type ModelSpec = Spec['models'][number];

/** What one engine serves: the model, or one version of it. */
export interface Variant {
  model: ModelSpec;
  source: string;
  revision?: string;
  quantization: ModelSpec['quantization'];
  version?: string;
  /** Share of the model's requests. */
  weightPercent: number;
  /** Place of `source`, `revision` and `quantization` in the spec. */
  at: (string | number)[];
}

const managedSource = /^bedrock:/;

/** A model that the cloud runs. */
export function isManaged(model: Pick<ModelSpec, 'source'>): boolean {
  return model.source !== undefined && managedSource.test(model.source);
}

/** `bedrock:amazon.nova-lite-v1:0` is `amazon.nova-lite-v1:0`. */
export function managedId(model: Pick<ModelSpec, 'source'>): string {
  return (model.source ?? '').replace(managedSource, '');
}

/** The engines that a model asks for, in the order of the spec; none for a managed model. */
export function variantsOf(model: ModelSpec, index: number): Variant[] {
  if (isManaged(model)) return [];
  if (model.versions === undefined) {
    const { source, revision, quantization } = model;
    if (source === undefined) return [];
    return [
      {
        model,
        source,
        ...(revision !== undefined && { revision }),
        quantization,
        weightPercent: 100,
        at: ['models', index],
      },
    ];
  }
  return model.versions.map(({ name, source, revision, quantization, weightPercent }, position) => ({
    model,
    source,
    ...(revision !== undefined && { revision }),
    quantization: quantization ?? model.quantization,
    version: name,
    weightPercent,
    at: ['models', index, 'versions', position],
  }));
}

/** The engines of all models. */
export function allVariants(models: Spec['models']): Variant[] {
  return models.flatMap((model, index) => variantsOf(model, index));
}
