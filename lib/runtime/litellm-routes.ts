import type { Fallback, Plan } from '../plan/plan';
import type { Deployment } from './litellm-deployments';
import { servedNames } from './served-names';
import { upstreams } from './upstreams';

/** Name of the last resort in LiteLLM's list, in answers that come from it, and in its metrics. */
export const degradedName = 'degraded-answer';

/**
 * LiteLLM's complexity router: it scores words and length of the last message inside the gateway and asks
 * nobody (1.106.2, `classifier_type: heuristic`). Its word lists are English.
 */
export function autoRouterDeployments(plan: Plan): Deployment[] {
  const { autoRouter } = plan.decisions.gateway;
  if (autoRouter === undefined) return [];
  const { name, simple, complex } = autoRouter;
  return [
    {
      model_name: name,
      litellm_params: {
        model: 'auto_router/complexity_router',
        complexity_router_default_model: complex,
        complexity_router_config: {
          classifier_type: 'heuristic',
          // in doubt the better model
          tiers: { SIMPLE: simple, MEDIUM: complex, COMPLEX: complex, REASONING: complex },
          default_model: complex,
        },
      },
      model_info: { id: 'auto-router', mode: 'chat' },
    },
  ];
}

/** The answer that no model writes, free of charge. */
export function degradedDeployments(plan: Plan): Deployment[] {
  const { degradedAnswer } = plan.decisions.gateway;
  if (degradedAnswer === undefined) return [];
  return [
    {
      model_name: degradedName,
      litellm_params: {
        model: `openai/${degradedName}`,
        api_key: 'none',
        mock_response: degradedAnswer,
        input_cost_per_token: 0,
        output_cost_per_token: 0,
      },
      model_info: { id: degradedName, mode: 'chat' },
    },
  ];
}

/** LiteLLM's form of a route: a map with one key. */
type Route = Record<string, string[]>;

/**
 * What the router is told about who answers instead of whom. Names that clients use for a model count as it.
 * Adapters do not: another model would answer without what they were trained for.
 */
export function fallbackSettings(plan: Plan) {
  const { fallbacks, contextWindowFallbacks } = plan.decisions.gateway;
  const all = withLastResort(plan, fallbacks);
  if (all.length === 0) return {};
  const longer = new Map(contextWindowFallbacks.map(({ model, to }) => [model, to]));
  // without a route of its own a prompt that is too long would take those for outages
  const forLong = all.map(({ model }) => ({ model, to: longer.get(model) ?? [] }));
  return {
    fallbacks: routes(plan, all),
    context_window_fallbacks: routes(plan, forLong),
    // hops of one request, from copy to copy too; LiteLLM's own 5 could end before the last resort
    max_fallbacks: servedNames(plan).length + upstreams(plan).length,
  };
}

function withLastResort(plan: Plan, fallbacks: readonly Fallback[]): Fallback[] {
  if (plan.decisions.gateway.degradedAnswer === undefined) return [...fallbacks];
  const planned = new Map(fallbacks.map(({ model, to }) => [model, to]));
  return servedNames(plan).flatMap(({ name, task }) => {
    const to = planned.get(name) ?? [];
    // words are no embedding
    const last = task === 'embedding' ? [] : [degradedName];
    return to.length + last.length === 0 ? [] : [{ model: name, to: [...to, ...last] }];
  });
}

function routes(plan: Plan, fallbacks: readonly Fallback[]): Route[] {
  const aliases = Object.entries(plan.decisions.gateway.aliases);
  return fallbacks.flatMap(({ model, to }) => {
    const names = aliases.filter(([, target]) => target === model).map(([alias]) => alias);
    return [model, ...names].map((name) => ({ [name]: to }));
  });
}
