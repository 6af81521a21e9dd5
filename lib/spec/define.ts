import type { Deployment } from './types';

/** Gives a spec written in TypeScript its type, and so completion and checks in the editor. */
export function defineDeployment(spec: Deployment): Deployment {
  return spec;
}
