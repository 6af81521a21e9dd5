import * as z from 'zod/mini';
import { list, matching, optional, required, section, text, whole, withDefault } from './fields';
import { geometry } from './geometry';

export const hubId = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;
const bucketUri = /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[\w.!*'()-]+)+\/?$/;
export const modelSource = new RegExp(`${hubId.source}|${bucketUri.source}`);
const modelName = /^[a-z0-9._-]{1,63}$/;

const engineArgument = () => z.union([z.string().check(z.maxLength(4096)), z.number(), z.boolean()]);

const rateLimit = section('RateLimit', 'Limit over all keys.', {
  requestsPerMinute: optional(whole(1, 10000000), { description: 'Requests a minute.' }),
  tokensPerMinute: optional(whole(1, 10000000000), { description: 'Tokens a minute.' }),
});

export const model = section('Model', 'A model and how it is served.', {
  name: required(matching(modelName, 'a name of 1 to 63 characters `a-z 0-9 . _ -`'), {
    description: 'What clients send as `model`: 1 to 63 of `a-z 0-9 . _ -`.',
  }),
  source: required(matching(modelSource, 'a hub id such as `Qwen/Qwen3-8B`, or `s3://bucket/path`'), {
    description: 'Weights to run: a hub id `org/name`, or `s3://bucket/path` of a folder with them.',
  }),
  revision: optional(matching(/^[\w.][\w./-]{0,127}$/, 'a commit or tag of the hub'), {
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
  quantization: withDefault(z.enum(['none', 'auto', 'fp8', 'awq', 'gptq']), 'none', {
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
  prefixCaching: withDefault(z.boolean(), true, {
    description: 'Reuse the KV cache of equal prompt beginnings.',
  }),
  rateLimit: optional(rateLimit, { description: 'Limit on this model over all keys.' }),
  engineArgs: withDefault(
    z.record(text(64), engineArgument()),
    {},
    {
      description:
        'Escape hatch: engine flags without dashes, passed as written. A flag that the plan derives is an error.',
    },
  ),
});
