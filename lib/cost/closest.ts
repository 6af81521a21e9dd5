import type { ManagedModel } from '../catalog/managed-models';
import { models } from '../catalog/models';

export type Closest = { managed: ManagedModel; because: string } | { none: string };

/** A managed model this many times larger or smaller is no alternative. */
export const sizeFactor = 2;

/** The same model, else the same family, else another one; of these the nearest in size, then the cheapest. */
export function closestChat(
  candidates: readonly ManagedModel[],
  source: string,
  billions: number | undefined,
  usdOf: (managed: ManagedModel) => number,
): Closest {
  if (billions === undefined) return { none: `the size of ${source} is not known` };
  const family = familyOf(source);
  const ranked = candidates
    .filter(({ task }) => task === 'chat')
    .flatMap((managed) => {
      const size = managedBillions(managed.model);
      if (size === undefined) return [];
      const distance = Math.abs(Math.log(size / billions));
      const kinship = kinshipOf(source, managed.model, family);
      return distance <= Math.log(sizeFactor) ? [{ managed, size, distance, kinship }] : [];
    })
    .sort((a, b) => b.kinship - a.kinship || a.distance - b.distance || usdOf(a.managed) - usdOf(b.managed));
  const [best] = ranked;
  if (best === undefined) {
    return {
      none: `of the chat models that are sold by the token and whose size is known, none is within ${sizeFactor} times ${billions} billion parameters`,
    };
  }
  const kind = ['another family', `same family (${family})`, 'the same model'][best.kinship];
  return {
    managed: best.managed,
    because: `${kind}, ${best.size} against ${billions} billion parameters: the closest that is sold by the token`,
  };
}

/** Embedding models state no size: the cheapest is the one to beat. */
export function cheapestEmbedding(candidates: readonly ManagedModel[]): Closest {
  const [cheapest] = candidates
    .filter(({ task }) => task === 'embedding')
    .sort((a, b) => a.inputUsdPerMillionTokens - b.inputUsdPerMillionTokens);
  if (cheapest === undefined) return { none: 'no embedding model is sold by the token' };
  return {
    managed: cheapest,
    because:
      'embedding models state no size: the cheapest that is sold by the token; its vectors differ from yours',
  };
}

function kinshipOf(source: string, managedModel: string, family: string | undefined): 0 | 1 | 2 {
  if (sameModel(source, managedModel)) return 2;
  return family !== undefined && familyOf(managedModel) === family ? 1 : 0;
}

/** A longer number is another version: `kimi-k2` is not `kimi-k2.5`. */
function sameModel(source: string, managedModel: string): boolean {
  const [name, managed] = [letters(source.split('/').at(-1) as string), letters(managedModel)];
  const at = managed.indexOf(name);
  return at !== -1 && !/^\d/.test(managed.slice(at + name.length));
}

/** `Llama-3.1-8B-Instruct-FP8` and `meta.llama3-1-8b-instruct-v1:0` are the same model. */
function letters(name: string): string {
  return name
    .toLowerCase()
    .replace(/-(fp8|fp4|awq|gptq|int4|int8|w\d+a\d+)\b.*$/, '')
    .replace(/-(instruct|chat)\b/, '')
    .replace(/-\d+e\b/, '')
    .replace(/[^a-z0-9]/g, '');
}

/** A family is one maker's open models; the first pattern that a name holds names it. */
const families: readonly (readonly [string, RegExp])[] = [
  ['Llama', /llama/],
  ['Qwen', /qwen/],
  ['Mistral', /mistral|ministral|mixtral/],
  ['Gemma', /gemma/],
  ['gpt-oss', /gpt-oss/],
  ['DeepSeek', /deepseek/],
  ['Phi', /phi-\d/],
  ['Kimi', /kimi/],
];

function familyOf(name: string): string | undefined {
  return families.find(([, pattern]) => pattern.test(name.toLowerCase()))?.[0];
}

/** Size that the name states, else that of the same model in the catalogue; closed models have none. */
export function managedBillions(managedModel: string): number | undefined {
  const stated = statedBillions(managedModel);
  if (stated !== undefined || familyOf(managedModel) === undefined) return stated;
  return models().find(({ id }) => sameModel(id, managedModel))?.parametersBillion;
}

/**
 * Size in a model's name, such as `llama3-1-8b`; a mixture of experts (`30b-a3b`) states its whole first.
 * Llama 4 states only the active part (Scout: 17 of 109 billion), so its name tells nothing.
 */
export function statedBillions(name: string): number | undefined {
  const lower = name.toLowerCase();
  if (/llama-?4/.test(lower)) return undefined;
  const match = /(?:^|[^a-z0-9.])(\d+(?:\.\d+)?)b(?![a-z0-9])/.exec(lower);
  return match ? Number(match[1]) : undefined;
}
