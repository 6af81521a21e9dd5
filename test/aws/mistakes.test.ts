import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { supportRows } from '../../lib/catalog/support';
import { checks } from '../contract';
import { everyDeployment } from './every-deployment';
import { mistakes } from './mistakes';
import { type Properties, Written } from './synthesize';

const all = Object.entries(everyDeployment());

/** Quotes are written as they need be in the source. */
const sourceOf = (file: string) => readFileSync(join(__dirname, '..', file), 'utf8').replaceAll("\\'", "'");

describe('mistakes that others made', () => {
  it('are twenty, each held by something', () => {
    expect(mistakes).toHaveLength(20);
    for (const { mistake, contract = [], tests = [], problems } of mistakes) {
      expect(contract.length + tests.length + (problems ? 1 : 0), mistake).toBeGreaterThan(0);
    }
  });

  it.each(mistakes.map((row) => [row.mistake, row] as const))('%s: what holds it is there', (_, row) => {
    for (const promise of row.contract ?? []) {
      expect(checks.filter(({ promises }) => promises.startsWith(promise))).toHaveLength(1);
    }
    for (const [file, name] of row.tests ?? []) {
      expect(sourceOf(file), file).toMatch(
        new RegExp(`\\bit(\\.each\\(.*\\))?\\(\\s*['"\`]${escaped(name)}['"\`]`),
      );
    }
  });

  const checked = mistakes.filter(({ problems }) => problems !== undefined);

  it.each(checked.map((row) => [row.mistake, row] as const))('%s: not in any deployment', (_, row) => {
    for (const [name, { plan, template }] of all) expect(row.problems?.(template(), plan), name).toEqual([]);
  });

  it.each(checked.map((row) => [row.mistake, row] as const))('%s: found where it is made', (_, row) => {
    const { type, change } = row.made ?? { type: 'nothing', change: () => {} };
    const holding = all.filter(([, { template }]) => template().all(type).length > 0);
    const found = holding.filter(([, { plan, template }]) => {
      const spoilt = new Written(structuredClone(template().template), []);
      for (const resource of spoilt.all(type)) {
        resource.Properties ??= {};
        resource.DeletionPolicy ??= 'Retain';
        change(resource.Properties as Properties);
      }
      return row.problems?.(spoilt, plan).length !== 0;
    });
    // where no model is loaded, no time is too short for it
    const engines = holding.filter(([, { plan }]) => plan.decisions.models.length > 0);
    expect(found.map(([name]) => name)).toEqual(expect.arrayContaining(engines.map(([name]) => name)));
    expect(found).not.toEqual([]);
  });

  it('that come with several regions are refused with them', () => {
    const rows = supportRows().map(({ id }) => id);
    expect(rows).toContain('several-regions');
    expect(rows).toContain('multi-region');
  });
});

const escaped = (name: string) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
