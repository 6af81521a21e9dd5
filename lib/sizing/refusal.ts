import type { FitCase } from './fit-case';
import { weightFormatOf } from './geometry';
import type { MemoryInput } from './memory';
import { unsplittable, unsupportedPrecision } from './shapes';

/** Engines whose speed is known or near to that of one that is. */
const engines = /^(vllm|sglang|tgi|text-generation-inference|tensorrt-llm|trt-?llm)/i;
const cacheDtypes = /^(auto|bf16|bfloat16|fp16|float16|half|fp8)/i;

/** What a question states and no formula covers; a sentence for the user. */
export function unmodelled({ weightsDtype, kvCacheDtype, engine, arrival }: FitCase): string | undefined {
  if (weightsDtype && !weightFormatOf(weightsDtype)) {
    return `weights of kind ${weightsDtype} are not modelled: 16 bit, fp8 and 4 bit are`;
  }
  if (kvCacheDtype && !cacheDtypes.test(kvCacheDtype)) {
    return `a KV cache of kind ${kvCacheDtype} is not modelled: auto, 16 bit and fp8 are`;
  }
  if (engine && !engines.test(engine)) {
    return `the engine ${engine} is not modelled: vllm is, and speeds of sglang, tgi and tensorrt-llm roughly`;
  }
  if (arrival && arrival !== 'closed' && arrival !== 'burst') {
    return `arrival ${arrival} is not modelled: closed (concurrency in flight) and burst (requests at once) are`;
  }
  return undefined;
}

/** Why the engine refuses to start with these flags, whatever the memory; undefined where it does not. */
export function refusal(question: FitCase, input: MemoryInput): string | undefined {
  const { model, gpu, tensorParallel, gpuMemoryUtilization, maxContext, weightFormat } = input;
  const pipelineParallel = input.pipelineParallel ?? 1;
  const precision = unsupportedPrecision(weightFormat, input.kvCacheDtype, gpu);
  if (precision) return precision;
  const split = unsplittable(model, tensorParallel, weightFormat);
  if (split) return split;
  if (pipelineParallel > model.layers) {
    return `pipelineParallel ${pipelineParallel} is more than its ${model.layers} layers`;
  }
  const needed = tensorParallel * pipelineParallel;
  if (question.gpuCount && needed > question.gpuCount) {
    return `tensorParallel ${tensorParallel} x pipelineParallel ${pipelineParallel} needs ${needed} GPUs; gpuCount is ${question.gpuCount}`;
  }
  if (gpuMemoryUtilization > 1) {
    return `gpuMemoryUtilization ${gpuMemoryUtilization} is no share of the memory, such as 0.92`;
  }
  if (maxContext > model.maxContext) {
    return `maxModelLen ${maxContext} is above the model's own limit of ${model.maxContext}`;
  }
  return undefined;
}
