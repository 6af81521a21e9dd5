import { describe, expect, it } from 'vitest';
import { problems } from '../problems';

const model = (fields: object) => ({ models: [{ source: 'Qwen/Qwen3-8B', ...fields }] });
const shape = {
  parametersBillion: 1,
  layers: 3,
  hiddenSize: 1024,
  attentionHeads: 8,
  kvHeads: 8,
  maxContext: 4096,
};

const cases: [name: string, changes: object, problems: string[]][] = [
  [
    'a misspelled model',
    { models: ['Qwen/Qwen3-8'] },
    [
      'models[0]: "Qwen/Qwen3-8" is not in the catalogue. Did you mean `Qwen/Qwen3-8B`, `Qwen/Qwen3-4B` or `Qwen/Qwen3-32B`? Otherwise tell its shape: `baseModel` with a catalogued model of the same shape, or `geometry` with the path of its config.json [known-geometry]',
    ],
  ],
  [
    'a model that is not in the catalogue',
    { models: ['acme/wonder'] },
    [
      'models[0]: "acme/wonder" is not in the catalogue. Otherwise tell its shape: `baseModel` with a catalogued model of the same shape, or `geometry` with the path of its config.json [known-geometry]',
    ],
  ],
  [
    'a misspelled base model',
    model({ source: 'acme/wonder', baseModel: 'Qwen/Qwen3-8' }),
    [
      'models[0].baseModel: "Qwen/Qwen3-8" is not in the catalogue: did you mean `Qwen/Qwen3-8B`, `Qwen/Qwen3-4B` or `Qwen/Qwen3-32B`? [known-geometry]',
    ],
  ],
  ['a known base model', model({ source: 'acme/wonder', baseModel: 'Qwen/Qwen3-8B' }), []],
  [
    'a bucket without shape',
    { models: ['s3://my-bucket/weights'] },
    [
      'models[0]: "s3://my-bucket/weights" is not in the catalogue. Otherwise tell its shape: `baseModel` with a catalogued model of the same shape, or `geometry` with the path of its config.json [known-geometry]',
    ],
  ],
  [
    'a shape with gaps',
    model({ source: 'acme/wonder', geometry: { layers: 3, kvHeads: 4 } }),
    [
      'models[0].geometry: `parametersBillion`, `hiddenSize`, `attentionHeads`, `maxContext` are missing: write them, or `baseModel` with a catalogued model of the same shape [known-geometry]',
    ],
  ],
  [
    'a shape with one gap',
    model({ source: 'acme/wonder', geometry: { ...shape, layers: undefined } }),
    [
      'models[0].geometry: `layers` is missing: write it, or `baseModel` with a catalogued model of the same shape [known-geometry]',
    ],
  ],
  ['a whole shape', model({ source: 'acme/wonder', geometry: shape }), []],
  [
    'a shape that cannot be',
    model({
      source: 'acme/wonder',
      baseModel: 'Qwen/Qwen3-8B',
      geometry: { kvHeads: 64, experts: 2, expertsPerToken: 3 },
    }),
    [
      'models[0].geometry.kvHeads: got 64, above `attentionHeads` (32): correct one of them [known-geometry]',
      'models[0].geometry.expertsPerToken: got 3, above `experts` (2): correct one of them [known-geometry]',
    ],
  ],
  [
    'heads that do not divide',
    model({ source: 'acme/wonder', geometry: { ...shape, hiddenSize: 1000, attentionHeads: 48 } }),
    [
      'models[0].geometry.headDim: is missing: `hiddenSize` (1000) cannot be divided by `attentionHeads` (48), so the width of a head must be written [known-geometry]',
    ],
  ],
  [
    'GPUs that do not divide the heads',
    model({ source: 'Qwen/Qwen2.5-0.5B-Instruct', tensorParallel: 4 }),
    [
      'models[0].tensorParallel: 4 does not divide the 14 attention heads of Qwen/Qwen2.5-0.5B-Instruct: write 1 or 2 [parallel-shape]',
    ],
  ],
  [
    'more context than the model has',
    model({ maxContext: 1e6 }),
    [
      'models[0].maxContext: got 1000000, the limit of Qwen/Qwen3-8B is 40960: write 40960 or less [context-range]',
    ],
  ],
  ['all the context that the model has', model({ maxContext: 40960 }), []],
  [
    'a kind that the checkpoint is not',
    model({ quantization: 'awq' }),
    [
      'models[0].quantization: Qwen/Qwen3-8B is bf16, not `awq`: write as `source` a checkpoint of that kind, usually named like Qwen/Qwen3-8B-AWQ, or leave `quantization` out [quantization-kind]',
    ],
  ],
  [
    'the other kind',
    model({ source: 'Qwen/Qwen3-8B-AWQ', quantization: 'gptq' }),
    [
      'models[0].quantization: Qwen/Qwen3-8B-AWQ is `awq`, not `gptq`: write as `source` a checkpoint of that kind, usually named like Qwen/Qwen3-8B-GPTQ, or leave `quantization` out [quantization-kind]',
    ],
  ],
  [
    'conversion of a quantized checkpoint',
    model({ source: 'Qwen/Qwen3-8B-AWQ', quantization: 'fp8' }),
    [
      'models[0].quantization: Qwen/Qwen3-8B-AWQ is quantized already (awq) and cannot be converted to `fp8`: leave `quantization` out [quantization-kind]',
    ],
  ],
  ['the kind that the checkpoint is', model({ source: 'Qwen/Qwen3-8B-AWQ', quantization: 'awq' }), []],
  [
    'hub fields for a bucket',
    {
      ...model({ source: 's3://my-bucket/weights', baseModel: 'Qwen/Qwen3-8B', revision: 'main' }),
      modelStore: { hubTokenSecret: 'hub' },
    },
    [
      'models[0].revision: has no meaning with `source: s3://my-bucket/weights`: a bucket has no revisions, name the folder of the one you want [unused-field]',
      'modelStore.hubTokenSecret: has no meaning: no model comes from the hub, so no token is used; remove it [unused-field]',
    ],
  ],
  [
    'an alias of no model, and one that hides a model',
    { gateway: { aliases: { 'gpt-4o': 'qwen', 'qwen3-8b': 'qwen3-8b' } } },
    [
      'gateway.aliases.gpt-4o: names the model "qwen"; the models are `qwen3-8b`: write one of them [known-model-name]',
      'gateway.aliases.qwen3-8b: "qwen3-8b" is the name of a model already: choose another alias [known-model-name]',
    ],
  ],
  ['an alias of a model', { gateway: { aliases: { 'gpt-4.1': 'qwen3-8b' } } }, []],
];

describe('rules about models', () => {
  it.each(cases)('%s', (_, changes, expected) => {
    expect(problems(changes)).toEqual(expected);
  });
});
