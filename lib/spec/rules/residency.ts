import { bedrockAccess } from '../../catalog/bedrock';
import { findRegion } from '../../catalog/regions';
import { allowedIn, residencyOf } from '../law';
import type { Spec } from '../types';
import { isManaged, managedId } from '../variants';
import { type Finding, finding, rule } from './rule';

/** Every place that data may reach by the spec: the region itself, and those that a profile of a model sends requests to. */
export const residencyOutside = rule(
  'residency-outside',
  ['cloud', 'regions', 'security', 'reliability', 'models'],
  (spec): Finding[] => {
    if (residencyOf(spec) === 'none') return [];
    const outside = spec.regions.flatMap((name, index) => {
      const region = findRegion(spec.cloud, name);
      if (region === undefined || allowedIn(spec, region)) return [];
      return [finding(['regions', index], `\`${region}\` is ${outsideOf(spec)}: take a region inside`)];
    });
    const { backupRegion } = spec.reliability;
    const copies = backupRegion === undefined ? undefined : findRegion(spec.cloud, backupRegion);
    if (copies !== undefined && !allowedIn(spec, copies)) {
      outside.push(
        finding(
          ['reliability', 'backupRegion'],
          `\`${copies}\` is ${outsideOf(spec)}: take a region inside, or leave it out`,
        ),
      );
    }
    // a profile that begins outside is not worth a second finding
    return outside.length > 0 ? outside : spec.models.flatMap((model, index) => profile(spec, model, index));
  },
);

function profile(
  spec: Pick<Spec, 'cloud' | 'regions' | 'security' | 'models'>,
  model: Spec['models'][number],
  index: number,
): Finding[] {
  const region = findRegion(spec.cloud, spec.regions[0]);
  if (!isManaged(model) || region === undefined) return [];
  const access = bedrockAccess(managedId(model), region);
  if ('refused' in access) return [];
  const outside = access.regions.filter((other) => !allowedIn(spec, other));
  if (outside.length === 0) return [];
  const fallbackOf = spec.models.filter(({ fallbacks }) => fallbacks?.includes(model.name));
  const also =
    fallbackOf.length > 0 ? `, as a fallback of ${fallbackOf.map(({ name }) => name).join(', ')} too` : '';
  return [
    finding(
      ['models', index, 'source'],
      `the profile ${access.inferenceProfile} may send requests to ${outside.join(', ')}, ${outsideOf(spec)}${also}: take a model that answers in \`${region}\` itself, or a wider \`security.residency\``,
    ),
  ];
}

function outsideOf(spec: Pick<Spec, 'cloud' | 'regions' | 'security'>): string {
  const residency = residencyOf(spec);
  const written = spec.security.residency === undefined ? ', which follows from `compliance: gdpr`' : '';
  const words = {
    none: '',
    regions: 'the regions of the deployment',
    eu: 'the European Economic Area',
    us: 'the United States',
  }[residency];
  return `outside ${words} (\`security.residency: ${residency}\`${written})`;
}
