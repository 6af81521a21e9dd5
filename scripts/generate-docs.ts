import { type SupportRow, supportRows } from '../lib/catalog/support';
import { type ExceptionRow, exceptionRows } from '../lib/catalog/support-exceptions';
import { deploymentSchema } from '../lib/spec/deployment';
import { fieldDocs } from '../lib/spec/fields';
import { specSchema } from '../lib/spec/schema';
import { definition, innerSchema } from '../lib/spec/schema-tree';
import { wantedText } from '../lib/spec/wanted';

type Schema = Parameters<typeof innerSchema>[0];

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
export const row = (cells: string[]) => `| ${cells.map(cell).join(' | ')} |`;

/** Reference of every field: a table a section, read from the schema. */
export function specPage(): string {
  const sections = distinct(sectionsOf(specSchema, ''));
  return [
    '# Spec reference',
    '',
    '<!-- Generated from lib/spec by `npm run generate`; do not edit. -->',
    '',
    'A spec is YAML, JSON or TypeScript (`defineDeployment({...})`). Five fields suffice to plan and price:',
    '`name`, `cloud`, `region`, `models` and `traffic`. Unknown fields are errors. Numbers carry their unit in the',
    'name. Secrets never stand in a spec: fields that end in `Secret` hold the *name* of a secret. Words of parts',
    'that are not built yet are refused with their reason: [support.md](support.md).',
    '',
    'For completion in editors, begin the file with',
    '`# yaml-language-server: $schema=node_modules/llm-constructs/schema/llm-constructs.schema.json`.',
    '',
    '## Short forms',
    '',
    row(['written', 'means']),
    row(['---', '---']),
    ...shortForms.map((form) => row(form)),
    '',
    ...sections.flatMap(({ path, schema }) => sectionTable(path, schema)),
  ].join('\n');
}

const shortForms = [
  ['`region: us-east-1`', '`regions: [us-east-1]`; also by name, as in `region: Frankfurt`'],
  ['`models: [Qwen/Qwen3-8B]`', '`models: [{source: Qwen/Qwen3-8B}]`'],
  [
    'a model without `name`',
    'the last part of `source`, in lower case, other characters become `-`: `qwen3-8b`',
  ],
  ['one value where a list is expected', 'a list of one'],
  ['`database: managed`, `cache: none`', '`database: {postgres: managed}`, `cache: {valkey: none}`'],
  ['`notify: ops@example.com`, or a list', '`notify: {emails: [ops@example.com]}`'],
];

interface Section {
  path: string;
  schema: Schema;
}

/** The object itself and all objects below it, in the order of the schema. */
function sectionsOf(schema: Schema, path: string): Section[] {
  const inner = innerSchema(schema);
  const { shape, element, items, type } = definition(inner);
  const entry = element ?? items?.[0];
  if ((type === 'array' || type === 'tuple') && entry) return sectionsOf(entry, `${path}[]`);
  if (!shape) return [];
  const below = Object.entries(shape).flatMap(([name, field]) =>
    sectionsOf(field, path === '' ? name : `${path}.${name}`),
  );
  return [{ path, schema: inner }, ...below];
}

/** A shape that several fields share has one table, under the first of them. */
function distinct(sections: Section[]): Section[] {
  const first = (schema: Schema) => sections.findIndex((other) => other.schema === schema);
  return sections.filter(({ schema }, index) => first(schema) === index);
}

/** The field as people write it, where they may leave out what the long form always has. */
function asWritten(path: string, name: string, field: Schema): Schema {
  if (definition(field).innerType || name === 'regions') return field;
  const parts = path === '' ? [] : path.replaceAll('[]', '').split('.');
  const section = parts.reduce<Schema | undefined>(
    (above, part) => above && longForm(definition(longForm(above)).shape?.[part]),
    deploymentSchema,
  );
  const written = section && definition(longForm(section)).shape?.[name];
  return written && definition(written).innerType ? written : field;
}

/** Of a field with short forms the section itself. */
function longForm(field: Schema | undefined): Schema {
  const inner = innerSchema(field as Schema);
  const { type, options, element } = definition(inner);
  if (type === 'array') return longForm(element);
  if (type !== 'union') return inner;
  const forms = (options as Schema[]).map(longForm);
  return forms.find((form) => definition(form).shape) ?? inner;
}

function sectionTable(path: string, schema: Schema): string[] {
  const fields = Object.entries(definition(schema).shape ?? {});
  return [
    `## ${path === '' ? 'Top level' : `\`${path}\``}`,
    '',
    fieldDocs.get(schema)?.description ?? '',
    '',
    row(['field', 'type, values', 'default', 'meaning']),
    row(['---', '---', '---', '---']),
    ...fields.map(([name, field]) => {
      const about = fieldDocs.get(field);
      const unit = about?.unit ? ` (${about.unit})` : '';
      const description = about?.description ?? '';
      return row([
        `\`${fieldName(path, name)}\``,
        `${kindOf(field)}${unit}`,
        defaultOf(asWritten(path, name, field)),
        description,
      ]);
    }),
    '',
  ];
}

function fieldName(path: string, name: string): string {
  return path === '' && name === 'regions' ? 'region' : name;
}

function kindOf(field: Schema): string {
  const inner = innerSchema(field);
  const { type, shape, element, items } = definition(inner);
  const entry = element ?? items?.[0];
  if (shape) return 'section, below';
  if (entry && definition(innerSchema(entry)).shape) return 'list of sections, below';
  if (entry) return `${type === 'tuple' ? '' : 'list of: '}${wantedText(entry)}`;
  return type === 'record' ? 'map of names to values' : wantedText(inner);
}

function defaultOf(field: Schema): string {
  const about = fieldDocs.get(field);
  if (about?.computedDefault) return `*${about.computedDefault}*`;
  const { type, innerType, defaultValue } = definition(field);
  const isSection = definition(innerSchema(field)).shape !== undefined;
  if (isSection && innerType && type !== 'optional') return 'the defaults below';
  if (type === 'default') return literal(defaultValue);
  return innerType ? '-' : '**required**';
}

function literal(value: unknown): string {
  const empty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return empty ? '-' : `\`${JSON.stringify(value).replaceAll('"', '')}\``;
}

const kinds: Record<SupportRow['kind'], string> = {
  'not-built-yet': 'Known words of parts that later versions add. They are refused with these reasons.',
  cannot: 'What does not work, or makes no sense. It is refused with these reasons.',
};

/** What is refused, and why: the same rows that the parser reads. */
export function supportPage(): string {
  return [
    '# What is refused, and why',
    '',
    '<!-- Generated from lib/catalog/support.ts by `npm run generate`; do not edit. -->',
    '',
    ...Object.entries(kinds).flatMap(([kind, text]) => [
      `## ${kind === 'cannot' ? 'Cannot' : 'Not built yet'}`,
      '',
      text,
      '',
      row(['where', 'reason']),
      row(['---', '---']),
      ...supportRows()
        .filter((support) => support.kind === kind)
        .map(({ where, reason }) => row([place(where), reason])),
      '',
    ]),
    '## Exceptions',
    '',
    'What every deployment promises, and one part of it cannot keep. Everything else is checked for each cloud.',
    '',
    row(['promise', 'part', 'reason']),
    row(['---', '---', '---']),
    ...exceptionRows().map(({ promise, part, cloud, reason }) =>
      row([promiseWords[promise], `${part.replaceAll('-', ' ')} (${cloud})`, reason]),
    ),
    '',
  ].join('\n');
}

const promiseWords: Record<ExceptionRow['promise'], string> = {
  'encrypted-with-your-key': 'with `security.encryption: customer-managed` all is encrypted with that key',
  'goes-with-the-deployment':
    'without `reliability.deletionProtection` a deleted deployment leaves nothing behind',
};

function place(where: SupportRow['where']): string {
  const { path, values, moreThan, everySource, cloud, architecture, hardware } = where;
  const what = hardware ?? `\`${path}\``;
  const which = values ? `: ${values.map((value) => `\`${value}\``).join(', ')}` : '';
  const sources = everySource ? `, each of ${everySource.map((value) => `\`${value}\``).join(', ')}` : '';
  const count = moreThan === undefined ? '' : `, more than ${moreThan}`;
  const only = [cloud, architecture].filter(Boolean).join(', ');
  return `${what}${which}${sources}${count}${only && ` (${only})`}`;
}
