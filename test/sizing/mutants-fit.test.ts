import { describe, expect, it } from 'vitest';
import { findGpu, type Gpu } from '../../lib/catalog/gpus';
import { findModel, type Geometry } from '../../lib/catalog/models';
import { engineSpeed, minorVersion, vllmDefaults } from '../../lib/sizing/engine-defaults';
import { fit as answerTo, type FitCase, fitReport } from '../../lib/sizing/fit';
import { caseGeometry, type ModelFacts } from '../../lib/sizing/fit-case';
import { weightFormatOf } from '../../lib/sizing/geometry';

describe('the version of an engine', () => {
  it.each([
    ['0.11.2', 11],
    ['v0.19', 19],
    ['0.31.0+cu130', 31],
    ['vLLM 0.8.5', 8],
    ['0.7', 7],
    ['V1, 2025-08', 10],
    ['V1', 10],
    ['V0', 7],
    ['2026-03', 17],
    ['between 2025-06 and 2025-07', 9],
    // a year alone is its middle
    ['2026', 25],
    ['2025', 9],
    ['2022', undefined],
    ['1.0.11', undefined],
    ['10.0.5', undefined],
    ['nightly', undefined],
    ['', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('in "%s" is 0.%s', (text, minor) => {
    expect(minorVersion(text)).toBe(minor);
  });

  it.each([
    [null, undefined, 'async'],
    [undefined, 14, 'async'],
    ['vllm', 33, 'async'],
    ['vLLM', 13, 'v1'],
    [null, 13, 'v1'],
    ['vllm', 8, 'v1'],
    ['vllm', 7, 'v0'],
    ['TGI', 33, 'v0'],
    ['text-generation-inference', undefined, 'v0'],
    ['sglang', 5, 'async'],
    ['TensorRT-LLM', 0, 'async'],
  ])('%s 0.%s schedules as %s', (engine, minor, speed) => {
    expect(engineSpeed(engine, minor)).toBe(speed);
  });

  it('decides its defaults', () => {
    const defaults = (gpu: string, minor: number | undefined, dense = true) =>
      vllmDefaults({ gpu: findGpu(gpu) as Gpu, dense }, minor);
    expect(defaults('L4', 20)).toEqual({
      gpuMemoryUtilization: 0.9,
      maxBatchedTokens: 2048,
      maxSequences: 256,
      graphs: 'outside',
    });
    expect(defaults('H100', 21)).toEqual({
      gpuMemoryUtilization: 0.92,
      maxBatchedTokens: 8192,
      maxSequences: 1024,
      graphs: 'inside',
    });
    const large = (memoryGiB: number) =>
      vllmDefaults({ gpu: { ...(findGpu('H100') as Gpu), memoryGiB }, dense: true }, 21).maxSequences;
    expect([69.9, 70].map(large)).toEqual([256, 1024]);
    expect([28, 29].map((minor) => defaults('A100-80GB', minor).maxSequences)).toEqual([256, 1024]);
    expect(defaults('A100-80GB', undefined).maxSequences).toBe(1024);
    const graphs = (dense: boolean) => [20, 21, 24, 25, 28, 29].map((at) => defaults('L4', at, dense).graphs);
    expect(graphs(true)).toEqual(['outside', 'inside', 'inside', 'outside', 'outside', 'outside']);
    expect(graphs(false)).toEqual(['outside', 'inside', 'inside', 'inside', 'inside', 'outside']);
  });
});

describe('facts of a model', () => {
  const few: ModelFacts = {
    params_billion_total: 2,
    num_layers: 10,
    hidden_size: 1024,
    num_attention_heads: 16,
  };
  const found = (modelFacts: ModelFacts) => {
    const geometry = caseGeometry({ id: 1, model: 'acme/own', gpu: 'L4', modelFacts });
    if ('problem' in geometry) throw new Error(geometry.problem);
    return geometry.found;
  };

  it('need four numbers; the others follow from them', () => {
    expect(found(few)).toEqual({
      parametersBillion: 2,
      activeParametersBillion: 2,
      layers: 10,
      hiddenSize: 1024,
      attentionHeads: 16,
      kvHeads: 16,
      headDim: 64,
      maxContext: 131_072,
      attention: 'mha',
      fullAttentionLayers: 10,
      slidingWindow: null,
      dtype: 'bf16',
      weightsGiB: 4e9 / 2 ** 30,
      kvBytesPerTokenBf16: 10 * 2 * 16 * 64 * 2,
      vocabSize: null,
      mlpWidth: null,
      experts: null,
      expertsPerToken: null,
      expertWidth: null,
    });
  });

  it.each(['params_billion_total', 'num_layers', 'hidden_size', 'num_attention_heads'])(
    'are no model without %s',
    (name) => {
      const of = (value: unknown) =>
        caseGeometry({ id: 1, model: 'acme/own', gpu: 'L4', modelFacts: { ...few, [name]: value } });
      for (const value of [undefined, null, '']) {
        expect(of(value)).toEqual({
          problem:
            'modelFacts needs params_billion_total (or weights_gib), num_layers, hidden_size and num_attention_heads',
        });
      }
      for (const value of [0, -4, 'many', [5], Number.NaN]) {
        expect(of(value)).toEqual({
          problem: `modelFacts.${name} must be a number above 0, not ${JSON.stringify(value)}`,
        });
      }
    },
  );

  it('may be texts, as rows of a table are', () => {
    const written = Object.fromEntries(Object.entries(few).map(([name, value]) => [name, String(value)]));
    expect(found(written)).toEqual(found(few));
  });

  it('of a catalogued model count over those of the catalogue, in part or not at all', () => {
    const of = (modelFacts: ModelFacts) =>
      caseGeometry({ id: 1, model: 'Qwen/Qwen3-8B', gpu: 'L4', modelFacts });
    const known = of({});
    expect(known).toEqual({ found: findModel('Qwen/Qwen3-8B') });
    expect(of({ num_kv_heads: 4 })).toMatchObject({
      found: { kvHeads: 4, layers: 36, vocabSize: 151_936, weightsGiB: 15.26 },
    });
  });

  it('tell parameters from the size of the files, and the active ones from the experts', () => {
    const { params_billion_total: _, ...rest } = few;
    expect(found({ ...rest, weights_gib: 4 }).parametersBillion).toBeCloseTo((4 * 2 ** 30) / 2e9, 9);
    const experts = { ...few, num_experts: 8, experts_per_token: 2, expert_width: 300 };
    // ten layers leave out six experts of three matrices
    expect(found(experts).activeParametersBillion).toBeCloseTo(2 - (10 * 6 * 3 * 1024 * 300) / 1e9, 9);
    expect(
      caseGeometry({ id: 1, model: 'acme/own', gpu: 'L4', modelFacts: { ...few, num_experts: 8 } }),
    ).toEqual({
      problem:
        'modelFacts with num_experts needs params_billion_active, or experts_per_token and expert_width',
    });
  });

  it.each([
    [
      { default_dtype: 'float32' },
      'modelFacts.default_dtype float32 is not modelled: 16 bit, fp8 and 4 bit are',
    ],
    [{ default_dtype: 16 }, 'modelFacts.default_dtype must be a text'],
    [
      { full_attention_layers: -1 },
      'modelFacts.full_attention_layers must be a number of at least 0, not -1',
    ],
  ])('%j is refused', (more, problem) => {
    const modelFacts = { ...few, ...more } as ModelFacts;
    expect(caseGeometry({ id: 1, model: 'acme/own', gpu: 'L4', modelFacts })).toEqual({ problem });
  });

  it('are taken as they are where they are given', () => {
    const all = {
      ...few,
      params_billion_active: 1,
      num_kv_heads: 4,
      head_dim: 128,
      max_context: 4096,
      attention_kind: 'GQA',
      full_attention_layers: 5,
      sliding_window: 512,
      default_dtype: 'float8',
      weights_gib: 3,
      kv_bytes_per_token_bf16: 777,
      vocab_size: 1000,
      mlp_width: 2000,
      num_experts: 8,
      experts_per_token: 2,
      expert_width: 300,
    };
    const geometry: Partial<Geometry> = {
      activeParametersBillion: 1,
      kvHeads: 4,
      headDim: 128,
      maxContext: 4096,
      attention: 'gqa',
      fullAttentionLayers: 5,
      slidingWindow: 512,
      dtype: 'fp8',
      weightsGiB: 3,
      kvBytesPerTokenBf16: 777,
      vocabSize: 1000,
      mlpWidth: 2000,
      experts: 8,
      expertsPerToken: 2,
      expertWidth: 300,
    };
    expect(found(all)).toMatchObject(geometry);
    const { kv_bytes_per_token_bf16: _, weights_gib: __, ...rest } = all;
    expect(found(rest)).toMatchObject({
      kvBytesPerTokenBf16: 5 * 2 * 4 * 128 * 2,
      weightsGiB: 2e9 / 2 ** 30,
    });
  });

  it.each([
    ['MLA', 16, 'mla'],
    ['Hybrid (mamba)', 16, 'hybrid'],
    ['linear attention', 4, 'hybrid'],
    ['Mamba-2', 4, 'hybrid'],
    [null, 16, 'mha'],
    ['gqa', 1, 'mqa'],
    [undefined, 4, 'gqa'],
  ])('of attention %s with %i KV heads are %s', (attention_kind, num_kv_heads, attention) => {
    expect(found({ ...few, attention_kind, num_kv_heads }).attention).toBe(attention);
  });

  it('of MLA keep 576 values a layer', () => {
    expect(found({ ...few, attention_kind: 'mla' }).kvBytesPerTokenBf16).toBe(10 * 576 * 2);
  });

  it.each([
    ['AWQ int4', 'int4'],
    ['gptq', 'int4'],
    ['w4a16', 'int4'],
    ['mxfp4', 'int4'],
    ['nvfp4', 'int4'],
    ['4bit', 'int4'],
    ['4-bit', 'int4'],
    ['FP8 (online)', 'fp8'],
    ['float8', 'fp8'],
    ['int8', 'fp8'],
    ['gptq int8', 'fp8'],
    ['w8a16', 'fp8'],
    ['w8a8', 'fp8'],
    ['bfloat16', 'bf16'],
    ['BF16', 'bf16'],
    ['float16', 'fp16'],
    ['fp16', 'fp16'],
    ['half', 'fp16'],
    ['float32', undefined],
    ['', undefined],
    [null, undefined],
  ])('of weights "%s" are %s', (text, format) => {
    expect(weightFormatOf(text)).toBe(format);
  });

  it('of a model that nobody knows have to be given; a near name is offered', () => {
    const of = (model: string) => caseGeometry({ id: 1, model, gpu: 'L4' });
    expect(of('Qwen/Qwen3-8')).toEqual({
      problem: expect.stringMatching(
        /^Qwen\/Qwen3-8 is not in the catalogue: did you mean Qwen\/\S+.*\? Else give its geometry as modelFacts$/,
      ),
    });
    expect(of('zzzzzzzzzzzzzzzzzzzz/yyyyyyyyyyyyyyyyyyyyyyyyyyyy')).toEqual({
      problem:
        'zzzzzzzzzzzzzzzzzzzz/yyyyyyyyyyyyyyyyyyyyyyyyyyyy is not in the catalogue: give its geometry as modelFacts',
    });
  });
});

describe('an answer', () => {
  const question = (others: Partial<FitCase> = {}): FitCase => ({
    id: 'q',
    model: 'Qwen/Qwen3-8B',
    gpu: 'L40S',
    engineVersion: '0.19.0',
    concurrency: 8,
    inputTokens: 500,
    outputTokens: 200,
    ...others,
  });

  it('has no speed where a part of the load is not stated', () => {
    for (const missing of ['inputTokens', 'outputTokens', 'concurrency'] as const) {
      for (const value of [null, 0]) {
        const answer = answerTo(question({ [missing]: value }));
        expect(answer).toMatchObject({
          fits: true,
          outputTokensPerSecond: null,
          ttftMs: null,
          interTokenMs: null,
        });
        expect(fitReport(question({ [missing]: value })).map(([label]) => label)).toEqual([
          'fits',
          'weights per GPU',
          'activations',
          'other',
          'KV cache per GPU',
          'requests of full context at once',
          'KV cache tokens',
          'because',
        ]);
      }
    }
  });

  it('has none, and no cache, where weights alone are too large', () => {
    expect(answerTo(question({ gpu: 'T4' }))).toMatchObject({
      fits: false,
      kvCacheTokens: 0,
      outputTokensPerSecond: null,
    });
    expect(fitReport(question({ gpu: 'T4' })).slice(0, 1)).toEqual([['fits', 'no']]);
  });

  it('is a table of label and value', () => {
    const lines = fitReport(question());
    const answer = answerTo(question());
    expect(lines.map(([label]) => label)).toEqual([
      'fits',
      'weights per GPU',
      'activations',
      'other',
      'KV cache per GPU',
      'requests of full context at once',
      'KV cache tokens',
      'output tokens/s',
      'first token',
      'between tokens',
      'because',
    ]);
    const value = Object.fromEntries(lines) as Record<string, string>;
    expect(value.fits).toBe('yes');
    expect(value['output tokens/s']).toBe((answer.outputTokensPerSecond as number).toFixed(0));
    expect(value['first token']).toBe(`${(answer.ttftMs as number).toFixed(0)} ms`);
    expect(value['between tokens']).toBe(`${(answer.interTokenMs as number).toFixed(1)} ms`);
    // 44.4 GiB x 0.9, graphs beside it
    const gib = (label: string) => Number(value[label]?.replace(' GiB', ''));
    const eager = gib('weights per GPU') + gib('activations') + gib('KV cache per GPU');
    expect(eager + 0.25).toBeCloseTo(44.4 * 0.9, 1);
    expect(gib('other')).toBeGreaterThan(0.9);
  });

  it('has only a reason where the question cannot be answered', () => {
    const unknown = { fits: null, kvCacheTokens: null, outputTokensPerSecond: null, ttftMs: null };
    const odd = question({ weightsDtype: 'float32' });
    const because = 'weights of kind float32 are not modelled: 16 bit, fp8 and 4 bit are';
    expect(answerTo(odd)).toEqual({ id: 'q', ...unknown, interTokenMs: null, because });
    expect(fitReport(odd)).toEqual([['because', because]]);
    for (const [others, reason] of [
      [{ kvCacheDtype: 'int3' }, 'a KV cache of kind int3 is not modelled: auto, 16 bit and fp8 are'],
      [
        { engine: 'ollama' },
        'the engine ollama is not modelled: vllm is, and speeds of sglang, tgi and tensorrt-llm roughly',
      ],
      [
        { arrival: 'poisson' as 'burst' },
        'arrival poisson is not modelled: closed (concurrency in flight) and burst (requests at once) are',
      ],
    ] as const) {
      expect(answerTo(question(others))).toMatchObject({ fits: null, because: reason });
    }
    expect(answerTo(question({ gpu: 'Z1' })).because).toMatch(/^Z1 is not in the table of GPUs: \S+, \S+/);
  });

  it('gives a range for a flood alone', () => {
    const flood = answerTo(question({ arrival: 'burst', requests: 100 }));
    const [low, high] = [0.65, 1.35].map((share) =>
      Math.round((flood.outputTokensPerSecond as number) * share),
    );
    expect(flood.because).toMatch(
      new RegExp(`; sent all at once, expect ${low} to ${high} output tokens/s$`),
    );
    expect(answerTo(question()).because).not.toContain('all at once');
    expect(answerTo(question({ arrival: 'closed', requests: 100 }))).toEqual(answerTo(question()));
    expect(answerTo(question({ arrival: 'burst', inputTokens: null })).because).not.toContain('all at once');
  });

  it('holds a flood back to the concurrency, the number of sequences and the pool', () => {
    const speed = (others: Partial<FitCase>) =>
      answerTo(question({ arrival: 'burst', requests: 400, ...others })).interTokenMs as number;
    expect(speed({ concurrency: 4 })).toBeLessThan(speed({ concurrency: 40 }));
    expect(speed({ concurrency: 4 })).toBe(speed({ concurrency: 400, maxNumSeqs: 4 }));
    expect(speed({ concurrency: null })).toBe(speed({ concurrency: 400 }));
    // a burst without a size is as large as the concurrency
    expect(answerTo(question({ arrival: 'burst', concurrency: 30 })).outputTokensPerSecond).toBe(
      answerTo(question({ arrival: 'burst', concurrency: 30, requests: 30 })).outputTokensPerSecond,
    );
    // and a closed loop by the number of sequences alone
    const rate = (others: Partial<FitCase>) => answerTo(question(others)).outputTokensPerSecond;
    expect(rate({ concurrency: 40, maxNumSeqs: 4 })).toBeCloseTo(
      rate({ arrival: 'burst', requests: 400, concurrency: 4 }) as number,
      6,
    );
  });

  it('splits over the GPUs that it has, by stage', () => {
    const tokens = (others: Partial<FitCase>) => answerTo(question(others)).kvCacheTokens;
    expect(tokens({ gpuCount: 4 })).toBe(tokens({ tensorParallel: 4 }));
    expect(tokens({ gpuCount: 4, pipelineParallel: 2 })).toBe(
      tokens({ tensorParallel: 2, pipelineParallel: 2 }),
    );
    expect(tokens({ gpuCount: 3, pipelineParallel: 2 })).toBe(
      tokens({ tensorParallel: 1, pipelineParallel: 2 }),
    );
    expect(tokens({})).toBe(tokens({ tensorParallel: 1 }));
  });

  it('keeps one byte a value where the cache is fp8, however that is written', () => {
    const plain = answerTo(question()).kvCacheTokens as number;
    for (const kvCacheDtype of ['fp8', 'FP8', 'fp8_e4m3']) {
      expect((answerTo(question({ kvCacheDtype })).kvCacheTokens as number) / plain).toBeCloseTo(2, 3);
    }
    for (const kvCacheDtype of ['auto', 'bf16', null]) {
      expect(answerTo(question({ kvCacheDtype })).kvCacheTokens).toBe(plain);
    }
  });

  it.each([
    [
      { model: 'Qwen/Qwen2.5-7B-Instruct', tensorParallel: 8 },
      'tensorParallel 8 does not divide 28 attention heads',
    ],
    [{ tensorParallel: 2, gpuCount: 1 }, 'tensorParallel 2 x pipelineParallel 1 needs 2 GPUs; gpuCount is 1'],
    [
      { pipelineParallel: 3, gpuCount: 2 },
      'tensorParallel 1 x pipelineParallel 3 needs 3 GPUs; gpuCount is 2',
    ],
    [{ pipelineParallel: 37 }, 'pipelineParallel 37 is more than its 36 layers'],
    [{ gpuMemoryUtilization: 1.5 }, 'gpuMemoryUtilization 1.5 is no share of the memory, such as 0.92'],
    [{ maxModelLen: 40_961 }, "maxModelLen 40961 is above the model's own limit of 40960"],
    [
      { gpu: 'T4', kvCacheDtype: 'fp8' },
      'T4 (compute capability 7.5) has no kernels for an fp8 KV cache: 8.0 and later have',
    ],
  ])('is no where the engine refuses %j', (others, reason) => {
    const answer = answerTo(question(others));
    expect(answer).toMatchObject({ fits: false, kvCacheTokens: null, outputTokensPerSecond: null });
    expect(answer.because).toMatch(/ does not start: /);
    expect(answer.because.endsWith(reason)).toBe(true);
  });

  it('is no where nothing is left for CUDA graphs', () => {
    const answer = answerTo(question({ gpu: 'L4', maxModelLen: 8192, gpuMemoryUtilization: 1 }));
    expect(answer).toMatchObject({ fits: false, outputTokensPerSecond: null });
    expect(answer.because).toMatch(
      /^Qwen\/Qwen3-8B needs 0\.\d GiB for CUDA graphs outside of the cache; utilization 1 of 22\.0 GiB leaves 0\.\d$/,
    );
  });

  it('runs fp8 weights on a T4, which has kernels for 8-bit weights', () => {
    expect(
      answerTo(question({ model: 'Qwen/Qwen3-4B', gpu: 'T4', weightsDtype: 'fp8', maxModelLen: 8192 })).fits,
    ).toBe(true);
  });

  it('has no speeds of a load that the context does not hold', () => {
    const answer = answerTo(question({ maxModelLen: 600 }));
    expect(answer).toMatchObject({ fits: true, ttftMs: null });
    expect(answer.because).toMatch(
      /; no speeds: 500 tokens in and 200 out are more than the context of 600$/,
    );
  });

  it('of an embedding model is the time of the answer alone', () => {
    const encoder = question({ model: 'BAAI/bge-m3', outputTokens: 0 });
    expect(answerTo(encoder)).toMatchObject({
      fits: true,
      kvCacheTokens: null,
      outputTokensPerSecond: null,
      interTokenMs: null,
      ttftMs: expect.closeTo(30, -2),
    });
    expect(fitReport(encoder).map(([label]) => label)).not.toContain('requests of full context at once');
  });

  it('says where the count of cache tokens follows the context', () => {
    const windows = { model: 'openai/gpt-oss-20b', maxModelLen: 8192 };
    expect(answerTo(question({ ...windows, engineVersion: '0.33.0' })).because).toContain(
      'cache tokens are sequences x 8192',
    );
    expect(answerTo(question({ ...windows, engineVersion: '0.20.0' })).because).not.toContain('sequences x');
  });

  it('follows the version', () => {
    const tokens = (engineVersion: string | number | null) =>
      answerTo(question({ engineVersion })).kvCacheTokens;
    expect(tokens('0.12.0')).not.toBe(tokens('0.19.0'));
    expect(tokens(0.19)).toBe(tokens('0.19'));
    expect(tokens('2026-04')).toBe(tokens('0.19'));
    expect(tokens(null)).toBe(tokens('0.33.0'));
  });

  it('has no cache tokens of engines that divide memory by rules of their own', () => {
    expect(answerTo(question({ engine: 'sglang' }))).toMatchObject({ fits: true, kvCacheTokens: null });
    expect(answerTo(question({ engine: 'VLLM' })).kvCacheTokens).toBe(answerTo(question()).kvCacheTokens);
    expect(fitReport(question({ engine: 'sglang' })).map(([label]) => label)).not.toContain(
      'KV cache tokens',
    );
  });
});
