import type { Spec } from './types';

/** Where clients come in: a single server without a name of its own is reached by tunnel. */
export function ingressOf(network: Spec['network']): 'public' | 'internal' | 'tunnel' {
  return network.ingress ?? (network.domain === undefined ? 'tunnel' : 'public');
}
