import { once, records } from './table';

/** An NVIDIA GPU as clouds rent it. Accelerators without CUDA are in `support.ts`. */
export interface Gpu {
  name: string;
  /** Nominal. */
  memoryGiB: number;
  /** As nvidia-smi shows it; PyTorch sees about 512 MiB less. */
  visibleMiB: number;
  bandwidthGBps: number;
  /** Dense, 16 bits; float16 where `bf16` is false. */
  bf16Tflops: number;
  /** Dense; null where there are no FP8 units. */
  fp8Tflops: number | null;
  nvlink: boolean;
  /** Per GPU and direction; null where there is no NVLink or its speed is not known. */
  nvlinkGBps: number | null;
  /** CUDA compute capability, such as 8.9. */
  computeCapability: number;
  fp8: boolean;
  bf16: boolean;
  source: string;
  asOf: string;
  note: string;
}

const table = once(() => records<Gpu>(require('./data/gpus.json')));

export function gpus(): readonly Gpu[] {
  return table();
}

/**
 * Finds by name: case, spaces and dashes do not matter, and the memory may be left out. `h100` is
 * `H100-80GB`, `a100 40 GB` is `A100-40GB`; of several with the short name the one with most memory is meant.
 */
export function findGpu(name: string): Gpu | undefined {
  const written = gpus().find((gpu) => gpu.name === name);
  if (written) return written;
  const wanted = squeeze(name);
  const exact = gpus().find((gpu) => squeeze(gpu.name) === wanted);
  if (exact) return exact;
  const short = gpus().filter((gpu) => squeeze(gpu.name.replace(/-\d+GB/, '')) === wanted);
  return short.sort((a, b) => b.memoryGiB - a.memoryGiB)[0];
}

function squeeze(name: string): string {
  return name
    .toLowerCase()
    .replace(/[\s_-]+/g, '')
    .replace(/^(nvidia|tesla)+/, '')
    .replace(/gib$/, 'gb');
}
