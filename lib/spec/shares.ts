import { taskOf } from './task';
import type { Spec } from './types';

type Models = Spec['models'];
type ModelSpec = Models[number];

export const loadFields = ['users', 'concurrentUsers', 'requestsPerSecond', 'requestsPerMonth'] as const;

export function hasOwnLoad({ traffic }: ModelSpec): boolean {
  return loadFields.some((field) => traffic?.[field] !== undefined);
}

/** Names that another model falls back to. */
export function fallbackNames(models: Models): ReadonlySet<string> {
  return new Set(
    models.flatMap(({ name, fallbacks }) => (fallbacks ?? []).filter((other) => other !== name)),
  );
}

/** Percent of the top-level load of each model: as written, or an equal part of what the others leave. */
export function loadShares(models: Models): number[] {
  const [only] = models;
  if (models.length === 1) return [hasOwnLoad(only) ? 0 : (only.traffic?.sharePercent ?? 100)];
  const left = Math.max(0, 100 - models.reduce((sum, { traffic }) => sum + (traffic?.sharePercent ?? 0), 0));
  const spare = fallbackNames(models);
  const takes = (model: ModelSpec) =>
    !hasOwnLoad(model) &&
    model.traffic?.sharePercent === undefined &&
    !spare.has(model.name) &&
    taskOf(model) !== 'embedding';
  const takers = models.filter(takes).length;
  return models.map((model) => model.traffic?.sharePercent ?? (takes(model) ? left / takers : 0));
}
