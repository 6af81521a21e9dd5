import { describe, expect, it } from 'vitest';
import { findGpu, type Gpu } from '../../lib/catalog/gpus';
import type { Geometry } from '../../lib/catalog/models';
import { burstSpeed, closedLoopSpeed, openLoopSpeed } from '../../lib/sizing/arrivals';
import { capacityWithin, missed, runningAt, ttftP95Ms } from '../../lib/sizing/capacity';
import { generationOf, type SpeedConstants, speedConstants } from '../../lib/sizing/constants';
import type { MemoryFit } from '../../lib/sizing/memory';
import { promptSpeed, steadySpeed } from '../../lib/sizing/speed';
import { type SpeedInput, type StepModel, stepModel } from '../../lib/sizing/step';
import { model } from './a-request';

// The formulas of docs/sizing.md by hand, with round constants of the test's own, so that calibration changes nothing here.

const round: SpeedConstants = {
  ...speedConstants,
  bandwidthShare: { ...speedConstants.bandwidthShare, hopper: 0.5, turing: 0.5 },
  computeShare: { ...speedConstants.computeShare, hopper: 0.5, turing: 0.5 },
  layerMicroseconds: { ...speedConstants.layerMicroseconds, hopper: 10, turing: 10 },
  // 1: nothing overlaps, so that the times of bytes and flops add
  overlap: 1,
  expertLayerMicroseconds: 20,
  stepMilliseconds: { v0: 3, v1: 2, async: 1 },
  sequenceMicroseconds: { v0: 90, v1: 70, async: 50 },
  turingSequenceMicroseconds: 200,
  cacheShare: 0.25,
  allReduceMicroseconds: { nvlink: 10, pcie: 40 },
  pcieGBps: 20,
  nvlinkShare: 0.5,
  weightOnlyShare: 0.8,
  fp8Share: 0.4,
  frontEndMilliseconds: 8,
  waveLimit: 4,
};
const card: Gpu = {
  ...(findGpu('H100') as Gpu),
  name: 'a card',
  computeCapability: 9,
  bandwidthGBps: 1000,
  bf16Tflops: 100,
  fp8Tflops: 300,
  fp8: true,
  nvlink: true,
  nvlinkGBps: 400,
};
const vocabulary = 32_768;
const table = vocabulary * 1024;
/** One embedding table: the layers have 152 million of 186 million parameters. */
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
  weightsGiB: 0.5,
  vocabSize: vocabulary,
  mlpWidth: 4096,
  experts: null,
  expertsPerToken: null,
  expertWidth: null,
};
const untied: Geometry = { ...tied, parametersBillion: 0.22, activeParametersBillion: 0.22 };
const experts: Geometry = {
  ...tied,
  attention: 'hybrid',
  fullAttentionLayers: 5,
  parametersBillion: 1,
  activeParametersBillion: 0.4,
  experts: 8,
  expertsPerToken: 2,
  expertWidth: 512,
};

const weights = 0.5 * 2 ** 30;
/** 100 tokens in, and half of 40 out. */
const context = 120;
const kv = 10 * 2 * 4 * 64 * 2 * context;
const attention = 4 * 10 * 16 * 64;

const ms = (others: Partial<SpeedInput>, decodes: number, prompts: number) =>
  stepModel(
    {
      model: tied,
      weightFormat: 'bf16',
      kvCacheDtype: 'auto',
      gpu: card,
      tensorParallel: 1,
      maxBatchedTokens: 1000,
      inputTokens: 100,
      outputTokens: 40,
      ...others,
    },
    round,
  ).stepMs(decodes, prompts);

/** Layers 0.1 ms, step 1 ms, 0.05 ms a sequence. */
const fixed = (decodes: number) => 0.1 + 1 + decodes * 0.05;
const work = (decodes: number, prompts: number, body: number) =>
  2 * body * (decodes + prompts) +
  2 * table * (decodes + prompts / 100) +
  attention * (decodes * context + (prompts * 100) / 2);

describe('one step', () => {
  const body = 0.186e9 - table;

  it.each([
    [1, 0],
    [64, 0],
    [3, 40],
    [0, 100],
    [5, 250],
  ])('of %i sequences and %i prompt tokens reads weights and cache and multiplies', (decodes, prompts) => {
    const read = weights / 0.5e12 + (decodes * kv) / 0.25e12;
    expect(ms({}, decodes, prompts)).toBeCloseTo(
      1000 * (read + work(decodes, prompts, body) / 50e12) + fixed(decodes),
      9,
    );
  });

  it('does not read an input embedding that is a table of its own, and multiplies with neither', () => {
    const read = (weights - table * 2) / 0.5e12 + (2 * kv) / 0.25e12;
    const flops = work(2, 30, 0.22e9 - 2 * table);
    expect(ms({ model: untied }, 2, 30)).toBeCloseTo(1000 * (read + flops / 50e12) + fixed(2), 9);
  });

  it('reads nothing where the file is smaller than the table that is left out', () => {
    const tiny = { ...untied, weightsGiB: 0.001, activeParametersBillion: 0.001 };
    expect(ms({ model: tiny }, 1, 0)).toBeCloseTo(
      1000 * (kv / 0.25e12 + work(1, 0, 0) / 50e12) + fixed(1),
      9,
    );
  });

  it('over two GPUs halves bytes and flops, and pays for two all-reduces a layer', () => {
    const read = weights / 2 / 0.5e12 + (3 * (kv / 2)) / 0.25e12;
    const bytes = (43 * 1024 * 2 * 2 * 1) / 2;
    const over = (microseconds: number, rate: number) =>
      1000 * (read + work(3, 40, body) / 2 / 50e12) +
      fixed(3) +
      2 * 10 * ((microseconds * 2) / 2 / 1000 + bytes / (rate / 1000));
    expect(ms({ tensorParallel: 2 }, 3, 40)).toBeCloseTo(over(10, 200e9), 9);
    expect(ms({ tensorParallel: 2, gpu: { ...card, nvlink: false } }, 3, 40)).toBeCloseTo(over(40, 20e9), 9);
    const noRate = { ...card, nvlinkGBps: null };
    expect(ms({ tensorParallel: 2, gpu: noRate }, 3, 40)).toBeCloseTo(over(40, 20e9), 9);
  });

  it('sends three quarters of the bytes of four GPUs, each way', () => {
    const flops = work(2, 0, body) / 4;
    const read = weights / 4 / 0.5e12 + (2 * (kv / 4)) / 0.25e12;
    const bytes = (2 * 1024 * 2 * 2 * 3) / 4;
    expect(ms({ tensorParallel: 4 }, 2, 0)).toBeCloseTo(
      1000 * (read + flops / 50e12) + fixed(2) + 20 * ((10 * 3) / 2 / 1000 + bytes / (200e9 / 1000)),
      9,
    );
  });

  it('over two stages passes both of them: the same bytes and flops', () => {
    expect(ms({ pipelineParallel: 2 }, 4, 20)).toBe(ms({}, 4, 20));
  });

  it('reads the experts that its tokens choose, and takes longer a layer', () => {
    // 0.6 of 1 billion parameters are read by no token; of those, a token of two in eight leaves three quarters out
    const parameters = 0.6e9 / (1 - 2 / 8);
    // the layers of a hybrid are not known, so two tables are assumed
    const dense = weights - 2 * table;
    const share = parameters / (1e9 - 2 * table);
    const inExperts = (weights - 4 * table) * share;
    const touched = (tokens: number) => dense - inExperts * 0.75 ** tokens;
    const cache = 5 * 2 * 4 * 64 * 2 * context + 5 * 16 * 64 * 128 * 4 * 2;
    const flops = (decodes: number, prompts: number) =>
      2 * (0.4e9 - 2 * table) * (decodes + prompts) +
      2 * table * (decodes + prompts / 100) +
      (attention / 2) * (decodes * context + prompts * 50);
    for (const [decodes, prompts] of [
      [1, 0],
      [6, 0],
      [2, 10],
    ] as const) {
      const read = touched(decodes + prompts) / 0.5e12 + (decodes * cache) / 0.25e12;
      expect(ms({ model: experts }, decodes, prompts)).toBeCloseTo(
        1000 * (read + flops(decodes, prompts) / 50e12) + fixed(decodes) + 0.2,
        9,
      );
    }
  });

  it('reads 4-bit experts beside the rest in 16 bits, where the files are as large as that', () => {
    const parameters = 0.6e9 / (1 - 2 / 8);
    const rest = (1e9 - parameters) * 2;
    const bytes = rest + 0.5 * parameters;
    const only = { ...experts, dtype: 'int4' as const, weightsGiB: bytes / 2 ** 30 };
    const read = (tokens: number) => bytes - 2 * table - 0.5 * parameters * 0.75 ** tokens;
    const difference =
      ms({ model: only, weightFormat: 'int4' }, 6, 0) - ms({ model: only, weightFormat: 'int4' }, 1, 0);
    const others = ms({ model: experts }, 6, 0) - ms({ model: experts }, 1, 0);
    const share = parameters / (1e9 - 2 * table);
    const of16 = (weights - 4 * table) * share * (0.75 - 0.75 ** 6);
    const flops = (2 * (0.4e9 - 2 * table) + 2 * table + (attention / 2) * context) * 5;
    expect(difference - others).toBeCloseTo(
      1000 * ((read(6) - read(1) - of16) / 0.5e12 + flops / 50e12 / 0.8 - flops / 50e12),
      9,
    );
  });

  it('looks back in all layers where each keeps a window', () => {
    const windows = { ...tied, fullAttentionLayers: 0, slidingWindow: 1_000_000 };
    expect(ms({ model: windows }, 3, 40)).toBeCloseTo(ms({}, 3, 40), 9);
  });

  it('multiplies fp8 in its own units where there are some, and 4 bits in 16', () => {
    const in8 = ms({ weightFormat: 'fp8' }, 0, 5000) - ms({ weightFormat: 'fp8' }, 0, 4000);
    const in16 = ms({}, 0, 5000) - ms({}, 0, 4000);
    // 300 TFLOPS x 0.5 x 0.4 against 100 x 0.5; 0.8 of that for 4 bits
    expect(in16 / in8).toBeCloseTo(60 / 50, 9);
    const noUnits = { ...card, fp8: false };
    const unknown = { ...card, fp8Tflops: null };
    for (const gpu of [noUnits, unknown]) {
      const in8There = ms({ weightFormat: 'fp8', gpu }, 0, 5000) - ms({ weightFormat: 'fp8', gpu }, 0, 4000);
      expect(in8There / in16).toBeCloseTo(1 / 0.8, 9);
    }
    const in4 = ms({ weightFormat: 'int4' }, 0, 5000) - ms({ weightFormat: 'int4' }, 0, 4000);
    expect(in4 / in16).toBeCloseTo(1 / 0.8, 9);
    const half = ms({ weightFormat: 'fp16' }, 0, 5000) - ms({ weightFormat: 'fp16' }, 0, 4000);
    expect(half / in16).toBeCloseTo(1, 9);
  });

  it('takes longer in older engines, and for each sequence on Turing', () => {
    const difference = (engine: 'v0' | 'v1') => ms({ engine }, 10, 0) - ms({ engine: 'async' }, 10, 0);
    expect(difference('v1')).toBeCloseTo(1 + 10 * 0.02, 9);
    expect(difference('v0')).toBeCloseTo(2 + 10 * 0.04, 9);
    expect(ms({}, 10, 0)).toBe(ms({ engine: 'async' }, 10, 0));
    const turing = { ...card, computeCapability: 7.5 };
    expect(ms({ gpu: turing }, 10, 0) - ms({}, 10, 0)).toBeCloseTo(10 * 0.2, 9);
  });
});

/** 10 ms a step, 1 ms a sequence, 0.1 ms a prompt token. */
const steps = (inputTokens: number, outputTokens: number, maxBatchedTokens = 1000): StepModel => ({
  stepMs: (decodes, prompts) => 10 + decodes + prompts / 10,
  input: { inputTokens, outputTokens, maxBatchedTokens, model: tied, tensorParallel: 1 } as SpeedInput,
  constants: round,
});

/** Admissions a step by trial: sequences in flight = admissions x (chunks + steps that decode). */
function admissions(running: number, inputTokens: number, outputTokens: number, budget = 1000): number {
  const decodeSteps = outputTokens - 1;
  let low = 0;
  let high = budget / (inputTokens + decodeSteps);
  for (let round = 0; round < 100; round++) {
    const middle = (low + high) / 2;
    const chunks = Math.max(1, inputTokens / (budget - middle * decodeSteps));
    if (middle * (chunks + decodeSteps) < running) low = middle;
    else high = middle;
  }
  return low;
}

describe('a steady server', () => {
  it('mixes steps with and without a prompt', () => {
    // a fifth of the steps hold a prompt of the ten others, so 10.8 sequences decode: 20.8 ms, 30.8 with a prompt
    const speed = steadySpeed(steps(100, 50), 11);
    const met = (0.8 * 20.8 ** 2 + 0.2 * 30.8 ** 2) / (2 * 22.8);
    const requestMs = 8 + met + 30.8 + 22.8 * 49;
    expect(speed).toMatchObject({ running: 11, interTokenMs: expect.closeTo(22.8, 2) });
    expect(speed.ttftMs / (8 + met + 30.8)).toBeCloseTo(1, 2);
    expect(speed.requestsPerSecond / (11_000 / requestMs)).toBeCloseTo(1, 2);
    expect(speed.outputTokensPerSecond).toBeCloseTo(speed.requestsPerSecond * 50, 9);
    expect(speed.promptMs).toBeCloseTo(10, 9);
    const busy = (speed.requestsPerSecond * 10) / 1000;
    expect(speed.promptQueueMs).toBeCloseTo((10 * busy) / (2 * (1 - busy)), 9);
  });

  it('waits for the prompt of each other sequence once at most', () => {
    // what a request finds running and what interrupts it are 99.35 ms of ten prompts: less than 100
    expect(steadySpeed(steps(100, 50), 11).interruptedMs).toBeCloseTo(2 * 49, 9);
    // two long prompts of 110 and 100 ms, and an answer of two tokens: the other's 100 ms and no more
    const speed = steadySpeed(steps(1000, 2, 2000), 2);
    const others = 1 / 2;
    const interrupted = others * 100;
    const decodeMs = 11 + others;
    const met = (0.5 * decodeMs ** 2 + 0.5 * (decodeMs + 100) ** 2) / (2 * (decodeMs + 50)) - decodeMs / 2;
    expect(interrupted + met).toBeLessThan(100);
    expect(speed.interruptedMs).toBeCloseTo(interrupted, 9);
    const three = steadySpeed(steps(1000, 8, 2000), 1.25);
    expect(three.interruptedMs + three.ttftMs).toBeLessThan(8 + 12 / 2 + 0.25 * 100 + 112);
  });

  it('cuts long prompts into steps of what the decoding sequences leave', () => {
    const speed = steadySpeed(steps(2000, 100), 11);
    const others = (admissions(11, 2000, 100) * 10) / 11;
    const decodes = 1 + others * 99;
    const chunks = 2000 / (1000 - decodes);
    expect(speed.interTokenMs).toBeCloseTo(10 + decodes + others * 200, 6);
    expect(speed.promptMs).toBeCloseTo(200, 9);
    const alone = 8 + (10 + decodes + 200 / chunks) * chunks;
    expect(speed.ttftMs).toBeGreaterThan(alone + (10 + decodes) / 2);
    expect(speed.ttftMs).toBeLessThan(alone + (10 + decodes + 200 / chunks) / 2);
  });

  it('is full where its steps are, and lets more sequences wait', () => {
    // 1,000 tokens a step: 1,000 / (4,000 + 99) prompts
    const server = steps(4000, 100);
    const full = 1000 / 4099;
    const stepMs = 10 + full * 99 + (full * 4000) / 10;
    for (const running of [60, 100, 1000]) {
      const speed = steadySpeed(server, running);
      expect(speed.requestsPerSecond).toBeCloseTo((1000 * full) / stepMs, 9);
      expect(speed.ttftMs + 99 * speed.interTokenMs).toBeCloseTo((running * stepMs) / full, 6);
    }
    expect(steadySpeed(server, 1000).promptQueueMs).toBeCloseTo(((stepMs / full) * 0.95) / (2 * 0.05), 6);
  });

  it('fills steps with several prompts where answers are short', () => {
    // one token each, 100 of prompt: as many prompts as sequences, up to ten of them
    expect(steadySpeed(steps(100, 1), 3).ttftMs).toBeCloseTo(10 + 30, 9);
    expect(steadySpeed(steps(100, 1), 50).requestsPerSecond).toBeCloseTo(10_000 / 110, 9);
    expect(steadySpeed(steps(100, 1), 50).ttftMs).toBeCloseTo(5 * 110, 6);
  });

  it('has no others to wait for with one sequence, and is idle for a part of the time with less', () => {
    const one = steadySpeed(steps(100, 50), 1);
    expect(one.interTokenMs).toBeCloseTo(11, 9);
    expect(one.ttftMs).toBeCloseTo(8 + 11 / 2 + 21, 9);
    const half = steadySpeed(steps(100, 50), 0.5);
    expect(half).toMatchObject({ running: 0.5, interTokenMs: one.interTokenMs, ttftMs: one.ttftMs });
    expect(half.requestsPerSecond).toBeCloseTo(one.requestsPerSecond / 2, 9);
    const busy = (half.requestsPerSecond * 10) / 1000;
    expect(half.promptQueueMs).toBeCloseTo((10 * busy) / (2 * (1 - busy)), 9);
  });

  it('has at least a token of room where sequences take all of it', () => {
    const speed = steadySpeed(steps(10, 1000, 4), 6);
    expect(speed.promptMs).toBeCloseTo(1, 9);
    expect(speed.interTokenMs).toBeLessThan(16);
  });

  it('of two stages is two batches, each of half of the sequences', () => {
    const server = steps(100, 50);
    const staged = { ...server, input: { ...server.input, pipelineParallel: 2 } };
    const half = steadySpeed(server, 8);
    expect(steadySpeed(staged, 16)).toEqual({
      ...half,
      running: 16,
      requestsPerSecond: 2 * half.requestsPerSecond,
      outputTokensPerSecond: 2 * half.outputTokensPerSecond,
    });
    expect(steadySpeed(staged, 1)).toEqual(steadySpeed(server, 1));
  });
});

describe('embeddings', () => {
  it('share a step as far as its tokens reach, and wait for the steps before', () => {
    const speed = promptSpeed(steps(100, 1, 250), 8);
    expect(speed.requestsPerSecond).toBeCloseTo(2000 / 30, 9);
    expect(speed).toMatchObject({ running: 8, promptMs: 30, interTokenMs: 0 });
    expect(speed.promptQueueMs).toBeCloseTo((30 * 0.95) / (2 * 0.05), 6);
    expect(speed.ttftMs).toBeCloseTo(8 + 30 * 4.5, 9);
    expect(speed.outputTokensPerSecond).toBe(0);
  });

  it('are alone in a step where one prompt fills it', () => {
    expect(promptSpeed(steps(300, 1, 250), 4)).toMatchObject({ requestsPerSecond: 25, ttftMs: 8 + 40 * 4.5 });
  });

  it('keep the engine busy for their share of the time', () => {
    const speed = promptSpeed(steps(100, 1, 250), 0.5);
    expect(speed).toMatchObject({ requestsPerSecond: 25, ttftMs: 8 + 20 * 1.5 });
    expect(speed.promptQueueMs).toBeCloseTo((20 * 0.5) / (2 * 0.5), 9);
  });
});

describe('waits', () => {
  const server = steps(100, 50);
  const steady = steadySpeed(server, 11);

  it('of a closed loop are for the prompts that come at the same moment, up to a point, instead of during the answer', () => {
    const before = 5 * (1 + 10 / 11);
    const wait = 10 * (before / (1 + before / (4 * Math.sqrt(10))));
    const speed = closedLoopSpeed(server, 11, 20);
    expect(speed.ttftMs).toBeCloseTo(steady.ttftMs + wait, 9);
    expect(speed.interTokenMs).toBeCloseTo(steady.interTokenMs - wait / 49, 9);
    expect(speed.requestsPerSecond).toBeCloseTo(steady.requestsPerSecond, 9);
    expect(speed.outputTokensPerSecond).toBeCloseTo(speed.requestsPerSecond * 50, 9);
  });

  it('of a closed loop are for all others where they share one step, and no shorter for prompts longer than it', () => {
    const few = steadySpeed(server, 5);
    expect(closedLoopSpeed(server, 5, 20).ttftMs).toBeCloseTo(
      few.ttftMs + 10 * (4 / (1 + 4 / (4 * Math.sqrt(10)))),
      9,
    );
    const long = steps(4000, 50);
    const before = 2 * (1 + 0.25 / 5);
    const alone = steadySpeed(long, 5);
    expect(closedLoopSpeed(long, 5, 20).ttftMs).toBeCloseTo(
      alone.ttftMs + alone.promptMs * (before / (1 + before / 4)),
      9,
    );
  });

  it('of a closed loop are no longer than the prompts would hold up the answer', () => {
    const short = steps(1000, 2, 4000);
    const three = steadySpeed(short, 3);
    const speed = closedLoopSpeed(short, 3, 20);
    expect(speed.ttftMs).toBeCloseTo(three.ttftMs + three.interruptedMs, 9);
    expect(speed.interTokenMs).toBeCloseTo(three.interTokenMs - three.interruptedMs, 9);
    expect(closedLoopSpeed(steps(100, 1), 3, 20)).toEqual(steadySpeed(steps(100, 1), 3));
  });

  it('for a place are as long as those before take', () => {
    const five = steadySpeed(server, 5);
    const few = closedLoopSpeed(server, 5, 5);
    const waiting = closedLoopSpeed(server, 11, 5);
    expect(waiting.ttftMs - few.ttftMs).toBeCloseTo(6000 / five.requestsPerSecond, 9);
    expect(waiting.requestsPerSecond).toBeLessThanOrEqual(five.requestsPerSecond);
    expect(waiting.running).toBe(5);
  });

  it('of random arrivals are those of an M/D/1 queue', () => {
    const speed = openLoopSpeed(server, 11, 20);
    expect(speed.ttftMs).toBeCloseTo(steady.ttftMs + steady.promptQueueMs, 9);
    expect(speed.interTokenMs).toBe(steady.interTokenMs);
    expect(speed.requestsPerSecond).toBeCloseTo(11_000 / (speed.ttftMs + 49 * speed.interTokenMs), 9);
    expect(openLoopSpeed(server, 11, 5).running).toBe(5);
    expect(openLoopSpeed(server, 5, 11).running).toBe(5);
  });

  it('of a flood are half of it in the mean', () => {
    const flood = burstSpeed(server, 100, 11);
    expect(flood.requestsPerSecond).toBe(steady.requestsPerSecond);
    expect(flood.outputTokensPerSecond).toBe(steady.outputTokensPerSecond);
    expect(flood.ttftMs).toBeCloseTo(steady.ttftMs + 50 + (1000 * 89) / steady.requestsPerSecond / 2, 9);
    expect(burstSpeed(server, 11, 100).running).toBe(11);
  });
});

describe('the largest batch', () => {
  const server = steps(100, 50);
  const pool = (sequences: number) =>
    ({ kvPoolGiBPerGpu: (sequences * 10 * 2 * 4 * 64 * 2 * 125) / 2 ** 30 }) as MemoryFit;
  const roomy = { ttftMs: 1e6, interTokenMs: 1e6 };
  const within = (sequences: number, most: number, level: Partial<typeof roomy>, embedding = false) => {
    const found = capacityWithin(server, pool(sequences), most, { ...roomy, ...level }, embedding);
    return found && [found.speed.running, found.limitedBy];
  };

  it('ends at memory, at the number of sequences, or at the service level', () => {
    expect(within(20.5, 64, {})).toEqual([20, 'memory']);
    expect(within(100, 64, {})).toEqual([64, 'sequences']);
    expect(within(64.5, 64, {})).toEqual([64, 'sequences']);
    expect(within(1.5, 64, {})).toEqual([1, 'memory']);
    expect(within(0.9, 64, {})).toBeUndefined();
    // a sequence more adds 1 ms a step while it decodes, and its prompts 0.2
    const halfway = (steadySpeed(server, 11).interTokenMs + steadySpeed(server, 12).interTokenMs) / 2;
    expect(within(100, 64, { interTokenMs: halfway })).toEqual([11, 'inter-token']);
    expect(within(100, 64, { interTokenMs: 10 })).toBeUndefined();
    const at = (running: number) => ttftP95Ms(steadySpeed(server, running));
    expect(within(100, 64, { ttftMs: (at(7) + at(8)) / 2 })).toEqual([7, 'first-token']);
  });

  it('is no larger than fills each step', () => {
    const long = steps(4000, 100);
    const found = capacityWithin(long, pool(1e6), 256, roomy, false);
    expect(found?.limitedBy).toBe('batched-tokens');
    if (found === undefined) throw new Error('nothing found');
    const { running, requestsPerSecond } = found.speed;
    expect(running).toBeLessThan(40);
    expect(requestsPerSecond).toBeCloseTo(steadySpeed(long, 256).requestsPerSecond, 6);
    expect(steadySpeed(long, running - 1).requestsPerSecond).toBeLessThan(requestsPerSecond);
  });

  it('of embeddings needs no cache', () => {
    expect(within(0, 8, {}, true)).toEqual([8, 'sequences']);
  });

  it('comes with its speed and first token', () => {
    const found = capacityWithin(server, pool(11.5), 64, roomy, false);
    expect(found?.speed).toEqual(steadySpeed(server, 11));
    expect(found?.ttftP95Ms).toBe(ttftP95Ms(steadySpeed(server, 11)));
  });

  it('counts the gateway and three mean waits into the first token', () => {
    const speed = steadySpeed(server, 11);
    expect(ttftP95Ms(speed)).toBeCloseTo(15 + speed.ttftMs + 3 * speed.promptQueueMs, 9);
  });

  it('may meet a limit exactly', () => {
    const speed = steadySpeed(server, 11);
    const exact = { ttftMs: ttftP95Ms(speed), interTokenMs: speed.interTokenMs };
    expect(missed(server, 11, exact, false)).toBeUndefined();
    expect(missed(server, 11, { ...exact, ttftMs: exact.ttftMs - 1e-6 }, false)).toBe('first-token');
    expect(missed(server, 11, { ...exact, interTokenMs: exact.interTokenMs - 1e-6 }, false)).toBe(
      'inter-token',
    );
  });
});

describe('the batch at a stated rate', () => {
  const server = steps(100, 50);

  it('is the one that makes the rate', () => {
    const { requestsPerSecond } = steadySpeed(server, 7);
    expect(runningAt(server, requestsPerSecond, 64, false)).toBeCloseTo(7, 4);
  });

  it('is the largest where the rate is out of reach, and next to none without load', () => {
    expect(runningAt(server, 1e9, 64, false)).toBe(64);
    expect(runningAt(server, 0, 64, false)).toBeLessThan(1e-4);
  });
});

describe('the generation of a GPU', () => {
  it.each([
    [7.5, 'turing'],
    [7.9, 'turing'],
    [8, 'ga100'],
    [8.5, 'ga100'],
    [8.6, 'ga10x'],
    [8.7, 'ga10x'],
    [8.9, 'ada'],
    [9, 'hopper'],
    [9.9, 'hopper'],
    [10, 'blackwell'],
    [12, 'blackwell'],
  ])('of compute capability %f is %s', (capability, generation) => {
    expect(generationOf(capability)).toBe(generation);
  });
});
