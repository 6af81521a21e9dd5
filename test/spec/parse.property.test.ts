import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type * as z from 'zod/mini';
import { isUserError } from '../../lib/errors';
import { deploymentSchema } from '../../lib/spec/deployment';
import { parseDeployment, parseSpec } from '../../lib/spec/parse';
import { definition, innerSchema } from '../../lib/spec/schema-tree';
import { smallest } from './problems';

type Schema = z.core.$ZodType;

const image = `registry.example.com/image@sha256:${'0'.repeat(64)}`;
const subnet = 'subnet-0123456789abcdef0';

/** A right text for the fields that have a pattern. */
const right: Record<string, string[]> = {
  name: ['demo', 'qwen3-8b'],
  region: ['us-east-1', 'Frankfurt'],
  regions: ['us-east-1'],
  id: ['123456789012', 'vpc-0123456789abcdef0', subnet],
  zone: ['us-east-1a', 'us-east-1b'],
  zones: ['us-east-1a', 'us-east-1b'],
  registry: ['registry.example.com/mirror'],
  gateway: [image],
  engine: [image],
  database: [image],
  cache: [image],
  telemetry: [image],
  machine: ['ami-0123456789abcdef0'],
  domain: ['llm.example.com'],
  dnsZone: ['Z0123456789ABCDEFGHIJ'],
  certificate: ['arn:aws:acm:us-east-1:123456789012:certificate/abc'],
  encryptionKey: ['arn:aws:kms:us-east-1:123456789012:key/abc'],
  allowedCidrs: ['10.0.0.0/8', '203.0.113.7/32'],
  cidr: ['10.40.0.0/16', '172.20.0.0/20'],
  source: ['Qwen/Qwen3-8B', 'BAAI/bge-m3', 'Qwen/Qwen3-8B-AWQ', 's3://my-bucket/weights'],
  models: ['Qwen/Qwen3-8B', 'meta-llama/Llama-3.1-8B-Instruct'],
  baseModel: ['Qwen/Qwen3-8B'],
  revision: ['main'],
  geometry: ['no-such-file.json'],
  gpu: ['L4', 'L40S', 'H100', 'T4'],
  instanceType: ['g6.xlarge', 'g6e.12xlarge'],
  bucket: ['my-bucket'],
  hubTokenSecret: ['hub-token'],
  emails: ['ops@example.com'],
  notify: ['ops@example.com'],
};
const others = Object.values(right).flat();

/** Values that a field could take, most of them right. */
function valuesOf(schema: Schema, name: string): fc.Arbitrary<unknown> {
  const inner = innerSchema(schema);
  const def = definition(inner);
  switch (def.type) {
    case 'object':
      return fc.record(
        Object.fromEntries(
          Object.entries(def.shape ?? {}).map(([field, value]) => [field, valuesOf(value, field)]),
        ),
        { requiredKeys: requiredOf(def.shape ?? {}) },
      );
    case 'array':
      return fc.array(valuesOf(def.element as Schema, name), { minLength: 1, maxLength: 2 });
    case 'tuple':
      return fc.array(valuesOf((def.items as Schema[])[0] as Schema, name), { minLength: 1, maxLength: 1 });
    case 'record':
      return fc.dictionary(
        fc.constantFrom('team', 'gpt-4o', 'seed', 'max-model-len', 'x'),
        fc.constantFrom(1, true, 'qwen3-8b'),
        { maxKeys: 2 },
      );
    case 'union':
      return fc.oneof(...(def.options as Schema[]).map((option) => valuesOf(option, name)));
    case 'enum':
      return fc.constantFrom(...Object.values(def.entries as Record<string, string>));
    case 'literal':
      return fc.constantFrom(...(def.values as unknown[]));
    case 'boolean':
      return fc.boolean();
    case 'number':
      return fc.oneof(
        { arbitrary: inside(inner), weight: 15 },
        { arbitrary: fc.constantFrom(0, 0.5, 1e15), weight: 1 },
      );
    default:
      return fc.oneof(
        { arbitrary: fc.constantFrom(...(right[name] ?? others)), weight: 15 },
        { arbitrary: fc.constantFrom(...others), weight: 1 },
      );
  }
}

const requiredOf = (shape: Record<string, Schema>) =>
  Object.keys(shape).filter((field) => definition(shape[field] as Schema).innerType === undefined);

/** Whole numbers within the limits that the schema states. */
function inside(schema: Schema): fc.Arbitrary<number> {
  const checks = (definition(schema).checks ?? []) as z.core.$ZodCheck[];
  const limit = (kind: string, otherwise: number) => {
    const found = checks.map((check) => check._zod.def as { check: string; value?: number });
    return found.find((check) => check.check === kind)?.value ?? otherwise;
  };
  const min = Math.ceil(limit('greater_than', 0));
  return fc.integer({ min, max: Math.min(Math.floor(limit('less_than', 100)), min + 1000) });
}

const specs = valuesOf(deploymentSchema, '').chain((random) =>
  // Half of them on a good base, since a random spec hardly ever has region, model and load at once.
  fc.boolean().map((onBase) => (onBase ? { ...(random as object), ...smallest } : random)),
);

const editorSchema = readFileSync(join(__dirname, '../../schema/llm-constructs.schema.json'), 'utf8');
const validate = new Ajv({ strict: false }).compile(JSON.parse(editorSchema));

const rules = new Set<string>();

/** Reads what parses, and holds issues to what a person needs to mend the spec. */
function readOrRefused(parse: () => unknown): 'read' | 'refused' {
  try {
    parse();
    return 'read';
  } catch (error) {
    if (!isUserError(error)) throw error;
    expect(error.issues.length).toBeGreaterThan(0);
    for (const { path, rule, message } of error.issues) {
      rules.add(rule);
      expect(message.length, message).toBeGreaterThan(10);
      expect(message.length, message).toBeLessThan(700);
      expect(`${path} ${message}`).not.toMatch(/undefined|NaN to|\[object|invalid input/i);
    }
    return 'refused';
  }
}

describe('any input', () => {
  it('of the schema is read, or refused with paths and messages', () => {
    const count = { read: 0, refused: 0 };
    fc.assert(
      fc.property(specs, (spec) => {
        count[readOrRefused(() => parseDeployment(spec))] += 1;
      }),
      { numRuns: 500, seed: 7 },
    );
    console.log(`random specs: ${count.read} read, ${count.refused} refused by ${rules.size} rules`);
    expect(count.read + count.refused).toBe(500);
    expect(rules.size).toBeGreaterThan(18);
  });

  it('of one changed section on a good base is read, or refused with paths and messages', () => {
    const count = { read: 0, refused: 0 };
    const shape = deploymentSchema.shape as Record<string, Schema>;
    const changes = fc
      .constantFrom(...Object.keys(shape))
      .chain((name) => valuesOf(shape[name] as Schema, name).map((value) => ({ [name]: value })));
    fc.assert(
      fc.property(changes, (change) => {
        const spec = { ...smallest, ...change };
        const outcome = readOrRefused(() => parseDeployment(spec));
        count[outcome] += 1;
        // An editor must not underline what the parser reads.
        if (outcome === 'read') expect(validate(spec), JSON.stringify(validate.errors)).toBe(true);
      }),
      { numRuns: 800, seed: 7 },
    );
    console.log(`specs with one random section: ${count.read} read, ${count.refused} refused`);
    expect(count.read).toBeGreaterThan(300);
    expect(count.refused).toBeGreaterThan(300);
  });

  it('that is JSON is read, or refused with paths and messages', () => {
    const count = { read: 0, refused: 0 };
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        count[readOrRefused(() => parseDeployment(value))] += 1;
        count[readOrRefused(() => parseSpec(JSON.stringify(value)))] += 1;
      }),
      { numRuns: 500, seed: 7 },
    );
    console.log(`random JSON, as object and as text: ${count.read} read, ${count.refused} refused`);
    expect(count.refused).toBe(1000);
  });

  it('that is text is read, or refused with paths and messages', () => {
    let cases = 0;
    const pieces = fc.constantFrom(
      'name',
      ': ',
      '\n',
      '  ',
      '- ',
      '[',
      ']',
      '{',
      '}',
      ', ',
      '*a',
      '&a ',
      '!!',
      '"',
      "'",
      '|',
      '>',
      '? ',
      '#',
      '%',
      '\t',
      '<<',
      '---\n',
      '...',
      'é',
      '\ud83d\ude00',
      '0x1',
      '.nan',
      'null',
      '~',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (words) => {
        readOrRefused(() => parseSpec(words.join('')));
        cases += 1;
      }),
      { numRuns: 1000, seed: 7 },
    );
    console.log(`random texts: ${cases}`);
    expect(cases).toBe(1000);
  });

  it('that is read as an object is read the same as YAML', () => {
    let same = 0;
    const sections = fc.record({
      tags: fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('1', 'true', 'x: y', '')),
      monitoring: valuesOf(deploymentSchema.shape.monitoring, 'monitoring'),
    });
    fc.assert(
      fc.property(sections, (change) => {
        const spec = { ...smallest, ...change };
        if (readOrRefused(() => parseDeployment(spec)) === 'refused') return;
        expect(parseSpec(stringify(spec)).spec).toEqual(parseDeployment(spec).spec);
        same += 1;
      }),
      { numRuns: 200, seed: 7 },
    );
    console.log(`specs read the same from both: ${same}`);
    expect(same).toBeGreaterThan(30);
  });
});
