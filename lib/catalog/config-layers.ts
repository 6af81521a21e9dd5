import type { ConfigReader } from './config-reader';

/** Layers of a model by what they cache. */
export interface Layers {
  count: number;
  /** Cache every token. */
  full: number;
  /** Keep a state of fixed size (linear attention). */
  linear: number;
  /** Tokens that the layers in between cache; null: there are none. */
  slidingWindow: number | null;
}

/** Of so many layers one looks at everything, where the file does not say. */
const defaultPattern: Readonly<Record<string, number>> = { gemma2: 2, gemma3: 6, gemma3_text: 6, cohere2: 4 };

/** Keys that give away layers or image encoders whose cache or parameters are not modelled. */
const unreadable = [
  'mamba_num_heads',
  'mamba_d_state',
  'ssm_state_size',
  'hybrid_override_pattern',
  'hybrid_layer_pattern',
  'attn_layer_period',
  'block_configs',
  'linear_attn_config',
  'sparse_attention_config',
  'compress_ratios',
  'cross_attention_layers',
  'global_head_dim',
  'ffn_config',
  'kv_channels',
  'mm_vision_tower',
  'img_processor',
];

export function layersOf(config: ConfigReader): Layers {
  const key = unreadable.find((candidate) => config.has(candidate));
  if (key) throw config.fail(`\`${key}\` describes parts of the model that are not read from a config.json`);
  const count = config.need('num_hidden_layers', 'n_layer', 'n_layers', 'num_layers');
  const slidingWindow = config.flag('use_sliding_window') === false ? null : config.maybe('sliding_window');
  const { full, linear } = kindsOf(config, count, slidingWindow !== null);
  const between = count - full - linear;
  // a window over all layers counts as full: more memory than needed, never less
  if (between === 0 || slidingWindow === null || full + linear === 0) {
    return { count, full: full + between, linear, slidingWindow: null };
  }
  return { count, full, linear, slidingWindow };
}

function kindsOf(config: ConfigReader, count: number, windowed: boolean): { full: number; linear: number } {
  const listed = config.list('layer_types');
  if (listed) return countKinds(config, listed, count);
  const every =
    config.maybe('sliding_window_pattern', 'full_attention_interval') ??
    defaultPattern[config.text('model_type') ?? ''];
  if (config.has('linear_num_value_heads')) {
    const full = Math.floor(count / (every ?? config.need('full_attention_interval')));
    return { full, linear: count - full };
  }
  if (!windowed) return { full: count, linear: 0 };
  return { full: every === undefined ? 0 : Math.floor(count / every), linear: 0 };
}

function countKinds(
  config: ConfigReader,
  listed: unknown[],
  count: number,
): { full: number; linear: number } {
  const number = (...kinds: string[]) => listed.filter((kind) => kinds.includes(kind as string)).length;
  // a chunk is long and counts as full
  const full = number('full_attention', 'attention', 'chunked_attention');
  const linear = number('linear_attention');
  if (listed.length !== count || full + linear + number('sliding_attention') !== count) {
    throw config.fail(
      `\`layer_types\` must name ${count} layers, each full_, sliding_, chunked_ or linear_attention`,
    );
  }
  return { full, linear };
}
