import { generationOf, type MemoryConstants, type SpeedConstants } from '../../lib/sizing/constants';
import {
  isSteady,
  type Pair,
  predictSpeed,
  predictTokens,
  type Quantity,
  quantities,
  speedPredictor,
} from './accuracy';
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
  waveLimit: 5,
};

/** Most that a constant may become: shares stay below one, an overlap of six is a plain maximum. */
const ceilings: readonly [RegExp, number][] = [
  [/Share/, 0.95],
  [/overlap/, 6],
];

interface Item {
  row: Measurement;
  quantity: Quantity;
  measured: number;
  weight: number;
}

/** Speed constants from these rows alone. */
export function calibrate(rows: readonly Measurement[]): SpeedConstants {
  return descend(priorConstants, lossOver(weighed(rows)));
}

/** Steps of a constant, in its logarithm, get no smaller; a gain in the mean log error that is smaller is none. */
const smallestStep = 0.01;
const smallestGain = 1e-5;

/**
 * Coordinate descent in the logarithms, from a prior, which also pulls weakly, until no
 * constant is better moved by a hundredth. Deterministic; the same for every fold and for the constants shipped.
 *
 * `lossOf`: of constants of which `path` alone differs from those last accepted; all may where it is absent.
 */
function descend<Constants>(
  prior: Constants,
  lossOf: (constants: Constants, path?: string) => { loss: number; accept(): void },
): Constants {
  const names = paths(prior);
  const total = (constants: Constants, path?: string) => {
    const { loss, accept } = lossOf(constants, path);
    const pull = names.reduce(
      (sum, name) => sum + Math.log(value(constants, name) / value(prior, name)) ** 2,
      0,
    );
    return { constants, accept, loss: loss + 0.004 * pull };
  };
  let best = total(structuredClone(prior));
  best.accept();
  const steps = new Map(names.map((name) => [name, 0.2]));
  let moved = true;
  while (moved || [...steps.values()].some((step) => step > smallestStep)) {
    moved = false;
    for (const name of names) {
      const step = steps.get(name) as number;
      const [better] = [step, -step]
        .map((by) => total(changed(best.constants, name, Math.exp(by)), name))
        .sort((a, b) => a.loss - b.loss);
      if (better && better.loss < best.loss - smallestGain) {
        best = better;
        best.accept();
        moved = true;
        steps.set(name, Math.min(0.2, step * 1.3));
      } else {
        steps.set(name, Math.max(smallestStep, step * 0.6));
      }
    }
  }
  return best.constants;
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
function lossOver(items: readonly Item[]) {
  const rows = [...new Set(items.map(({ row }) => row))].map((row) => ({
    row,
    items: items.filter((item) => item.row === row),
    predict: speedPredictor(row),
    loss: 0,
  }));
  const weights = items.reduce((sum, { weight }) => sum + weight, 0);
  return (constants: SpeedConstants, path?: string) => {
    const losses = rows.map((entry) =>
      path !== undefined && !concerns(path, entry.row)
        ? entry.loss
        : rowLoss(entry.items, entry.predict(constants)),
    );
    return {
      loss: losses.reduce((sum, loss) => sum + loss, 0) / weights,
      accept: () => {
        for (const [at, loss] of losses.entries()) (rows[at] as { loss: number }).loss = loss;
      },
    };
  };
}

function rowLoss(items: readonly Item[], prediction: Record<Quantity, number>): number {
  return items.reduce((sum, { quantity, measured, weight }) => {
    const log = Math.log(prediction[quantity] / measured);
    const tooGood = quantity === 'tokensPerSecond' ? log : -log;
    return sum + weight * Math.min(1.2, Math.abs(log) * (tooGood > 0 ? 1.15 : 1));
  }, 0);
}

/** A constant of one GPU generation leaves the rows of the others as they are. */
function concerns(path: string, { gpu }: Measurement): boolean {
  const [, leaf] = path.split('.');
  const generations = Object.keys(priorConstants.bandwidthShare);
  return leaf === undefined || !generations.includes(leaf) || leaf === generationOf(gpu.computeCapability);
}

type Tree = { [key: string]: number | Tree };

/** Numbers of the tree by path; `from` names a version and is not fitted. */
function paths(constants: unknown): string[] {
  const walk = (tree: Tree, at: string): string[] =>
    Object.entries(tree).flatMap(([key, leaf]) => {
      if (key === 'from' || /safety|outside/i.test(key)) return [];
      return typeof leaf === 'number' ? [at + key] : walk(leaf, `${at}${key}.`);
    });
  return walk(constants as Tree, '');
}

function value(constants: unknown, path: string): number {
  return path
    .split('.')
    .reduce<number | Tree>((tree, key) => (tree as Tree)[key] as Tree, constants as Tree) as number;
}

function changed<Constants>(constants: Constants, path: string, factor: number): Constants {
  const copy = structuredClone(constants);
  const keys = path.split('.');
  const last = keys.pop() as string;
  const leaf = keys.reduce<Tree>((tree, key) => tree[key] as Tree, copy as unknown as Tree);
  const ceiling = ceilings.find(([pattern]) => pattern.test(path))?.[1] ?? Number.POSITIVE_INFINITY;
  leaf[last] = Math.min(ceiling, (leaf[last] as number) * factor);
  if (path === 'overlap') leaf[last] = Math.max(1, leaf[last]);
  return copy;
}

/** Where fitting of memory starts: one guess for every version of the engine. */
export const priorMemory: MemoryConstants = {
  eras: [25, 18, 17, 13, 0].map((from) => ({ from, samplerBytes: 15, nonTorchGiB: 0.15, compileGiB: 0.1 })),
  turingSamplerBytes: 15,
  weightsExtraGiB: 0.05,
  hiddenCopies: 4,
  mlpCopies: 3,
  groupGiB: { pcie: 0.3, nvlinkAmpere: 0.8, nvlinkHopper: 1.5 },
  graphsBaseGiB: 0.2,
  graphsPerLayerGiB: 0.02,
  graphsGroupFactor: 1.5,
  outsideGiB: 0.75,
  outsideGraphs: 1.5,
  outsideGraphsWide: 3.5,
  visionGiB: 0.3,
  safetyGiB: 1,
  safetyShare: 0.015,
  visionSafetyGiB: 0.7,
};

export function calibrateMemory(rows: readonly Measurement[]): MemoryConstants {
  const sizes = new Map<string, number>();
  for (const { group } of rows) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const weights = rows.map(({ group }) => 1 / Math.sqrt(sizes.get(group) as number));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return descend(priorMemory, (constants) => ({
    loss:
      (rows.reduce((sum, row, at) => {
        const { predicted, measured } = predictTokens(row, constants);
        return sum + (weights[at] as number) * Math.min(0.3, Math.abs(predicted / measured - 1));
      }, 0) /
        total) *
      10,
    accept: () => {},
  }));
}

/** As `crossValidated`, for the cache. */
export function memoryCrossValidated(
  rows: readonly Measurement[],
  by: 'group' | 'family',
): Map<Measurement, Pair> {
  const result = new Map<Measurement, Pair>();
  for (const name of new Set(rows.map((row) => row[by]))) {
    const constants = calibrateMemory(rows.filter((row) => row[by] !== name));
    for (const row of rows) if (row[by] === name) result.set(row, predictTokens(row, constants));
  }
  return result;
}

/** Predictions for rows that took no part in the fit: constants come from the other groups. */
export function crossValidated(
  rows: readonly Measurement[],
  by: 'group' | 'family',
): Map<Measurement, Record<Quantity, number>> {
  const result = new Map<Measurement, Record<Quantity, number>>();
  for (const name of new Set(rows.map((row) => row[by]))) {
    const constants = calibrate(rows.filter((row) => row[by] !== name));
    for (const row of rows) if (row[by] === name) result.set(row, predictSpeed(row, constants));
  }
  return result;
}
