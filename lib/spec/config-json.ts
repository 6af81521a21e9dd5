import type { Spec } from './types';

type Geometry = NonNullable<Spec['models'][number]['geometry']>;
type Config = Record<string, unknown>;

/**
 * Shape of a model from the config.json of its Hugging Face folder.
 *
 * The file does not say how many parameters there are: they are counted from the shapes of the matrices.
 * Vision and audio parts are not counted. Returns the reason when the file does not tell enough.
 */
export function geometryFromConfig(root: Config): Geometry | { problem: string } {
  const config = isMap(root.text_config) ? { ...root, ...root.text_config } : root;
  const pick = (...names: string[]) =>
    names.map((name) => config[name]).find((value) => value !== undefined && value !== null);
  const count = (...names: string[]) => {
    const value = pick(...names);
    return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined;
  };

  const layers = count('num_hidden_layers', 'n_layer', 'num_layers');
  const hiddenSize = count('hidden_size', 'n_embd', 'd_model');
  const attentionHeads = count('num_attention_heads', 'n_head', 'num_heads');
  const maxContext = count('max_position_embeddings', 'n_positions', 'max_sequence_length', 'seq_length');
  const vocabSize = count('vocab_size');
  if (!layers || !hiddenSize || !attentionHeads || !maxContext || !vocabSize) {
    return {
      problem:
        'it lacks one of num_hidden_layers, hidden_size, num_attention_heads, max_position_embeddings, vocab_size',
    };
  }
  const dtype = storedDtype(config);
  if (dtype === undefined)
    return { problem: 'its quantization_config or dtype is of a kind that is not known' };
  const kvHeads = count('num_key_value_heads') ?? (config.multi_query === true ? 1 : attentionHeads);
  const headDim = count('head_dim') ?? hiddenSize / attentionHeads;
  const kinds = layerKinds(config, layers);
  if ('problem' in kinds) return kinds;

  const experts = count('num_experts', 'num_local_experts', 'n_routed_experts');
  const expertsPerToken = count('num_experts_per_tok', 'num_experts_per_token', 'moe_topk', 'top_k_experts');
  const denseWidth = count('intermediate_size', 'ffn_dim', 'n_inner') ?? 4 * hiddenSize;
  const expertWidth = experts ? (count('moe_intermediate_size') ?? denseWidth) : undefined;
  if (experts && !expertsPerToken) return { problem: 'it has experts and lacks num_experts_per_tok' };

  const latent = count('kv_lora_rank');
  const attentionSize = latent
    ? latentAttention(config, hiddenSize, attentionHeads, latent)
    : hiddenSize * headDim * (2 * attentionHeads + 2 * kvHeads);
  const gates = ungated.has(String(config.model_type)) ? 2 : 3;
  const mlp = (width: number) => gates * hiddenSize * width;
  const sharedWidth =
    count('shared_expert_intermediate_size') ?? (count('n_shared_experts') ?? 0) * (expertWidth ?? 0);
  const denseLayers = experts ? Math.min(layers, Number(config.first_k_dense_replace ?? 0)) : layers;
  const sparseLayers = layers - denseLayers;
  const tables = vocabSize * hiddenSize * (tied(config) ? 1 : 2);
  const parameters = (expertsUsed: number) =>
    tables +
    layers * attentionSize +
    denseLayers * mlp(denseWidth) +
    sparseLayers * (expertsUsed * mlp(expertWidth ?? 0) + mlp(sharedWidth) + hiddenSize * (experts ?? 0));

  return {
    parametersBillion: billions(parameters(experts ?? 0)),
    activeParametersBillion: billions(parameters(expertsPerToken ?? 0)),
    layers,
    hiddenSize,
    attentionHeads,
    kvHeads,
    ...(Number.isInteger(headDim) && { headDim }),
    maxContext,
    ...(latent && { attention: 'mla' as const }),
    fullAttentionLayers: kinds.full,
    ...(kinds.window && { slidingWindow: kinds.window }),
    dtype,
    vocabSize,
    mlpWidth: denseWidth,
    ...(experts && expertsPerToken && expertWidth && { experts, expertsPerToken, expertWidth }),
  };
}

/** Model types whose feed-forward layer has two matrices and not three. */
const ungated = new Set([
  'gpt2',
  'gpt_neo',
  'gpt_neox',
  'gptj',
  'opt',
  'bloom',
  'falcon',
  'phi',
  'gpt_bigcode',
  'starcoder2',
  'mpt',
  'nemotron',
]);

/** Types whose configuration class ties the tables when the file is silent. */
function tied(config: Config): boolean {
  const written = config.tie_word_embeddings;
  if (typeof written === 'boolean') return written;
  return /^(gemma|gpt2|opt|bloom|falcon|cohere|gpt_bigcode)/.test(String(config.model_type));
}

/** Multi-head latent attention: down- and up-projections of queries, keys and values. */
function latentAttention(config: Config, hiddenSize: number, heads: number, latent: number): number {
  const size = (name: string) => Number(config[name] ?? 0);
  const [rope, nope, value] = [size('qk_rope_head_dim'), size('qk_nope_head_dim'), size('v_head_dim')];
  const queryRank = size('q_lora_rank');
  const query = queryRank
    ? queryRank * (hiddenSize + heads * (nope + rope))
    : hiddenSize * heads * (nope + rope);
  return query + hiddenSize * (latent + rope) + latent * heads * (nope + value) + heads * value * hiddenSize;
}

/** Layers that cache every token, and the window of the others. */
function layerKinds(config: Config, layers: number): { full: number; window?: number } | { problem: string } {
  const kinds = Array.isArray(config.layer_types) ? config.layer_types.map(String) : undefined;
  const recurrent = kinds?.some((kind) => /linear|mamba|conv|recurrent/.test(kind));
  const hybridKeys = [
    'mamba_d_state',
    'ssm_cfg',
    'full_attention_interval',
    'attn_layer_period',
    'hybrid_override_pattern',
  ];
  if (recurrent || hybridKeys.some((key) => config[key] !== undefined)) {
    return { problem: 'a hybrid of attention and linear or state-space layers cannot be counted from it' };
  }
  const window = Number(config.sliding_window ?? 0);
  if (!window || config.use_sliding_window === false) return { full: layers };
  if (kinds) {
    const full = kinds.filter((kind) => kind === 'full_attention').length;
    return full === kinds.length ? { full } : { full, window };
  }
  const every = Number(config.sliding_window_pattern ?? 0);
  return { full: every > 1 ? Math.floor(layers / every) : 0, window };
}

function storedDtype(config: Config): NonNullable<Geometry['dtype']> | undefined {
  const quantized = config.quantization_config;
  if (isMap(quantized)) {
    const text = JSON.stringify(quantized).toLowerCase();
    if (/"quant_method":"(awq|gptq|mxfp4)"/.test(text)) return 'int4';
    if (/"quant_method":"(fp8|fbgemm_fp8)"/.test(text)) return 'fp8';
    const bits = /"num_bits":(\d+)/.exec(text)?.[1];
    if (bits === '4') return 'int4';
    return bits === '8' && /"type":"float"/.test(text) ? 'fp8' : undefined;
  }
  const dtype = String(config.torch_dtype ?? config.dtype ?? 'bfloat16').replace('torch.', '');
  const known: Record<string, NonNullable<Geometry['dtype']>> = {
    bfloat16: 'bf16',
    float16: 'fp16',
    // The engine converts it to 16 bits when it loads.
    float32: 'bf16',
  };
  return known[dtype];
}

const billions = (parameters: number) => Number((parameters / 1e9).toPrecision(4));

function isMap(value: unknown): value is Config {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
