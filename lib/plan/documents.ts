import type { Spec } from '../spec/types';
import { environmentDefaults } from './data';
import type { DocumentsDecision } from './plan';

/** A store for applications of the user, where the spec asks for one. */
export function documents(spec: Spec, redundant: boolean): { documents?: DocumentsDecision } {
  if (spec.database.documents !== true) return {};
  const instances = (spec.database.highAvailability ?? redundant) ? 2 : 1;
  return {
    documents: {
      majorVersion: 5,
      // nothing in the spec says what the applications do with it: the smallest class, which can be changed in place
      instanceClass: 'db.t3.medium',
      instances,
      backupDays: spec.database.backupDays ?? environmentDefaults(spec).backupDays,
      because: `a MongoDB-compatible store for your applications, as written; ${instances === 2 ? 'a writer, and a reader in another zone that takes its place' : 'one writer'} of the smallest class, since the spec does not say what they keep in it`,
    },
  };
}
