import { unsupportedGpu } from '../../lib/catalog/support';
import type { Plain } from '../../lib/spec/plain';
import { supportIssues } from '../../lib/spec/support-issues';
import { type Check, differ, each, first } from './check';
import { containers, edit } from './containers';

/** `:1.2.3`, or the sum of its contents. */
const pinned = /:[^:/]*\d[^:/]*$|@sha256:[0-9a-f]{64}$/;

/** What runs is what the plan names, and what the catalogue allows. */
export const supportChecks: Check[] = [
  {
    promises: 'runs the images of the plan and no others, each in an exact version',
    problems: ({ plan, facts }) => {
      const { because: _, ...images } = plan.decisions.images;
      return [
        ...Object.entries(images).flatMap(([part, image]) =>
          pinned.test(image) ? [] : [`${part}: ${image} may change`],
        ),
        ...facts.groups.flatMap(({ name, bundle }) =>
          containers(bundle).flatMap(({ name: container, image }) => [
            ...(Object.values(images).includes(image)
              ? []
              : [`${container} of ${name} runs ${image}, which is not planned`]),
            ...(pinned.test(image) && !image.endsWith(':latest')
              ? []
              : [`${container} of ${name}: ${image} may change`]),
          ]),
        ),
      ];
    },
    violations: {
      'the newest image': ({ groups }) =>
        each(groups, ({ bundle }) => edit(bundle, /(image: \S+):[^:/\s]+/g, '$1:latest')),
    },
  },
  {
    promises: 'labels everything that costs money with the tags of the plan',
    problems: ({ plan, facts, deploymentTag }) => {
      const { tags, name } = plan.decisions.identity;
      const expected: Record<string, string> = { ...tags, [deploymentTag]: name };
      return [
        ...(Object.keys(facts.tags).length > 5
          ? []
          : [`only ${Object.keys(facts.tags).length} things cost money`]),
        ...Object.entries(facts.tags).flatMap(([id, found]) =>
          Object.entries(expected).flatMap(([key, value]) =>
            differ(`tag ${key} of ${id}`, found[key], value),
          ),
        ),
      ];
    },
    violations: {
      'a resource without tags': ({ tags }) => first(Object.keys(tags), (id) => (tags[id] = {})),
      'a reader that sees nothing': (facts) => {
        facts.tags = {};
        return true;
      },
    },
  },
  {
    promises: 'has nothing that a row of the support table denies: not in the spec, and no machine',
    problems: ({ plan, facts, cloud }) => [
      ...differ('cloud', plan.spec.cloud, cloud),
      ...supportIssues(withoutDefaults(plan.spec), plan.decisions.architecture.name).issues.map(
        ({ path, message }) => `${path}: ${message}`,
      ),
      ...facts.groups.flatMap(({ name, types }) =>
        types.flatMap(({ type }) => {
          const row = unsupportedGpu(type);
          return row === undefined ? [] : [`${name} runs ${type}: ${row.reason}`];
        }),
      ),
    ],
    violations: {
      'a machine of another maker': ({ groups }) =>
        first(groups, (group) => (group.types = [{ type: 'inf2.xlarge', weight: 1 }])),
    },
  },
];

/** A parsed spec as plain data. */
const withoutDefaults = (spec: object): Plain => JSON.parse(JSON.stringify(spec));
