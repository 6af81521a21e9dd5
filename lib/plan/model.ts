import { findModel, type Geometry, type Model } from '../catalog/models';
import { issuesError } from '../errors';
import type { Spec } from '../spec/types';

type ModelSpec = Spec['models'][number];
type GeometrySpec = NonNullable<ModelSpec['geometry']>;

/** The shape of the model that the spec names: from the catalogue, a base model, or the spec itself. */
export function resolveModel(model: ModelSpec, source = model.source ?? '', index = 0): Model {
  const known = findModel(source) ?? (model.baseModel === undefined ? undefined : findModel(model.baseModel));
  const described =
    model.geometry === undefined
      ? known
      : describe(source, model.geometry, known, `models[${index}].geometry`);
  if (described === undefined) throw new Error(`${source} has no geometry: rule known-geometry let it pass`);
  return { ...described, task: model.task ?? described.task };
}

/** Longest prompt plus answer that the engine is given room for. */
export function maxContext(model: ModelSpec, geometry: Geometry, tokensPerRequest: number): number {
  if (model.maxContext !== undefined) return model.maxContext;
  const wanted = 2 ** Math.ceil(Math.log2(4 * tokensPerRequest));
  return Math.min(geometry.maxContext, Math.max(8192, wanted));
}

const bytesPerParameter = { bf16: 2, fp16: 2, fp8: 1.03, int4: 0.6 };
/** Compressed key and value of DeepSeek's latent attention: 512 + 64 values a token and layer. */
const latentWidth = 576;

/** The values of the spec over those of the base model; what follows from them is computed. */
function describe(id: string, own: GeometrySpec, base: Model | undefined, path: string): Model {
  const need = (
    name: 'parametersBillion' | 'layers' | 'hiddenSize' | 'attentionHeads' | 'maxContext',
  ): number => {
    const value = own[name] ?? base?.[name];
    if (value === undefined) missing.push(name);
    return value ?? 1;
  };
  const missing: string[] = [];
  const parametersBillion = need('parametersBillion');
  const layers = need('layers');
  const hiddenSize = need('hiddenSize');
  const attentionHeads = need('attentionHeads');
  const longest = need('maxContext');
  if (missing.length > 0) {
    throw issuesError([
      {
        path,
        rule: 'known-geometry',
        message: `${id} lacks ${missing.join(', ')}: write ${missing.length === 1 ? 'it' : 'them'} here, or give \`baseModel\`, or the path of the model's config.json as \`geometry\``,
      },
    ]);
  }
  const kvHeads = own.kvHeads ?? base?.kvHeads ?? attentionHeads;
  const headDim = own.headDim ?? base?.headDim ?? hiddenSize / attentionHeads;
  const attention = own.attention ?? base?.attention ?? attentionOf(kvHeads, attentionHeads);
  const fullAttentionLayers = own.fullAttentionLayers ?? base?.fullAttentionLayers ?? layers;
  const dtype = own.dtype ?? base?.dtype ?? 'bf16';
  const sameWeights = own.parametersBillion === undefined && own.dtype === undefined;
  return {
    id,
    parametersBillion,
    activeParametersBillion:
      own.activeParametersBillion ?? base?.activeParametersBillion ?? parametersBillion,
    layers,
    hiddenSize,
    attentionHeads,
    kvHeads,
    headDim,
    maxContext: longest,
    attention,
    fullAttentionLayers,
    slidingWindow: own.slidingWindow ?? base?.slidingWindow ?? null,
    dtype,
    weightsGiB:
      own.weightsGib ??
      (sameWeights ? base?.weightsGiB : undefined) ??
      (parametersBillion * 1e9 * bytesPerParameter[dtype]) / 2 ** 30,
    kvBytesPerTokenBf16:
      attention === 'mla' ? layers * latentWidth * 2 : 2 * fullAttentionLayers * kvHeads * headDim * 2,
    vocabSize: own.vocabSize ?? base?.vocabSize ?? null,
    mlpWidth: own.mlpWidth ?? base?.mlpWidth ?? null,
    experts: own.experts ?? base?.experts ?? null,
    expertsPerToken: own.expertsPerToken ?? base?.expertsPerToken ?? null,
    expertWidth: own.expertWidth ?? base?.expertWidth ?? null,
    gated: own.gated ?? base?.gated ?? false,
    license: base?.license ?? 'not stated',
    task: base?.task ?? 'chat',
    verified: false,
    source: 'the spec',
    asOf: base?.asOf ?? '',
    note: '',
  };
}

function attentionOf(kvHeads: number, attentionHeads: number): Geometry['attention'] {
  if (kvHeads === 1) return 'mqa';
  return kvHeads === attentionHeads ? 'mha' : 'gqa';
}
