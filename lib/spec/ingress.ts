import { type FormSpec, formOf } from './form';
import type { Spec } from './types';

/** Where clients come in: a single server without a name of its own is reached by tunnel, a fleet has a balancer. */
export function ingressOf(spec: FormSpec & Pick<Spec, 'network'>): 'public' | 'internal' | 'tunnel' {
  const { ingress, domain } = spec.network;
  if (ingress !== undefined) return ingress;
  return domain === undefined && formOf(spec).form === 'single-server' ? 'tunnel' : 'public';
}
