import type { Layers } from './config-layers';
import type { ConfigReader } from './config-reader';

/** Parameters of a model, counted from its dimensions; biases and norms (below 0.1 %) are left out. */
export interface Parameters {
  total: number;
  /** That one token passes through. */
  active: number;
  /** Input and output embeddings. */
  embeddings: number;
  routedExperts: number;
}

export interface Shape {
  hiddenSize: number;
  attentionHeads: number;
  kvHeads: number;
  headDim: number;
  vocabSize: number;
  layers: Layers;
  /** Width of the dense MLP; null where every layer has experts. */
  mlpWidth: number | null;
  experts: Experts | null;
}

export interface Experts {
  count: number;
  perToken: number;
  width: number;
  /** Layers that have them. */
  layers: number;
  /** Width of the experts that see every token, all together. */
  sharedWidth: number;
}

/** Two matrices in the MLP instead of three: no gate. */
const ungated = new Set([
  'bert',
  'roberta',
  'xlm-roberta',
  'gpt2',
  'gpt_neox',
  'gpt_bigcode',
  'gptj',
  'falcon',
  'bloom',
  'opt',
  'mpt',
  'phi',
  'starcoder2',
  'nemotron',
]);

/** One embedding table for input and output, where the file does not say. */
const tiedByDefault = new Set([
  'gemma',
  'gemma2',
  'gemma3',
  'gemma3_text',
  'gpt2',
  'gpt_bigcode',
  'cohere',
  'cohere2',
  'bloom',
  'opt',
  'mpt',
  'falcon',
  'starcoder2',
  'bert',
  'roberta',
  'xlm-roberta',
]);

export function countParameters(config: ConfigReader, outer: ConfigReader, shape: Shape): Parameters {
  const { hiddenSize, layers, experts } = shape;
  const type = config.text('model_type') ?? '';
  const matrices = ungated.has(type) ? 2 : 3;
  const attention =
    (layers.count - layers.linear) * attentionParameters(config, shape) +
    layers.linear * linearAttentionParameters(config, hiddenSize);
  const denseLayers = layers.count - (experts?.layers ?? 0);
  const dense = denseLayers * matrices * hiddenSize * (shape.mlpWidth ?? 0);
  const oneExpert = experts ? matrices * hiddenSize * experts.width : 0;
  const routedExperts = experts ? experts.layers * experts.count * oneExpert : 0;
  const beside = experts ? experts.layers * hiddenSize * (experts.count + matrices * experts.sharedWidth) : 0;
  const tables = hasHead(config, outer) && !isTied(config, outer, type) ? 2 : 1;
  const embeddings = shape.vocabSize * hiddenSize * tables + positions(config, type, hiddenSize);
  const total = embeddings + attention + dense + routedExperts + beside + visionParameters(outer);
  const idle = experts ? experts.layers * Math.max(0, experts.count - experts.perToken) * oneExpert : 0;
  return { total, active: total - idle, embeddings, routedExperts };
}

function isTied(config: ConfigReader, outer: ConfigReader, type: string): boolean {
  return config.flag('tie_word_embeddings') ?? outer.flag('tie_word_embeddings') ?? tiedByDefault.has(type);
}

/** Embedding models are published as the bare network: `MistralModel`, not `MistralForCausalLM`. */
function hasHead(config: ConfigReader, outer: ConfigReader): boolean {
  const [architecture] = config.list('architectures') ?? outer.list('architectures') ?? [];
  return typeof architecture !== 'string' || !architecture.endsWith('Model');
}

function attentionParameters(config: ConfigReader, shape: Shape): number {
  const { hiddenSize, attentionHeads, kvHeads, headDim } = shape;
  const latent = config.maybe('kv_lora_rank');
  if (latent === null) {
    const gate =
      config.flag('attn_output_gate') || config.text('model_type')?.startsWith('qwen3_next') ? 1 : 0;
    return hiddenSize * headDim * ((2 + gate) * attentionHeads + 2 * kvHeads);
  }
  const rope = config.need('qk_rope_head_dim');
  const plain = config.need('qk_nope_head_dim');
  const value = config.need('v_head_dim');
  const queryRank = config.maybe('q_lora_rank');
  const query = attentionHeads * (plain + rope);
  const queries = queryRank === null ? hiddenSize * query : queryRank * (hiddenSize + query);
  const indexHeads = config.maybe('index_n_heads') ?? 0;
  const indexDim = config.maybe('index_head_dim') ?? 0;
  const index = indexDim * ((queryRank ?? hiddenSize) * indexHeads + hiddenSize) + hiddenSize * indexHeads;
  return (
    queries +
    hiddenSize * (latent + rope) +
    latent * attentionHeads * (plain + value) +
    attentionHeads * value * hiddenSize +
    index
  );
}

/** Gated delta net of Qwen3-Next and Qwen3.5: query, key, value, gate, two scalars a head, output. */
function linearAttentionParameters(config: ConfigReader, hiddenSize: number): number {
  if (!config.has('linear_num_value_heads')) return 0;
  const valueHeads = config.need('linear_num_value_heads');
  const keys = config.need('linear_num_key_heads') * config.need('linear_key_head_dim');
  const values = valueHeads * config.need('linear_value_head_dim');
  return hiddenSize * (2 * keys + 2 * values + 2 * valueHeads + values);
}

function positions(config: ConfigReader, type: string, hiddenSize: number): number {
  const learned = ['bert', 'roberta', 'xlm-roberta', 'gpt2', 'gpt_bigcode', 'opt'].includes(type);
  return learned ? config.need('max_position_embeddings', 'n_positions') * hiddenSize : 0;
}

/** Layers of an image encoder: four attention matrices and a two-matrix MLP each. */
function visionParameters(outer: ConfigReader): number {
  const vision = outer.section('vision_config');
  if (!vision) return 0;
  const width = vision.need('embed_dim', 'hidden_size', 'width');
  const depth = vision.need('num_hidden_layers', 'depth', 'layers');
  const mlp = (vision.number('mlp_ratio') ?? 0) * width || vision.need('intermediate_size');
  return depth * width * (4 * width + 2 * mlp);
}
