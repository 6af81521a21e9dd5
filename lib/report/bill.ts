import type { Bill } from '../cost/bill';
import { type BillLine, categories } from '../cost/line';
import { amount, cents, large, plural, unitPrice, usd } from './numbers';
import type { Section } from './section';

/** The bill as tables, one for each category, then totals, then where prices come from. */
export function billSections(bill: Bill): Section[] {
  return [
    ...categorySections(bill),
    estimateSection(bill),
    totalSection(bill),
    ...managedSections(bill),
    sourceSection(bill),
  ];
}

/** Widths that fill 80 columns, so that the tables of all categories stand below each other. */
const labelWidth = 35;
const unitWidth = 12;

function categorySections(bill: Bill): Section[] {
  return categories.flatMap((category) => {
    const lines = bill.lines.filter((line) => line.category === category);
    if (lines.length === 0) return [];
    const columns = [
      category.padEnd(labelWidth),
      'a month',
      'unit'.padEnd(unitWidth),
      'USD each',
      'USD/month',
    ];
    return [{ columns, rows: lines.map(lineRow) }];
  });
}

/** `GB-month` in a column "a month" is `GB`. */
function monthlyUnit(line: BillLine): string {
  return line.unit.replace(/-month$/, '');
}

function lineLabel(line: BillLine): string {
  return line.standsIn ? `${line.label} *` : line.label;
}

function lineRow(line: BillLine): string[] {
  return [
    lineLabel(line),
    amount(line.quantity),
    monthlyUnit(line),
    line.usdPerUnit === null ? '-' : unitPrice(line.usdPerUnit),
    line.usdPerMonth === null ? '-' : cents(line.usdPerMonth),
  ];
}

/** Below this spread in USD an estimate is not worth a reader's time. */
const shownSpreadUsd = 1;

/** Quantities that depend on use, with what they stand on: what a reader would question first. */
function estimateSection(bill: Bill): Section {
  const estimates = bill.lines.filter(
    (line) => line.low.quantity !== line.high.quantity && spreadUsd(line) >= shownSpreadUsd,
  );
  return {
    columns: ['Estimates', 'low to high', 'from'],
    rows: estimates.map((line) => [
      line.label,
      `${amount(line.low.quantity)} to ${amount(line.high.quantity)} ${monthlyUnit(line)}`,
      line.because,
    ]),
  };
}

function spreadUsd({ low, high }: BillLine): number {
  if (low.usdPerMonth === null || high.usdPerMonth === null) return Number.POSITIVE_INFINITY;
  return high.usdPerMonth - low.usdPerMonth;
}

/** `at least about USD 1,234 a month`: what is missing or borrowed stands before the number. */
export function totalText(bill: Bill): string {
  return [
    bill.total.complete ? '' : 'at least',
    bill.total.regional ? '' : 'about',
    `USD ${usd(bill.total.expectedUsd)} a month`,
  ]
    .filter(Boolean)
    .join(' ');
}

function totalSection(bill: Bill): Section {
  const { total, usdPerMillionTokens } = bill;
  const tokens = usdPerMillionTokens
    ? [
        [
          'Per 1M tokens',
          `USD ${usd(usdPerMillionTokens.expected)} at the stated load, input and output together`,
        ],
      ]
    : [];
  const unknown = bill.lines.filter((line) => line.usdPerMonth === null);
  const standIns = bill.lines.filter((line) => line.standsIn);
  return {
    title: 'Total',
    rows: [
      ['Expected', totalText(bill)],
      ['Low to high', `USD ${usd(total.lowUsd)} to ${usd(total.highUsd)}`],
      ...tokens,
    ],
    notes: [
      ...(unknown.length > 0 ? [unknownNote(unknown)] : []),
      ...(standIns.length > 0 ? [standInNote(standIns)] : []),
      ...machineNotes(bill.lines),
      'List prices before tax and discounts; free allotments that an account shares (egress, alarms, dashboards, logs) are not taken off.',
    ],
  };
}

function unknownNote(lines: readonly BillLine[]): string {
  const ids = [...new Set(lines.map((line) => line.rate))];
  return `- price not known: ${ids.join(', ')}. Give them with an overlay file (--prices) and the total is complete.`;
}

function standInNote(lines: readonly BillLine[]): string {
  const regions = [...new Set(lines.map((line) => line.priceRegion))];
  return `* ${plural(lines.length, 'price')} of ${regions.join(', ')}: this region's are not in the data.`;
}

/** How a spot price was estimated; other notes are in --json. */
function machineNotes(lines: readonly BillLine[]): string[] {
  return lines
    .filter((line) => line.rate === 'gpu-machine' && line.note !== '' && line.confidence !== null)
    .map((line) => `${line.label}: ${line.note}.`);
}

function managedSections(bill: Bill): Section[] {
  const managed = bill.managedAlternative;
  if (managed === undefined) {
    return [
      {
        title: 'Against a managed model',
        rows: [],
        notes: bill.because.filter((note) => note.startsWith('no managed')),
      },
    ];
  }
  const { breakEvenRequestsPerMonth: even, capacityRequestsPerMonth: capacity, peakFactor } = managed;
  return [
    {
      title: 'Against a managed model',
      rows: [
        ['Model', `${managed.model} (${managed.provider})`],
        ['Same load', sameLoadText(managed.usdPerMonth, bill.total.expectedUsd)],
        ['Break-even', breakEvenText(even, capacity, peakFactor)],
      ],
      notes: [`${managed.because}.`],
    },
  ];
}

function sameLoadText(managedUsd: number, ownUsd: number): string {
  const share = managedUsd / ownUsd;
  const compared =
    share < 1 ? `${Math.round(share * 100)} % of this bill` : `${amount(share)} times this bill`;
  return `USD ${usd(managedUsd)} a month, ${compared}`;
}

function breakEvenText(even: number | null, capacity: number, peakFactor: number): string {
  if (even === null) return 'never: each request costs more here than there';
  const peaks = peakFactor > 1.005 ? ` with a peak of ${amount(peakFactor)} times the mean` : '';
  const reach =
    even <= capacity
      ? `this machine can answer ${large(capacity)}${peaks}`
      : `more than the ${large(capacity)} that this machine can answer${peaks}: not reached`;
  return `${large(even)} requests a month; ${reach}`;
}

function sourceSection(bill: Bill): Section {
  const groups = new Map<string, { row: string[]; count: number }>();
  for (const { source, asOf, confidence } of bill.lines) {
    if (source === null || asOf === null) continue;
    const doubt = confidence === null || confidence === 'high' ? '' : `${confidence} confidence`;
    const row = [sourceName(source), asOf, doubt];
    const group = groups.get(row.join('\n')) ?? { row, count: 0 };
    groups.set(row.join('\n'), { row, count: group.count + 1 });
  }
  return {
    title: 'Prices from',
    rows: [...groups.values()].map(({ row: [name = '', asOf = '', doubt = ''], count }) => [
      name,
      asOf,
      plural(count, 'line'),
      doubt,
    ]),
    notes: ['--json has source and date of each line.'],
  };
}

/** The catalogue names a repository at a commit first and the file in it afterwards. */
function sourceName(source: string): string {
  const [first = source] = source.replace(/^price: /, '').split(/[;,]/);
  const [word = first] = first.split(' ');
  return word.includes('@') ? word : first;
}
