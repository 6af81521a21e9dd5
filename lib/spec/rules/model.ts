import { findModel, type Model, nearestModels } from '../../catalog/models';
import type { Spec } from '../types';
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

const isBucket = (model: ModelSpec) => model.source.startsWith('s3://');

/** The catalogue's row of the source itself, else of its base model. */
function catalogued(model: ModelSpec): Model | undefined {
  return findModel(model.source) ?? (model.baseModel === undefined ? undefined : findModel(model.baseModel));
}

export const knownGeometry = rule('known-geometry', ['models'], ({ models }) =>
  models.flatMap((model, index): Finding[] => {
    const { source, baseModel, geometry } = model;
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
    const base = catalogued(model);
    if (base === undefined && geometry === undefined) {
      const near = isBucket(model) ? [] : nearestModels(source);
      const hint = near.length > 0 ? ` Did you mean ${either(code(near))}?` : '';
      return [
        finding(
          ['models', index, 'source'],
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
  models.flatMap((model, index): Finding[] => {
    if (model.geometry === undefined) return [];
    const shape = { ...catalogued(model), ...model.geometry };
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
  models.flatMap((model, index) => {
    const heads = model.geometry?.attentionHeads ?? catalogued(model)?.attentionHeads;
    const { tensorParallel } = model;
    if (tensorParallel === undefined || heads === undefined || heads % tensorParallel === 0) return [];
    const possible = [1, 2, 4, 8, 16].filter((size) => heads % size === 0);
    return [
      finding(
        ['models', index, 'tensorParallel'],
        `${tensorParallel} does not divide the ${heads} attention heads of ${model.source}: write ${either(possible.map(String))}`,
      ),
    ];
  }),
);

export const contextRange = rule('context-range', ['models'], ({ models }) =>
  models.flatMap((model, index) => {
    const limit = model.geometry?.maxContext ?? catalogued(model)?.maxContext;
    if (model.maxContext === undefined || limit === undefined || model.maxContext <= limit) return [];
    return [
      finding(
        ['models', index, 'maxContext'],
        `got ${model.maxContext}, the limit of ${model.source} is ${limit}: write ${limit} or less`,
      ),
    ];
  }),
);

export const quantizationKind = rule('quantization-kind', ['models'], ({ models }) =>
  models.flatMap((model, index) => {
    const message = wrongQuantization(model);
    return message === undefined ? [] : [finding(['models', index, 'quantization'], message)];
  }),
);

function wrongQuantization(model: ModelSpec): string | undefined {
  const { source, quantization } = model;
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

const hubOnly = ['revision'] as const;

export const bucketSource = rule('unused-field', ['models', 'modelStore'], ({ models, modelStore }) => [
  ...models.flatMap((model, index) =>
    hubOnly
      .filter((field) => isBucket(model) && model[field] !== undefined)
      .map((field) =>
        finding(
          ['models', index, field],
          `has no meaning with \`source: ${model.source}\`: a bucket has no revisions, name the folder of the one you want`,
        ),
      ),
  ),
  ...(modelStore.hubTokenSecret !== undefined && models.every(isBucket)
    ? [
        finding(
          ['modelStore', 'hubTokenSecret'],
          'has no meaning: no model comes from the hub, so no token is used; remove it',
        ),
      ]
    : []),
]);

export const knownModelName = rule('known-model-name', ['models', 'gateway'], ({ models, gateway }) => {
  const names = models.map((model) => model.name);
  return Object.entries(gateway.aliases).flatMap(([alias, target]): Finding[] => {
    const at = ['gateway', 'aliases', alias];
    if (names.includes(alias)) {
      return [finding(at, `${shown(alias)} is the name of a model already: choose another alias`)];
    }
    if (names.includes(target)) return [];
    return [
      finding(
        at,
        `names the model ${shown(target)}; the models are ${code(names).join(', ')}: write one of them`,
      ),
    ];
  });
});
