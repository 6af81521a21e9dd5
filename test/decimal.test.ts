import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal } from '../lib/decimal';

describe('a decimal number', () => {
  it.each([
    [0, 0, 0, '0'],
    [999, 0, 0, '999'],
    [1000, 0, 0, '1,000'],
    [-1234567.891, 2, 2, '-1,234,567.89'],
    [999.995, 2, 2, '1,000.00'],
    [1.005, 2, 2, '1.01'],
    [0.5, 0, 0, '1'],
    [0.1, 2, 6, '0.10'],
    [0.1234567, 2, 6, '0.123457'],
    [0.0000009, 2, 6, '0.000001'],
    [3, 0, 6, '3'],
  ])('%d with %i to %i decimals reads %s', (value, least, most, text) =>
    expect(decimal(value, least, most)).toBe(text),
  );

  it('reads as toLocaleString writes it', () => {
    const halves = fc.integer({ min: -1e10, max: 1e10 }).map((whole) => whole / 1000);
    const values = fc
      .oneof(halves, fc.double({ min: -1e8, max: 1e8, noNaN: true }))
      .filter((value) => value !== 0);
    const decimals = fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 }));
    fc.assert(
      fc.property(values, decimals, (value, [one, other]) => {
        const [least, most] = [Math.min(one, other), Math.max(one, other)];
        const options = { minimumFractionDigits: least, maximumFractionDigits: most };
        expect(decimal(value, least, most)).toBe(value.toLocaleString('en-US', options));
      }),
      { numRuns: 2000, seed: 1 },
    );
  });
});
