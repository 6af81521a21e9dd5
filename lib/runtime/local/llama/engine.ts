import type { ProcessorForm } from '../../../sizing/processor';

/** One llama.cpp server: the user's weights, and what the machine has for it. */
export interface LlamaEngine extends ProcessorForm {
  /** Files of the host; of a model in several files all, the first one first. */
  files: string[];
  /** What the files say of themselves, such as `qwen3 q8_0`. */
  kind: string;
  weightsGiB: number;
}
