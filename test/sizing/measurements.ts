import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findGpu, type Gpu } from '../../lib/catalog/gpus';
import { findModel, type Geometry } from '../../lib/catalog/models';

/**
 * One published measurement. Memory rows have `tokens` or `poolGiB`, speed rows at least one of
 * `tokensPerSecond`, `ttftMs`, `interTokenMs`. `excluded` says why a row is not compared.
 */
export interface Measurement {
  kind: 'memory' | 'speed';
  model: string;
  family: string;
  /** Rows of one origin: never split between fitting and checking. */
  group: string;
  geometry: Geometry;
  gpu: Gpu;
  weights: string;
  kv: 'auto' | 'fp8';
  tensorParallel: number;
  pipelineParallel: number;
  engine: string;
  version: string;
  utilization: number | undefined;
  maxContext: number | undefined;
  maxSequences: number | undefined;
  eager: boolean;
  /** As the source printed it, where it did. */
  visibleGiB: number | undefined;
  poolGiB: number | undefined;
  tokens: number | undefined;
  arrival: string;
  concurrency: number | undefined;
  requests: number | undefined;
  inputTokens: number;
  outputTokens: number;
  tokensPerSecond: number | undefined;
  ttftMs: number | undefined;
  interTokenMs: number | undefined;
  /** Way to the client that the source measured with, part of `ttftMs`. */
  networkMs: number;
  excluded: string;
  source: string;
  asOf: string;
}

export function measurements(): Measurement[] {
  const text = readFileSync(join(process.cwd(), 'test/sizing/measurements.csv'), 'utf8');
  const [head = [], ...rows] = text.trim().split('\n').map(cells);
  return rows.map((row) => measurement(Object.fromEntries(head.map((name, at) => [name, row[at] ?? '']))));
}

function measurement(row: Record<string, string>): Measurement {
  const number = (name: string) => (row[name] ? Number(row[name]) : undefined);
  const text = (name: string) => row[name] ?? '';
  return {
    kind: text('kind') as Measurement['kind'],
    model: text('model'),
    family: text('family'),
    group: text('group'),
    geometry: known(otherModels[text('geometry')] ?? findModel(text('geometry')), text('geometry')),
    gpu: known(otherGpus[text('gpu')] ?? findGpu(text('gpu')), text('gpu')),
    weights: text('weights'),
    kv: text('kv') as Measurement['kv'],
    tensorParallel: number('tensorParallel') ?? 1,
    pipelineParallel: number('pipelineParallel') ?? 1,
    engine: text('engine'),
    version: text('version'),
    utilization: number('utilization'),
    maxContext: number('maxContext'),
    maxSequences: number('maxSequences'),
    eager: text('eager') === 'y',
    visibleGiB: number('visibleGiB'),
    poolGiB: number('poolGiB'),
    tokens: number('tokens'),
    arrival: text('arrival'),
    concurrency: number('concurrency'),
    requests: number('requests'),
    inputTokens: number('inputTokens') ?? 0,
    outputTokens: number('outputTokens') ?? 0,
    tokensPerSecond: number('tokensPerSecond'),
    ttftMs: number('ttftMs'),
    interTokenMs: number('interTokenMs'),
    networkMs: number('networkMs') ?? 0,
    excluded: text('excluded'),
    source: text('source'),
    asOf: text('asOf'),
  };
}

function known<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined)
    throw new Error(`measurements.csv: ${name} is neither catalogued nor described here`);
  return value;
}

/** Cells of a line of CSV; a quoted cell may hold commas. */
function cells(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'),
  );
}

const card = (
  name: string,
  visibleMiB: number,
  bandwidthGBps: number,
  bf16Tflops: number,
  cc: number,
): Gpu => ({
  name,
  memoryGiB: Math.round(visibleMiB / 1024),
  visibleMiB,
  bandwidthGBps,
  bf16Tflops,
  fp8Tflops: cc >= 8.9 ? bf16Tflops * 2 : null,
  nvlink: false,
  nvlinkGBps: null,
  computeCapability: cc,
  fp8: cc >= 8.9,
  bf16: true,
  source: 'vendor datasheet',
  asOf: '2026-11',
  note: 'not rented by the three clouds: for measurements only',
});

const otherGpus: Record<string, Gpu> = {
  'RTX 4090 24GB': card('RTX 4090', 24564, 1008, 165, 8.9),
  'RTX A6000 48GB': card('RTX A6000', 49140, 768, 155, 8.6),
  'RTX 6000 Ada 48GB': card('RTX 6000 Ada', 49140, 960, 364, 8.9),
  'A40 48GB': card('A40', 46068, 696, 150, 8.6),
  'H100 80GB PCIe': card('H100 PCIe', 81559, 2039, 756, 9),
  'L40 48GB': card('L40', 46068, 864, 181, 8.9),
  '16 GB NVIDIA GPU (not named)': card('16 GB card', 17087, 300, 100, 8.9),
};

const dense = (
  parametersBillion: number,
  layers: number,
  hiddenSize: number,
  attentionHeads: number,
  kvHeads: number,
  headDim: number,
  vocabSize: number,
  mlpWidth: number,
): Geometry => ({
  parametersBillion,
  activeParametersBillion: parametersBillion,
  layers,
  hiddenSize,
  attentionHeads,
  kvHeads,
  headDim,
  maxContext: 4096,
  attention: kvHeads === attentionHeads ? 'mha' : kvHeads === 1 ? 'mqa' : 'gqa',
  fullAttentionLayers: layers,
  slidingWindow: null,
  dtype: 'bf16',
  weightsGiB: (parametersBillion * 2e9) / 2 ** 30,
  kvBytesPerTokenBf16: 4 * layers * kvHeads * headDim,
  vocabSize,
  mlpWidth,
  experts: null,
  expertsPerToken: null,
  expertWidth: null,
});

/** Public geometries of measured models that the catalogue lacks; MLPs without gate as if they had one. */
const otherModels: Record<string, Geometry> = {
  'facts:llama-7b': dense(6.74, 32, 4096, 32, 32, 128, 32000, 11008),
  'facts:llama-13b': dense(13.02, 40, 5120, 40, 40, 128, 32000, 13824),
  'facts:starcoder': dense(15.5, 40, 6144, 48, 1, 128, 49152, 16384),
  'facts:gpt-neox-20b': dense(20.55, 44, 6144, 64, 64, 96, 50432, 16384),
  'facts:distill-1.5b': dense(1.78, 28, 1536, 12, 2, 128, 151936, 8960),
  'facts:deepseek-coder-1.3b': dense(1.35, 24, 2048, 16, 16, 128, 32256, 5504),
  'facts:seed-oss-36b': dense(36.15, 64, 5120, 80, 8, 128, 155136, 27648),
};
