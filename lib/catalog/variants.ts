import type { Model } from './models';
import { embeddingParametersBillion, quantizedWeightsGiB, type WeightFormat } from './weights';

/** Endings of the names of quantized checkpoints, and what they hold; the longest that fits counts. */
const endings: readonly [RegExp, WeightFormat, string][] = [
  [/^(fp8|fp8-dynamic|fp8-kv|fp8-block|fp8-static)$/, 'fp8', ''],
  [/^(w8a8-fp8|w8a8_fp8)$/, 'fp8', ''],
  [/^(w8a8|int8-w8a8|quantized\.w8a8)$/, 'fp8', '8-bit integers, sized as fp8'],
  [/^(awq|awq-int4|awq-4bit|awq-w4a16)$/, 'int4', ''],
  [/^(gptq|gptq-int4|gptq-4bit|gptq-w4a16|gptq-w4a16-g128)$/, 'int4', ''],
  [/^(int4|int4-awq|int4-gptq|4bit-awq|4bit-gptq|w4a16|w4a16-g128|quantized\.w4a16)$/, 'int4', ''],
  [/^(nvfp4|fp4|nvfp4a16)$/, 'nvfp4', 'NVFP4: 4.5 bits a weight'],
];

/**
 * A catalogued model under another name (`Meta-` before Llama, another uploader) or a quantized variant of one,
 * whoever uploaded it: shape of the base, weights computed. Formats that the engine would compute in another precision (8-bit GPTQ, GGUF) are not guessed.
 */
export function variantOf(hubId: string, models: readonly Model[]): Model | undefined {
  const match = /^([^/]+)\/([^/]+)$/.exec(hubId);
  if (!match) return undefined;
  const [, organisation = '', name = ''] = match;
  const wanted = plain(name);
  for (const base of models) {
    const stem = plain(baseName(base));
    const copy = wanted === stem ? copied(hubId, organisation, base) : undefined;
    if (copy) return copy;
    if (!wanted.startsWith(`${stem}-`)) continue;
    const ending = endings.find(([pattern]) => pattern.test(wanted.slice(stem.length + 1)));
    if (ending && base.dtype !== 'int4') return quantized(hubId, organisation, base, ending[1], ending[2]);
  }
  return undefined;
}

/** The same weights; undefined where the catalogue holds the base only with an ending such as `-FP8`. */
function copied(id: string, organisation: string, base: Model): Model | undefined {
  if (plain(base.id.slice(base.id.indexOf('/') + 1)) !== plain(id.slice(id.indexOf('/') + 1)))
    return undefined;
  const reuploaded = organisation.toLowerCase() !== base.id.split('/')[0]?.toLowerCase();
  return {
    ...base,
    id,
    gated: base.gated && !reuploaded,
    note: [
      `taken for ${base.id} by its name`,
      reuploaded ? `uploaded by ${organisation}: terms of access not checked` : '',
    ]
      .filter(Boolean)
      .join('; '),
  };
}

function quantized(
  id: string,
  organisation: string,
  base: Model,
  format: WeightFormat,
  remark: string,
): Model {
  const in16Bits = embeddingParametersBillion(base);
  const reuploaded = organisation.toLowerCase() !== base.id.split('/')[0]?.toLowerCase();
  return {
    ...base,
    id,
    dtype: format === 'fp8' ? 'fp8' : 'int4',
    weightsGiB: Number(quantizedWeightsGiB(base.parametersBillion, in16Bits, format).toFixed(2)),
    gated: base.gated && !reuploaded,
    note: [
      `shape of ${base.id}, weights computed`,
      remark,
      reuploaded ? `uploaded by ${organisation}: terms of access not checked` : '',
    ]
      .filter(Boolean)
      .join('; '),
  };
}

/** Of a model that the catalogue holds in fp8 only, the name without the ending. */
function baseName(model: Model): string {
  const name = model.id.slice(model.id.indexOf('/') + 1);
  return model.dtype === 'fp8' ? name.replace(/-FP8$/i, '') : name;
}

/** `Meta-Llama-3.1-8B` and `Llama-3.1-8B` are the same. */
function plain(name: string): string {
  return name.toLowerCase().replace(/^meta-/, '');
}
