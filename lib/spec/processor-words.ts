import { isMap } from './expand';
import type { Path } from './path-issue';
import type { Plain } from './plain';

/** Kinds of GGUF files, by their beginnings. */
const ggufKind = /^(q|iq|tq)\d|^(f16|f32|bf16|mxfp4)/i;

export interface ProcessorWords {
  /** The spec without them. */
  spec: { [key: string]: Plain };
  /** The kind of file that a model or version asks for, at the place of its `quantization`. */
  kinds: { path: Path; kind: string }[];
}

/**
 * Takes out what a spec says of llama.cpp on processors: `gpu: none`, `engine: llama.cpp` and a GGUF kind as
 * `quantization`. The plan is then made for the cloud's cheapest GPU machine, which no cloud form does without yet.
 */
export function withoutProcessorWords(spec: { [key: string]: Plain }): ProcessorWords {
  const kinds: ProcessorWords['kinds'] = [];
  if (!Array.isArray(spec.models)) return { spec, kinds };
  const withoutKind = (value: { [key: string]: Plain }, path: Path) => {
    const { quantization, ...rest } = value;
    if (typeof quantization !== 'string' || !ggufKind.test(quantization)) return value;
    kinds.push({ path: [...path, 'quantization'], kind: quantization.toLowerCase() });
    return rest;
  };
  const models = spec.models.map((model, index) => {
    if (!isMap(model)) return model;
    const own = Object.fromEntries(
      Object.entries(withoutKind(model, ['models', index])).filter(
        ([key, value]) => !isProcessor(key, value),
      ),
    );
    if (!Array.isArray(own.versions)) return own;
    const versions = own.versions.map((version, position) =>
      isMap(version) ? withoutKind(version, ['models', index, 'versions', position]) : version,
    );
    return { ...own, versions };
  });
  return { spec: { ...spec, models }, kinds };
}

function isProcessor(key: string, value: Plain): boolean {
  if (key === 'engine') return value === 'llama.cpp';
  return key === 'gpu' && Array.isArray(value) && value.length === 1 && value[0] === 'none';
}
