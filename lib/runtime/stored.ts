import type { ModelDecision, Plan } from '../plan/plan';
import { engineName, modelFolder } from './layout';

/** Something that an engine reads from the disk: weights, or an adapter to them. */
export interface Stored {
  /** For the log. */
  name: string;
  /** Field of the spec that names it. */
  field: 'models[].source' | 'models[].adapters[].source';
  source: string;
  origin: 'hub' | 'bucket';
  revision: string;
  folder: string;
  /** Adapters only: larger ones are refused by the engine. */
  largestRank?: number;
}

/** What the engines of the plan read. */
export const stored = ({ decisions }: Plan): Stored[] => storedFor(decisions.models);

/** Every folder once: two versions may differ in other things than their weights. */
export function storedFor(models: readonly ModelDecision[]): Stored[] {
  const all = models.flatMap((model): Stored[] => [
    { name: engineName(model), field: 'models[].source', ...place(model) },
    ...model.adapters.map(
      (adapter): Stored => ({
        name: adapter.name,
        field: 'models[].adapters[].source',
        ...place(adapter),
        largestRank: model.adapterRank,
      }),
    ),
  ]);
  const byFolder = new Map<string, Stored>();
  for (const one of all) {
    const other = byFolder.get(one.folder);
    if (other !== undefined && weights(other) !== weights(one)) {
      throw new Error(`${weights(other)} and ${weights(one)} would lie in one folder, ${one.folder}`);
    }
    if (other === undefined) byFolder.set(one.folder, one);
  }
  return [...byFolder.values()];
}

/** The hub takes its names in any case. */
const weights = ({ origin, source, revision }: Pick<Stored, 'origin' | 'source' | 'revision'>) =>
  `${origin === 'hub' ? source.toLowerCase() : source} ${revision}`;

const place = (one: { source: string; origin: Stored['origin']; revision: string }) => ({
  source: one.source,
  origin: one.origin,
  revision: one.revision,
  folder: modelFolder(one),
});
