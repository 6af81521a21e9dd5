import { type Law, lawFacts } from '../catalog/laws';
import { findRegion } from '../catalog/regions';
import { inZone } from '../catalog/residency-zones';
import type { Spec } from './types';

/**
 * Defaults by law, in this one place: what the sections of a spec leave out follows from `security.compliance`.
 * What a law asks stands in lib/catalog/laws.ts.
 */

/** Each once, in the order of the spec. */
export const lawsOf = ({ security }: Pick<Spec, 'security'>): Law[] => [...new Set(security.compliance)];

/** The law that asks for the longest logs; undefined where none has a figure. */
export function leastLogDays(laws: readonly Law[]): { law: Law; days: number } | undefined {
  return laws
    .flatMap((law) => {
      const { leastLogDays: days } = lawFacts(law);
      return days === undefined ? [] : [{ law, days }];
    })
    .sort((a, b) => b.days - a.days)[0];
}

/** Laws that ask for keys of the account. */
export const lawsOfOwnKeys = (laws: readonly Law[]): Law[] => laws.filter((law) => lawFacts(law).ownKeys);

export function encryptionOf(spec: Pick<Spec, 'security'>): 'provider-managed' | 'customer-managed' {
  const byLaw = lawsOfOwnKeys(lawsOf(spec)).length > 0 ? 'customer-managed' : 'provider-managed';
  return spec.security.encryption ?? byLaw;
}

export type Residency = 'none' | 'regions' | 'eu' | 'us';

type Place = Pick<Spec, 'cloud' | 'regions' | 'security'>;

export function residencyOf(spec: Place): Residency {
  if (spec.security.residency !== undefined) return spec.security.residency;
  const european = regionsOf(spec).every((region) => inZone('eu', spec.cloud, region));
  return lawsOf(spec).includes('gdpr') && european ? 'eu' : 'none';
}

/** Whether data may be in a region. */
export function allowedIn(spec: Place, region: string): boolean {
  const residency = residencyOf(spec);
  if (residency === 'none') return true;
  return residency === 'regions' ? regionsOf(spec).includes(region) : inZone(residency, spec.cloud, region);
}

/** By id; a name that is no region stays, for the rule that refuses it. */
const regionsOf = ({ cloud, regions }: Pick<Spec, 'cloud' | 'regions'>) =>
  regions.map((region) => findRegion(cloud, region) ?? region);
