import type { PrivateEndpoint } from './plan';

/** What decides which services machines call. */
export interface Calls {
  /** Models that the cloud runs, or its content filter. */
  managedModels: boolean;
  /** Files of requests. */
  queue: boolean;
  /** A data disk that follows its machine. */
  volumes: boolean;
}

/** Services that are inside although there is a way out: what is said to them stays in the network, at the cheaper price. */
export function usualEndpoints({ managedModels }: Calls): PrivateEndpoint[] {
  return [
    'secrets',
    'logs',
    'metrics',
    'operator-tunnel',
    ...(managedModels ? (['managed-models'] as const) : []),
  ];
}

/** Everything that a machine calls: without one of them it does not start, or is never known to have started. */
export function everyEndpoint(calls: Calls): PrivateEndpoint[] {
  return [
    ...usualEndpoints(calls),
    'images',
    'machine-groups',
    'deployments',
    ...(calls.volumes ? (['volumes'] as const) : []),
    ...(calls.queue ? (['queue'] as const) : []),
  ];
}
