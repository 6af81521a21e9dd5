import { piiNeeds } from '../catalog/images';
import type { Spec } from '../spec/types';
import type { ApplicationDecision } from './plan';

/** At most a CPU, so that the gateway's event loops keep theirs. */
const vcpus = 1;

/** A machine of the gateway waits so long for it before it serves: pull and start of an image of 1 or 2 GB. */
export const applicationStartSeconds = 240;

/** The user's container beside the gateway; undefined where there is none. */
export function application(spec: Spec): ApplicationDecision | undefined {
  if (spec.application === undefined) return undefined;
  const { image: _, ...written } = spec.application;
  const { memoryGiB, path } = written;
  const way =
    path === '/'
      ? 'everything but `/v1` and the health path of the same host goes to it'
      : `\`${path}\` and below of the same host go to it`;
  return {
    ...written,
    vcpus,
    because: `${way}; it takes at most ${vcpus} CPU and ${memoryGiB} GiB of each gateway's machine, which are added to what the machine must have, has the gateway's address and an API key of its own, and neither the machine's identity nor a way to database and cache`,
  };
}

/** Room for what runs beside the gateway when the spec asks for it. */
export function besideGateway(spec: Spec): { vcpus: number; memoryGiB: number } {
  const parts = [
    ...(spec.gateway.piiMasking ? [piiNeeds] : []),
    ...(spec.application ? [{ vcpus, memoryGiB: spec.application.memoryGiB }] : []),
  ];
  return {
    vcpus: parts.reduce((sum, part) => sum + part.vcpus, 0),
    memoryGiB: parts.reduce((sum, part) => sum + part.memoryGiB, 0),
  };
}
