import type { Geometry } from '../catalog/models';
import { findModel, nearestModels } from '../catalog/models';
import type { WeightFormat } from './geometry';
import { fromFacts, type ModelFacts, readFacts } from './model-facts';

export type { ModelFacts } from './model-facts';

/** One question to `fit`. Only `id`, `model` and `gpu` are required; null or absent: not stated. */
export interface FitCase {
  id: string | number;
  /** Hub id. */
  model: string;
  /** Name in the GPU table. */
  gpu: string;
  weightsDtype?: string | null;
  kvCacheDtype?: string | null;
  gpuCount?: number | null;
  tensorParallel?: number | null;
  pipelineParallel?: number | null;
  engine?: string | null;
  engineVersion?: string | number | null;
  gpuMemoryUtilization?: number | null;
  maxModelLen?: number | null;
  concurrency?: number | null;
  inputTokens?: number | null;
  outputTokens?: number | null;
  /** `closed`: a client keeps `concurrency` in flight; `burst`: all `requests` at once. */
  arrival?: 'closed' | 'burst' | null;
  requests?: number | null;
  maxNumBatchedTokens?: number | null;
  maxNumSeqs?: number | null;
  modelFacts?: ModelFacts | null;
}

/** A problem is a sentence for the user. */
export type Found<Type> = { found: Type } | { problem: string };

/** The model's shape: the user's facts over what the catalogue has. */
export function caseGeometry(question: FitCase): Found<Geometry> {
  const model = findModel(question.model);
  const facts = question.modelFacts ? readFacts(question.modelFacts) : { found: {} };
  if ('problem' in facts) return facts;
  if (Object.keys(facts.found).length > 0) return fromFacts(facts.found, model);
  if (model) return { found: model };
  const near = nearestModels(question.model);
  return {
    problem: `${question.model} is not in the catalogue: ${near.length ? `did you mean ${near.join(', ')}? Else ` : ''}give its geometry as modelFacts`,
  };
}

/**
 * Reads "awq int4", "fp8 (online)", "bfloat16"...; 8-bit integers count as fp8. Undefined where nothing is
 * stated or the kind is not modelled.
 */
export function weightFormatOf(text: string | null | undefined): WeightFormat | undefined {
  const kind = (text ?? '').toLowerCase();
  if (/int8|w8a|8bit|8-bit|mxfp8/.test(kind)) return 'fp8';
  if (/int4|awq|gptq|w4a|fp4|4bit|4-bit/.test(kind)) return 'int4';
  if (/fp8|float8/.test(kind)) return 'fp8';
  if (/bf16|bfloat16/.test(kind)) return 'bf16';
  return /fp16|float16|half/.test(kind) ? 'fp16' : undefined;
}
