/** A piece of text output as data; the command line draws it to the width of the terminal. */
export interface Section {
  title?: string;
  columns?: readonly string[];
  /** With `columns` a table; without them lines of `label  text`. */
  rows: readonly (readonly string[])[];
  notes?: readonly string[];
}

/** A decision in one line and its reason in the next. */
export function explained(label: string, text: string, because: string): string[][] {
  return [
    [label, text],
    ['', because],
  ];
}
