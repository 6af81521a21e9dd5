import type { Gpu } from '../catalog/gpus';

/** What an engine does when a flag is not given. Depends on version and GPU class. */
export interface EngineDefaults {
  gpuMemoryUtilization: number;
  maxBatchedTokens: number;
  maxSequences: number;
  graphs: 'inside' | 'outside';
}

/** The version that plans are written for. */
export const plannedVersion = 30;

/**
 * Minor version of a 0.x release named in free text ("0.11.2", "v0.19", "0.31.0+cu130"); undefined where
 * the text names none.
 */
export function minorVersion(text: string | null | undefined): number | undefined {
  const found = text?.match(/\bv?0\.(\d+)(?:\.|\b)/);
  return found ? Number(found[1]) : undefined;
}

/**
 * vLLM's own defaults for `vllm serve` on one GPU class.
 * @see vllm/engine/arg_utils.py (batched tokens and sequences by device memory), releases 0.8 to 0.33
 */
export function vllmDefaults(gpu: Gpu, minor: number | undefined): EngineDefaults {
  const version = minor ?? 18;
  const large = gpu.memoryGiB >= 70 && !/^A100/.test(gpu.name);
  return {
    gpuMemoryUtilization: version >= 21 ? 0.92 : 0.9,
    maxBatchedTokens: large ? 8192 : 2048,
    maxSequences: large ? 1024 : 256,
    graphs: version >= 21 ? 'inside' : 'outside',
  };
}
