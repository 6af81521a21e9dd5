import type { ModelDecision, Plan } from '../../plan/plan';
import { enterMount, mount, withSecrets } from '../compose-mounts';
import { slug } from '../layout';
import { type LocalForm, weightsFolder } from './form';
import { localSecrets, type Mount, volumeMount } from './mounts';

export const weightsTarget = '/weights';

/** Where an engine reads its weights, and what must have ended before it starts. */
export interface Weights {
  mount: Mount;
  depends_on: Record<string, { condition: string }>;
}

/** The user's folder, or a volume that a download of the pinned revision fills once. */
export function weightsOf(plan: Plan, model: ModelDecision, form: LocalForm & { engine: 'vllm' }): Weights {
  if (form.weights !== undefined) {
    const folder = weightsFolder(plan, model, form.weights);
    return { mount: mount(folder, weightsTarget, 'read-only') as Mount, depends_on: {} };
  }
  return {
    mount: volumeMount(weightsVolume(model), weightsTarget, 'read-only'),
    depends_on: { [weightsService(model)]: { condition: 'service_completed_successfully' } },
  };
}

export const weightsService = (model: ModelDecision) => `weights-${slug(model.name)}`;
/** Another revision is another volume: an engine never sees files of both. */
const weightsVolume = (model: ModelDecision) => `weights-${slug(model.source)}-${slug(model.revision)}`;

/**
 * Downloads the revision into its volume, once: afterwards the stack starts without the hub.
 *
 * Ended in the middle, it goes on where it was at the next start.
 */
export function downloadService(plan: Plan, model: ModelDecision) {
  const done = `${weightsTarget}/.complete`;
  return {
    image: plan.decisions.images.engine,
    entrypoint: [...withSecrets, '/bin/sh', '-c'],
    command: [
      `test -e ${done} || { python3 /llm/hub_download.py '${model.source}' '${model.revision}' ${weightsTarget} && touch ${done}; }`,
    ],
    restart: 'no',
    environment: { HF_HUB_DISABLE_TELEMETRY: '1', DO_NOT_TRACK: '1' },
    volumes: [
      enterMount,
      localSecrets('hub.env'),
      mount('./hub_download.py', '/llm/hub_download.py', 'read-only'),
      volumeMount(weightsVolume(model), weightsTarget, 'read-write'),
    ],
  };
}
