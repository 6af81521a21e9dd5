import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findGpu, type Gpu, gpus } from '../../lib/catalog/gpus';
import { models } from '../../lib/catalog/models';
import { burstSpeed, closedLoopSpeed } from '../../lib/sizing/arrivals';
import { requestsInFlight } from '../../lib/sizing/load';
import { promptSpeed, steadySpeed } from '../../lib/sizing/speed';
import { type SpeedInput, stepModel } from '../../lib/sizing/step';
import { model } from './a-request';

const input = (id: string, gpu: string, others: Partial<SpeedInput> = {}): SpeedInput => ({
  model: model(id),
  weightFormat: model(id).dtype,
  kvCacheDtype: 'auto',
  gpu: findGpu(gpu) as Gpu,
  tensorParallel: 1,
  maxBatchedTokens: 2048,
  inputTokens: 128,
  outputTokens: 128,
  engine: 'v1',
  ...others,
});

describe('the time between tokens of one request', () => {
  // TPOT in ms; single stream
  it.each([
    ['Qwen/Qwen3-1.7B', 'A100-80GB', 1, 4.6, 'tenstorrent/tt-inference-server#340, 2025-06-24'],
    ['Qwen/Qwen3-30B-A3B', 'A100-80GB', 1, 9.6, 'tenstorrent/tt-inference-server#340, 2025-07-18'],
    ['Qwen/Qwen2.5-72B-Instruct', 'H100', 2, 30.9, 'tenstorrent/tt-inference-server#143, 2025-04-01'],
    ['Qwen/Qwen3-8B', 'L40S', 1, 22.9, 'public GitHub file, vLLM 0.10.2'],
    ['meta-llama/Llama-3.1-8B-Instruct', 'L4', 1, 61.2, 'FreedomIntelligence/AccelMark, vLLM 0.7.3'],
  ])('of %s on %s x %i is near %f ms', (id, gpu, tensorParallel, measured, source) => {
    expect(source).not.toBe('');
    const { interTokenMs } = steadySpeed(stepModel(input(id, gpu, { tensorParallel, outputTokens: 256 })), 1);
    expect(Math.abs(interTokenMs / measured - 1)).toBeLessThan(0.15);
  });

  // 1,024 tokens in, 1,024 out, eight H200; SGLang 0.5.7, which schedules better at few sequences
  it.each([
    [8, 12.8],
    [16, 17.2],
    [32, 25.6],
    [64, 34.6],
  ])(
    'of DeepSeek-R1 at %i in flight is near %f ms (SemiAnalysisAI/InferenceX#870, 2026-03-05)',
    (running, measured) => {
      const steps = stepModel(
        input('deepseek-ai/DeepSeek-R1-0528', 'H200', {
          tensorParallel: 8,
          inputTokens: 1024,
          outputTokens: 1024,
          maxBatchedTokens: 8192,
          engine: 'async',
        }),
      );
      expect(Math.abs(steadySpeed(steps, running).interTokenMs / measured - 1)).toBeLessThan(0.2);
    },
  );
});

describe('the parts of a step', () => {
  const ms = (others: Partial<SpeedInput>, decodes = 1, id = 'Qwen/Qwen3-8B', gpu = 'A100-80GB') =>
    stepModel(input(id, gpu, others)).stepMs(decodes, 0);

  it('reads fewer bytes of quantized weights, and is not faster for it when compute is the limit', () => {
    expect(ms({ weightFormat: 'int4' })).toBeLessThan(0.55 * ms({}));
    const prompt = (weightFormat: 'bf16' | 'int4') =>
      stepModel(input('Qwen/Qwen3-8B', 'A100-80GB', { weightFormat })).stepMs(0, 2048);
    expect(prompt('int4')).toBeGreaterThan(0.98 * prompt('bf16'));
  });

  it('computes fp8 faster only where there are fp8 units', () => {
    const prompt = (gpu: string, weightFormat: 'bf16' | 'fp8') =>
      stepModel(input('Qwen/Qwen3-8B', gpu, { weightFormat })).stepMs(0, 2048);
    expect(prompt('H100', 'fp8')).toBeLessThan(0.95 * prompt('H100', 'bf16'));
    expect(prompt('A100-80GB', 'fp8')).toBeGreaterThan(0.98 * prompt('A100-80GB', 'bf16'));
  });

  it('shares weights over tensor parallelism and pays for each all-reduce', () => {
    const one = ms({});
    const four = ms({ tensorParallel: 4 });
    expect(four).toBeLessThan(0.6 * one);
    expect(four).toBeGreaterThan(one / 4);
    const bridged = ms({ tensorParallel: 4, gpu: { ...(findGpu('A100-80GB') as Gpu), nvlink: false } });
    expect(bridged).toBeGreaterThan(four + 1.5);
  });

  it('reads more experts the more sequences choose among them', () => {
    const one = ms({}, 1, 'Qwen/Qwen3-30B-A3B');
    const many = ms({}, 64, 'Qwen/Qwen3-30B-A3B');
    expect(many / one).toBeGreaterThan(3);
    expect(ms({}, 64) / ms({}, 1)).toBeLessThan(2);
  });

  it('does not make a token or a prompt faster with pipeline stages, and serves as many batches at once', () => {
    expect(ms({ pipelineParallel: 2 })).toBe(ms({}));
    const at = (pipelineParallel: number, running: number) =>
      steadySpeed(
        stepModel(
          input('meta-llama/Llama-3.3-70B-Instruct', 'H200', {
            pipelineParallel,
            inputTokens: 2000,
            maxBatchedTokens: 8192,
          }),
        ),
        running,
      );
    expect(at(8, 1).ttftMs).toBe(at(1, 1).ttftMs);
    // 2 x 70 billion x 2,000 operations at no more than 989 TFLOPS
    expect(at(8, 1).ttftMs).toBeGreaterThan(280);
    expect(at(8, 8).requestsPerSecond).toBeCloseTo(8 * at(1, 1).requestsPerSecond, 9);
    expect(at(8, 64).requestsPerSecond).toBeCloseTo(8 * at(1, 8).requestsPerSecond, 9);
  });

  it('is never faster than the bytes that a token reads: gpt-oss, whose experts alone have 4 bits', () => {
    // 1.27 GB of attention and 1.16 of the head in 16 bits, 1.27 of four experts a layer
    const { interTokenMs } = steadySpeed(
      stepModel(input('openai/gpt-oss-20b', 'L4', { inputTokens: 10, outputTokens: 500, engine: 'async' })),
      1,
    );
    expect(interTokenMs).toBeGreaterThan(1000 * (3.7 / 300));
    expect(interTokenMs).toBeLessThan(2000 * (3.7 / 300));
  });

  it('is slower in older engines', () => {
    expect(ms({ engine: 'v0' }, 64)).toBeGreaterThan(ms({ engine: 'v1' }, 64));
    expect(ms({ engine: 'v1' }, 64)).toBeGreaterThan(ms({ engine: 'async' }, 64));
  });
});

describe('arrivals', () => {
  const steps = stepModel(input('Qwen/Qwen3-8B', 'L40S', { inputTokens: 512, outputTokens: 256 }));

  it('make who finds no place wait for one', () => {
    const all = closedLoopSpeed(steps, 64, 64);
    const half = closedLoopSpeed(steps, 64, 32);
    expect(half.ttftMs).toBeGreaterThan(all.ttftMs + 1000);
    expect(half.outputTokensPerSecond).toBeLessThan(all.outputTokensPerSecond);
    expect(half.interTokenMs).toBeLessThan(all.interTokenMs);
  });

  it('all at once wait for the prompts of each other and for a place', () => {
    const steady = steadySpeed(steps, 64);
    const flood = burstSpeed(steps, 64, 64);
    expect(flood.outputTokensPerSecond).toBe(steady.outputTokensPerSecond);
    expect(flood.ttftMs).toBeGreaterThan(steady.ttftMs + 31 * steady.promptMs);
    expect(burstSpeed(steps, 6400, 64).ttftMs).toBeGreaterThan(10 * flood.ttftMs);
  });

  it('of one request are the same in a closed loop and in a flood', () => {
    const { ttftMs, interTokenMs, outputTokensPerSecond } = closedLoopSpeed(steps, 1, 64);
    expect(burstSpeed(steps, 1, 64)).toMatchObject({ ttftMs, interTokenMs, outputTokensPerSecond });
  });

  it.each([
    ['Qwen/Qwen3-0.6B', 'A100-80GB', 4000, 100],
    ['Qwen/Qwen3-8B', 'L40S', 4000, 50],
    ['Qwen/Qwen3-30B-A3B', 'H100', 8000, 100],
  ])(
    'of long prompts never lower the rate of %s on %s, which levels off',
    (id, gpu, inputTokens, outputTokens) => {
      const long = stepModel(input(id, gpu, { inputTokens, outputTokens, engine: 'async' }));
      const counts = [1, 2, 4, 8, 16, 32, 50, 64, 128, 256, 1000];
      for (const arriving of [closedLoopSpeed, burstSpeed]) {
        const rates = counts.map((inFlight) => arriving(long, inFlight, 10_000).requestsPerSecond);
        for (const [at, rate] of rates.entries()) {
          expect(rate).toBeGreaterThanOrEqual((rates[at - 1] ?? 0) * (1 - 1e-12));
        }
        // every step is full: of its tokens, so many are of prompts
        const admissions = 2048 / (inputTokens + outputTokens - 1);
        const full =
          (1000 * admissions) / long.stepMs(admissions * (outputTokens - 1), admissions * inputTokens);
        expect((rates.at(-1) as number) / full).toBeCloseTo(1, 6);
        expect((rates.at(-1) as number) / (rates[6] as number)).toBeLessThan(1.05);
      }
    },
  );

  it('are bounded by prompts where answers are one token long', () => {
    const short = stepModel(input('Qwen/Qwen3-8B', 'L40S', { inputTokens: 1000, outputTokens: 1 }));
    const promptMs = short.stepMs(0, 1000);
    expect(steadySpeed(short, 200).requestsPerSecond).toBeLessThan((1000 / promptMs) * 1.2);
  });

  it('keep to Little: in flight = rate x time', () => {
    const speed = steadySpeed(steps, 32);
    expect(requestsInFlight(speed.requestsPerSecond, speed.ttftMs, speed.interTokenMs, 256)).toBeCloseTo(
      32,
      6,
    );
  });

  it('of embeddings share a step', () => {
    const embedding = stepModel(
      input('BAAI/bge-m3', 'L4', { inputTokens: 256, outputTokens: 1, maxBatchedTokens: 8192 }),
    );
    const one = promptSpeed(embedding, 1);
    const eight = promptSpeed(embedding, 8);
    expect(eight.requestsPerSecond).toBeGreaterThan(2 * one.requestsPerSecond);
    expect(eight.ttftMs).toBeGreaterThan(one.ttftMs);
    expect(one.interTokenMs).toBe(0);
  });
});

it('predicts positive, finite times for every model on every GPU', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...models()),
      fc.constantFrom(...gpus()),
      fc.constantFrom(1, 2, 4, 8),
      fc.integer({ min: 1, max: 512 }),
      fc.integer({ min: 1, max: 20_000 }),
      fc.integer({ min: 1, max: 4000 }),
      (some, gpu, tensorParallel, running, inputTokens, outputTokens) => {
        const steps = stepModel({
          ...input('Qwen/Qwen3-8B', 'L4'),
          model: some,
          weightFormat: some.dtype,
          gpu,
          tensorParallel,
          inputTokens,
          outputTokens,
        });
        for (const speed of [
          steadySpeed(steps, running),
          closedLoopSpeed(steps, running, 100),
          burstSpeed(steps, running, 100),
        ]) {
          for (const value of [speed.ttftMs, speed.interTokenMs, speed.outputTokensPerSecond]) {
            expect(value).toBeGreaterThan(0);
            expect(value).toBeLessThan(1e12);
          }
        }
      },
    ),
    { numRuns: 2000, seed: 4 },
  );
});
