import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Cell, Table } from '../../lib/catalog/table';
import { records } from '../../lib/catalog/table';

const folder = join(__dirname, '../../lib/catalog/data');
const files = readdirSync(folder).filter((file) => file.endsWith('.json'));

/** Columns that no two rows of a file share. */
const keys: Record<string, string[]> = {
  'gpus.json': ['name'],
  'models.json': ['id'],
  'llama-flags.json': ['flag'],
  'managed-models.json': ['provider', 'model'],
  'quotas.json': ['cloud', 'family'],
  'regions.json': ['cloud', 'region'],
  'vllm-flags.json': ['flag'],
  ...Object.fromEntries(
    ['aws', 'azure', 'gcp'].flatMap((cloud) => [
      [`gpu-types-${cloud}.json`, ['instanceType']],
      [`gpu-prices-${cloud}.json`, ['region', 'instanceType']],
      [`cpu-types-${cloud}.json`, ['instanceType']],
      [`cpu-prices-${cloud}.json`, ['region', 'instanceType']],
      [`service-prices-${cloud}.json`, ['service', 'sku', 'region']],
    ]),
  ),
};

describe('data files', () => {
  it('are all known to this test', () => {
    expect(files.toSorted()).toEqual(Object.keys(keys).toSorted());
  });

  describe.each(files)('%s', (file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const table = JSON.parse(text) as Table;
    const rows = records<Record<string, Cell>>(table);

    it('has a value for each column in each row, one row a line', () => {
      expect(rows.length).toBeGreaterThan(0);
      expect(table.rows.filter((row) => row.length !== table.columns.length)).toEqual([]);
      const lines = text.split('\n');
      expect(lines.filter((line) => line.startsWith('[')).length).toBe(rows.length);
    });

    it('says source and date of each row', () => {
      const date = /^(20\d\d(-\d\d(-\d\d)?)?|undated)$/;
      const bad = rows.filter((row) => !row.source || !date.test(String(row.asOf)));
      expect(bad).toEqual([]);
    });

    it('names each thing once', () => {
      const names = rows.map((row) => (keys[file] ?? []).map((column) => row[column]).join(' | '));
      expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    });
  });

  it('has a date for all but the few prices whose source has none', () => {
    const undated = files.flatMap((file) =>
      records<Record<string, Cell>>(JSON.parse(readFileSync(join(folder, file), 'utf8'))).filter(
        (row) => row.asOf === 'undated',
      ),
    );
    expect(undated.length).toBe(8);
  });
});
