import { UserError } from '../../errors';
import type { ModelDecision, SingleServerPlan } from '../../plan/plan';
import { enterMount, mount, withSecrets } from '../compose-mounts';
import { engineName, slug } from '../layout';
import { adapterTarget } from '../vllm-command';
import { type LocalForm, weightsFolder } from './form';
import { localSecrets, type Mount, volumeMount } from './mounts';

const weightsTarget = '/weights';

/** Where an engine reads its weights and adapters, and what must have ended before it starts. */
export interface Weights {
  mounts: Mount[];
  depends_on: Record<string, { condition: string }>;
}

/** One download: weights or an adapter of one revision, into a volume of their own. */
interface Download {
  service: string;
  volume: string;
  source: string;
  revision: string;
}

/** The user's folder, or volumes that downloads of the pinned revisions fill once. */
export function weightsOf(
  plan: SingleServerPlan,
  model: ModelDecision,
  form: LocalForm & { engine: 'vllm' },
): Weights {
  const adapters = model.adapters.map((adapter, place) => ({ adapter, target: adapterTarget(place) }));
  if (form.weights !== undefined) {
    const folder = weightsFolder(plan, model, form.weights);
    const mounts = [
      mount(folder, weightsTarget, 'read-only'),
      ...adapters.map(({ adapter, target }) =>
        mount(`${form.weights}/adapters/${adapter.name}`, target, 'read-only'),
      ),
    ];
    return { mounts: mounts as Mount[], depends_on: {} };
  }
  const all = downloads(plan);
  const needed = [
    { download: downloadOf(all, model), target: weightsTarget },
    ...adapters.map(({ adapter, target }) => ({ download: downloadOf(all, adapter), target })),
  ];
  return {
    mounts: needed.map(({ download, target }) => volumeMount(download.volume, target, 'read-only')),
    depends_on: Object.fromEntries(
      needed.map(({ download }) => [
        download.service,
        { condition: 'service_completed_successfully' } as const,
      ]),
    ),
  };
}

/** Targets in an engine's container that hold weights or adapters. */
export const isWeightsTarget = (target: string) =>
  target === weightsTarget || target.startsWith('/adapters/');

function downloadOf(all: readonly Download[], { source, revision }: { source: string; revision: string }) {
  const found = all.find((one) => one.volume === weightsVolume(source, revision));
  if (found === undefined) throw new Error(`${source}@${revision} has no download`);
  return found;
}

/** Each volume once: two versions of a model may share their weights. */
export function downloads({ decisions: { models } }: SingleServerPlan): Download[] {
  const wanted = models.flatMap((model) => [
    { ...model, service: `weights-${slug(engineName(model))}` },
    ...model.adapters.map((adapter) => ({ ...adapter, service: `adapter-${slug(adapter.name)}` })),
  ]);
  const byVolume = new Map<string, Download>();
  for (const { service, source, revision, origin } of wanted) {
    if (origin === 'bucket') {
      throw new UserError(
        `${source} is read by a cloud machine with its own identity, which this machine lacks: copy everything into a folder and give --weights, or take --engine simulated.`,
      );
    }
    const volume = weightsVolume(source, revision);
    if (!byVolume.has(volume)) byVolume.set(volume, { service, volume, source, revision });
  }
  return [...byVolume.values()];
}

/** Another revision is another volume: an engine never sees files of both. */
const weightsVolume = (source: string, revision: string) => `weights-${slug(source)}-${slug(revision)}`;

/**
 * Downloads the revision into its volume, once: afterwards the stack starts without the hub.
 *
 * Ended in the middle, it goes on where it was at the next start.
 */
export function downloadService(plan: SingleServerPlan, { source, revision, volume }: Download) {
  const done = `${weightsTarget}/.complete`;
  return {
    image: plan.decisions.images.engine,
    entrypoint: [...withSecrets, '/bin/sh', '-c'],
    command: [
      `test -e ${done} || { python3 /llm/hub_download.py '${source}' '${revision}' ${weightsTarget} && touch ${done}; }`,
    ],
    restart: 'no',
    environment: { HF_HUB_DISABLE_TELEMETRY: '1', DO_NOT_TRACK: '1' },
    volumes: [
      enterMount,
      localSecrets('hub.env'),
      mount('./hub_download.py', '/llm/hub_download.py', 'read-only'),
      volumeMount(volume, weightsTarget, 'read-write'),
    ],
  };
}
