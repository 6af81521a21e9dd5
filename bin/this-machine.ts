import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';

/** Memory of this machine in MiB. */
export const thisMemoryMiB = () => Math.floor(totalmem() / 2 ** 20);

/**
 * Cores of this machine: two threads of one core share what a model computes with. Where the system does not
 * tell (not Linux), every thread counts.
 */
export function thisCores(read = (path: string) => readFileSync(path, 'utf8')): number {
  const threads = availableParallelism();
  try {
    const cores = new Set(
      Array.from({ length: threads }, (_, thread) =>
        read(`/sys/devices/system/cpu/cpu${thread}/topology/thread_siblings_list`).trim(),
      ),
    );
    return cores.size;
  } catch {
    return threads;
  }
}
