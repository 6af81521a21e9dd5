import { expectTypeOf, it } from 'vitest';
import type * as z from 'zod/mini';
import type { deploymentSchema } from '../../lib/spec/deployment';
import type { specSchema } from '../../lib/spec/schema';
import type { Deployment, Spec } from '../../lib/spec/types';

/** An optional field of zod also takes `undefined` where it has a default; the interface does not say so. */
type WithoutUndefined<T> = T extends object
  ? { [K in keyof T]: WithoutUndefined<Exclude<T[K], undefined>> }
  : T;

it('the generated interfaces accept exactly what the schema accepts and gives', () => {
  type Input = z.input<typeof deploymentSchema>;
  type Output = z.output<typeof specSchema>;
  expectTypeOf<Deployment>().toExtend<Input>();
  expectTypeOf<WithoutUndefined<Input>>().toExtend<Deployment>();
  expectTypeOf<Spec>().toExtend<Output>();
  expectTypeOf<Output>().toExtend<Spec>();
});

it('the test above can fail', () => {
  expectTypeOf<{ a?: 1 }>().not.toExtend<{ a: 1 }>();
  expectTypeOf<WithoutUndefined<{ a?: 1 | undefined }>>().toExtend<{ a?: 1 }>();
  expectTypeOf<WithoutUndefined<{ b: 1 | 2 }>>().not.toExtend<{ b: 1 }>();
});
