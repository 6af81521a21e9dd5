import type { Geometry } from '../catalog/models';
import { findModel, nearestModels } from '../catalog/models';
import { type Found, fromFacts, type ModelFacts, readFacts } from './model-facts';

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
