import * as z from 'zod/mini';
import { type Form, type FormSpec, formOf, formSections } from './form';
import { shapeIssues, unknownField } from './messages';
import { issueAt, type PathIssue } from './path-issue';
import type { Plain } from './plain';
import { specSchema } from './schema';
import { definition } from './schema-tree';
import type { Spec } from './types';

export interface Sections {
  /** The top-level fields that have the right shape, with their defaults. */
  parsed: Partial<Spec>;
  /** Names of the others. */
  broken: ReadonlySet<string>;
  issues: PathIssue[];
}

const shape = specSchema.shape as Record<string, z.core.$ZodType>;

/**
 * Checks each top-level field by itself, so that one mistake does not hide those between other fields.
 *
 * Takes the long form.
 */
export function parseSections(spec: { [key: string]: Plain }): Sections {
  const parsed: Record<string, unknown> = {};
  const broken = new Set<string>();
  const issues: PathIssue[] = [];
  for (const [name, schema] of Object.entries(shape)) {
    const value = Object.hasOwn(spec, name) ? spec[name] : undefined;
    if (value === undefined && definition(schema).type === 'optional') continue;
    // Compiling the schema with `new Function` costs more than one parse gains.
    const result = z.safeParse(schema, value, { jitless: true });
    if (result.success) parsed[name] = result.data;
    else {
      broken.add(name);
      issues.push(...shapeIssues(result.error, [name], specSchema, spec));
    }
  }
  for (const name of Object.keys(spec)) {
    if (!Object.hasOwn(shape, name)) issues.push(unknownField([name], specSchema));
  }
  return { parsed: parsed as Partial<Spec>, broken, issues: issues.map(regionMissing(spec)) };
}

/** People write `region`; the long form is `regions`. */
function regionMissing(spec: { [key: string]: Plain }) {
  return (issue: PathIssue): PathIssue => {
    if (issue.path === 'regions' && (spec.regions ?? null) === null) {
      return issueAt(
        ['region'],
        'one-region-field',
        'is missing: write where it runs, such as `region: us-east-1`',
      );
    }
    if (issue.path !== 'region') return issue;
    return issueAt(['region'], 'one-region-field', '`region` and `regions` say the same: keep one');
  };
}

/**
 * The form that a spec asks for; undefined where a section that decides it is broken. Takes the long form, before
 * it is known which fields are refused.
 */
export function formAsked(spec: { [key: string]: Plain }): Form | undefined {
  if (spec.architecture !== undefined) {
    const written = z.safeParse(shape.architecture as z.core.$ZodType, spec.architecture, { jitless: true });
    return written.success ? (written.data as Form) : undefined;
  }
  const parsed: Record<string, unknown> = {};
  for (const name of formSections) {
    const schema = shape[name] as z.core.$ZodType;
    const value = Object.hasOwn(spec, name) ? spec[name] : undefined;
    if (value === undefined && definition(schema).type === 'optional') continue;
    const result = z.safeParse(schema, value, { jitless: true });
    if (!result.success) return undefined;
    parsed[name] = result.data;
  }
  return formOf(parsed as unknown as FormSpec).form;
}
