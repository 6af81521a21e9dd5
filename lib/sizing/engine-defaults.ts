import type { Gpu } from '../catalog/gpus';
import type { EngineSpeed } from './constants';

/** What an engine does when a flag is not given. Depends on version and GPU class. */
export interface EngineDefaults {
  gpuMemoryUtilization: number;
  maxBatchedTokens: number;
  maxSequences: number;
  graphs: 'inside' | 'outside';
}

/** Minor version of the engine that plans start: that of the image in lib/catalog/images.ts. */
export const plannedVersion = 33;

/** First minor version of vLLM 0.x in each month, for logs that name a date and no version. */
const releases: readonly (readonly [month: string, minor: number])[] = [
  ['2026-11', 33],
  ['2026-10', 31],
  ['2026-09', 30],
  ['2026-08', 27],
  ['2026-07', 25],
  ['2026-06', 22],
  ['2026-05', 20],
  ['2026-04', 19],
  ['2026-03', 17],
  ['2026-02', 15],
  ['2026-01', 14],
  ['2025-12', 12],
  ['2025-10', 11],
  ['2025-08', 10],
  ['2025-06', 9],
  ['2025-01', 8],
  ['2024-01', 4],
  ['2023-01', 2],
];

/**
 * Minor version of a 0.x release named in free text ("0.11.2", "v0.19", "0.31.0+cu130", "V1, 2025-08");
 * undefined where the text names neither a version nor a date.
 */
export function minorVersion(text: string | null | undefined): number | undefined {
  const found = text?.match(/(?:^|[^\d.])v?0\.(\d+)(?:\.|\b)/);
  if (found) return Number(found[1]);
  if (text && /V1\b/.test(text) && !/20\d\d/.test(text)) return 10;
  if (text && /V0\b/.test(text)) return 7;
  const date = text?.match(/20\d\d-\d\d/)?.[0] ?? middleOf(text?.match(/20\d\d/)?.[0]);
  return date === undefined ? undefined : releases.find(([month]) => date >= month)?.[1];
}

function middleOf(year: string | undefined): string | undefined {
  return year === undefined ? undefined : `${year}-07`;
}

/** What decides an engine's defaults beside its version. */
export interface Served {
  gpu: Gpu;
  /** Neither experts nor states: served by the newer model runner earlier. */
  dense: boolean;
}

/**
 * vLLM's own defaults for `vllm serve`; the pinned version where none is given.
 *
 * Large GPUs get larger batches; A100s count among them since 0.29. CUDA graphs are counted in the budget
 * from 0.21, and no longer by the newer model runner: dense models from 0.25, all from 0.29.
 * @see vllm/engine/arg_utils.py, releases 0.9 to 0.33; vllm-project/vllm#49224 (2026-08)
 */
export function vllmDefaults({ gpu, dense }: Served, minor: number | undefined): EngineDefaults {
  const version = minor ?? plannedVersion;
  const large = gpu.memoryGiB >= 70 && (version >= 29 || !/^A100/.test(gpu.name));
  const counted = version >= 21 && version < (dense ? 25 : 29);
  return {
    gpuMemoryUtilization: version >= 21 ? 0.92 : 0.9,
    maxBatchedTokens: large ? 8192 : 2048,
    maxSequences: large ? 1024 : 256,
    graphs: counted ? 'inside' : 'outside',
  };
}

/** vLLM schedules beside the GPU since 0.14; engines other than vLLM are taken as near to one of its ages. */
export function engineSpeed(engine: string | null | undefined, minor: number | undefined): EngineSpeed {
  const name = (engine ?? 'vllm').toLowerCase();
  if (/tgi|text-generation/.test(name)) return 'v0';
  if (!/vllm/.test(name) || minor === undefined || minor >= 14) return 'async';
  return minor >= 8 ? 'v1' : 'v0';
}
