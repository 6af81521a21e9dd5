import * as z from 'zod/mini';
import { number, optional, section, whole } from './fields';

const positive = () => number(0.000001, 100000);
const count = (most: number) => whole(1, most);

const ofBaseModel = 'that of `baseModel`';
const ofBaseModelOrRequired = 'that of `baseModel`, required without one';

/** Shape of a whole model; every value may be left out when `baseModel` gives it. */
export const geometry = section('Geometry', 'Shape of the whole model, as in its config.json.', {
  parametersBillion: optional(positive(), {
    description: 'Parameters.',
    unit: 'billion',
    computedDefault: ofBaseModelOrRequired,
  }),
  activeParametersBillion: optional(positive(), {
    description: 'Parameters that one token passes through (mixture of experts).',
    unit: 'billion',
    computedDefault: '`parametersBillion`',
  }),
  layers: optional(count(1000), {
    description: 'Transformer layers.',
    computedDefault: ofBaseModelOrRequired,
  }),
  hiddenSize: optional(count(1000000), {
    description: 'Width of the hidden state.',
    computedDefault: ofBaseModelOrRequired,
  }),
  attentionHeads: optional(count(10000), {
    description: 'Query heads of a layer.',
    computedDefault: ofBaseModelOrRequired,
  }),
  kvHeads: optional(count(10000), {
    description: 'Key and value heads of a layer.',
    computedDefault: ofBaseModelOrRequired,
  }),
  headDim: optional(count(10000), {
    description: 'Width of a head.',
    computedDefault: '`hiddenSize` / `attentionHeads`',
  }),
  maxContext: optional(count(100000000), {
    description: 'Longest prompt plus answer that the model was trained for.',
    unit: 'tokens',
    computedDefault: ofBaseModelOrRequired,
  }),
  attention: optional(z.enum(['mha', 'gqa', 'mqa', 'mla', 'hybrid']), {
    description: 'Kind of attention, which decides the size of the KV cache.',
    computedDefault: 'from the heads: `mha`, `gqa` or `mqa`',
  }),
  fullAttentionLayers: optional(whole(0, 1000), {
    description: 'Layers that look at the whole context.',
    computedDefault: '`layers`',
  }),
  slidingWindow: optional(count(100000000), {
    description: 'Tokens that the other layers look back.',
    unit: 'tokens',
    computedDefault: ofBaseModel,
  }),
  dtype: optional(z.enum(['bf16', 'fp16', 'fp8', 'int4']), {
    description: 'Precision of the weights as stored.',
    computedDefault: '`bf16`',
  }),
  weightsGib: optional(positive(), {
    description: 'Size of the weight files.',
    unit: 'GiB',
    computedDefault: '`parametersBillion` x `dtype`',
  }),
  vocabSize: optional(count(100000000), {
    description: 'Entries of the vocabulary.',
    computedDefault: ofBaseModel,
  }),
  mlpWidth: optional(count(10000000), {
    description: 'Width of the feed-forward layer.',
    computedDefault: ofBaseModel,
  }),
  experts: optional(count(100000), { description: 'Experts of a layer.', computedDefault: ofBaseModel }),
  expertsPerToken: optional(count(10000), {
    description: 'Experts that one token passes through.',
    computedDefault: ofBaseModel,
  }),
  expertWidth: optional(count(10000000), {
    description: 'Feed-forward width of one expert.',
    computedDefault: ofBaseModel,
  }),
  gated: optional(z.boolean(), {
    description: 'The hub gives the weights only to those who accepted its terms.',
    computedDefault: '`false`',
  }),
});
