import { type FormSpec, formOf } from './form';
import type { Spec } from './types';
import { isManaged } from './variants';

/** Of `deadlineHours`: a month. */
export const mostDeadlineHours = 720;

type Batch = NonNullable<Spec['batch']>;
type ModelSpec = Spec['models'][number];

/** The model that answers: the one that is named, else the only one; undefined where that is nobody. */
export function batchModel({ models }: Pick<Spec, 'models'>, batch: Batch): ModelSpec | undefined {
  if (batch.model === undefined) return models.length === 1 ? models[0] : undefined;
  return models.find(({ name }) => name === batch.model);
}

/** On which machines the lines are answered: as written, else those that the form and the model allow. */
export function batchFleet(spec: FormSpec, batch: Batch): 'shared' | 'dedicated' {
  if (batch.fleet !== undefined) return batch.fleet;
  const model = batchModel(spec, batch);
  const shared = formOf(spec).form === 'single-server' || (model !== undefined && isManaged(model));
  return shared ? 'shared' : 'dedicated';
}
