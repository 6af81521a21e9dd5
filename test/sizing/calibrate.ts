import type { SpeedConstants } from '../../lib/sizing/constants';
import { isSteady, predictSpeed, type Quantity, quantities } from './accuracy';
import type { Measurement } from './measurements';

/** Where fitting starts: datasheet physics and round numbers, the same for every fold. */
export const priorConstants: SpeedConstants = {
  bandwidthShare: { turing: 0.7, ga100: 0.8, ga10x: 0.83, ada: 0.87, hopper: 0.75, blackwell: 0.75 },
  computeShare: { turing: 0.35, ga100: 0.55, ga10x: 0.4, ada: 0.5, hopper: 0.45, blackwell: 0.4 },
  overlap: 3,
  layerMicroseconds: { turing: 40, ga100: 25, ga10x: 25, ada: 20, hopper: 15, blackwell: 15 },
  expertLayerMicroseconds: 40,
  stepMilliseconds: { v0: 2, v1: 1, async: 0.7 },
  sequenceMicroseconds: { v0: 100, v1: 40, async: 25 },
  turingSequenceMicroseconds: 300,
  cacheShare: 0.6,
  allReduceMicroseconds: { nvlink: 12, pcie: 35 },
  pcieGBps: 8,
  nvlinkShare: 0.5,
  weightOnlyShare: 0.75,
  fp8Share: 0.7,
  frontEndMilliseconds: 8,
  together: 0.3,
  tail: 0.6,
};

/** Most that a constant may become: shares stay below one, an overlap of six is a plain maximum. */
const ceilings: readonly [RegExp, number][] = [
  [/Share/, 0.95],
  [/overlap/, 6],
  [/together/, 1],
];

interface Item {
  row: Measurement;
  quantity: Quantity;
  measured: number;
  weight: number;
}

/** Coordinate descent in the logarithms, from the prior, which also pulls weakly. Deterministic. */
export function calibrate(rows: readonly Measurement[], rounds = 6): SpeedConstants {
  const items = weighed(rows);
  let best = structuredClone(priorConstants);
  let bestLoss = loss(best, items);
  const names = paths(best);
  const steps = new Map(names.map((name) => [name, 0.2]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const step = steps.get(name) as number;
      const tried = [step, -step].map((by) => changed(best, name, Math.exp(by)));
      const better = tried
        .map((constants) => ({ constants, loss: loss(constants, items) }))
        .sort((a, b) => a.loss - b.loss)[0];
      if (better && better.loss < bestLoss - 1e-6) {
        best = better.constants;
        bestLoss = better.loss;
        steps.set(name, step * 1.3);
      } else {
        steps.set(name, step * 0.6);
      }
    }
  }
  return best;
}

/** Every source counts as the root of its rows; floods and first tokens, which scatter, a third. */
function weighed(rows: readonly Measurement[]): Item[] {
  const items = rows.flatMap((row) =>
    quantities.flatMap((quantity): Item[] => {
      const measured = row[quantity];
      if (measured === undefined) return [];
      return [
        { row, quantity, measured, weight: (quantity === 'ttftMs' ? 0.35 : 1) * (isSteady(row) ? 1 : 0.35) },
      ];
    }),
  );
  const sizes = new Map<string, number>();
  for (const { row } of items) sizes.set(row.group, (sizes.get(row.group) ?? 0) + 1);
  return items.map((item) => ({
    ...item,
    weight: item.weight / Math.sqrt(sizes.get(item.row.group) as number),
  }));
}

/** Mean absolute log error, capped because outliers are other set-ups; over-promises cost a sixth more. */
function loss(constants: SpeedConstants, items: readonly Item[]): number {
  const predictions = new Map<Measurement, Record<Quantity, number>>();
  let sum = 0;
  let weights = 0;
  for (const { row, quantity, measured, weight } of items) {
    const prediction = predictions.get(row) ?? predictSpeed(row, constants);
    predictions.set(row, prediction);
    const log = Math.log(prediction[quantity] / measured);
    const tooGood = quantity === 'tokensPerSecond' ? log : -log;
    sum += weight * Math.min(1.2, Math.abs(log) * (tooGood > 0 ? 1.15 : 1));
    weights += weight;
  }
  const pull = paths(constants).reduce(
    (total, name) => total + Math.log(value(constants, name) / value(priorConstants, name)) ** 2,
    0,
  );
  return sum / weights + 0.004 * pull;
}

type Tree = { [key: string]: number | Tree };

function paths(constants: SpeedConstants): string[] {
  const walk = (tree: Tree, at: string): string[] =>
    Object.entries(tree).flatMap(([key, leaf]) =>
      typeof leaf === 'number' ? [at + key] : walk(leaf, `${at}${key}.`),
    );
  return walk(constants as unknown as Tree, '');
}

function value(constants: SpeedConstants, path: string): number {
  return path
    .split('.')
    .reduce<number | Tree>(
      (tree, key) => (tree as Tree)[key] as Tree,
      constants as unknown as Tree,
    ) as number;
}

function changed(constants: SpeedConstants, path: string, factor: number): SpeedConstants {
  const copy = structuredClone(constants);
  const keys = path.split('.');
  const last = keys.pop() as string;
  const leaf = keys.reduce<Tree>((tree, key) => tree[key] as Tree, copy as unknown as Tree);
  const ceiling = ceilings.find(([pattern]) => pattern.test(path))?.[1] ?? Number.POSITIVE_INFINITY;
  leaf[last] = Math.min(ceiling, (leaf[last] as number) * factor);
  if (path === 'overlap') leaf[last] = Math.max(1, leaf[last]);
  return copy;
}

/** Predictions for rows that took no part in the fit: constants come from the other groups. */
export function crossValidated(
  rows: readonly Measurement[],
  by: 'group' | 'family',
): Map<Measurement, Record<Quantity, number>> {
  const result = new Map<Measurement, Record<Quantity, number>>();
  for (const name of new Set(rows.map((row) => row[by]))) {
    const constants = calibrate(
      rows.filter((row) => row[by] !== name),
      5,
    );
    for (const row of rows) if (row[by] === name) result.set(row, predictSpeed(row, constants));
  }
  return result;
}
