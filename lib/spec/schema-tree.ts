import type * as z from 'zod/mini';

type Schema = z.core.$ZodType;
type Def = {
  type: string;
  innerType?: Schema;
  shape?: Record<string, Schema>;
  element?: Schema;
  items?: Schema[];
  valueType?: Schema;
};

export const definition = (schema: Schema) => schema._zod.def as unknown as Def & Record<string, unknown>;

/** The schema below `optional`, `default`, `prefault` and `lazy`. */
export function innerSchema(schema: Schema): Schema {
  const inner = definition(schema).innerType ?? (schema as z.core.$ZodLazy)._zod.innerType;
  return inner ? innerSchema(inner) : schema;
}

/** The field of a path of the long form with its wrappers, where the schema knows it. */
export function fieldAt(root: Schema, path: readonly PropertyKey[]): Schema | undefined {
  let field: Schema | undefined = root;
  for (const part of path) {
    if (!field) return undefined;
    const { shape, element, items, valueType } = definition(innerSchema(field));
    if (shape) field = Object.hasOwn(shape, part) ? shape[part as string] : undefined;
    else field = typeof part === 'number' ? (element ?? items?.[0]) : valueType;
  }
  return field;
}

export function schemaAt(root: Schema, path: readonly PropertyKey[]): Schema | undefined {
  const field = fieldAt(root, path);
  return field && innerSchema(field);
}

/** A field that has no default and may not be left out. */
export function isRequired(root: Schema, path: readonly PropertyKey[]): boolean {
  const field = fieldAt(root, path);
  return field !== undefined && definition(field).innerType === undefined;
}
