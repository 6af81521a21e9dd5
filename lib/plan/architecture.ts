import { formOf, redundantAvailabilityPercent, singleServerRequestsPerSecond } from '../spec/form';
import type { Spec } from '../spec/types';
import type { ArchitectureDecision } from './plan';

const limit = singleServerRequestsPerSecond.toFixed(1);

/** The architecture that the spec names, or the one that the load of its own models asks for (requests/s at peak). */
export function architecture(spec: Spec, peak: number): ArchitectureDecision {
  const { form, by } = formOf(spec);
  if (form === 'single-server') {
    return {
      name: 'single-server',
      because:
        by === 'written'
          ? 'as written; one machine that heals itself, its data on a disk that outlives it'
          : `${peak.toFixed(2)} requests/s at peak are within ${limit}, up to which one self-healing machine is the usual choice`,
    };
  }
  const what = 'gateways and fleets of engines that grow with the load, in several zones';
  const why = {
    written: 'as written',
    load: `${peak.toFixed(1)} requests/s at peak are above ${limit}, up to which one machine is the usual choice`,
    availability: `${spec.reliability.availabilityPercent} % of the time are promised, and from ${redundantAvailabilityPercent} on nothing may be alone`,
    'batch-only': 'files alone need machines that come and go with them',
    'managed-only': 'all models are managed, so there is no GPU machine to share',
  }[by];
  return { name: 'scaled', because: `${why}; ${what}` };
}
