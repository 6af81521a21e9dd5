import { parse } from 'yaml';
import { isSingleServer } from '../../lib/plan/forms';
import type { Plan, ScaledPlan } from '../../lib/plan/plan';
import type { Bundle } from '../../lib/runtime/bundle';
import { type Check, differ, first } from './check';
import { containers, contentOf, edit, gateways } from './containers';
import type { Facts } from './facts';
import { inner, targetsOf } from './ways';

/** Where the gateway sends the requests for a name. */
interface Route {
  name: string;
  weight?: number;
  /** `host:port`, after the container's own variables. */
  to: string;
}

interface Listed {
  model_name: string;
  litellm_params: { api_base?: string; weight?: number };
}

function routes(bundle: Bundle): Route[] {
  const [gateway] = gateways(bundle);
  const { model_list: listed } = parse(contentOf(bundle, 'litellm.yaml')) as { model_list: Listed[] };
  return listed.flatMap(({ model_name: name, litellm_params: { api_base: base, weight } }) => {
    if (base === undefined) return [];
    const url = base.replace(/^os\.environ\/(.*)$/, (_, variable) => gateway?.environment[variable] ?? base);
    const to = /^http:\/\/(.*)\/v1$/.exec(url)?.[1] ?? url;
    return [{ name, ...(weight !== undefined && { weight }), to }];
  });
}

/** Names of a model and of its adapters, which have no weight. */
const names = ({ decisions }: Plan) =>
  decisions.models.flatMap(({ name, weightPercent, adapters }, index) => [
    { index, name, ...(weightPercent !== undefined && { weight: weightPercent }) },
    ...adapters.map((adapter) => ({ index, name: adapter.name })),
  ]);

/** Each name at the listener of its own fleet. */
function fleetProblems(plan: ScaledPlan, facts: Facts): string[] {
  const found = facts.groups.filter(({ role }) => role === 'gateway').flatMap(({ bundle }) => routes(bundle));
  const listeners = inner(facts).flatMap(({ listeners: list }) => list);
  const behind = ({ to }: Route) => {
    const listener = listeners.find(({ port }) => to.endsWith(`:${port}`));
    return typeof listener?.otherwise === 'object' ? listener.otherwise.group : `nobody at ${to}`;
  };
  return [
    ...differ(
      'routes of the gateway',
      found.map((route) => [route.name, route.weight, behind(route)]),
      names(plan).map(({ name, index, ...rest }) => [
        name,
        'weight' in rest ? rest.weight : undefined,
        plan.decisions.fleets[index]?.name,
      ]),
    ),
    ...inner(facts).flatMap((balancer) =>
      facts.groups
        .filter(
          ({ role, start }) => role === 'gateway' && !start.includes(`LLM_ENGINES_HOST='<${balancer.id}`),
        )
        .map(({ name }) => `${name} is not told of ${balancer.id}`),
    ),
    ...inner(facts).flatMap((balancer) =>
      targetsOf(balancer).length > 0 ? [] : [`nobody behind ${balancer.id}`],
    ),
  ];
}

/** Each name at engines beside the gateway. */
function serverProblems(plan: Plan, facts: Facts): string[] {
  return facts.groups.flatMap(({ bundle }) => {
    const services = containers(bundle).map(({ name }) => name);
    const found = routes(bundle);
    return [
      ...differ(
        'names',
        [...new Set(found.map(({ name }) => name))],
        [...new Set(names(plan).map(({ name }) => name))],
      ),
      ...found.flatMap(({ to }) =>
        services.includes(to.split(':')[0] as string) ? [] : [`nobody is at ${to}`],
      ),
    ];
  });
}

export const routeChecks: Check[] = [
  {
    promises: 'sends the requests for each name to the engines of its model, versions by their weights',
    problems: ({ plan, facts }) =>
      isSingleServer(plan) ? serverProblems(plan, facts) : fleetProblems(plan as ScaledPlan, facts),
    violations: {
      'an engine that is not there': ({ groups }) =>
        groups.some(({ bundle }) => edit(bundle, /api_base: \S+/, 'api_base: http://elsewhere:8000/v1')),
    },
    fleetViolations: {
      'listeners that lead nowhere': (facts) =>
        first(inner(facts), ({ listeners }) => first(listeners, (listener) => (listener.port = 9999))),
      'another weight': ({ groups }) => groups.some(({ bundle }) => edit(bundle, /weight: \d+/, 'weight: 7')),
      'a gateway that calls another host': ({ groups }) =>
        first(
          groups.filter(({ start }) => start.includes('LLM_ENGINES_HOST')),
          (group) => {
            group.start = group.start.replace(/LLM_ENGINES_HOST='[^']*'/, "LLM_ENGINES_HOST='elsewhere'");
          },
        ),
    },
  },
];
