import { type Component, images as pinned } from '../catalog/images';
import type { Spec } from '../spec/types';
import type { FleetDecision, ImagesDecision } from './plan';

/** Exact image references: the pinned ones, from the user's mirror, or the user's own. */
export function images(spec: Spec, fleets: readonly Pick<FleetDecision, 'machines'>[] = []): ImagesDecision {
  const reference = (component: Component): string =>
    (isOwn(component) ? spec.images[component] : undefined) ?? mirrored(pinned[component].reference, spec);
  const overridden = Object.keys(spec.images).filter((key) => key !== 'registry' && key !== 'machine');
  const from = spec.images.registry ?? "the vendors' registries";
  return {
    gateway: reference('gateway'),
    engine: reference('engine'),
    database: reference('database'),
    cache: reference('cache'),
    telemetry: reference('telemetry'),
    ...(severalEngines(fleets) && { front: reference('front') }),
    ...(spec.gateway.piiMasking && {
      piiAnalyzer: reference('piiAnalyzer'),
      piiAnonymizer: reference('piiAnonymizer'),
    }),
    ...(spec.application && { application: spec.application.image }),
    because: `exact versions from ${from}${overridden.length > 0 ? `; yours for ${overridden.join(', ')}` : ''}`,
  };
}

/** Whether a spec may name another image; the others come from the vendor or the mirror. */
function isOwn(component: Component): component is Exclude<Component, VendorsOnly> {
  return !vendorsOnly.includes(component);
}

type VendorsOnly = 'front' | 'piiAnalyzer' | 'piiAnonymizer';
const vendorsOnly: readonly Component[] = ['front', 'piiAnalyzer', 'piiAnonymizer'] satisfies VendorsOnly[];

const severalEngines = (fleets: readonly Pick<FleetDecision, 'machines'>[]) =>
  fleets.some(({ machines }) => machines.some(({ copies }) => copies > 1));

/** The vendor's reference, or the same in the user's mirror. */
export function mirrored(vendors: string, spec: Pick<Spec, 'images'>): string {
  return spec.images.registry === undefined ? vendors : `${spec.images.registry}/${withoutHost(vendors)}`;
}

/** A registry host has a dot or a port; `vllm/vllm-openai` has none and means Docker Hub. */
function withoutHost(reference: string): string {
  const slash = reference.indexOf('/');
  const first = reference.slice(0, Math.max(slash, 0));
  return first.includes('.') || first.includes(':') ? reference.slice(slash + 1) : reference;
}
