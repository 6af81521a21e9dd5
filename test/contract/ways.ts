import { isSingleServer } from '../../lib/plan/forms';
import type { ApplicationDecision } from '../../lib/plan/plan';
import { gatewayHealthPath, ports } from '../../lib/runtime/layout';
import { type Check, differ, first } from './check';
import { contentOf } from './containers';
import type { Balancer, Facts, Group, Targets } from './facts';

const listeners = ({ balancers }: Pick<Facts, 'balancers'>) =>
  balancers.flatMap((balancer) => balancer.listeners);

/** Everything that a balancer sends to machines. */
export function targetsOf({ listeners: list }: Balancer): Targets[] {
  return list.flatMap(({ otherwise, rules }) => [
    ...rules.map(({ to }) => to),
    ...(typeof otherwise === 'object' ? [otherwise] : []),
  ]);
}

/** Whose machines answer people: the gateways, or the one machine. */
const front = ({ groups }: Facts) => groups.find(({ role }) => role !== 'fleet') as Group;

/** The balancers that people reach, and those between gateways and engines. */
export const outer = (facts: Facts) =>
  facts.balancers.filter((balancer) => targetsOf(balancer).some(({ group }) => group === front(facts).name));
export const inner = (facts: Facts) => facts.balancers.filter((balancer) => !outer(facts).includes(balancer));

/** Who reaches what. */
export const wayChecks: Check[] = [
  {
    promises: 'opens the port of the API to those whom the plan names, and nothing else to anybody',
    problems: ({ plan, facts }) => {
      const { entry } = plan.decisions;
      const expected = entry.ingress === 'tunnel' ? [] : entry.tls === 'required' ? [80, 443] : [80];
      return [
        ...differ(
          'open ports',
          facts.openPorts.map(({ port }) => port).sort((a, b) => a - b),
          expected,
        ),
        ...facts.openPorts.flatMap(({ port, cidrs }) => differ(`port ${port}`, cidrs, entry.allowedCidrs)),
      ];
    },
    violations: {
      'an open port': ({ openPorts }) => openPorts.push({ port: 22, cidrs: ['10.0.0.0/8'] }) > 0,
      'the API open to more': ({ openPorts }) => first(openPorts, ({ cidrs }) => cidrs.push('1.2.3.0/24')),
    },
  },
  {
    promises: 'faces the internet only where the plan says public, behind a firewall where it says so',
    problems: ({ plan, facts }) => {
      const { ingress, waf } = plan.decisions.entry;
      return [
        ...differ('ways in', outer(facts).length, ingress === 'tunnel' ? 0 : 1),
        ...facts.balancers.flatMap((balancer) => {
          const people = ingress === 'public' && outer(facts).includes(balancer);
          return [
            ...differ(`${balancer.id} faces`, balancer.facing, people ? 'internet' : 'inside'),
            ...differ(`web firewall of ${balancer.id}`, balancer.webFirewall, people && waf),
          ];
        }),
      ];
    },
    violations: {
      'a balancer that faces the other way': ({ balancers }) =>
        first(
          balancers,
          (balancer) => (balancer.facing = balancer.facing === 'inside' ? 'internet' : 'inside'),
        ),
      'a firewall taken away': ({ balancers }) =>
        first(
          balancers.filter(({ webFirewall }) => webFirewall),
          (balancer) => (balancer.webFirewall = false),
        ),
      'a second way in': (facts) =>
        first(outer(facts), (balancer) => facts.balancers.push(structuredClone(balancer))),
    },
  },
  {
    promises: 'lets nothing but the API of its host through, over TLS unless the plan says none',
    problems: ({ plan, facts }) => {
      const { entry, application } = plan.decisions;
      const hosts = entry.domain === undefined ? [] : [entry.domain];
      const served = outer(facts).flatMap(({ listeners: list }) => list);
      return [
        ...served.flatMap((listener) => {
          const { port, tls, otherwise, rules } = listener;
          const secure = entry.tls === 'required' && port === 443;
          if (entry.tls === 'required' && port === 80) {
            return [...differ('port 80', otherwise, 'redirect'), ...differ('rules of port 80', rules, [])];
          }
          return [
            ...differ(`TLS on port ${port}`, tls, secure),
            ...differ(`others on port ${port}`, otherwise, 404),
            ...differ(
              `rules on port ${port}`,
              rules
                .flatMap(({ hosts: asked, paths, token }) => paths.map((path) => ({ path, asked, token })))
                .sort((one, other) => (one.path < other.path ? -1 : 1)),
              [
                ...pathsOf(application).map((path) => ({ path, asked: hosts, token: false })),
                { path: gatewayHealthPath, asked: hosts, token: false },
                { path: '/v1/*', asked: hosts, token: entry.jwt !== undefined },
              ].sort((one, other) => (one.path < other.path ? -1 : 1)),
            ),
            ...rules.flatMap(({ to, paths }) =>
              differ(
                `machines behind ${paths.join(' and ')}`,
                [to.group, to.port],
                [
                  front(facts).name,
                  paths.some((path) => pathsOf(application).includes(path))
                    ? ports.application
                    : ports.gateway,
                ],
              ),
            ),
          ];
        }),
      ];
    },
    violations: {
      'a path of the operator': (facts) =>
        first(
          listeners(facts).flatMap(({ rules }) => rules),
          ({ paths }) => paths.push('/key/*'),
        ),
      'any host': (facts) =>
        first(
          listeners(facts)
            .flatMap(({ rules }) => rules)
            .filter(({ hosts }) => hosts.length > 0),
          (rule) => (rule.hosts = []),
        ),
      'a token for nobody, or for those who watch': (facts) =>
        first(
          listeners(facts).flatMap(({ rules }) => rules),
          (rule) => {
            rule.token = !rule.token;
          },
        ),
      'everything by default': (facts) =>
        first(
          listeners(facts).filter(({ rules }) => rules.length > 0),
          (listener) => (listener.otherwise = 200),
        ),
      'no TLS': (facts) =>
        first(
          listeners(facts).filter(({ tls }) => tls),
          (listener) => (listener.tls = false),
        ),
      'plain HTTP beside TLS': (facts) =>
        first(
          listeners(facts).filter(({ otherwise }) => otherwise === 'redirect'),
          (listener) => (listener.otherwise = 404),
        ),
    },
  },
  {
    promises: 'lets machines be reached on the ports of their balancers alone, from inside',
    problems: ({ facts }) =>
      facts.groups.flatMap(({ name, ports: open }) => {
        const wanted = facts.balancers
          .flatMap(targetsOf)
          .filter(({ group }) => group === name)
          .flatMap(({ port, health }) => [port, health.port]);
        return differ(
          `ports of ${name}`,
          [...new Set(open)].sort((a, b) => a - b),
          [...new Set(wanted)].sort((a, b) => a - b),
        );
      }),
    violations: {
      'a remote shell': ({ groups }) => first(groups, (group) => group.ports.push(22)),
    },
  },
  {
    promises:
      'asks each machine whether it is well where it answers for all that runs on it, and gives the next request to the least busy',
    problems: ({ plan, facts }) => [
      ...facts.groups.flatMap(({ name, scaling }) => {
        const found = facts.balancers.flatMap(targetsOf).filter(({ group }) => group === name);
        const asked = !scaling.some(({ metric }) => metric === 'jobs');
        const needed = asked && (!isSingleServer(plan) || plan.decisions.entry.ingress !== 'tunnel');
        return [
          ...(needed === found.length > 0 ? [] : [`${name} is behind ${found.length} balancers`]),
          ...found.flatMap(({ health, leastOutstanding }) => [
            ...differ(`health of ${name}`, health, { port: ports.health, path: '/health' }),
            ...(leastOutstanding ? [] : [`${name}: requests go round, however long they last`]),
          ]),
        ];
      }),
      ...facts.groups.flatMap(({ name, bundle }) =>
        contentOf(bundle, 'health.py').includes("'/health'") ? [] : [`${name}: nobody answers on /health`],
      ),
    ],
    violations: {
      'the health of the gateway alone': ({ balancers }) =>
        first(
          balancers.flatMap(targetsOf),
          (targets) => (targets.health = { port: ports.gateway, path: gatewayHealthPath }),
        ),
      'round robin': ({ balancers }) =>
        first(balancers.flatMap(targetsOf), (targets) => (targets.leastOutstanding = false)),
      'machines that no balancer knows': ({ balancers }) => balancers.pop() !== undefined,
    },
  },
];

/** What of the host goes to the user's own container. */
function pathsOf(application: ApplicationDecision | undefined): string[] {
  if (application === undefined) return [];
  return application.path === '/' ? ['/*'] : [application.path, `${application.path}/*`];
}
