import { describe, expect, it } from 'vitest';
import { groupBy, once, records, type Table } from '../../lib/catalog/table';

const table: Table = {
  columns: ['city', 'river', 'sourceId'],
  sources: { '0': { source: 'a map', asOf: '2026-01' } },
  rows: [
    ['Basel', 'Rhine', 0],
    ['Bern', 'Aare', 0],
    ['Cologne', 'Rhine', 0],
    ['Madrid', null, 0],
  ],
};

describe('tables', () => {
  it('give rows as objects, with the text of their source', () => {
    expect(records(table)[0]).toEqual({ city: 'Basel', river: 'Rhine', source: 'a map', asOf: '2026-01' });
    expect(records(table)[3]).toMatchObject({ city: 'Madrid', river: null });
  });

  it('give the rows of a group, built once', () => {
    const built: string[] = [];
    const rivers = groupBy(table, 'river', ({ city }: { city: string }) => {
      built.push(city);
      return city;
    });
    expect(rivers.names).toEqual(['Rhine', 'Aare', 'null']);
    expect(built).toEqual([]);
    expect(rivers.get('Rhine')).toEqual(['Basel', 'Cologne']);
    expect(rivers.get('Rhine')).toBe(rivers.get('Rhine'));
    expect(built).toEqual(['Basel', 'Cologne']);
    expect(rivers.get('Danube')).toEqual([]);
  });

  it('are read when first asked for, and once', () => {
    let reads = 0;
    const read = once(() => {
      reads += 1;
      return undefined;
    });
    expect(reads).toBe(0);
    read();
    read();
    expect(reads).toBe(1);
  });
});
