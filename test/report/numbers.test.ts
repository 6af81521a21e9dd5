import { describe, expect, it } from 'vitest';
import { amount, cents, duration, large, plural, unitPrice, usd } from '../../lib/report/numbers';

describe('numbers for people', () => {
  it.each([
    [1358.53, '1,359'],
    [99.95, '100.0'],
    [12.34, '12.3'],
    [1.125, '1.13'],
    [0, '0.00'],
  ])('%d USD reads %s', (value, text) => expect(usd(value)).toBe(text));

  it.each([
    [1358.53, '1,358.53'],
    [0.004, '<0.01'],
    [0.005, '0.01'],
    [0, '0.00'],
  ])('%d USD in a column reads %s', (value, text) => expect(cents(value)).toBe(text));

  it.each([
    [0.0004, '0.0004'],
    [0.08, '0.08'],
    [1.861, '1.861'],
    [3, '3.00'],
  ])('a unit price of %d reads %s', (value, text) => expect(unitPrice(value)).toBe(text));

  it.each([
    [1460, '1,460'],
    [34.12, '34.1'],
    [0.2451, '0.245'],
    [0.0001, '<0.001'],
    [0, '0'],
    [13_140_000, '13,140,000'],
  ])('a quantity of %d reads %s', (value, text) => expect(amount(value)).toBe(text));

  it.each([
    [13_140_000, '13.1 million'],
    [2_500_000_000, '2.5 billion'],
    [438_000, '438,000'],
  ])('%d is %s', (value, text) => expect(large(value)).toBe(text));

  it.each([
    [45, '45 s'],
    [119, '119 s'],
    [330, '6 min'],
    [7200, '2 h'],
    [9000, '2 h 30 min'],
  ])('%d seconds are %s', (value, text) => expect(duration(value)).toBe(text));

  it('counts one and many', () => {
    expect(plural(1, 'line')).toBe('1 line');
    expect(plural(1200, 'retry', 'retries')).toBe('1,200 retries');
  });
});
