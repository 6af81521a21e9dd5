import { chooseShared, type SharedRequest } from '../sizing/share';
import type { Engine } from './engines';

/** A machine that would do where models were quantized to fp8 while they are loaded. */
export interface CheaperForm {
  /** Places in the spec of the models that it concerns. */
  models: readonly number[];
  instanceType: string;
  usdPerMonth: number;
}

/** A machine that costs more than this share of the one planned is not worth other weights. */
const worthwhileShare = 0.9;

/** The same search with fp8 allowed for the 16-bit models whose quantization the user left or set to none. */
export function inFp8(
  engines: readonly Engine[],
  requests: readonly SharedRequest[],
  usdPerMonth: number,
): CheaperForm | undefined {
  const concerned = engines.map(
    ({ shape, variant }) =>
      variant.quantization === 'none' && (shape.dtype === 'bf16' || shape.dtype === 'fp16'),
  );
  if (!concerned.includes(true)) return undefined;
  const { best } = chooseShared(
    requests.map((request, at) => (concerned[at] ? { ...request, quantizations: ['none', 'fp8'] } : request)),
  );
  if (best === undefined || best.usdPerMonth > worthwhileShare * usdPerMonth) return undefined;
  const quantized = engines.filter((_, at) => best.parts[at]?.quantization === 'fp8' && concerned[at]);
  return {
    models: [...new Set(quantized.map(({ index }) => index))],
    instanceType: best.machine.instanceType,
    usdPerMonth: best.usdPerMonth,
  };
}
