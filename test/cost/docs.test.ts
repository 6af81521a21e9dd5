import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as audit from '../../lib/cost/audit';
import * as boots from '../../lib/cost/boots';
import * as contentFilter from '../../lib/cost/content-filter';
import * as databaseSize from '../../lib/cost/database-size';
import * as documents from '../../lib/cost/documents';
import type { Range } from '../../lib/cost/line';
import * as logs from '../../lib/cost/logs';
import * as network from '../../lib/cost/network';
import * as observability from '../../lib/cost/observability';
import { parsePriceOverlay } from '../../lib/cost/overlay';
import { rateUnits } from '../../lib/cost/rates';
import * as security from '../../lib/cost/security';
import * as storage from '../../lib/cost/storage';
import * as traffic from '../../lib/cost/traffic';
import * as zones from '../../lib/cost/zones';

const page = readFileSync(join(__dirname, '../../docs/cost.md'), 'utf8');
const constants = Object.entries({
  ...audit,
  ...boots,
  ...contentFilter,
  ...databaseSize,
  ...documents,
  ...logs,
  ...network,
  ...observability,
  ...security,
  ...storage,
  ...traffic,
  ...zones,
});

describe('docs/cost.md', () => {
  it('states every estimate with its three values', () => {
    const ranges = constants.filter(
      (entry): entry is [string, Range] => typeof entry[1] === 'object' && 'expected' in entry[1],
    );
    expect(ranges.length).toBeGreaterThan(15);
    for (const [name, { low, expected, high }] of ranges) {
      expect(page).toContain(`| \`${name}\` | ${low} | ${expected} | ${high ?? 'full disk'} |`);
    }
  });

  it('states every single number', () => {
    const calendar = ['hoursPerMonth', 'daysPerMonth', 'secondsPerMonth', 'bytesPerGB'];
    const numbers = constants.filter(
      ([name, value]) => typeof value === 'number' && !calendar.includes(name),
    );
    expect(numbers.length).toBeGreaterThan(10);
    for (const [name, value] of numbers) expect(page).toContain(`| \`${name}\` | ${value} |`);
  });

  it('lists every price id with its unit, and no other', () => {
    const listed = page.slice(page.indexOf('| price id |')).match(/^\| `.*$/gm);
    expect(listed).toEqual(Object.entries(rateUnits).map(([id, unit]) => `| \`${id}\` | ${unit} |`));
  });

  it('shows an overlay that is one', () => {
    const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
    expect(parsePriceOverlay(example).size).toBe(2);
  });
});
