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
 * Finds by name: case, spaces and dashes do not matter; memory and form (SXM, PCIe, NVL) may be left out,
 * written after a space, or added to a name that has none. `h100` is `H100-80GB`, `L4 24GB` is `L4`, `A100 40GB
 * SXM` is `A100-40GB`; of several with the short name the one with most memory is meant. Memory that the GPU
 * does not have is another GPU: undefined.
 */
export function findGpu(name: string): Gpu | undefined {
  const written = gpus().find((gpu) => gpu.name === name);
  if (written) return written;
  const wanted = partsOf(name);
  const found = gpus().filter((gpu) => {
    const has = partsOf(gpu.name);
    return has.base === wanted.base && memoryAgrees(gpu, wanted.memoryGB) && formAgrees(gpu, wanted.form);
  });
  const plain = (gpu: Gpu) => (partsOf(gpu.name).form === undefined ? 0 : 1);
  return found.sort((a, b) => plain(a) - plain(b) || b.memoryGiB - a.memoryGiB)[0];
}

interface NameParts {
  base: string;
  memoryGB?: number;
  form?: string;
}

function partsOf(name: string): NameParts {
  const text = name
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .replace(/\b(nvidia|tesla|blackwell|server|edition)\b/g, ' ');
  const memory = /\b(\d+) ?gi?b\b/.exec(text);
  const form = /\b(sxm|pcie|nvl)\d?\b/.exec(text.replace(memory?.[0] ?? '', ' '));
  const base = text
    .replace(memory?.[0] ?? '', ' ')
    .replace(form?.[0] ?? '', ' ')
    .replaceAll(' ', '');
  return {
    base,
    ...(memory && { memoryGB: Number(memory[1]) }),
    ...(form && { form: form[1] as string }),
  };
}

/** Names round: a B200 is sold with 180 and with 192 GB. */
const memoryTolerance = 0.07;

function memoryAgrees(gpu: Gpu, memoryGB: number | undefined): boolean {
  return memoryGB === undefined || Math.abs(memoryGB / gpu.memoryGiB - 1) <= memoryTolerance;
}

/** The table names the form only where a GPU comes in several. */
function formAgrees(gpu: Gpu, form: string | undefined): boolean {
  const own = partsOf(gpu.name).form;
  if (form === undefined || form === own) return true;
  if (own !== undefined) return false;
  return form === 'sxm' ? gpu.nvlink : form === 'pcie' && !gpu.nvlink;
}
