/** A JSON data file: a column list, one row a line, and texts that many rows share under `sources`. */
export interface Table {
  columns: string[];
  rows: Cell[][];
  sources?: Record<string, Record<string, string>>;
}

export type Cell = string | number | boolean | null;

/** Rows as objects; the column `sourceId` gives way to the fields of that source (`source`, `asOf`, ...). */
export function records<Row>(table: Table, rows: readonly Cell[][] = table.rows): Row[] {
  const { columns, sources } = table;
  return rows.map((cells) => {
    const record: Record<string, Cell> = {};
    // a counted loop: `entries()` takes ten times as long before the code is warm
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index] as string;
      if (column === 'sourceId') Object.assign(record, sources?.[String(cells[index])]);
      else record[column] = cells[index] ?? null;
    }
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

/** Rows of a table by the value of a column, made into objects when first asked for. */
export interface Groups<Row> {
  names: readonly string[];
  get(name: string): readonly Row[];
}

export function groupBy<Raw, Row>(table: Table, column: string, build: (raw: Raw) => Row): Groups<Row> {
  const at = table.columns.indexOf(column);
  const groups = new Map<string, Cell[][]>();
  for (const cells of table.rows) {
    const name = String(cells[at]);
    const group = groups.get(name);
    if (group) group.push(cells);
    else groups.set(name, [cells]);
  }
  const built = new Map<string, readonly Row[]>();
  return {
    names: [...groups.keys()],
    get(name) {
      const rows = built.get(name) ?? records<Raw>(table, groups.get(name) ?? []).map(build);
      built.set(name, rows);
      return rows;
    },
  };
}
