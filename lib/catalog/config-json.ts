import { layersOf } from './config-layers';
import { countParameters, type Experts, type Shape } from './config-parameters';
import { type ConfigReader, configReader } from './config-reader';
import { weightsOf } from './config-weights';
import type { Geometry } from './models';

/** Models that read a text at once and keep no cache. */
const encoders = new Set(['bert', 'roberta', 'xlm-roberta']);

/**
 * Shape of a model from the config.json of its Hugging Face folder. Parameters are counted from the
 * dimensions, image encoders included; the multi-token-prediction layers of DeepSeek and Qwen, which the
 * engine does not load, are not. A quantization that only `hf_quant_config.json` tells is not seen.
 *
 * @param json the parsed file
 * @param name of the file, for messages
 * @throws UserError that names the key which is missing or not understood
 */
export function geometryFromConfig(json: unknown, name: string): Geometry {
  const outer = configReader(json, name);
  const config = outer.section('text_config') ?? outer.section('llm_config') ?? outer;
  const shape = shapeOf(config);
  const { layers, experts } = shape;
  const parameters = countParameters(config, outer, shape);
  const latent = config.maybe('kv_lora_rank');
  const encoder = encoders.has(config.text('model_type') ?? '');
  const fullAttentionLayers = encoder ? 0 : layers.full;
  const cached =
    latent === null ? 2 * shape.kvHeads * shape.headDim : latent + config.need('qk_rope_head_dim');
  const weights = weightsOf(config, outer, parameters);
  return {
    parametersBillion: rounded(parameters.total / 1e9),
    activeParametersBillion: rounded(parameters.active / 1e9),
    layers: layers.count,
    hiddenSize: shape.hiddenSize,
    attentionHeads: shape.attentionHeads,
    kvHeads: shape.kvHeads,
    headDim: shape.headDim,
    maxContext: maxContext(config),
    attention: attentionKind(shape, latent !== null),
    fullAttentionLayers,
    slidingWindow: layers.slidingWindow,
    dtype: weights.dtype,
    weightsGiB: rounded(weights.weightsGiB),
    kvBytesPerTokenBf16: fullAttentionLayers * cached * 2,
    vocabSize: shape.vocabSize,
    mlpWidth: shape.mlpWidth,
    experts: experts?.count ?? null,
    expertsPerToken: experts?.perToken ?? null,
    expertWidth: experts?.width ?? null,
  };
}

function shapeOf(config: ConfigReader): Shape {
  const layers = layersOf(config);
  const hiddenSize = config.need('hidden_size', 'n_embd', 'd_model');
  const attentionHeads = config.need('num_attention_heads', 'n_head', 'n_heads');
  const experts = expertsOf(config, layers.count);
  const dense = experts === null || experts.layers < layers.count;
  const width = () =>
    config.maybe('intermediate_size_mlp', 'dense_intermediate_size') ??
    config.need('intermediate_size', 'n_inner', 'ffn_dim');
  return {
    layers,
    hiddenSize,
    attentionHeads,
    kvHeads: kvHeads(config, attentionHeads),
    headDim: config.maybe('head_dim') ?? headDim(config, hiddenSize, attentionHeads),
    vocabSize: config.need('vocab_size', 'padded_vocab_size'),
    mlpWidth: dense ? width() : null,
    experts,
  };
}

function kvHeads(config: ConfigReader, attentionHeads: number): number {
  const grouped = config.maybe('num_key_value_heads', 'num_kv_heads', 'multi_query_group_num');
  return grouped ?? (config.flag('multi_query') ? 1 : attentionHeads);
}

function headDim(config: ConfigReader, hiddenSize: number, attentionHeads: number): number {
  if (hiddenSize % attentionHeads !== 0 && config.maybe('kv_lora_rank') === null) {
    throw config.fail(
      `\`head_dim\` is missing, and ${attentionHeads} heads do not divide hidden_size ${hiddenSize}`,
    );
  }
  return Math.floor(hiddenSize / attentionHeads);
}

function expertsOf(config: ConfigReader, layers: number): Experts | null {
  const count = config.maybe('num_experts', 'num_local_experts', 'n_routed_experts', 'moe_num_experts');
  if (count === null || count === 1) return null;
  const width = config.need('moe_intermediate_size', 'intermediate_size');
  const llama4 = config.text('model_type')?.startsWith('llama4') ?? false;
  const sharedExperts = config.maybe('n_shared_experts', 'num_shared_experts') ?? (llama4 ? 1 : 0);
  const every = config.maybe('interleave_moe_layer_step', 'decoder_sparse_step') ?? 1;
  const dense = config.maybe('first_k_dense_replace') ?? config.list('mlp_only_layers')?.length ?? 0;
  if (dense >= layers) throw config.fail('dense layers are as many as all layers, yet there are experts');
  return {
    count,
    perToken: config.need('num_experts_per_tok', 'experts_per_token', 'moe_topk', 'moe_k'),
    width,
    layers: Math.floor((layers - dense) / every),
    sharedWidth:
      config.maybe('shared_expert_intermediate_size', 'shared_intermediate_size') ?? sharedExperts * width,
  };
}

/** What the weights were trained for, with the stretching of positions that the file itself switches on. */
function maxContext(config: ConfigReader): number {
  const positions = config.need(
    'max_position_embeddings',
    'n_positions',
    'max_sequence_length',
    'seq_length',
  );
  const rope = config.section('rope_scaling') ?? config.section('rope_parameters');
  const kind = rope?.text('rope_type') ?? rope?.text('type');
  const factor = rope?.number('factor');
  if (!rope || factor === undefined || kind !== 'yarn') return positions;
  return Math.round((rope.maybe('original_max_position_embeddings') ?? positions) * factor);
}

function attentionKind(shape: Shape, latent: boolean): Geometry['attention'] {
  if (latent) return 'mla';
  if (shape.layers.linear > 0) return 'hybrid';
  if (shape.kvHeads === shape.attentionHeads) return 'mha';
  return shape.kvHeads === 1 ? 'mqa' : 'gqa';
}

/** Biases and norms are not counted: more digits would pretend. */
function rounded(figure: number): number {
  return Number(figure.toPrecision(5));
}
