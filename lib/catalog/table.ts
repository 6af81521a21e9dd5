/** A JSON data file: a column list, one row a line, and texts that many rows share under `sources`. */
export interface Table {
  columns: string[];
  rows: Cell[][];
  sources?: Record<string, Record<string, string>>;
}

export type Cell = string | number | boolean | null;

/** Rows as objects; the column `sourceId` gives way to the fields of that source (`source`, `asOf`, ...). */
export function records<Row>(table: Table): Row[] {
  return table.rows.map((cells) => {
    const record: Record<string, Cell> = {};
    table.columns.forEach((column, index) => {
      if (column === 'sourceId') Object.assign(record, table.sources?.[String(cells[index])]);
      else record[column] = cells[index] ?? null;
    });
    return record as Row;
  });
}

/** Reads on first use; the data never changes afterwards. */
export function once<Value>(read: () => Value): () => Value {
  const kept: Value[] = [];
  return () => {
    if (kept.length === 0) kept.push(read());
    return kept[0] as Value;
  };
}

export function groupBy<Row>(rows: readonly Row[], key: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(row);
    else groups.set(key(row), [row]);
  }
  return groups;
}
