import { describe, expect, it } from 'vitest';
import { findGpu, type Gpu } from '../../lib/catalog/gpus';
import type { Geometry } from '../../lib/catalog/models';
import { type MemoryConstants, memoryConstants } from '../../lib/sizing/constants';
import {
  embeddingTables,
  expertsTouched,
  is16Bit,
  isDense,
  loadedWeightsGiB,
  tableParameters,
} from '../../lib/sizing/geometry';
import { kvShape } from '../../lib/sizing/kv';
import { fitMemory, type MemoryInput, safeUtilization, sequencesInPool } from '../../lib/sizing/memory';
import { model } from './a-request';

// The formulas of docs/sizing.md by hand, with round constants of the test's own, so that calibration changes nothing here.

const gib = 2 ** 30;
const round: MemoryConstants = {
  ...memoryConstants,
  eras: [
    { from: 30, samplerBytes: 8, nonTorchGiB: 0.25, compileGiB: 0.125 },
    { from: 0, samplerBytes: 32, nonTorchGiB: 0.5, compileGiB: 0 },
  ],
  weightsExtraGiB: 0.0625,
  hiddenCopies: 4,
  mlpCopies: 3,
  groupGiB: { pcie: 0.1, nvlinkAmpere: 0.7, nvlinkHopper: 1.9 },
  graphsBaseGiB: 0.1,
  graphsPerLayerGiB: 0.051,
  graphsGroupFactor: 2,
  turingSamplerBytes: 16,
  outsideGiB: 1,
  outsideGraphs: 2,
  visionGiB: 0.3,
  safetyGiB: 1,
  safetyShare: 0.02,
  visionSafetyGiB: 0.7,
};
/** 40 GiB for PyTorch: not in the table of prints, so 0.7 GiB below what the driver shows. */
const card: Gpu = {
  ...(findGpu('H100') as Gpu),
  name: 'a card',
  computeCapability: 9,
  visibleMiB: 40.7 * 1024,
  nvlink: true,
};
const tied: Geometry = {
  ...model('Qwen/Qwen3-8B'),
  parametersBillion: 0.186,
  activeParametersBillion: 0.186,
  layers: 10,
  hiddenSize: 1024,
  attentionHeads: 16,
  kvHeads: 4,
  headDim: 64,
  attention: 'gqa',
  fullAttentionLayers: 10,
  slidingWindow: null,
  dtype: 'bf16',
  weightsGiB: 8,
  vocabSize: 32_768,
  mlpWidth: 4096,
  experts: null,
  expertsPerToken: null,
  expertWidth: null,
};
const table = 32_768 * 1024;
const perToken = 10 * 2 * 4 * 64 * 2;
const experts: Geometry = { ...tied, experts: 8, expertsPerToken: 2, expertWidth: 768 };

const input = (others: Partial<MemoryInput> = {}): MemoryInput => ({
  model: tied,
  weightFormat: 'bf16',
  kvCacheDtype: 'auto',
  gpu: card,
  tensorParallel: 1,
  gpuMemoryUtilization: 0.5,
  maxContext: 1000,
  maxSequences: 256,
  maxBatchedTokens: 2048,
  graphs: 'outside',
  ...others,
});
const sized = (others: Partial<MemoryInput> = {}) => fitMemory(input(others), round);

const forward = (tokens: number, split = 1) => (tokens * (4 * 1024 + (3 * 4096) / split) * 2) / gib;
const sampler = (sequences: number, bytes: number) => (sequences * 32_768 * bytes) / gib;

describe('each part of the memory', () => {
  it('has weights and what their files do not show', () => {
    expect(sized().weightsGiBPerGpu).toBeCloseTo(8.0625, 9);
    expect(sized({ tensorParallel: 4 }).weightsGiBPerGpu).toBeCloseTo(2.0625, 9);
  });

  it('has one embedding table on the fullest of several stages', () => {
    const tableGiB = (table * 2) / gib;
    expect(sized({ pipelineParallel: 2, tensorParallel: 2 }).weightsGiBPerGpu).toBeCloseTo(
      ((8 - tableGiB) / 2 + tableGiB) / 2 + 0.0625,
      9,
    );
    const two = { ...tied, parametersBillion: 0.22 };
    expect(sized({ model: two, pipelineParallel: 2 }).weightsGiBPerGpu).toBeCloseTo(
      (8 - 2 * tableGiB) / 2 + tableGiB + 0.0625,
      9,
    );
  });

  it('has the larger of forward pass and sampler, and what compiling leaves', () => {
    expect(sized({ maxSequences: 16 }).activationGiB).toBeCloseTo(forward(2048) + 0.125, 9);
    expect(sized({ maxSequences: 16, tensorParallel: 2 }).activationGiB).toBeCloseTo(
      forward(2048, 2) + 0.125,
      9,
    );
    expect(sized({ maxSequences: 1024 }).activationGiB).toBeCloseTo(sampler(1024, 8) + 0.125, 9);
    expect(sized({ maxSequences: 1024, engineMinor: 29 }).activationGiB).toBeCloseTo(sampler(1024, 32), 9);
    expect(sized({ maxSequences: 1024, engineMinor: 30 }).activationGiB).toBeCloseTo(
      sampler(1024, 8) + 0.125,
      9,
    );
  });

  it('has a larger sampler on Turing, whatever the version', () => {
    const turing = { ...card, computeCapability: 7.5 };
    expect(sized({ gpu: turing, maxSequences: 1024 }).activationGiB).toBeCloseTo(
      sampler(1024, 16) + 0.125,
      9,
    );
    expect(sized({ gpu: turing, maxSequences: 1024, engineMinor: 5 }).activationGiB).toBeCloseTo(
      sampler(1024, 32),
      9,
    );
  });

  it('takes an MLP that is not known as four times as wide as the model', () => {
    expect(sized({ model: { ...tied, mlpWidth: null }, maxSequences: 16 }).activationGiB).toBeCloseTo(
      sized({ maxSequences: 16 }).activationGiB,
      9,
    );
    const wide = { ...tied, mlpWidth: null, hiddenSize: 2048 };
    expect(sized({ model: wide, maxSequences: 16 }).activationGiB).toBeCloseTo(
      (2048 * (4 * 2048 + 3 * 8192) * 2) / gib + 0.125,
      9,
    );
  });

  it('has a workspace for experts beside it, which are no MLP', () => {
    const rest = Math.max((2048 * 4 * 1024 * 2) / gib, sampler(16, 8)) + 0.125;
    const workspace = (width: number) => (2048 * 2 * (Math.max(2 * width, 1024) + width) * 2) / gib;
    const of = (others: Partial<MemoryInput>) => sized({ model: experts, maxSequences: 16, ...others });
    expect(of({}).activationGiB).toBeCloseTo(rest + workspace(768), 9);
    expect(of({ tensorParallel: 4 }).activationGiB).toBeCloseTo(rest + workspace(192), 9);
    expect(of({ model: { ...experts, expertWidth: null } }).activationGiB).toBeCloseTo(
      rest + workspace(1024),
      9,
    );
    expect(of({ model: { ...experts, expertsPerToken: null } }).activationGiB).toBeCloseTo(rest, 9);
  });

  it('has images where the model sees, and a wider margin', () => {
    expect(sized({ vision: true }).activationGiB - sized().activationGiB).toBeCloseTo(0.3, 9);
    expect(sized({ vision: true }).shortageGiB - sized().shortageGiB).toBeCloseTo(0.3 + 0.7, 9);
  });

  it('has buffers of a group by its links', () => {
    const with2 = (gpu: Partial<Gpu>) => sized({ tensorParallel: 2, gpu: { ...card, ...gpu } }).nonTorchGiB;
    expect(sized().nonTorchGiB).toBe(0.25);
    expect(sized({ engineMinor: 29 }).nonTorchGiB).toBe(0.5);
    expect(with2({})).toBeCloseTo(0.25 + 1.9, 9);
    expect(with2({ computeCapability: 8 })).toBeCloseTo(0.25 + 0.7, 9);
    expect(with2({ nvlink: false })).toBeCloseTo(0.25 + 0.1, 9);
  });

  it('has graphs for the batch sizes up to twice the sequences, at most 512', () => {
    const graphs = (others: Partial<MemoryInput>) => sized(others).graphsGiB;
    // 3 + 256 / 8 + 256 / 16 = 51 sizes of 0.051 GiB a layer over 51
    expect(graphs({})).toBeCloseTo(0.1 + 0.51, 9);
    expect(graphs({ maxSequences: 4096 })).toBeCloseTo(0.1 + 0.51, 9);
    expect(graphs({ maxSequences: 64 })).toBeCloseTo(0.1 + (0.51 * (3 + 16)) / 51, 9);
    expect(graphs({ maxSequences: 192 })).toBeCloseTo(0.1 + (0.51 * (3 + 32 + 8)) / 51, 9);
    expect(graphs({ tensorParallel: 2 })).toBeCloseTo(0.1 + 1.02, 9);
    expect(graphs({ pipelineParallel: 2 })).toBeCloseTo(0.1 + 0.255, 9);
    expect(graphs({ gpu: { ...card, computeCapability: 7.5 } })).toBeCloseTo(0.1 + 0.51 * 0.4, 9);
    expect(graphs({ graphs: 'none' })).toBe(0);
  });
});

describe('the pool', () => {
  const taken = 8.0625 + forward(2048) + 0.125 + 0.25;

  it('is what utilization leaves, and graphs are in it only where the engine counts them', () => {
    expect(sized().visibleGiB).toBeCloseTo(40, 9);
    expect(sized().kvPoolGiBPerGpu).toBeCloseTo(20 - taken, 9);
    expect(sized({ graphs: 'inside' }).kvPoolGiBPerGpu).toBeCloseTo(20 - taken - 0.61, 9);
    expect(sized({ graphs: 'none' }).kvPoolGiBPerGpu).toBeCloseTo(20 - taken, 9);
  });

  it('is nothing where nothing is left, and says what lacks', () => {
    const full = sized({ gpuMemoryUtilization: 0.2 });
    const sequence = (1000 * perToken) / gib;
    expect(full).toMatchObject({ kvPoolGiBPerGpu: 0, fits: false, fitsSafely: false, kvCacheTokens: 0 });
    expect(full.shortageGiB).toBeCloseTo(taken - 8 + sequence + 1, 9);
    expect(full.because).toBe(
      `needs ${(taken + sequence).toFixed(1)} GiB with one request of 1000 tokens; a card has 8.0 GiB at utilization 0.2`,
    );
    expect(sized({ gpuMemoryUtilization: 0.2, tensorParallel: 2 }).because).toContain(
      ' GiB on each of 2 GPUs with one request',
    );
  });

  it('of a model that keeps no cache has to be more than nothing all the same', () => {
    const encoder = { ...tied, fullAttentionLayers: 0 };
    expect(sized({ model: encoder, gpuMemoryUtilization: 0.2 })).toMatchObject({
      kvPoolGiBPerGpu: 0,
      fits: false,
    });
    expect(sized({ model: encoder }).fits).toBe(true);
  });

  it('holds so many tokens, and so many sequences of full context', () => {
    const pool = (20 - taken) * gib;
    expect(sized().kvCacheTokens).toBe(Math.floor(pool / perToken));
    expect(sized().sequencesAtMaxContext).toBeCloseTo(pool / perToken / 1000, 6);
    const staged = sized({ pipelineParallel: 2 });
    expect(staged.kvCacheTokens).toBe(Math.floor((staged.kvPoolGiBPerGpu * gib * 2) / perToken));
    expect(staged.sequencesAtMaxContext).toBeCloseTo(
      (staged.kvPoolGiBPerGpu * gib) / ((perToken * 1000) / 2),
      6,
    );
  });

  it('counts the margin from the room for one sequence', () => {
    const spare = 20 - taken - (1000 * perToken) / gib;
    expect(sized().shortageGiB).toBeCloseTo(1 - spare, 9);
    expect(sized()).toMatchObject({ fits: true, fitsSafely: true });
    const large = { ...card, visibleMiB: 100.7 * 1024 };
    // 2 % of 100 GiB is more than 1
    expect(sized({ gpu: large }).shortageGiB).toBeCloseTo(2 - (spare + 30), 9);
  });

  it('fits, and safely, up to the last byte', () => {
    const parts = 20 - taken;
    const longest = Math.floor((parts * gib) / perToken);
    expect(sized({ maxContext: longest }).fits).toBe(true);
    expect(sized({ maxContext: longest + 1 }).fits).toBe(false);
    const safe = Math.floor(((parts - 1) * gib) / perToken);
    expect(sized({ maxContext: safe }).fitsSafely).toBe(true);
    expect(sized({ maxContext: safe + 1 }).fitsSafely).toBe(false);
    expect(sized({ maxContext: safe + 1 }).fits).toBe(true);
  });

  it('holds sequences of the length that they have half way through their answer', () => {
    const memory = sized();
    const load = (others: object) => ({
      model: tied,
      kvCacheDtype: 'auto' as const,
      tensorParallel: 1,
      inputTokens: 100,
      outputTokens: 40,
      ...others,
    });
    const pool = memory.kvPoolGiBPerGpu * gib;
    expect(sequencesInPool(load({}), memory)).toBeCloseTo(pool / (perToken * 120), 6);
    expect(sequencesInPool(load({ pipelineParallel: 2 }), memory)).toBeCloseTo(pool / (perToken * 60), 6);
    const encoder = { ...tied, fullAttentionLayers: 0, attention: 'mha' as const, layers: 0 };
    expect(sequencesInPool(load({ model: encoder }), memory)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the utilization to ask for', () => {
  it('leaves room for the graphs that the engine does not count, in whole percents', () => {
    const { gpuMemoryUtilization: _, ...asked } = input();
    // 1 + 2 x 0.61 of 40 GiB
    expect(safeUtilization(asked, 0.98, round)).toBe(0.94);
    expect(safeUtilization(asked, 0.92, round)).toBe(0.92);
    expect(safeUtilization({ ...asked, gpu: { ...card, visibleMiB: 10.7 * 1024 } }, 0.92, round)).toBe(0.77);
  });
});

describe('the geometry', () => {
  it('has one table where the parameters leave over one', () => {
    expect(embeddingTables(tied)).toBe(1);
    expect(embeddingTables({ ...tied, parametersBillion: 0.22 })).toBe(2);
    expect(tableParameters(tied)).toBe(table);
    expect(tableParameters({ ...tied, vocabSize: null })).toBe(128_000 * 1024);
  });

  it('loads the file as it is in the format that it has', () => {
    const billions = { ...tied, parametersBillion: 0.22 };
    for (const format of ['bf16', 'fp16'] as const) {
      expect(is16Bit(format)).toBe(true);
      for (const dtype of ['bf16', 'fp16'] as const) {
        expect(loadedWeightsGiB({ ...billions, dtype }, format)).toBe(8);
      }
      // a quantized file that is unpacked: two bytes for each parameter
      expect(loadedWeightsGiB({ ...billions, dtype: 'fp8' }, format)).toBeCloseTo(0.44e9 / gib, 9);
    }
    expect(loadedWeightsGiB({ ...billions, dtype: 'fp8' }, 'fp8')).toBe(8);
    expect(loadedWeightsGiB({ ...billions, dtype: 'int4' }, 'int4')).toBe(8);
    expect(is16Bit('fp8')).toBe(false);
    expect(is16Bit('int4')).toBe(false);
  });

  it('leaves both tables in 16 bits where it quantizes at load', () => {
    const billions = { ...tied, parametersBillion: 0.22 };
    const rest = 0.22e9 - 2 * table;
    expect(loadedWeightsGiB(billions, 'fp8')).toBeCloseTo((rest + 4 * table) / gib, 9);
    expect(loadedWeightsGiB(billions, 'int4')).toBeCloseTo((rest * (0.5 + 2.5 / 128) + 4 * table) / gib, 9);
  });

  it('touches the more experts the more tokens choose', () => {
    expect(expertsTouched(tied, 1)).toBe(1);
    expect(expertsTouched({ ...experts, expertsPerToken: null }, 1)).toBe(1);
    expect(expertsTouched({ ...experts, experts: null }, 1)).toBe(1);
    expect(expertsTouched(experts, 1)).toBeCloseTo(0.25, 9);
    expect(expertsTouched(experts, 2)).toBeCloseTo(1 - 0.75 ** 2, 9);
  });

  it('is dense without experts and states', () => {
    expect(isDense(tied)).toBe(true);
    expect(isDense(experts)).toBe(false);
    expect(isDense({ ...tied, attention: 'hybrid' })).toBe(false);
  });

  it('splits states over the GPUs, and keeps none in layers with a window', () => {
    const shape = (others: Partial<Geometry>, tensorParallel: number) =>
      kvShape({ model: { ...tied, ...others }, kvCacheDtype: 'auto', tensorParallel, prefixCaching: false });
    const hybrid = { attention: 'hybrid', fullAttentionLayers: 4 } as const;
    expect(shape(hybrid, 1).stateBytes).toBe(6 * 16 * 64 * 128 * 4);
    expect(shape(hybrid, 2).stateBytes).toBe(3 * 16 * 64 * 128 * 4);
    expect(shape({ ...hybrid, slidingWindow: 512 }, 1).stateBytes).toBe(0);
    expect(shape({ fullAttentionLayers: 4 }, 1).stateBytes).toBe(0);
  });
});
