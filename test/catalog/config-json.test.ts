import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { geometryFromConfig } from '../../lib/catalog/config-json';
import { findModel } from '../../lib/catalog/models';
import { isUserError } from '../../lib/errors';

const llama8b = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_size: 4096,
  intermediate_size: 14336,
  num_attention_heads: 32,
  num_hidden_layers: 32,
  num_key_value_heads: 8,
  max_position_embeddings: 131072,
  rope_scaling: { factor: 8, rope_type: 'llama3', original_max_position_embeddings: 8192 },
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
  vocab_size: 128256,
};

const qwen05b = {
  architectures: ['Qwen2ForCausalLM'],
  model_type: 'qwen2',
  hidden_size: 896,
  intermediate_size: 4864,
  num_attention_heads: 14,
  num_hidden_layers: 24,
  num_key_value_heads: 2,
  max_position_embeddings: 32768,
  sliding_window: 32768,
  use_sliding_window: false,
  tie_word_embeddings: true,
  torch_dtype: 'bfloat16',
  vocab_size: 151936,
};

const qwen30bA3b = {
  model_type: 'qwen3_moe',
  decoder_sparse_step: 1,
  head_dim: 128,
  hidden_size: 2048,
  intermediate_size: 6144,
  moe_intermediate_size: 768,
  mlp_only_layers: [],
  num_attention_heads: 32,
  num_experts: 128,
  num_experts_per_tok: 8,
  num_hidden_layers: 48,
  num_key_value_heads: 4,
  max_position_embeddings: 40960,
  sliding_window: null,
  use_sliding_window: false,
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
  vocab_size: 151936,
};

const mixtral8x7b = {
  model_type: 'mixtral',
  hidden_size: 4096,
  intermediate_size: 14336,
  num_attention_heads: 32,
  num_experts_per_tok: 2,
  num_hidden_layers: 32,
  num_key_value_heads: 8,
  num_local_experts: 8,
  max_position_embeddings: 32768,
  sliding_window: null,
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
  vocab_size: 32000,
};

const deepseekV3 = {
  model_type: 'deepseek_v3',
  first_k_dense_replace: 3,
  hidden_size: 7168,
  intermediate_size: 18432,
  kv_lora_rank: 512,
  moe_intermediate_size: 2048,
  moe_layer_freq: 1,
  n_routed_experts: 256,
  n_shared_experts: 1,
  num_attention_heads: 128,
  num_experts_per_tok: 8,
  num_hidden_layers: 61,
  num_key_value_heads: 128,
  num_nextn_predict_layers: 1,
  q_lora_rank: 1536,
  qk_nope_head_dim: 128,
  qk_rope_head_dim: 64,
  v_head_dim: 128,
  max_position_embeddings: 163840,
  quantization_config: {
    activation_scheme: 'dynamic',
    fmt: 'e4m3',
    quant_method: 'fp8',
    weight_block_size: [128, 128],
  },
  rope_scaling: { factor: 40, original_max_position_embeddings: 4096, type: 'yarn' },
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
  vocab_size: 129280,
};

const gptOss20b = {
  model_type: 'gpt_oss',
  attention_bias: true,
  experts_per_token: 4,
  head_dim: 64,
  hidden_size: 2880,
  intermediate_size: 2880,
  layer_types: Array.from({ length: 24 }, (_, layer) => (layer % 2 ? 'full_attention' : 'sliding_attention')),
  num_attention_heads: 64,
  num_experts_per_tok: 4,
  num_hidden_layers: 24,
  num_key_value_heads: 8,
  num_local_experts: 32,
  max_position_embeddings: 131072,
  sliding_window: 128,
  quantization_config: { quant_method: 'mxfp4', modules_to_not_convert: ['model.layers.*.self_attn'] },
  rope_scaling: { factor: 32, original_max_position_embeddings: 4096, rope_type: 'yarn' },
  tie_word_embeddings: false,
  vocab_size: 201088,
};

const gemma2Of9b = {
  model_type: 'gemma2',
  head_dim: 256,
  hidden_size: 3584,
  intermediate_size: 14336,
  num_attention_heads: 16,
  num_hidden_layers: 42,
  num_key_value_heads: 8,
  max_position_embeddings: 8192,
  sliding_window: 4096,
  torch_dtype: 'float32',
  vocab_size: 256000,
};

const scout = {
  model_type: 'llama4',
  text_config: {
    model_type: 'llama4_text',
    attention_chunk_size: 8192,
    head_dim: 128,
    hidden_size: 5120,
    interleave_moe_layer_step: 1,
    intermediate_size: 8192,
    intermediate_size_mlp: 16384,
    max_position_embeddings: 10485760,
    num_attention_heads: 40,
    num_experts_per_tok: 1,
    num_hidden_layers: 48,
    num_key_value_heads: 8,
    num_local_experts: 16,
    torch_dtype: 'bfloat16',
    vocab_size: 202048,
  },
  vision_config: { hidden_size: 1408, intermediate_size: 5632, num_hidden_layers: 34 },
};

const qwen35Of27b = {
  architectures: ['Qwen3_5ForConditionalGeneration'],
  model_type: 'qwen3_5',
  tie_word_embeddings: false,
  text_config: {
    model_type: 'qwen3_5_text',
    attn_output_gate: true,
    dtype: 'bfloat16',
    full_attention_interval: 4,
    head_dim: 256,
    hidden_size: 5120,
    intermediate_size: 17408,
    linear_key_head_dim: 128,
    linear_num_key_heads: 16,
    linear_num_value_heads: 48,
    linear_value_head_dim: 128,
    max_position_embeddings: 262144,
    num_attention_heads: 24,
    num_hidden_layers: 64,
    num_key_value_heads: 4,
    vocab_size: 248320,
  },
  vision_config: { depth: 27, hidden_size: 1152, intermediate_size: 4304 },
};

const bgeLarge = {
  architectures: ['BertModel'],
  model_type: 'bert',
  hidden_size: 1024,
  intermediate_size: 4096,
  max_position_embeddings: 512,
  num_attention_heads: 16,
  num_hidden_layers: 24,
  torch_dtype: 'float32',
  vocab_size: 30522,
};

const e5Mistral = {
  ...mixtral8x7b,
  architectures: ['MistralModel'],
  model_type: 'mistral',
  num_local_experts: undefined,
  torch_dtype: 'float16',
};

describe('geometry from config.json', () => {
  // published parameter counts in billions, or of the model card's file sizes
  it.each<[string, object, number]>([
    ['Llama 3.1 8B', llama8b, 8.03],
    ['Qwen2.5 0.5B, one embedding table', qwen05b, 0.494],
    ['Qwen3 30B-A3B', qwen30bA3b, 30.53],
    ['Mixtral 8x7B', mixtral8x7b, 46.7],
    ['DeepSeek V3', deepseekV3, 671],
    ['gpt-oss 20B', gptOss20b, 20.91],
    ['Gemma 2 9B', gemma2Of9b, 9.24],
    ['Llama 4 Scout', scout, 108.64],
    ['Qwen3.5 27B', qwen35Of27b, 27.5],
    ['BGE large', bgeLarge, 0.335],
    ['E5 Mistral 7B, no output head', e5Mistral, 7.11],
  ])('counts the parameters of %s within 1 %%', (_, config, billions) => {
    const { parametersBillion } = geometryFromConfig(config, 'config.json');
    expect(Math.abs(parametersBillion / billions - 1)).toBeLessThan(0.01);
  });

  it.each<[string, object]>([
    ['meta-llama/Llama-3.1-8B-Instruct', llama8b],
    ['Qwen/Qwen2.5-0.5B-Instruct', qwen05b],
    ['Qwen/Qwen3-30B-A3B', qwen30bA3b],
    ['mistralai/Mixtral-8x7B-Instruct-v0.1', mixtral8x7b],
    ['deepseek-ai/DeepSeek-V3-0324', deepseekV3],
    ['openai/gpt-oss-20b', gptOss20b],
    ['meta-llama/Llama-4-Scout-17B-16E-Instruct', scout],
    ['Qwen/Qwen3.5-27B', qwen35Of27b],
  ])('gives the cache of %s that the catalogue has', (id, config) => {
    const { kvBytesPerTokenBf16, fullAttentionLayers, slidingWindow, attention, layers, maxContext, dtype } =
      geometryFromConfig(config, 'config.json');
    const model = findModel(id);
    expect({
      kvBytesPerTokenBf16,
      fullAttentionLayers,
      slidingWindow,
      attention,
      layers,
      maxContext,
      dtype,
    }).toEqual({
      kvBytesPerTokenBf16: model?.kvBytesPerTokenBf16,
      fullAttentionLayers: model?.fullAttentionLayers,
      slidingWindow: model?.slidingWindow,
      attention: model?.attention,
      layers: model?.layers,
      maxContext: model?.maxContext,
      dtype: model?.dtype,
    });
  });

  it('counts what one token passes through', () => {
    expect(geometryFromConfig(qwen30bA3b, 'c').activeParametersBillion).toBeCloseTo(3.35, 1);
    expect(geometryFromConfig(mixtral8x7b, 'c').activeParametersBillion).toBeCloseTo(12.88, 1);
    expect(geometryFromConfig(deepseekV3, 'c').activeParametersBillion).toBeCloseTo(37.5, 0);
    expect(geometryFromConfig(llama8b, 'c').activeParametersBillion).toBeCloseTo(8.03, 2);
  });

  it('reads an encoder as a model without cache', () => {
    expect(geometryFromConfig(bgeLarge, 'c')).toMatchObject({
      fullAttentionLayers: 0,
      kvBytesPerTokenBf16: 0,
      dtype: 'fp16',
    });
  });

  it('sizes 32-bit checkpoints as the 16 bits in which they are served', () => {
    expect(geometryFromConfig(gemma2Of9b, 'c')).toMatchObject({ dtype: 'fp16', slidingWindow: 4096 });
    expect(geometryFromConfig(gemma2Of9b, 'c').weightsGiB).toBeCloseTo(17.21, 1);
  });

  it.each<[string, object, string, number]>([
    ['block FP8', { quant_method: 'fp8', weight_block_size: [128, 128] }, 'fp8', 8.46],
    ['AWQ', { quant_method: 'awq', bits: 4, group_size: 128 }, 'int4', 5.34],
    ['GPTQ', { quant_method: 'gptq', bits: 4, group_size: 128 }, 'int4', 5.34],
    ['NVFP4', { quant_method: 'modelopt', quant_algo: 'NVFP4' }, 'int4', 5.62],
    [
      'compressed tensors of 8 bits',
      {
        quant_method: 'compressed-tensors',
        config_groups: {
          group_0: { weights: { num_bits: 8, type: 'float' }, input_activations: { num_bits: 8 } },
        },
      },
      'fp8',
      8.46,
    ],
    [
      'compressed tensors of 4 bits',
      {
        quant_method: 'compressed-tensors',
        config_groups: { group_0: { weights: { num_bits: 4, type: 'int' } } },
      },
      'int4',
      5.34,
    ],
  ])('reads %s, with embeddings in 16 bits', (_, quantization_config, dtype, gib) => {
    const geometry = geometryFromConfig({ ...llama8b, quantization_config }, 'c');
    expect(geometry.dtype).toBe(dtype);
    expect(geometry.weightsGiB).toBeCloseTo(gib, 1);
  });

  it('stretches the context where the file switches YaRN on', () => {
    const rope_scaling = { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 32768 };
    expect(geometryFromConfig({ ...qwen05b, rope_scaling }, 'c').maxContext).toBe(131072);
    expect(geometryFromConfig(llama8b, 'c').maxContext).toBe(131072);
  });

  it('counts a window over all layers as full attention', () => {
    const everywhere = { ...llama8b, model_type: 'mistral', sliding_window: 4096 };
    expect(geometryFromConfig(everywhere, 'c')).toMatchObject({
      fullAttentionLayers: 32,
      slidingWindow: null,
    });
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'config.json: the file is not a JSON object'],
    ['a list', [], 'config.json: the file is not a JSON object'],
    ['an empty object', {}, 'config.json: `num_hidden_layers` is missing'],
    ['no hidden size', { ...llama8b, hidden_size: undefined }, 'config.json: `hidden_size` is missing'],
    ['no vocabulary', { ...llama8b, vocab_size: null }, 'config.json: `vocab_size` is missing'],
    ['no MLP', { ...llama8b, intermediate_size: undefined }, 'config.json: `intermediate_size` is missing'],
    [
      'no context',
      { ...llama8b, max_position_embeddings: 0 },
      'config.json: `max_position_embeddings` is missing',
    ],
    [
      'a text',
      { ...llama8b, num_attention_heads: '32' },
      '`num_attention_heads` is "32", expected a whole number',
    ],
    ['a fraction', { ...llama8b, hidden_size: 4096.5 }, '`hidden_size` is 4096.5, expected a whole number'],
    ['a monster', { ...llama8b, hidden_size: 1e300 }, '`hidden_size` is 1e+300, expected a whole number'],
    ['a nested gap', { text_config: { num_hidden_layers: 2 } }, '`text_config.hidden_size` is missing'],
    ['heads that do not divide', { ...llama8b, num_attention_heads: 30 }, '`head_dim` is missing'],
    [
      'Mamba',
      { ...llama8b, ssm_state_size: 128 },
      '`ssm_state_size` describes parts of the model that are not read',
    ],
    ['odd layers', { ...llama8b, layer_types: ['full_attention'] }, '`layer_types` must name 32 layers'],
    [
      '8-bit GPTQ',
      { ...llama8b, quantization_config: { quant_method: 'gptq', bits: 8 } },
      '"gptq" of 8 bits',
    ],
    ['an unknown type', { ...llama8b, torch_dtype: 'int8' }, '`torch_dtype` is int8'],
    [
      'experts without number',
      { ...qwen30bA3b, num_experts_per_tok: undefined },
      '`num_experts_per_tok` is missing',
    ],
  ])('refuses %s and says what to do', (_, config, message) => {
    let caught: unknown;
    try {
      geometryFromConfig(config, 'config.json');
    } catch (error) {
      caught = error;
    }
    expect(isUserError(caught)).toBe(true);
    expect((caught as Error).message).toContain(message);
    expect((caught as Error).message).toContain('`baseModel`');
  });

  it('gives finite figures or a message for the user, whatever the file holds', () => {
    const keys = [
      ...new Set([llama8b, qwen30bA3b, deepseekV3, gptOss20b, qwen35Of27b.text_config].flatMap(Object.keys)),
    ];
    const value = fc.oneof(fc.integer({ min: -2, max: 2 ** 40 }), fc.double(), fc.jsonValue());
    const change = fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 4 });
    const base = fc.constantFrom<object>(llama8b, qwen30bA3b, deepseekV3, gptOss20b, scout, qwen35Of27b, {});
    const config = fc.oneof(
      fc.tuple(base, change).map(([start, changes]) => ({ ...start, ...changes })),
      fc.jsonValue(),
    );
    let read = 0;
    fc.assert(
      fc.property(config, (json) => {
        try {
          const { dtype: _, attention: __, ...figures } = geometryFromConfig(json, 'config.json');
          for (const figure of Object.values(figures)) {
            expect(figure === null || (Number.isFinite(figure) && figure >= 0)).toBe(true);
          }
          expect(figures.activeParametersBillion).toBeLessThanOrEqual(figures.parametersBillion);
          read += 1;
        } catch (error) {
          if (!isUserError(error)) throw error;
        }
      }),
      { numRuns: 500, seed: 1 },
    );
    expect(read).toBeGreaterThan(50);
  });
});
