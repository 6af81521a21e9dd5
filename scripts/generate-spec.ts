import { compile, type JSONSchema } from 'json-schema-to-typescript';
import * as z from 'zod/mini';
import { deploymentSchema } from '../lib/spec/deployment';
import { fieldDocs } from '../lib/spec/fields';
import { specSchema } from '../lib/spec/schema';
import { alarmsPage } from './generate-alarms';
import { specPage, supportPage } from './generate-docs';

export interface GeneratedFile {
  path: string;
  content: string;
}

type Json = Record<string, unknown>;

/** JSON Schema in which descriptions tell unit and computed default, as editors show only those. */
export function jsonSchema(schema: z.core.$ZodType, io: 'input' | 'output'): Json {
  return z.toJSONSchema(schema, {
    io,
    target: 'draft-7',
    metadata: fieldDocs as never,
    override: ({ jsonSchema }) => {
      const node = jsonSchema as Json;
      const { unit, computedDefault } = node;
      delete node.unit;
      delete node.wanted;
      delete node.computedDefault;
      if (unit) node.description = `${node.description} Unit: ${unit}.`;
      if (computedDefault) node.description = `${node.description} Default: ${computedDefault}.`;
    },
  }) as Json;
}

/** Every named section gets `suffix`, so that input and output forms can stand in one file. */
function withTitles(node: unknown, title: (old: string) => string): unknown {
  if (Array.isArray(node)) return node.map((entry) => withTitles(entry, title));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      key === 'title' && typeof value === 'string' ? title(value) : withTitles(value, title),
    ]),
  );
}

async function interfaces(
  schema: z.core.$ZodType,
  io: 'input' | 'output',
  root: string,
  suffix: string,
): Promise<string> {
  const titled = withTitles(jsonSchema(schema, io), (old) => (old === root ? root : `${old}${suffix}`));
  return compile(titled as JSONSchema, root, {
    bannerComment: '',
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    style: { singleQuote: true, printWidth: 110 },
  });
}

export async function typesFile(): Promise<GeneratedFile> {
  const deployment = await interfaces(deploymentSchema, 'input', 'Deployment', 'Input');
  const spec = await interfaces(specSchema, 'output', 'Spec', 'Spec');
  return {
    path: 'lib/spec/types.ts',
    content: `// Generated from the schema by \`npm run generate\`; do not edit.\n\n${deployment}\n${spec}`,
  };
}

export function editorSchema(): GeneratedFile {
  const schema = jsonSchema(deploymentSchema, 'input');
  const { Deployment } = schema.definitions as { Deployment: Json };
  // What the parser asks for and a schema of fields cannot say.
  Deployment.oneOf = [{ required: ['region'] }, { required: ['regions'] }];
  return {
    path: 'schema/llm-constructs.schema.json',
    content: `${JSON.stringify(schema, null, 2)}\n`,
  };
}

/** Everything that is generated; a test compares it with what is committed. */
export async function generatedFiles(): Promise<GeneratedFile[]> {
  return [
    await typesFile(),
    editorSchema(),
    { path: 'docs/spec.md', content: specPage() },
    { path: 'docs/support.md', content: supportPage() },
    { path: 'docs/alarms.md', content: alarmsPage() },
  ];
}
