import { parse } from 'yaml';
import type { Bundle } from '../../lib/runtime/bundle';
import { type Check, first } from './check';
import { contentOf, edit, engines, flag, gateways } from './containers';
import type { Facts, Group } from './facts';
import { fronts } from './fronts';
import { inner, outer, targetsOf } from './ways';

/** A row of numbers that must grow, each with its name. */
type Order = [string, number][];

/** Each must be above the one before; a number that nobody wrote is NaN, and above nothing. */
function notGrowing(order: Order): string[] {
  return order.slice(1).flatMap(([name, seconds], index) => {
    const [before, least] = order[index] as Order[number];
    return seconds > least ? [] : [`${name} (${seconds} s) is not above ${before} (${least} s)`];
  });
}

const withRole = ({ groups }: Facts, ...roles: Group['role'][]) =>
  groups.filter(({ role }) => roles.includes(role));
const withGateway = (facts: Facts) => withRole(facts, 'server', 'gateway');

/** LiteLLM gives up an answer after it: the largest of what is written for the router and each model. */
function answerSeconds(bundle: Bundle): number {
  const { router_settings: router, model_list: models } = parse(contentOf(bundle, 'litellm.yaml'));
  const each = models.map(
    ({ litellm_params }: { litellm_params: { timeout?: number } }) => litellm_params.timeout,
  );
  return Math.max(router.timeout, ...each);
}

const pingSeconds = (bundle: Bundle): number =>
  parse(contentOf(bundle, 'litellm.yaml')).litellm_settings.sse_keepalive_ping_interval_seconds;

const keepAlive = {
  gateway: (bundle: Bundle): Order =>
    gateways(bundle).map(({ name, command }) => [
      `idle time of ${name}`,
      flag(command, '--keepalive_timeout'),
    ]),
  engine: (bundle: Bundle): Order =>
    engines(bundle).map(({ name, environment }) => [
      `idle time of ${name}`,
      Number(environment.VLLM_HTTP_TIMEOUT_KEEP_ALIVE),
    ]),
};

/** Proxies of people close what is silent for a minute, or half of one. */
const longestPingSeconds = 20;

/** Times along the path: balancer, gateway, balancer of the engines, engine. */
export const timeoutChecks: Check[] = [
  {
    promises: 'waits at every hop longer than the longest answer, and pings a silent stream more often',
    problems: ({ plan, facts }) => {
      const { timeouts } = plan.decisions;
      return withGateway(facts).flatMap(({ name, bundle }) => {
        const answer: Order[number] = ['the longest answer', answerSeconds(bundle)];
        return [
          ...(answer[1] >= timeouts.answerSeconds ? [] : [`${name} gives up an answer after ${answer[1]} s`]),
          ...facts.balancers.flatMap(({ id, idleSeconds }) =>
            notGrowing([answer, [`silence at ${id}`, idleSeconds]]),
          ),
          ...withRole(facts, 'fleet').flatMap(({ bundle: own }) =>
            fronts(own).flatMap((front) =>
              notGrowing([answer, [`silence at ${front.name}`, front.readSeconds]]),
            ),
          ),
          ...(pingSeconds(bundle) <= longestPingSeconds
            ? []
            : [`${name} pings every ${pingSeconds(bundle)} s`]),
        ];
      });
    },
    violations: {
      'a balancer that cuts long answers': ({ balancers }) =>
        first(balancers, (balancer) => (balancer.idleSeconds = 60)),
      'a gateway that gives up early': (facts) =>
        first(withGateway(facts), ({ bundle }) => edit(bundle, /\btimeout: \d+/g, 'timeout: 30')),
      'no pings': (facts) =>
        first(withGateway(facts), ({ bundle }) =>
          edit(bundle, /sse_keepalive_ping_interval_seconds: \d+/, 'other: 1'),
        ),
    },
    fleetViolations: {
      'an nginx that cuts long answers': ({ groups }) =>
        groups.some(({ bundle }) => edit(bundle, /proxy_read_timeout \d+s/g, 'proxy_read_timeout 60s')),
    },
  },
  {
    promises: 'keeps connections open longer behind each hop than before it',
    problems: ({ facts }) => {
      const before: Order = outer(facts).map(({ id, idleSeconds }) => [`idle time of ${id}`, idleSeconds]);
      const behind: Order = inner(facts).map(({ id, idleSeconds }) => [`idle time of ${id}`, idleSeconds]);
      const gatewayTimes = withGateway(facts).flatMap(({ bundle }) => keepAlive.gateway(bundle));
      const engineTimes = withRole(facts, 'server', 'fleet').flatMap(({ bundle }) =>
        keepAlive.engine(bundle),
      );
      const orders = [
        ...gatewayTimes.flatMap((gateway) => before.map((balancer): Order => [balancer, gateway])),
        ...engineTimes.flatMap((engine) => behind.map((balancer): Order => [balancer, engine])),
      ];
      return [
        ...orders.flatMap(notGrowing),
        ...withRole(facts, 'fleet').flatMap(({ bundle }) =>
          fronts(bundle).flatMap(({ name, idleSeconds, upstreamIdleSeconds }) => [
            ...behind.flatMap((balancer) => notGrowing([balancer, [`idle time of ${name}`, idleSeconds]])),
            ...keepAlive
              .engine(bundle)
              .flatMap((engine) =>
                notGrowing([[`idle time of ${name} to engines`, upstreamIdleSeconds], engine]),
              ),
          ]),
        ),
        ...(gatewayTimes.length === withGateway(facts).length
          ? []
          : ['a machine of the gateway runs none, or two']),
        ...[...gatewayTimes, ...engineTimes]
          .filter(([, seconds]) => !(seconds > 0))
          .map(([name]) => `${name} is its program's own`),
      ];
    },
    violations: {
      'a gateway that hangs up first': (facts) =>
        first(withGateway(facts), ({ bundle }) =>
          edit(bundle, /--keepalive_timeout\s+- "\d+"/, '--keepalive_timeout\n      - "5"'),
        ) && outer(facts).length > 0,
      'a gateway with the keep-alive of its server': (facts) =>
        first(withGateway(facts), ({ bundle }) => edit(bundle, '--keepalive_timeout', '--other')),
      'an engine with the keep-alive of its server': (facts) =>
        first(withRole(facts, 'server', 'fleet'), ({ bundle }) =>
          edit(bundle, /VLLM_HTTP_TIMEOUT_KEEP_ALIVE/g, 'OTHER'),
        ),
    },
    fleetViolations: {
      'an nginx that hangs up first': ({ groups }) =>
        groups.some(({ bundle }) =>
          edit(bundle, /^ {4}keepalive_timeout \d+s;\n {4}keepalive_requests/gm, ''),
        ),
      'an nginx that keeps what engines close': ({ groups }) =>
        groups.some(({ bundle }) =>
          edit(
            bundle,
            /engine's own\n {4}keepalive_timeout \d+s/g,
            "engine's own\n    keepalive_timeout 4000s",
          ),
        ),
      'a balancer of engines that outlasts them': (facts) =>
        first(inner(facts), (balancer) => (balancer.idleSeconds = 4000)),
    },
  },
  {
    promises:
      'lets running answers end when a machine leaves: at the balancer, the hook, the gateway and the engine',
    problems: ({ plan, facts }) => {
      const answer: Order[number] = ['the longest answer', plan.decisions.timeouts.answerSeconds - 1];
      return facts.groups.flatMap(({ name, drainSeconds, bundle }) => {
        const targets = facts.balancers.flatMap(targetsOf).filter(({ group }) => group === name);
        const programs = [
          ...gateways(bundle).map(({ environment, ...rest }) => ({
            ...rest,
            ends: Number(environment.GRACEFUL_SHUTDOWN_TIMEOUT),
          })),
          ...engines(bundle).map((engine) => ({
            ...engine,
            ends: flag(engine.command, '--shutdown-timeout'),
          })),
        ];
        return [
          ...targets.flatMap((to) => notGrowing([answer, [`${name}: deregistration`, to.drainSeconds]])),
          ...notGrowing([answer, [`${name}: hook`, drainSeconds]]),
          ...programs.flatMap((program) =>
            notGrowing([
              answer,
              [`${name}: end of ${program.name}`, program.ends],
              [`${name}: docker's patience with ${program.name}`, program.stopSeconds],
            ]),
          ),
        ];
      });
    },
    violations: {
      'a deregistration of a web server': ({ balancers }) =>
        first(balancers.flatMap(targetsOf), (targets) => (targets.drainSeconds = 30)),
      'a hook that hurries': ({ groups }) => first(groups, (group) => (group.drainSeconds = 30)),
      'an engine that aborts': (facts) =>
        first(withRole(facts, 'server', 'fleet'), ({ bundle }) =>
          edit(bundle, /--shutdown-timeout\s+- "\d+"/g, '--shutdown-timeout\n      - "0"'),
        ),
      'a gateway that aborts': (facts) =>
        first(withGateway(facts), ({ bundle }) =>
          edit(bundle, /GRACEFUL_SHUTDOWN_TIMEOUT: "\d+"/, 'GRACEFUL_SHUTDOWN_TIMEOUT: "5"'),
        ),
      'a docker that kills': (facts) =>
        first(facts.groups, ({ bundle }) =>
          edit(bundle, /stop_grace_period: \d+s/g, 'stop_grace_period: 10s'),
        ),
    },
  },
];
