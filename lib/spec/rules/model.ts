import { findManagedModel } from '../../catalog/managed-models';
import { findModel, type Model, nearestModels } from '../../catalog/models';
import type { Spec } from '../types';
import { allVariants, isManaged, managedId, type Variant, variantsOf } from '../variants';
import { code, either, shown } from '../words';
import { type Finding, finding, rule } from './rule';

type ModelSpec = Spec['models'][number];
type Geometry = NonNullable<ModelSpec['geometry']>;

/** What memory and speed cannot be computed without; the rest has a default (docs/spec.md). */
const requiredGeometry = [
  'parametersBillion',
  'layers',
  'hiddenSize',
  'attentionHeads',
  'kvHeads',
  'maxContext',
] as const satisfies readonly (keyof Geometry & keyof Model)[];

const isBucket = ({ source }: { source: string }) => source.startsWith('s3://');

/** The catalogue's row of the source itself, else of its base model. */
function catalogued({ source, model }: Variant): Model | undefined {
  return findModel(source) ?? (model.baseModel === undefined ? undefined : findModel(model.baseModel));
}

export const knownGeometry = rule('known-geometry', ['models'], ({ models }) =>
  allVariants(models).flatMap((variant): Finding[] => {
    const { source, model } = variant;
    const { baseModel, geometry } = model;
    const index = models.indexOf(model);
    if (baseModel !== undefined && findModel(baseModel) === undefined) {
      const near = nearestModels(baseModel);
      const hint = near.length > 0 ? `did you mean ${either(code(near))}?` : 'see `llm-constructs models`';
      return [
        finding(['models', index, 'baseModel'], `${shown(baseModel)} is not in the catalogue: ${hint}`),
      ];
    }
    if (baseModel !== undefined && findModel(source) !== undefined) {
      return [
        {
          at: ['models', index, 'baseModel'],
          message: `is not needed: the catalogue knows ${source} itself, and its shape is used`,
          warning: true,
        },
      ];
    }
    const base = catalogued(variant);
    if (base === undefined && geometry === undefined) {
      const near = isBucket(variant) ? [] : nearestModels(source);
      const hint = near.length > 0 ? ` Did you mean ${either(code(near))}?` : '';
      return [
        finding(
          [...variant.at, 'source'],
          `${shown(source)} is not in the catalogue.${hint} Otherwise tell its shape: \`baseModel\` with a catalogued model of the same shape, or \`geometry\` with the path of its config.json`,
        ),
      ];
    }
    const missing = requiredGeometry.filter((name) => (geometry?.[name] ?? base?.[name]) === undefined);
    if (missing.length === 0) return [];
    return [
      finding(
        ['models', index, 'geometry'],
        `${code(missing).join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing: write ${missing.length === 1 ? 'it' : 'them'}, or \`baseModel\` with a catalogued model of the same shape`,
      ),
    ];
  }),
);

/** Pairs of geometry values of which the first must not be above the second. */
const atMost = [
  ['kvHeads', 'attentionHeads'],
  ['activeParametersBillion', 'parametersBillion'],
  ['fullAttentionLayers', 'layers'],
  ['expertsPerToken', 'experts'],
] as const;

export const soundGeometry = rule('known-geometry', ['models'], ({ models }) =>
  allVariants(models).flatMap((variant): Finding[] => {
    const { model } = variant;
    const index = models.indexOf(model);
    if (model.geometry === undefined) return [];
    const shape = { ...catalogued(variant), ...model.geometry };
    const at = (field: string) => ['models', index, 'geometry', field];
    const found = atMost.flatMap(([small, large]) => {
      const [value, limit] = [shape[small], shape[large]];
      if (typeof value !== 'number' || typeof limit !== 'number' || value <= limit) return [];
      return [finding(at(small), `got ${value}, above \`${large}\` (${limit}): correct one of them`)];
    });
    const { hiddenSize, attentionHeads, headDim } = shape;
    if (headDim === undefined && hiddenSize && attentionHeads && hiddenSize % attentionHeads !== 0) {
      found.push(
        finding(
          at('headDim'),
          `is missing: \`hiddenSize\` (${hiddenSize}) cannot be divided by \`attentionHeads\` (${attentionHeads}), so the width of a head must be written`,
        ),
      );
    }
    return found;
  }),
);

export const headsDivide = rule('parallel-shape', ['models'], ({ models }) =>
  allVariants(models).flatMap((variant) => {
    const { model, source } = variant;
    const index = models.indexOf(model);
    const heads = model.geometry?.attentionHeads ?? catalogued(variant)?.attentionHeads;
    const { tensorParallel } = model;
    if (tensorParallel === undefined || heads === undefined || heads % tensorParallel === 0) return [];
    const possible = [1, 2, 4, 8, 16].filter((size) => heads % size === 0);
    return [
      finding(
        ['models', index, 'tensorParallel'],
        `${tensorParallel} does not divide the ${heads} attention heads of ${source}: write ${either(possible.map(String))}`,
      ),
    ];
  }),
);

export const contextRange = rule('context-range', ['models'], ({ models }) =>
  models.flatMap((model, index) => {
    const { limit, source } = shortestContext(model, index);
    if (model.maxContext === undefined || limit === undefined || model.maxContext <= limit) return [];
    return [
      finding(
        ['models', index, 'maxContext'],
        `got ${model.maxContext}, the limit of ${source} is ${limit}: write ${limit} or less`,
      ),
    ];
  }),
);

/** Of the sources of a model the one with the least context, where it is known. */
function shortestContext(model: ModelSpec, index: number): { limit?: number; source?: string } {
  if (isManaged(model)) {
    const limit = findManagedModel('bedrock', managedId(model))?.maxInputTokens;
    return limit === undefined ? {} : { limit, source: managedId(model) };
  }
  const known = variantsOf(model, index).flatMap((variant) => {
    const limit = model.geometry?.maxContext ?? catalogued(variant)?.maxContext;
    return limit === undefined ? [] : [{ limit, source: variant.source }];
  });
  return known.sort((a, b) => a.limit - b.limit)[0] ?? {};
}

export const quantizationKind = rule('quantization-kind', ['models'], ({ models }) =>
  allVariants(models).flatMap((variant) => {
    const message = wrongQuantization(variant);
    return message === undefined ? [] : [finding([...variant.at, 'quantization'], message)];
  }),
);

function wrongQuantization({ model, source, quantization }: Variant): string | undefined {
  const dtype = model.geometry?.dtype ?? findModel(source)?.dtype;
  const named = /awq/i.test(source) ? 'awq' : /gptq/i.test(source) ? 'gptq' : undefined;
  if (quantization === 'awq' || quantization === 'gptq') {
    const other = named !== undefined && named !== quantization;
    if (!other && (named === quantization || dtype === undefined || dtype === 'int4')) return undefined;
    const kind = other ? `\`${named}\`` : dtype;
    const variant = `${source.replace(/[-_](awq|gptq).*$/i, '')}-${quantization.toUpperCase()}`;
    return `${source} is ${kind}, not \`${quantization}\`: write as \`source\` a checkpoint of that kind, usually named like ${variant}, or leave \`quantization\` out`;
  }
  if (quantization === 'fp8' && (named !== undefined || dtype === 'int4')) {
    return `${source} is quantized already (${named ?? dtype}) and cannot be converted to \`fp8\`: leave \`quantization\` out`;
  }
  return undefined;
}

export const bucketSource = rule('unused-field', ['models', 'modelStore'], ({ models, modelStore }) => [
  ...models.flatMap((model, index) =>
    model.source !== undefined && isBucket({ source: model.source }) && model.revision !== undefined
      ? [
          finding(
            ['models', index, 'revision'],
            `has no meaning with \`source: ${model.source}\`: a bucket has no revisions, name the folder of the one you want`,
          ),
        ]
      : [],
  ),
  ...(modelStore.hubTokenSecret !== undefined && files(models).every(isBucket)
    ? [
        finding(
          ['modelStore', 'hubTokenSecret'],
          'has no meaning: no model comes from the hub, so no token is used; remove it',
        ),
      ]
    : []),
]);

/** Everything that is copied into the model store. */
function files(models: Spec['models']): { source: string }[] {
  return [...allVariants(models), ...models.flatMap(({ adapters }) => adapters ?? [])];
}
