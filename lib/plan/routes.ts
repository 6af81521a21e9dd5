import type { Spec } from '../spec/types';
import type { Fallback, ManagedModelDecision, ModelDecision } from './plan';

type Context = Pick<ModelDecision | ManagedModelDecision, 'name' | 'maxContext'>;

/** Who answers when a model cannot, and when a prompt is too long for it. */
export function fallbackRoutes(
  spec: Spec,
  served: readonly Context[],
): { fallbacks: Fallback[]; contextWindowFallbacks: Fallback[] } {
  const fallbacks = spec.models.flatMap(({ name, fallbacks: to }) => (to ? [{ model: name, to }] : []));
  const contextWindowFallbacks = fallbacks.flatMap(({ model, to }) => {
    const own = contextOf(served, model);
    const longer = to.filter((name) => {
      const other = contextOf(served, name);
      return own !== undefined && other !== undefined && other > own;
    });
    return longer.length === 0 ? [] : [{ model, to: longer }];
  });
  return { fallbacks, contextWindowFallbacks };
}

/** Of versions the shortest, since any of them may get the prompt; undefined where it is not known. */
function contextOf(served: readonly Context[], name: string): number | undefined {
  const known = served.filter((model) => model.name === name).map(({ maxContext }) => maxContext);
  return known.length === 0 || known.includes(null) ? undefined : Math.min(...(known as number[]));
}
