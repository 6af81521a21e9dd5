import type { Cloud } from '../../catalog/machines';
import { findRegion } from '../../catalog/regions';
import { formSections } from '../form';
import { ingressOf } from '../ingress';
import type { Spec } from '../types';
import { allVariants } from '../variants';
import { shown } from '../words';
import { type Finding, finding, rule } from './rule';

/** Registries that are reached inside a network, by their host. */
const registriesInside: Partial<
  Record<Cloud, { name: string; host: (region: string) => RegExp; such: string }>
> = {
  aws: {
    name: 'Amazon ECR',
    host: (region) => new RegExp(`^\\d{12}\\.dkr\\.ecr\\.${region}\\.amazonaws\\.com/`),
    such: '123456789012.dkr.ecr.REGION.amazonaws.com/mirror',
  },
};

/** Without a way out, everything that a machine fetches is inside. */
export const egressNone = rule(
  'egress-none',
  ['network', 'images', 'application', 'modelStore', 'gateway', 'cloud', 'regions', ...formSections],
  (spec): Finding[] => {
    const { network, gateway } = spec;
    if (network.egress !== 'none') return [];
    const at = ['network', 'egress'];
    const found: Finding[] = [];
    if (network.existing !== undefined) {
      found.push(
        finding(
          at,
          'got `none` with `existing`: your network has its own routes and endpoints, leave `egress` out (docs/aws.md lists the services that machines need)',
        ),
      );
    }
    if (ingressOf(spec) === 'public') {
      found.push(
        finding(
          at,
          'got `none` with a public balancer, which needs an internet gateway: write `ingress: internal`',
        ),
      );
    }
    if (gateway.jwt !== undefined) {
      found.push(
        finding(
          ['gateway', 'jwt'],
          'the balancer fetches the keys of the issuer from the internet, and `network.egress` is `none`: remove one of them',
        ),
      );
    }
    return [...found, ...importIssues(spec), ...imageIssues(spec)];
  },
);

function importIssues({ models, modelStore }: Pick<Spec, 'models' | 'modelStore'>): Finding[] {
  const imported = [...allVariants(models), ...models.flatMap(({ adapters }) => adapters ?? [])];
  if (modelStore.import === 'manual' || imported.every(({ source }) => source.startsWith('s3://'))) return [];
  return [
    finding(
      ['modelStore', 'import'],
      'got `job`: machines fetch weights from the hub, which they do not reach with `network.egress: none`. Write `manual` and fill a bucket of yours with `llm-constructs import`',
    ),
  ];
}

function imageIssues({
  cloud,
  regions,
  images,
  application,
}: Pick<Spec, 'cloud' | 'regions' | 'images' | 'application'>): Finding[] {
  const inside = registriesInside[cloud];
  const region = findRegion(cloud, regions[0]);
  if (inside === undefined || region === undefined) return [];
  const such = inside.such.replace('REGION', region);
  const { registry, machine: _, ...own } = images;
  const written: [string[], string][] = [
    ...Object.entries(own).map(([component, image]): [string[], string] => [['images', component], image]),
    ...(application ? [[['application', 'image'], application.image] satisfies [string[], string]] : []),
  ];
  const found = written.flatMap(([at, image]) =>
    inside.host(region).test(image)
      ? []
      : [
          finding(
            at,
            `${shown(image)} is not in ${inside.name} of \`${region}\`, and \`network.egress\` is \`none\`: mirror it there, such as \`${such}/${at[0] === 'images' ? at[1] : 'application'}@sha256:...\``,
          ),
        ],
  );
  if (registry !== undefined && inside.host(region).test(`${registry}/`)) return found;
  const got = registry === undefined ? 'is missing' : `got ${shown(registry)}`;
  return [
    finding(
      ['images', 'registry'],
      `${got}: with \`network.egress: none\` images come from ${inside.name} of \`${region}\`. Mirror those that \`plan\` lists and write \`registry: ${such}\``,
    ),
    ...found,
  ];
}
