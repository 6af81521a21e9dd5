import { describe, expect, it } from 'vitest';
import { parsePriceOverlay } from '../../lib/cost/overlay';
import { type Issue, isUserError } from '../../lib/errors';

function issues(text: string, file = 'prices.yaml'): readonly Issue[] {
  try {
    parsePriceOverlay(text, file);
  } catch (error) {
    if (isUserError(error)) return error.issues;
    throw error;
  }
  return [];
}

const price = (change: string) =>
  `alarm: {usd: 1, unit: alarm-metric-month, source: x, asOf: 2026-11-01, ${change}}`;

describe('an issue of a price overlay', () => {
  it('of size names both sizes: up to 100,000 bytes, not characters, are read', () => {
    const padded = (bytes: number) => `${price('')}\n#${'é'.repeat((bytes - price('').length - 2) / 2)}`;
    const even = price('').length % 2;
    expect(Buffer.byteLength(padded(100_000 - even))).toBe(100_000 - even);
    expect(issues(padded(100_000 - even))).toEqual([]);
    expect(issues(padded(100_002 - even))).toEqual([
      {
        path: '',
        rule: 'overlay-size',
        message: `the price overlay has ${100_002 - even} bytes; at most 100000: keep only the price ids that you state`,
      },
    ]);
  });

  it('of size is none at the very limit', () => {
    const text = `${price('')}\n#`;
    expect(issues(text + 'x'.repeat(100_000 - text.length))).toEqual([]);
    expect(issues(text + 'x'.repeat(100_001 - text.length))).toHaveLength(1);
  });

  it('of syntax has the first line of what the parser says, with line and column', () => {
    const [first] = issues('alarm: {}\nkey: {usd: [\n');
    expect(first).toMatchObject({ path: '', rule: 'overlay-yaml', line: 3, column: 1 });
    expect(first?.message).toMatch(/^this is not YAML or JSON: \S.*$/);
  });

  it('of a key that stands twice has the place of the second', () => {
    expect(issues('alarm: {}\nalarm: {}')[0]).toMatchObject({ rule: 'overlay-yaml', line: 2, column: 1 });
  });

  it('of an alias has its place, and nothing else is judged', () => {
    expect(issues('alarm: &a {usd: 1}\nkey: *a')).toEqual([
      {
        path: '',
        rule: 'overlay-alias',
        message: 'aliases are not followed in a price overlay: write the value out',
        line: 2,
        column: 6,
      },
    ]);
  });

  it('of shape is one for the document and one for each price', () => {
    const whole = {
      path: '',
      rule: 'overlay-shape',
      message: 'a price overlay is a map of price id to {usd, unit, source, asOf}',
    };
    expect(issues('- 1')).toEqual([whole]);
    expect(issues('')).toEqual([whole]);
    expect(issues('alarm: 1\nkey: [1]')).toEqual([
      {
        path: 'alarm',
        rule: 'overlay-shape',
        message: 'a price is a map: {usd, unit, source, asOf}',
        line: 1,
        column: 1,
      },
      {
        path: 'key',
        rule: 'overlay-shape',
        message: 'a price is a map: {usd, unit, source, asOf}',
        line: 2,
        column: 1,
      },
    ]);
  });

  it('of an id that is no name says so', () => {
    expect(issues('? {a: 1}\n: 2')).toEqual([
      {
        path: '(not a name)',
        rule: 'overlay-price-id',
        message: expect.stringMatching(
          /^there is no price `\(not a name\)`; the ids are gpu-machine, managed-/,
        ),
      },
    ]);
  });

  it('has a rule for each field', () => {
    const place = { line: 1, column: 1 };
    const found = issues('alarm: {usd: -1, unit: month, source: " ", asOf: soon, note: x}');
    expect(found.map(({ path, rule, line, column }) => ({ path, rule, line, column }))).toEqual([
      { path: 'alarm.usd', rule: 'overlay-usd', ...place },
      { path: 'alarm.unit', rule: 'overlay-unit', ...place },
      { path: 'alarm.source', rule: 'overlay-source', ...place },
      { path: 'alarm.asOf', rule: 'overlay-date', ...place },
      { path: 'alarm.note', rule: 'overlay-unknown-key', ...place },
    ]);
  });

  it('shows a value as it was written, cut after forty characters', () => {
    const shown = (value: string) =>
      issues(`alarm: {usd: 1, unit: ${value}, source: x, asOf: 2026-11-01}`)[0]?.message.split(' is not ')[0];
    expect(shown('x'.repeat(40))).toBe(`\`${'x'.repeat(40)}\``);
    expect(shown('x'.repeat(41))).toBe(`\`${'x'.repeat(40)}...\``);
    expect(shown('[1]')).toBe('`(a list or map)`');
    expect(shown('{a: 1}')).toBe('`(a list or map)`');
    expect(shown('null')).toBe('`null`');
    expect(
      issues('alarm: {usd: 1, source: x, asOf: 2026-11-01}')[0]?.message.startsWith('(nothing) is not'),
    ).toBe(true);
  });

  it('of a field whose name is no name says so', () => {
    expect(issues(`alarm:\n  ? [a]\n  : 1`).at(-1)).toMatchObject({
      path: 'alarm.(not a name)',
      rule: 'overlay-unknown-key',
    });
  });
});

describe('the date of a price', () => {
  const dated = (asOf: string) =>
    issues(`alarm: {usd: 1, unit: alarm-metric-month, source: x, asOf: "${asOf}"}`).map(({ rule }) => rule);

  it.each(['2026-11-01', '2024-02-29', '2026-12-31', '2026-01-31'])('may be %s', (asOf) => {
    expect(dated(asOf)).toEqual([]);
  });

  it.each([
    'x2026-11-01',
    '2026-11-01x',
    '2026-11',
    '2026-1-1',
    '2026-13-01',
    '2026-00-10',
    '2026-10-00',
    '2026-02-29',
    '2026-04-31',
    '0000-01-01',
    // 62 days after the first of January is the third of March
    '2026-01-62',
    '',
  ])('may not be %s', (asOf) => {
    expect(dated(asOf)).toEqual(['overlay-date']);
  });
});

describe('a price of an overlay', () => {
  it('may be nothing, and is kept as it stands', () => {
    const overlay = parsePriceOverlay(price(''));
    expect([...overlay]).toEqual([
      ['alarm', { usd: 1, unit: 'alarm-metric-month', source: 'x', asOf: '2026-11-01' }],
    ]);
    const free = parsePriceOverlay(price('').replace('usd: 1', 'usd: 0'));
    expect(free.get('alarm')?.usd).toBe(0);
  });

  it.each([
    ['text', '"1"'],
    ['below nothing', '-0.01'],
    ['no number', '.nan'],
    ['without end', '.inf'],
    ['a list', '[1]'],
  ])('is refused where it is %s', (_, usd) => {
    expect(issues(price('').replace('usd: 1', `usd: ${usd}`)).map(({ rule }) => rule)).toEqual([
      'overlay-usd',
    ]);
  });
});
