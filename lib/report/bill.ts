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
      ...lineNotes(bill.lines),
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

/** What is particular to a line, such as how a spot price was estimated. */
function lineNotes(lines: readonly BillLine[]): string[] {
  return lines
    .filter(
      (line) =>
        line.usdPerMonth !== null && line.note !== '' && !line.standsIn && line.priceRegion !== 'overlay',
    )
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
  const { breakEvenRequestsPerMonth: even, capacityRequestsPerMonth: capacity } = managed;
  return [
    {
      title: 'Against a managed model',
      rows: [
        ['Model', `${managed.model} (${managed.provider})`],
        ['Same load', `USD ${usd(managed.usdPerMonth)} a month`],
        ['Break-even', breakEvenText(even, capacity)],
      ],
      notes: [`${managed.because}.`],
    },
  ];
}

function breakEvenText(even: number | null, capacity: number): string {
  if (even === null) return 'never: each request costs more here than there';
  const reach =
    even <= capacity
      ? `this machine can answer ${large(capacity)}`
      : `more than the ${large(capacity)} that this machine can answer`;
  return `${large(even)} requests a month; ${reach}`;
}

function sourceSection(bill: Bill): Section {
  const groups = new Map<string, number>();
  for (const line of bill.lines) {
    if (line.source === null) continue;
    const key = `${sourceName(line.source)}\n${line.asOf}`;
    groups.set(key, (groups.get(key) ?? 0) + 1);
  }
  return {
    title: 'Prices from',
    rows: [...groups].map(([key, count]) => {
      const [source = '', asOf = ''] = key.split('\n');
      return [source, asOf, plural(count, 'line')];
    }),
    notes: ['--json has source and date of each line.'],
  };
}

/** The catalogue names a repository or feed first and the file in it afterwards. */
function sourceName(source: string): string {
  return source.replace(/^price: /, '').split(/[ ;,]/)[0] ?? source;
}
