import { describe, expect, it } from 'vitest';
import { bill } from '../../lib/cost/bill';
import { type PriceOverlay, parsePriceOverlay } from '../../lib/cost/overlay';
import { isUserError } from '../../lib/errors';
import { aPlan, aPublicPlan } from './a-plan';

const instancePrice = `database-instance:
  usd: 0.3
  unit: hour
  source: https://aws.amazon.com/rds/postgresql/pricing/
  asOf: 2026-11-01
`;
/** A database instance that no price list of the catalogue has. */
const rare = aPublicPlan({
  database: { postgres: 'managed', instanceClass: 'db.x9.huge', storageGiB: 50, highAvailability: false },
});
const instanceLine = (overlay?: PriceOverlay) =>
  bill(rare, overlay).lines.find(({ id }) => id === 'database');

function problems(text: string): { path: string; message: string; line?: number }[] {
  try {
    parsePriceOverlay(text, 'prices.yaml');
  } catch (error) {
    if (!isUserError(error)) throw error;
    return error.issues.map(({ path, message, line }) => ({ path, message, ...(line ? { line } : {}) }));
  }
  return [];
}

describe('a price overlay', () => {
  it('turns "price not known" into a price with its source and date', () => {
    expect(instanceLine()).toMatchObject({ usdPerMonth: null, quantity: 730, note: 'price not known' });
    const priced = instanceLine(parsePriceOverlay(instancePrice));
    expect(priced).toMatchObject({
      usdPerUnit: 0.3,
      source: 'https://aws.amazon.com/rds/postgresql/pricing/',
      asOf: '2026-11-01',
      priceRegion: 'overlay',
    });
    expect(priced?.usdPerMonth).toBeCloseTo(219, 10);
  });

  it('makes the total complete when it gives every price that is missing', () => {
    expect(bill(rare).total.complete).toBe(false);
    expect(bill(rare).because.join()).toContain('at least: no price is known for database-instance;');
    expect(bill(rare, parsePriceOverlay(instancePrice)).total.complete).toBe(true);
  });

  it('wins over a price of the catalogue, such as a discount of your own', () => {
    const own = parsePriceOverlay(
      'gpu-machine: {usd: 1, unit: hour, source: our savings plan, asOf: 2026-11-01}',
    );
    expect(bill(aPlan(), own).lines[0]).toMatchObject({
      usdPerMonth: 730,
      note: 'your price, from the overlay file',
    });
  });

  it('is of your region: a total of overlay prices alone is not "about"', () => {
    const abroad = aPublicPlan({ identity: { region: 'eu-central-1' } });
    const text = JSON.stringify(
      Object.fromEntries(
        bill(abroad).lines.map(({ rate, unit }) => [rate, { usd: 1, unit, source: 'x', asOf: '2026-11-01' }]),
      ),
    );
    expect(bill(abroad).total.regional).toBe(false);
    expect(bill(abroad, parsePriceOverlay(text)).total).toMatchObject({ regional: true, complete: true });
  });

  it('reads JSON', () => {
    const json =
      '{"alarm": {"usd": 0, "unit": "alarm-metric-month", "source": "contract", "asOf": "2026-11-01"}}';
    expect(parsePriceOverlay(json).get('alarm')?.usd).toBe(0);
  });

  it('refuses a price that does not exist, and lists those that do', () => {
    const [problem] = problems(instancePrice.replace('database-instance', 'database-instances'));
    expect(problem?.path).toBe('database-instances');
    expect(problem?.line).toBe(1);
    expect(problem?.message).toContain(
      'there is no price `database-instances`; the ids are gpu-machine, managed-input',
    );
  });

  it('tells everything that is wrong with a price at once, with its place', () => {
    expect(problems('alarm: {usd: -1, unit: month, asOf: soon, note: x}')).toEqual([
      {
        path: 'alarm.usd',
        line: 1,
        message: '`-1` is not a price in US dollars: write a number of at least 0',
      },
      {
        path: 'alarm.unit',
        line: 1,
        message: '`month` is not the unit of this price: state it per alarm-metric-month',
      },
      {
        path: 'alarm.source',
        line: 1,
        message: 'say where the price comes from, such as a web address or a contract',
      },
      { path: 'alarm.asOf', line: 1, message: '`soon` is not a date: write YYYY-MM-DD' },
      { path: 'alarm.note', line: 1, message: 'there is no `note`: a price has usd, unit, source and asOf' },
    ]);
  });

  it.each([
    ['nothing', ''],
    ['a list', '- 1'],
    ['a number', '12'],
    ['broken YAML', 'alarm: {usd: ['],
    ['a key twice', 'alarm: {}\nalarm: {}'],
    ['an alias', 'alarm: &a {usd: 1}\nkey: *a'],
    ['an alias as key', '? &a x\n: 1\n? *a\n: 2'],
    ['a merge key', '<<: {alarm: 1}'],
    ['a prototype key', '__proto__: {usd: 1, unit: hour, source: x, asOf: 2026-01-01}'],
    ['a method of all objects', 'toString: {usd: 1}'],
    ['a map as key', '? {a: 1}\n: 2'],
    ['a list as price', 'alarm: [1]'],
    ['NaN', 'alarm: {usd: .nan, unit: alarm-metric-month, source: x, asOf: 2026-01-01}'],
    ['infinity', 'alarm: {usd: .inf, unit: alarm-metric-month, source: x, asOf: 2026-01-01}'],
    ['a day that does not exist', 'alarm: {usd: 1, unit: alarm-metric-month, source: x, asOf: 2026-02-30}'],
    ['a megabyte', `alarm: ${'x'.repeat(1_000_000)}`],
    ['deep nesting', `alarm: ${'['.repeat(20_000)}`],
    ['several documents', 'alarm: {usd: 1}\n---\nkey: 1'],
  ])('refuses %s with a message', (_, text) => {
    expect(problems(text).length).toBeGreaterThan(0);
  });
});
