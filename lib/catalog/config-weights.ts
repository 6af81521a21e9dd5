import type { Parameters } from './config-parameters';
import type { ConfigReader } from './config-reader';
import type { Geometry } from './models';
import { bytesPerParameter, quantizedWeightsGiB, type WeightFormat } from './weights';

type Weights = Pick<Geometry, 'dtype' | 'weightsGiB'>;

/** Precision and size of the checkpoint, from `quantization_config` or else the type of its tensors. */
export function weightsOf(config: ConfigReader, outer: ConfigReader, parameters: Parameters): Weights {
  const total = parameters.total / 1e9;
  const quantization = config.section('quantization_config') ?? outer.section('quantization_config');
  if (!quantization) {
    return { dtype: sixteenBit(config, outer), weightsGiB: (parameters.total * 2) / 2 ** 30 };
  }
  const format = formatOf(quantization);
  // MXFP4 checkpoints quantize the experts and nothing else
  const in16Bits = format === 'mxfp4' ? parameters.total - parameters.routedExperts : parameters.embeddings;
  return {
    dtype: bytesPerParameter[format] < 1 ? 'int4' : 'fp8',
    weightsGiB: quantizedWeightsGiB(total, in16Bits / 1e9, format),
  };
}

/** 32-bit checkpoints are served in 16 bits; without a type, the common one. */
function sixteenBit(config: ConfigReader, outer: ConfigReader): 'bf16' | 'fp16' {
  const type = [config, outer]
    .flatMap((reader) => [reader.text('dtype'), reader.text('torch_dtype')])
    .find((found) => found !== undefined);
  if (type === undefined || type === 'bfloat16') return 'bf16';
  if (type === 'float16' || type === 'float32') return 'fp16';
  throw config.fail(`\`torch_dtype\` is ${type}, expected bfloat16, float16 or float32`);
}

function formatOf(quantization: ConfigReader): WeightFormat {
  const method = quantization.text('quant_method') ?? '';
  const bits = quantization.maybe('bits', 'w_bit');
  if (method === 'fp8' || method === 'fbgemm_fp8') return 'fp8';
  if (method === 'mxfp4') return 'mxfp4';
  if ((method === 'awq' || method === 'gptq') && (bits ?? 4) === 4) return 'int4';
  if (method === 'compressed-tensors') return compressedTensors(quantization);
  if (method.startsWith('modelopt') || (method === '' && quantization.has('quant_algo'))) {
    const algorithm = quantization.text('quant_algo') ?? '';
    if (algorithm === 'FP8') return 'fp8';
    if (algorithm.includes('NVFP4')) return 'nvfp4';
    throw quantization.fail(`\`quant_algo\` is "${algorithm}", FP8 and NVFP4 are known`);
  }
  const width = bits === null ? '' : ` of ${bits} bits`;
  throw quantization.fail(
    `\`quantization_config.quant_method\` is "${method}"${width}; fp8, awq and gptq of 4 bits, mxfp4, modelopt and compressed-tensors are known`,
  );
}

/** The first group speaks for the model; mixed checkpoints are rare and of nearly the same size. */
function compressedTensors(quantization: ConfigReader): WeightFormat {
  const groups = quantization.section('config_groups');
  const group = groups?.section('group_0') ?? groups?.section('FP8_BLOCK');
  const weights = group?.section('weights');
  if (!weights) throw quantization.fail('`quantization_config.config_groups.group_0.weights` is missing');
  const bits = weights.need('num_bits');
  const kind = weights.text('type');
  if (bits === 8 && (kind === 'float' || group?.has('input_activations'))) return 'fp8';
  if (bits === 4) return kind === 'float' ? 'nvfp4' : 'int4';
  throw quantization.fail(`weights of ${bits} bits (${kind}) without quantized activations are not modelled`);
}
