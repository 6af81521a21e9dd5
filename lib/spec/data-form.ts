import { type FormSpec, formOf } from './form';
import type { Spec } from './types';

/** Where Postgres and Valkey live: one machine holds both, a fleet holds neither. */
export function dataForm(spec: FormSpec & Pick<Spec, 'database' | 'cache'>): {
  postgres: 'embedded' | 'managed';
  valkey: 'embedded' | 'managed' | 'none';
} {
  const { form } = formOf(spec);
  const usual = form === 'single-server' ? 'embedded' : 'managed';
  return { postgres: spec.database.postgres ?? usual, valkey: spec.cache.valkey ?? usual };
}
