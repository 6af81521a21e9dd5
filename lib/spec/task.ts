import { findManagedModel } from '../catalog/managed-models';
import { findModel } from '../catalog/models';
import type { Spec } from './types';
import { isManaged, managedId } from './variants';

type ModelSpec = Spec['models'][number];

export type Task = 'chat' | 'completion' | 'embedding';

/** The task as written, else the catalogue's, else chat. */
export function taskOf(model: ModelSpec): Task {
  if (model.task !== undefined) return model.task;
  if (isManaged(model)) return findManagedModel('bedrock', managedId(model))?.task ?? 'chat';
  const source = model.source ?? model.versions?.[0]?.source;
  const known = source === undefined ? undefined : findModel(source);
  const base = model.baseModel === undefined ? undefined : findModel(model.baseModel);
  return (known ?? base)?.task ?? 'chat';
}
