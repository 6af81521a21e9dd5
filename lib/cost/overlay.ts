import { isAlias, isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { type Issue, issuesError } from '../errors';
import { type RateId, rateUnits } from './rates';

/** A price that the user states, before the catalogue's. */
export interface OverlayPrice {
  usd: number;
  unit: string;
  source: string;
  asOf: string;
}

export type PriceOverlay = ReadonlyMap<RateId, OverlayPrice>;

export const noOverlay: PriceOverlay = new Map();

/** A price list is a page; more is not one. */
const maxOverlayBytes = 100_000;

/**
 * Reads a YAML or JSON map of price id to `{usd, unit, source, asOf}`.
 *
 * Throws a UserError with every problem, each with its path, line and column. `file` names the text in
 * messages.
 */
export function parsePriceOverlay(text: string, file = ''): PriceOverlay {
  if (Buffer.byteLength(text) > maxOverlayBytes) {
    throw issuesError(
      [
        issue(
          '',
          'overlay-size',
          `the price overlay has ${Buffer.byteLength(text)} bytes; at most ${maxOverlayBytes}: keep only the price ids that you state`,
        ),
      ],
      file,
    );
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, schema: 'core', uniqueKeys: true });
  const problems: Issue[] = document.errors.map((error) => ({
    ...issue('', 'overlay-yaml', `this is not YAML or JSON: ${error.message.split('\n')[0]}`),
    ...placeAt(lines, error.pos[0]),
  }));
  visit(document, {
    Alias: (_, alias) => {
      problems.push({
        ...issue('', 'overlay-alias', 'aliases are not followed in a price overlay: write the value out'),
        ...placeAt(lines, alias.range?.[0]),
      });
    },
  });
  if (problems.length > 0) throw issuesError(problems, file);
  const root = document.contents;
  if (!isMap(root)) {
    throw issuesError(
      [issue('', 'overlay-shape', 'a price overlay is a map of price id to {usd, unit, source, asOf}')],
      file,
    );
  }
  const prices = new Map<RateId, OverlayPrice>();
  for (const { key, value } of root.items) {
    const id = isScalar(key) ? String(key.value) : '(not a name)';
    const place = placeAt(lines, isScalar(key) ? key.range?.[0] : undefined);
    const fields = isMap(value) ? plainFields(value) : undefined;
    const found = checkPrice(id, fields);
    if (Array.isArray(found)) problems.push(...found.map((problem) => ({ ...problem, ...place })));
    else prices.set(id as RateId, found);
  }
  if (problems.length > 0) throw issuesError(problems, file);
  return prices;
}

function plainFields(map: { items: { key: unknown; value: unknown }[] }): Map<string, unknown> {
  return new Map(
    map.items.map(({ key, value }) => [
      isScalar(key) ? String(key.value) : '(not a name)',
      isScalar(value) && !isAlias(value) ? value.value : value,
    ]),
  );
}

/** The price, or everything that is wrong with it. */
function checkPrice(id: string, fields: Map<string, unknown> | undefined): OverlayPrice | Issue[] {
  if (!Object.hasOwn(rateUnits, id)) {
    return [
      issue(
        id,
        'overlay-price-id',
        `there is no price ${shown(id)}; the ids are ${Object.keys(rateUnits).join(', ')}`,
      ),
    ];
  }
  if (fields === undefined) {
    return [issue(id, 'overlay-shape', 'a price is a map: {usd, unit, source, asOf}')];
  }
  const unit = rateUnits[id as RateId];
  const [usd, gotUnit, source, asOf] = [
    fields.get('usd'),
    fields.get('unit'),
    fields.get('source'),
    fields.get('asOf'),
  ];
  const problems: Issue[] = [];
  if (typeof usd !== 'number' || !Number.isFinite(usd) || usd < 0) {
    problems.push(
      issue(
        `${id}.usd`,
        'overlay-usd',
        `${shown(usd)} is not a price in US dollars: write a number of at least 0`,
      ),
    );
  }
  if (gotUnit !== unit) {
    problems.push(
      issue(
        `${id}.unit`,
        'overlay-unit',
        `${shown(gotUnit)} is not the unit of this price: state it per ${unit}`,
      ),
    );
  }
  if (typeof source !== 'string' || source.trim() === '') {
    problems.push(
      issue(
        `${id}.source`,
        'overlay-source',
        'say where the price comes from, such as a web address or a contract',
      ),
    );
  }
  if (typeof asOf !== 'string' || !isDate(asOf)) {
    problems.push(issue(`${id}.asOf`, 'overlay-date', `${shown(asOf)} is not a date: write YYYY-MM-DD`));
  }
  for (const name of fields.keys()) {
    if (!['usd', 'unit', 'source', 'asOf'].includes(name)) {
      problems.push(
        issue(
          `${id}.${name}`,
          'overlay-unknown-key',
          `there is no ${shown(name)}: a price has usd, unit, source and asOf`,
        ),
      );
    }
  }
  return problems.length > 0 ? problems : ({ usd, unit, source, asOf } as OverlayPrice);
}

function isDate(text: string): boolean {
  const [year, month, day] = text.split('-').map(Number);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || !year || !month || !day) return false;
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function issue(path: string, rule: string, message: string): Issue {
  return { path, rule, message };
}

function shown(value: unknown): string {
  if (value === undefined) return '(nothing)';
  const text = typeof value === 'object' && value !== null ? '(a list or map)' : String(value);
  return `\`${text.length > 40 ? `${text.slice(0, 40)}...` : text}\``;
}

function placeAt(lines: LineCounter, offset: number | undefined): { line: number; column: number } | object {
  if (offset === undefined) return {};
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}
