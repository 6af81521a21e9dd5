import { issuesError } from '../errors';
import type { Spec } from '../spec/types';
import type { ArchitectureDecision } from './plan';

/** Above this peak one machine is a risk rather than a saving: 200 people at a chat's pace. */
const singleServerRequestsPerSecond = 200 / 60;

/** The architecture that the spec names, or the one that the load of its own models asks for (requests/s at peak). */
export function architecture(spec: Spec, peak: number): ArchitectureDecision {
  if (spec.architecture === 'single-server') {
    return {
      name: 'single-server',
      because: 'as written; one machine that heals itself, its data on a disk that outlives it',
    };
  }
  if (peak <= singleServerRequestsPerSecond) {
    return {
      name: 'single-server',
      because: `${peak.toFixed(2)} requests/s at peak are within ${singleServerRequestsPerSecond.toFixed(1)}, up to which one self-healing machine is the usual choice`,
    };
  }
  throw issuesError([
    {
      path: 'architecture',
      rule: 'single-server-load',
      message:
        `${peak.toFixed(1)} requests/s at peak ask for \`scaled\` (limit of a chosen single server: ${singleServerRequestsPerSecond.toFixed(1)}), which is not built yet: ` +
        'write `architecture: single-server` to have one machine sized for it all the same, or lower `traffic`',
    },
  ]);
}
