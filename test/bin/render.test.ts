import { createColors } from 'picocolors';
import { describe, expect, it } from 'vitest';
import { fitWidths, renderSections } from '../../bin/render';
import { models } from '../../lib/catalog/models';
import { ran } from './fake-terminal';

const shown = (columns: readonly string[], rows: string[][], width: number) =>
  renderSections([{ columns, rows }], {
    columns: width,
    colors: createColors(false),
  } as never);

describe('columns', () => {
  it('are as wide as their text where there is room', () => {
    expect(fitWidths([['name', 'what it is for']], 80)).toEqual([4, 14]);
  });

  it('give way where words stay whole, before any word is cut', () => {
    const rows = [['meta-llama/Llama-3.1-8B', 'one two three four five six', 'gated']];
    expect(fitWidths(rows, 44)).toEqual([23, 12, 5]);
  });
});

describe('names in the first column', () => {
  it('stand on lines of their own where they would be cut', () => {
    const rows = [
      ['Qwen/Qwen3-8B', 'chat', '8.19B'],
      ['meta-llama/Llama-3.1-8B-Instruct', 'completion', '8.03B'],
    ];
    expect(shown(['model', 'task', 'params'], rows, 40)).toBe(`model
  task        params
Qwen/Qwen3-8B
  chat        8.19B
meta-llama/Llama-3.1-8B-Instruct
  completion  8.03B
`);
  });

  it.each([60, 80, 100, 120])('of all models are whole at %d columns', async (columns) => {
    const { out } = await ran(['models'], { columns });
    const words = new Set(out.split(/\s+/));
    expect(models().filter(({ id }) => !words.has(id))).toEqual([]);
  });
});
