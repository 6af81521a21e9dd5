import * as z from 'zod/mini';

/** What editors and docs/spec.md tell about a field. */
export interface About {
  description: string;
  unit?: string;
  /** Name of the section, which becomes the name of its type. */
  title?: string;
  /** Marks a schema that generated files define once and refer to. */
  id?: string;
  /** What to write, for messages, where the schema would say it clumsily. */
  wanted?: string;
  /** How the plan finds the value when it is left out; a literal default stands in the schema itself. */
  computedDefault?: string;
}

/** An own registry and not zod's global one, so that a user's copy of zod stays as it is. */
export const fieldDocs = z.registry<About>();

type Schema = z.core.$ZodType;

/** A field that must be there. */
export function required<T extends Schema>(schema: T, about: About): T {
  // Registered on a wrapper-free schema: every call of a builder below makes a new one.
  fieldDocs.add(schema, about);
  return schema;
}

/** A field that may be left out; `computedDefault` tells what happens then. */
export function optional<T extends Schema>(schema: T, about: About): z.ZodMiniExactOptional<T> {
  return required(z.exactOptional(schema), about);
}

/** A field with a literal default. */
export function withDefault<T extends Schema>(
  schema: T,
  value: z.core.util.NoUndefined<z.core.output<T>>,
  about: About,
): z.ZodMiniDefault<T> {
  return required(z._default(schema, value), about);
}

/** A section in which everything may be left out: always in the output, with its defaults. */
export function sectionWithDefaults<T extends z.ZodMiniObject>(
  section: T,
  about: About,
): z.ZodMiniPrefault<T> {
  // Sound because the caller's section has no required field, which test/spec/schema.test.ts asserts.
  return required(z.prefault(section, {} as z.core.input<T>), about);
}

/**
 * A section in which nothing has a literal default: always in the output, empty when it is not written.
 * Made only when it is written, to start sooner.
 */
export function sectionWhenWritten<T extends z.ZodMiniObject>(make: () => T, about: About) {
  return required(z._default<z.ZodMiniLazy<T>>(z.lazy(make), {} as never), about);
}

/** Objects refuse unknown keys everywhere. */
export function section<T extends z.core.$ZodLooseShape>(title: string, description: string, shape: T) {
  return required(z.strictObject(shape), { id: title, title, description });
}

/** Text of 1 to `most` characters without line breaks; `words` say what it is. */
export function text(most: number, words = 'a text') {
  return z.string().check(z.minLength(1), z.maxLength(most), z.regex(/^[^\r\n]*$/, words));
}

/** `words` say what the pattern asks for, and stand in the message when it does not match. */
export function matching(pattern: RegExp, words: string) {
  return z.string().check(z.regex(pattern, words));
}

export function whole(least: number, most: number) {
  return z.int().check(z.minimum(least), z.maximum(most));
}

export function number(least: number, most: number) {
  return z.number().check(z.minimum(least), z.maximum(most));
}

/** At least one entry. */
export function list<T extends Schema>(entry: T) {
  return z.array(entry).check(z.minLength(1));
}
