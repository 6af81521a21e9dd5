import { gpuMachines } from '../../lib/catalog/machines';
import { models } from '../../lib/catalog/models';
import { regions } from '../../lib/catalog/regions';
import { choose } from '../../lib/sizing/choose';
import { fit as answerTo } from '../../lib/sizing/fit';
import {
  blogTokens,
  type Errors,
  errors,
  isSteady,
  kaitoTokens,
  type Pair,
  predictSpeed,
  predictTokens,
  type Quantity,
  quantities,
  rooflineSpeed,
  speedPairs,
} from './accuracy';
import { calibrate, crossValidated, memoryCrossValidated } from './calibrate';
import { type Measurement, measurements } from './measurements';

/** Prints how far predictions are from published measurements, and how long they take. No verdict. */
export function bench(print: (line: string) => void): void {
  const rows = measurements();
  const memory = rows.filter((row) => row.kind === 'memory' && row.excluded === '');
  const speed = rows.filter((row) => row.kind === 'speed' && row.excluded === '');
  print(
    `${memory.length} memory and ${speed.length} speed rows of ${new Set(rows.map(({ group }) => group)).size} sources; absolute errors in percent`,
  );
  print('each source once, constants fitted without it: what another set-up has to expect');
  print(heading);
  printBySource(memory, speed, print);
  print('');
  print('all rows, of which a few sources have most');
  print(heading);
  printMemory(memory, print);
  printSpeed(speed, print);
  const excluded = rows.filter((row) => row.excluded !== '' && row.kind === 'speed');
  for (const reason of new Set(excluded.map((row) => row.excluded))) {
    const apart = excluded.filter((row) => row.excluded === reason);
    print(
      line(
        `apart: ${reason}`.slice(0, 52),
        errors(speedPairs(apart, 'tokensPerSecond', (row) => predictSpeed(row))),
      ),
    );
  }
  printTimes(print);
}

const heading = `${''.padEnd(52)} rows  median    p90  promised >25% too much`;

function line(name: string, { count, median, p90, overPromised }: Errors): string {
  return `${name.padEnd(52)} ${String(count).padStart(4)}  ${median.toFixed(1).padStart(6)} ${p90.toFixed(1).padStart(6)}  ${overPromised}`;
}

/** aiconfigurator's own operators are measured on GPUs, so it cannot be run here; these figures are not ours to check. */
const aiconfigurator = [
  '  aiconfigurator 0.12, not run here: as recorded by this project in 2026-11 on a larger set of published vLLM',
  '  rows that these are a part of, one figure a row, without L4, A10 and T4, which it declines (median / p90):',
  '  KV cache 8 / 23, output tokens/s 23 / 78, time between tokens 13 / 48; at most 64 in flight',
];

/** A source with many rows, or with one row twice (an fp8 cache in the same pool), counts as one. */
function printBySource(
  memory: readonly Measurement[],
  speed: readonly Measurement[],
  print: (line: string) => void,
): void {
  const cache = memoryCrossValidated(memory, 'group');
  const others = crossValidated(speed, 'group');
  const cachePair = (row: Measurement) => cache.get(row) as Pair;
  print(line('KV cache, the worst row of each', errors(worstBy(memory, cachePair))));
  print(line('KV cache, KAITO, the worst row of each', errors(worstBy(memory, kaitoTokens))));
  for (const quantity of quantities) {
    for (const [name, belongs] of parts) {
      const rows = speed.filter((row) => belongs(row) && row[quantity] !== undefined);
      const promise = quantity === 'tokensPerSecond' ? 'more' : 'less';
      const of = (predict: (row: Measurement) => Record<Quantity, number>) =>
        middleBy(rows, (row) => ({ predicted: predict(row)[quantity], measured: row[quantity] as number }));
      print(
        line(
          `${quantity} ${name}, the middle row of each`,
          errors(
            of((row) => others.get(row) as Record<Quantity, number>),
            promise,
          ),
        ),
      );
      print(line(`${quantity} ${name}, plain roofline`, errors(of(rooflineSpeed), promise)));
    }
  }
  for (const remark of aiconfigurator) print(remark);
}

const parts: readonly [string, (row: Measurement) => boolean][] = [
  ['<= 64', isSteady],
  ['flood', (row) => !isSteady(row)],
];

function printMemory(rows: readonly Measurement[], print: (line: string) => void): void {
  print(line('KV cache, constants of lib/sizing', errors(rows.map((row) => predictTokens(row)))));
  for (const by of ['group', 'family'] as const) {
    const others = memoryCrossValidated(rows, by);
    const name = by === 'group' ? 'source' : by;
    print(line(`KV cache, cross-validated by ${name}`, errors(rows.map((row) => others.get(row) as Pair))));
    if (by === 'family') continue;
    const worst = worstBy(rows, (row) => others.get(row) as Pair);
    print(line(`KV cache, the same, the worst row of each source`, errors(worst)));
  }
  print(line('KV cache, KAITO', errors(rows.map(kaitoTokens))));
  print(line('KV cache, KAITO, the worst row of each source', errors(worstBy(rows, kaitoTokens))));
  print(line('KV cache, nominal x utilization - files', errors(rows.map(blogTokens))));
}

/** Predictions of each group, the nearest to what was measured first. */
function grouped(rows: readonly Measurement[], predict: (row: Measurement) => Pair): Pair[][] {
  const distance = ({ predicted, measured }: Pair) => Math.abs(predicted / measured - 1);
  return [...new Set(rows.map((row) => row.group))].map((name) =>
    rows
      .filter((row) => row.group === name)
      .map(predict)
      .sort((a, b) => distance(a) - distance(b)),
  );
}

function worstBy(rows: readonly Measurement[], predict: (row: Measurement) => Pair): Pair[] {
  return grouped(rows, predict).map((pairs) => pairs.at(-1) as Pair);
}

function middleBy(rows: readonly Measurement[], predict: (row: Measurement) => Pair): Pair[] {
  return grouped(rows, predict).map((pairs) => pairs[Math.ceil(pairs.length / 2) - 1] as Pair);
}

function printSpeed(rows: readonly Measurement[], print: (line: string) => void): void {
  const bySource = crossValidated(rows, 'group');
  const byFamily = crossValidated(rows, 'family');
  const inSample = calibrate(rows);
  const ways: [string, (row: Measurement) => Record<Quantity, number>][] = [
    ['constants of lib/sizing', (row) => predictSpeed(row)],
    ['fitted to all', (row) => predictSpeed(row, inSample)],
    ['cross-validated by source', (row) => bySource.get(row) as Record<Quantity, number>],
    ['cross-validated by family', (row) => byFamily.get(row) as Record<Quantity, number>],
    ['plain roofline', rooflineSpeed],
  ];
  for (const quantity of quantities) {
    for (const [part, belongs] of parts) {
      for (const [name, predict] of ways) {
        const pairs = speedPairs(rows.filter(belongs), quantity, predict);
        print(
          line(
            `${quantity} ${part}, ${name}`,
            errors(pairs, quantity === 'tokensPerSecond' ? 'more' : 'less'),
          ),
        );
      }
    }
  }
}

function printTimes(print: (line: string) => void): void {
  const questions = Array.from({ length: 1000 }, (_, at) => {
    const model = models()[at % models().length]?.id as string;
    return {
      id: at,
      model,
      gpu: 'H100',
      tensorParallel: 2,
      concurrency: 32,
      inputTokens: 500,
      outputTokens: 200,
    };
  });
  let start = performance.now();
  for (const question of questions) answerTo(question);
  print(`fit of 1,000 cases: ${(performance.now() - start).toFixed(0)} ms`);
  for (const [modelCount, regionCount] of [
    [5, 2],
    [10, 5],
    [50, 10],
  ] as const) {
    const chosen = models()
      .filter(({ task }) => task === 'chat')
      .slice(0, modelCount);
    const places = regions('aws')
      .filter((region) => gpuMachines('aws', region).length > 0)
      .slice(0, regionCount);
    start = performance.now();
    for (const model of chosen) {
      for (const region of places) {
        choose({
          model,
          task: 'chat',
          quantizations: ['none', 'fp8'],
          kvCacheDtype: 'auto',
          maxContext: 8192,
          prefixCaching: true,
          machines: gpuMachines('aws', region),
          purchase: 'on-demand',
          hoursPerMonth: 730,
          load: { requestsPerSecond: 2, inputTokens: 500, outputTokens: 200 },
          slo: { ttftMs: 2000, interTokenMs: 100 },
          maxMachines: 1,
          host: { vcpus: 1, memoryGiB: 4 },
        });
      }
    }
    print(
      `choice for ${chosen.length} models x ${places.length} regions: ${(performance.now() - start).toFixed(0)} ms`,
    );
  }
}
