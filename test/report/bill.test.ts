import { createColors } from 'picocolors';
import { describe, expect, it } from 'vitest';
import { renderSections } from '../../bin/render';
import type { Terminal } from '../../bin/terminal';
import { bill } from '../../lib/cost/bill';
import { parsePriceOverlay } from '../../lib/cost/overlay';
import type { Plan } from '../../lib/plan/plan';
import { billSections, totalText } from '../../lib/report/bill';
import { aPlan, aPublicPlan } from '../cost/a-plan';

const terminal = { columns: 80, colors: createColors(false) } as Terminal;
const text = (plan: Plan) => renderSections(billSections(bill(plan)), terminal);
const section = (plan: Plan, title: string) =>
  billSections(bill(plan)).find((one) => (one.title ?? one.columns?.[0]?.trim()) === title);

const rare = { postgres: 'managed', instanceClass: 'db.x9.huge', storageGiB: 50 } as const;
const frankfurt = { identity: { region: 'eu-central-1' } };

describe('the bill as text', () => {
  it('has a table for each category with lines, in 80 columns', () => {
    const titles = billSections(bill(aPublicPlan())).map((one) => one.title ?? one.columns?.[0]?.trim());
    expect(titles).toEqual([
      'Machines',
      'Network',
      'Storage',
      'Database and cache',
      'Monitoring',
      'Security',
      'Estimates',
      'Total',
      'Against a managed model',
      'Prices from',
    ]);
    for (const plan of [aPlan(), aPublicPlan(), aPublicPlan(frankfurt)]) {
      for (const line of text(plan).split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    }
  });

  it('puts quantity, unit, price and USD a month in a line', () => {
    expect(text(aPlan())).toMatch(/^g6e\.xlarge \(1 x L40S\), on-demand +730 +hour +1\.861 +1,358\.53$/m);
    expect(text(aPlan())).toMatch(/^Data disk, 80 GiB +80 +GB +0\.08 +6\.40$/m);
  });

  it('has no empty line in a table', () => {
    for (const plan of [aPlan(), aPublicPlan(frankfurt)]) expect(text(plan)).not.toMatch(/\n\n\n/);
    expect(text(aPlan())).toMatch(/USD\/month\nNAT gateway/);
  });

  it('shows the quantity of a line without a price, and which price is missing', () => {
    const plan = aPublicPlan({ database: rare });
    expect(text(plan)).toMatch(/^Postgres db\.x9\.huge +730 +hour +- +-$/m);
    expect(section(plan, 'Total')?.notes?.[0]).toBe(
      '- price not known: database-instance. Give them with an overlay file (--prices) and the total is complete.',
    );
  });

  it('marks prices of another region', () => {
    const plan = aPublicPlan(frankfurt);
    expect(text(plan)).toMatch(/^NAT gateway, data \* +34\.1/m);
    expect(text(plan)).toMatch(/^Data disk, 80 GiB +80/m);
    expect(section(plan, 'Total')?.notes?.join()).toMatch(
      /\* \d+ prices of us-east-1: this region's are not in the data\./,
    );
  });

  it('says how a spot price was estimated', () => {
    const plan = aPlan({ machine: { purchase: 'spot' } });
    expect(section(plan, 'Total')?.notes?.join()).toContain('no spot price of g6e.xlarge is known');
  });

  it('shows what an estimate stands on, where it moves the bill by a dollar', () => {
    const rows = section(aPublicPlan(), 'Estimates')?.rows ?? [];
    expect(rows).toContainEqual([
      'Answers to the internet',
      '2.33 to 169 GB',
      '1,000,000 answers of 300 tokens: plain text (low) or streamed token by token',
    ]);
    expect(rows.map(([label]) => label)).not.toContain('Secrets, reads');
  });

  it('groups sources by date, and names doubtful ones', () => {
    const rows = section(aPlan(), 'Prices from')?.rows ?? [];
    expect(rows).toContainEqual(['aws/karpenter-provider-aws@1d927085', '2026-07-20', '1 line', '']);
    expect(rows.some(([, , , doubt]) => doubt === 'medium confidence')).toBe(true);
  });
});

describe('the total', () => {
  it.each<[string, Plan, RegExp]>([
    ['is a number where all prices are known', aPlan(), /^USD 1,\d{3} a month$/],
    ['is "about" where another region stands in', aPlan(frankfurt), /^about USD 1,\d{3} a month$/],
    [
      'is "at least" where a price is missing',
      aPublicPlan({ database: rare }),
      /^at least USD 1,\d{3} a month$/,
    ],
    [
      'is both where both hold',
      aPublicPlan({ database: rare, ...frankfurt }),
      /^at least about USD 1,\d{3} a month$/,
    ],
  ])('%s', (_, plan, expected) => expect(totalText(bill(plan))).toMatch(expected));

  it('takes the price of an overlay', () => {
    const overlay = parsePriceOverlay('gpu-machine: {usd: 10, unit: hour, source: x, asOf: 2026-11-01}');
    expect(totalText(bill(aPlan(), overlay))).toMatch(/^USD 7,4\d\d a month$/);
  });
});

describe('against a managed model', () => {
  it('says what the same load costs, where both meet, and whether the machine gets there', () => {
    expect(section(aPlan(), 'Against a managed model')?.rows).toEqual([
      ['Model', 'meta.llama3-1-8b-instruct-v1:0 (bedrock)'],
      ['Same load', 'USD 286 a month, 19 % of this bill'],
      [
        'Break-even',
        expect.stringMatching(
          /^5\.\d+ million requests a month; more than the 4\.38 million that this machine can answer with a peak of 3(\.0+)? times the mean: not reached$/,
        ),
      ],
    ]);
  });

  it('says so where the managed model is the dearer one', () => {
    const busy = aPlan({ load: { requestsPerMonth: 10_000_000 } });
    expect(section(busy, 'Against a managed model')?.rows[1]?.[1]).toMatch(
      /^USD 2,860 a month, 1\.\d+ times this bill$/,
    );
  });

  it('says when the machine cannot answer so many', () => {
    const [model] = aPlan().decisions.models;
    const slow = { ...model, expected: { ...model?.expected, requestsPerSecondCapacity: 0.5 } };
    const plan = aPlan({ models: [slow] as Plan['decisions']['models'] });
    expect(section(plan, 'Against a managed model')?.rows[2]?.[1]).toContain(
      'more than the 438,000 that this machine can answer',
    );
  });

  it('says why there is none', () => {
    const [model] = aPlan().decisions.models;
    const plan = aPlan({ models: [{ ...model, source: 'acme/mystery' }] as Plan['decisions']['models'] });
    expect(section(plan, 'Against a managed model')?.notes).toEqual([
      'no managed alternative: the size of acme/mystery is not known',
    ]);
  });
});
