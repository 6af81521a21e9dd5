import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod/mini';
import { notBuiltField } from '../../lib/catalog/support';
import { fieldDocs } from '../../lib/spec/fields';
import { specSchema } from '../../lib/spec/schema';
import { definition, innerSchema } from '../../lib/spec/schema-tree';
import { smallest } from './problems';

type Schema = z.core.$ZodType;

interface Field {
  path: string;
  schema: Schema;
}

function fieldsOf(schema: Schema, path: string): Field[] {
  const { shape, element, items } = definition(innerSchema(schema));
  const entry = element ?? items?.[0];
  if (entry) return fieldsOf(entry, `${path}[]`);
  return Object.entries(shape ?? {}).flatMap(([name, field]) => {
    const inner = path === '' ? name : `${path}.${name}`;
    return [{ path: inner, schema: field }, ...fieldsOf(field, inner)];
  });
}

const fields = fieldsOf(specSchema, '');

describe('the schema', () => {
  it('describes every field', () => {
    expect(fields.length).toBeGreaterThan(110);
    expect(
      fields.filter(({ schema }) => !fieldDocs.get(schema)?.description).map(({ path }) => path),
    ).toEqual([]);
  });

  it('tells the default of every field that may be left out, or has none on purpose', () => {
    const silent = fields.filter(
      ({ schema }) => definition(schema).type === 'optional' && !fieldDocs.get(schema)?.computedDefault,
    );
    // What is absent when it is not written.
    expect(
      silent.map(({ path }) => path).filter((path) => !path.startsWith('monitoring.thresholds.')),
    ).toEqual(
      [
        'network.domain',
        'network.dnsZone',
        'models[].baseModel',
        'models[].adapters',
        'models[].draftModel',
        'models[].fallbacks',
        'models[].versions',
        'models[].traffic.sharePercent',
        'models[].traffic.users',
        'models[].traffic.concurrentUsers',
        'models[].traffic.requestsPerSecond',
        'models[].traffic.requestsPerMonth',
        'models[].traffic.slo',
        'models[].rateLimit',
        'models[].rateLimit.requestsPerMinute',
        'models[].rateLimit.tokensPerMinute',
        'application',
        'traffic.users',
        'traffic.concurrentUsers',
        'traffic.requestsPerSecond',
        'traffic.requestsPerMonth',
        'batch',
        'gateway.keyLimits.tokensPerMinute',
        'gateway.keyLimits.budgetUsdPerMonth',
        'gateway.jwt',
        'gateway.autoRouter',
        'gateway.piiMasking',
        'gateway.responseCache',
        'modelStore.hubTokenSecret',
        'budget',
        'budget.failSynthOverUsd',
        'models[].replicas',
        'models[].capacity',
        'models[].capacity.reservations',
        'models[].capacity.schedule',
        'capacity.reservations',
        'capacity.schedule',
        'rollout',
      ].sort((a, b) => order(a) - order(b)),
    );
  });

  it('fills every section that is always there from nothing', () => {
    const always = fields.filter(({ schema }) => definition(schema).type === 'prefault');
    expect(always.length).toBeGreaterThan(7);
    for (const { path, schema } of always) {
      expect({ path, ok: z.safeParse(schema, undefined).success }).toEqual({ path, ok: true });
    }
  });

  it('has no literal default in a section that is made only when it is written', () => {
    const late = fields.filter(
      ({ schema }) => definition(schema).type === 'default' && definition(innerSchema(schema)).shape,
    );
    expect(late.length).toBeGreaterThan(6);
    for (const { path, schema } of late) {
      expect({ path, data: z.parse(innerSchema(schema), {}) }).toEqual({ path, data: {} });
    }
  });

  it('has no field that a support row refuses', () => {
    const inEveryForm = (path: string) =>
      ['single-server', 'scaled'].every((architecture) =>
        notBuiltField(path, { cloud: 'aws', architecture }),
      );
    expect(fields.filter(({ path }) => inEveryForm(path)).map(({ path }) => path)).toEqual([]);
  });
});

const order = (path: string) => fields.findIndex((field) => field.path === path);

describe('the schema for editors', () => {
  const text = readFileSync(join(__dirname, '../../schema/llm-constructs.schema.json'), 'utf8');
  const validate = new Ajv({ strict: false }).compile(JSON.parse(text));
  const example = (file: string) => parse(readFileSync(join(__dirname, 'reference', file), 'utf8'));

  it('accepts short forms', () => {
    expect(validate(example('01.yaml'))).toBe(true);
    expect(
      validate({ ...smallest, database: 'managed', cache: 'none', monitoring: { notify: 'a@example.com' } }),
    ).toBe(true);
    expect(
      validate({ ...smallest, models: [{ source: 'Qwen/Qwen3-8B', gpu: 'L40S', geometry: 'config.json' }] }),
    ).toBe(true);
  });

  it.each([
    ['an unknown field', { ...smallest, modells: [] }],
    ['a word that is not built', { ...smallest, cloud: 'azure' }],
    ['both region and regions', { ...smallest, regions: ['us-east-1'] }],
    ['a number over its limit', { ...smallest, gateway: { retries: 6 } }],
    ['null', { ...smallest, network: null }],
  ])('refuses %s', (_, value) => {
    expect(validate(value)).toBe(false);
  });

  it('describes what it completes, with unit and computed default', () => {
    const { definitions } = JSON.parse(text);
    expect(definitions.Model.properties.maxContext.description).toBe(
      "Longest prompt plus answer of one request. Unit: tokens. Default: the power of two of at least 4 x (inputTokens + outputTokens), at least 8192, at most the model's own.",
    );
  });
});
