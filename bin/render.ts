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
  const numeric = widths.map((_, index) => rows.every((row) => isNumber(row[index] ?? '')));
  const body = (columns ? rows : lines).flatMap((row) => renderRow(row, widths, numeric));
  if (!columns) return body;
  const heading = renderRow(columns, widths, numeric).map((line) => terminal.colors.dim(line));
  return [...heading, ...body];
}

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

/** Widths of the columns that fit into `total`: the widest give way first. */
export function fitWidths(lines: readonly (readonly string[])[], total: number): number[] {
  const count = Math.max(...lines.map((line) => line.length));
  const widths = Array.from({ length: count }, (_, index) =>
    Math.max(1, ...lines.map((line) => clean(line[index] ?? '').length)),
  );
  let over = widths.reduce((sum, width) => sum + width, 0) + gap * (count - 1) - total;
  while (over > 0) {
    const widest = widths.indexOf(Math.max(...widths));
    const width = widths[widest] ?? 0;
    if (width <= narrowestColumn) break;
    widths[widest] = width - 1;
    over -= 1;
  }
  return widths;
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
