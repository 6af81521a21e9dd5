import type { Section } from '../lib/report/section';
import type { Terminal } from './terminal';

const gap = 2;
const narrowestColumn = 6;

/** Sections as text; no line is longer than the terminal is wide. */
export function renderSections(sections: readonly Section[], terminal: Terminal): string {
  return `${sections.map((section) => renderSection(section, terminal).join('\n')).join('\n\n')}\n`;
}

function renderSection(section: Section, terminal: Terminal): string[] {
  const { colors, columns } = terminal;
  return [
    ...(section.title ? [colors.bold(section.title)] : []),
    ...(section.rows.length > 0 ? renderTable(section, terminal) : []),
    ...(section.notes ?? []).flatMap((note) => wrap(note, columns)).map((line) => colors.dim(line)),
  ];
}

function renderTable({ columns, rows }: Section, terminal: Terminal): string[] {
  const lines = columns ? [columns, ...rows] : rows;
  const widths = fitWidths(lines, terminal.columns);
  if (columns && widths.length > 1 && longestWord(lines, 0) > (widths[0] ?? 0)) {
    return renderStacked(columns, rows, terminal);
  }
  const numeric = widths.map((_, index) => rows.every((row) => isNumber(row[index] ?? '')));
  const body = (columns ? rows : lines).flatMap((row) => renderRow(row, widths, numeric));
  if (!columns) return body;
  const heading = renderRow(columns, widths, numeric).map((line) => terminal.colors.dim(line));
  return [...heading, ...body];
}

/** First cells on lines of their own: names are there to be copied, so they are not cut. */
function renderStacked(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  terminal: Terminal,
): string[] {
  const below = [columns, ...rows].map((row) => row.slice(1));
  const widths = fitWidths(below, terminal.columns - gap);
  const numeric = widths.map((_, index) => below.slice(1).every((row) => isNumber(row[index] ?? '')));
  return [columns, ...rows].flatMap((row, index) => {
    const cells = renderRow(row.slice(1), widths, numeric).map((line) => `${' '.repeat(gap)}${line}`);
    const text = [...wrap(row[0] ?? '', terminal.columns), ...cells];
    return index === 0 ? text.map((line) => terminal.colors.dim(line)) : text;
  });
}

const longestWord = (lines: readonly (readonly string[])[], column: number) =>
  Math.max(...lines.flatMap((line) => clean(line[column] ?? '').split(' ')).map((word) => word.length));

function renderRow(row: readonly string[], widths: readonly number[], right: readonly boolean[]): string[] {
  const cells = widths.map((width, index) => wrap(row[index] ?? '', width));
  const height = Math.max(...cells.map((cell) => cell.length));
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((cell, index) => {
        const [text, width] = [cell[line] ?? '', widths[index] ?? 0];
        return right[index] ? text.padStart(width) : text.padEnd(width);
      })
      .join(' '.repeat(gap))
      .trimEnd(),
  );
}

/** Widths of the columns that fit into `total`: the widest give way first, and words are cut only where they must. */
export function fitWidths(lines: readonly (readonly string[])[], total: number): number[] {
  const count = Math.max(...lines.map((line) => line.length));
  const widths = Array.from({ length: count }, (_, index) =>
    Math.max(1, ...lines.map((line) => clean(line[index] ?? '').length)),
  );
  const words = narrowed(widths, total, (index) => longestWord(lines, index));
  return spread(words) <= total ? words : narrowed(widths, total, () => 0);
}

const spread = (widths: readonly number[]) =>
  widths.reduce((sum, width) => sum + width, 0) + gap * (widths.length - 1);

/** Widths that come to `total`, or as near as the least width of each column allows. */
function narrowed(widths: readonly number[], total: number, leastOf: (index: number) => number): number[] {
  const least = widths.map((_, index) => Math.max(narrowestColumn, leastOf(index)));
  const narrow = [...widths];
  while (spread(narrow) > total) {
    const room = narrow.map((width, index) => (width > (least[index] ?? 0) ? width : 0));
    const widest = room.indexOf(Math.max(...room));
    if (room[widest] === 0) break;
    narrow[widest] = (narrow[widest] ?? 0) - 1;
  }
  return narrow;
}

/** Lines of at most `width`; a longer word, such as a path, is cut into pieces. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of clean(text).split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.flatMap((line) => pieces(line, width));
}

function pieces(line: string, width: number): string[] {
  if (line.length <= width) return [line];
  return [line.slice(0, width), ...pieces(line.slice(width), width)];
}

// text from a spec may hold control characters, which would move the cursor or forge lines
function clean(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}

function isNumber(text: string): boolean {
  return /^(-?|[-+~<>]?[\d,. ]+%?)$/.test(text);
}
