import type * as z from 'zod/mini';

type Schema = z.core.$ZodType;
type Def = {
  type: string;
  innerType?: Schema;
  shape?: Record<string, Schema>;
  element?: Schema;
  items?: Schema[];
};

export const definition = (schema: Schema) => schema._zod.def as unknown as Def & Record<string, unknown>;

/** The schema below `optional`, `default` and `prefault`. */
export function innerSchema(schema: Schema): Schema {
  const { innerType } = definition(schema);
  return innerType ? innerSchema(innerType) : schema;
}

/** The schema of a path of the long form, where the schema knows it. */
export function schemaAt(root: Schema, path: readonly PropertyKey[]): Schema | undefined {
  let schema: Schema | undefined = innerSchema(root);
  for (const part of path) {
    if (!schema) return undefined;
    const { shape, element, items } = definition(schema);
    const next: Schema | undefined =
      typeof part === 'number'
        ? (element ?? items?.[0])
        : shape && Object.hasOwn(shape, part)
          ? shape[part as string]
          : undefined;
    schema = next && innerSchema(next);
  }
  return schema;
}

/** A field that has no default and may not be left out. */
export function isRequired(root: Schema, path: readonly PropertyKey[]): boolean {
  const above = schemaAt(root, path.slice(0, -1));
  const field = above && definition(above).shape?.[path.at(-1) as string];
  return field !== undefined && definition(field).innerType === undefined;
}
