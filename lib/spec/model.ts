import * as z from 'zod/mini';
import { modelCapacity, replicas } from './capacity';
import { list, matching, number, optional, required, section, text, whole, withDefault } from './fields';
import { geometry } from './geometry';
import { modelTraffic } from './model-traffic';

export const hubId = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;
const bucketUri = /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[\w.!*'()-]+)+\/?$/;
const managed = /^bedrock:[a-z0-9][a-z0-9.:-]{2,127}$/;
const weights = new RegExp(`${hubId.source}|${bucketUri.source}`);
export const modelSource = new RegExp(`${weights.source}|${managed.source}`);
const modelName = /^[a-z0-9._-]{1,63}$/;
const aName = () => matching(modelName, 'a name of 1 to 63 characters `a-z 0-9 . _ -`');
const aRevision = () => matching(/^[\w.][\w./-]{0,127}$/, 'a commit or tag of the hub');
const ownWeights = () => matching(weights, 'a hub id such as `Qwen/Qwen3-8B`, or `s3://bucket/path`');
const aQuantization = () => z.enum(['none', 'auto', 'fp8', 'awq', 'gptq']);

const engineArgument = () => z.union([z.string().check(z.maxLength(4096)), z.number(), z.boolean()]);

const rateLimit = section('RateLimit', 'Limit over all keys.', {
  requestsPerMinute: optional(whole(1, 10000000), { description: 'Requests a minute.' }),
  tokensPerMinute: optional(whole(1, 10000000000), { description: 'Tokens a minute.' }),
});

const version = section('Version', 'One of several versions behind one name.', {
  name: required(matching(/^[a-z0-9._-]{1,32}$/, 'a name of 1 to 32 characters `a-z 0-9 . _ -`'), {
    description: 'Unique in the model: 1 to 32 of `a-z 0-9 . _ -`.',
  }),
  source: required(ownWeights(), { description: 'Weights of this version, as `models[].source`.' }),
  revision: optional(aRevision(), {
    description: 'Commit or tag of a hub source.',
    computedDefault: '`main` at the first import, recorded in the model store',
  }),
  quantization: optional(aQuantization(), {
    description: 'As `models[].quantization`.',
    computedDefault: "the model's",
  }),
  weightPercent: required(number(0.01, 100), {
    description: "Share of the model's requests; all versions together 100.",
    unit: 'percent',
  }),
});

const adapter = section('Adapter', 'A LoRA adapter, beside the model in the same engine.', {
  name: required(aName(), { description: 'What clients send as `model`.' }),
  source: required(ownWeights(), {
    description: 'Hub id, or `s3://bucket/path` of a folder with the adapter, of rank 64 or less.',
  }),
  revision: optional(aRevision(), {
    description: 'Commit or tag of a hub source.',
    computedDefault: '`main` at the first import, recorded in the model store',
  }),
});

export const model = section('Model', 'A model and how it is served.', {
  name: required(aName(), {
    description: 'What clients send as `model`: 1 to 63 of `a-z 0-9 . _ -`.',
  }),
  source: optional(matching(modelSource, 'a hub id such as `Qwen/Qwen3-8B`, or `s3://bucket/path`'), {
    description:
      'Weights to run: a hub id `org/name`, or `s3://bucket/path` of a folder with them. Or a managed model: `bedrock:` and its bare id.',
    computedDefault: 'required, unless there are `versions`',
  }),
  revision: optional(aRevision(), {
    description: 'Commit or tag of a hub source.',
    computedDefault: '`main` at the first import, recorded in the model store',
  }),
  baseModel: optional(matching(hubId, 'a hub id such as `Qwen/Qwen3-8B`'), {
    description: 'Hub id of a catalogued model of the same shape, for fine-tunes and unlisted variants.',
  }),
  geometry: optional(geometry, {
    description:
      "Shape of a model that the catalogue lacks: the path of the model's `config.json`, or the values. Single values override `baseModel`.",
    computedDefault: 'from the catalogue or `baseModel`',
  }),
  task: optional(z.enum(['chat', 'completion', 'embedding']), {
    description: 'API that is served, and how it is sized.',
    computedDefault: 'from the catalogue, else `chat`',
  }),
  engine: withDefault(z.enum(['vllm']), 'vllm', { description: 'Serving engine.' }),
  quantization: withDefault(aQuantization(), 'none', {
    description:
      '`none`: the checkpoint as it is (a quantized one stays so). `fp8`: converted at load. `awq`, `gptq`: asserts that the checkpoint is of this kind. `auto`: the plan may take `fp8` when cheaper.',
  }),
  kvCacheDtype: withDefault(z.enum(['auto', 'fp8']), 'auto', {
    description: 'Precision of the KV cache; `fp8` doubles the tokens that it holds.',
  }),
  maxContext: optional(whole(16, 100000000), {
    description: 'Longest prompt plus answer of one request.',
    unit: 'tokens',
    computedDefault:
      "the power of two of at least 4 x (inputTokens + outputTokens), at least 8192, at most the model's own",
  }),
  gpu: optional(list(text(64, 'a GPU such as `L40S`')), {
    description:
      'GPUs by catalogue name, in order: the first that fits and meets the service level is planned.',
    computedDefault: 'the cheapest that fits and meets the service level',
  }),
  instanceType: optional(
    list(matching(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, 'a machine type such as `g6e.2xlarge`')),
    {
      description: 'Exact machine types in order (such as those with quota), instead of `gpu`.',
      computedDefault: 'chosen',
    },
  ),
  tensorParallel: optional(z.literal([1, 2, 4, 8, 16]), {
    description: 'GPUs of one machine that share each layer.',
    computedDefault: 'the smallest that fits and meets the service level',
  }),
  replicas: optional(replicas, { description: 'Running copies of this model; whole machines start.' }),
  capacity: optional(modelCapacity, {
    description: 'How the machines of this model are bought and scaled, over the top-level `capacity`.',
  }),
  prefixCaching: withDefault(z.boolean(), true, {
    description: 'Reuse the KV cache of equal prompt beginnings; encoders have none.',
  }),
  adapters: optional(list(adapter), { description: 'LoRA adapters, each a model name for clients.' }),
  draftModel: optional(z.enum(['ngram']), {
    description: 'Speculative decoding: `ngram` guesses tokens from the prompt. Sized as if it gave nothing.',
  }),
  fallbacks: optional(list(text(63, 'the name of a model')), {
    description:
      'Models that answer instead, in order: on error, saturation, outage; for a prompt that is too long those with more context.',
  }),
  rateLimit: optional(rateLimit, {
    description:
      'Limit on this model over all keys, and on each of its adapters for itself. Over it clients get 429, not a fallback.',
  }),
  versions: optional(list(version), {
    description: 'Several versions behind one name at once, instead of `source` and `revision`.',
  }),
  traffic: optional(modelTraffic, {
    description: "This model's load: a share of the top-level `traffic`, or a load of its own.",
    computedDefault:
      "the whole top-level load; of several models an equal part of what is left, among chat and completion models that are nobody's fallback",
  }),
  engineArgs: withDefault(
    z.record(text(64), engineArgument()),
    {},
    {
      description:
        'Escape hatch: engine flags without dashes, passed as written. A flag that the plan derives is an error.',
    },
  ),
});
