import type { Cloud, GpuMachine } from './machines';
import { refusedHardware } from './support-hardware';
import { type SupportRow, supportTable, type Where } from './support-rows';

export type { SupportRow, Where } from './support-rows';

/** Where a spec would run, as far as it is known: rows about another cloud or architecture do not apply. */
export interface Context {
  cloud?: Cloud;
  architecture?: string;
}

/** Everything that is refused, each with its reason: the one list behind the validator and `docs/support.md`. */
export function supportRows(): readonly SupportRow[] {
  return supportTable;
}

/** The row that refuses a field whatever its value; `path` as in an issue: `models[0].replicas`. */
export function notBuiltField(path: string, context: Context = {}): SupportRow | undefined {
  const general = generalPath(path);
  return supportTable.find(
    ({ where }) =>
      where.path !== undefined &&
      where.values === undefined &&
      where.moreThan === undefined &&
      where.everySource === undefined &&
      general.startsWith(where.path) &&
      ['', '.', '['].includes(general.charAt(where.path.length)) &&
      applies(where, context),
  );
}

/** The row that refuses this value of a field: of a list, give its items one by one. */
export function notBuiltValue(path: string, value: unknown, context: Context = {}): SupportRow | undefined {
  const general = generalPath(path);
  const text = String(value).toLowerCase();
  return supportTable.find(
    ({ where }) =>
      where.path === general &&
      where.values?.some((pattern) => matches(pattern, text)) &&
      applies(where, context),
  );
}

/** The row that refuses so many items in a list. */
export function notBuiltCount(path: string, count: number, context: Context = {}): SupportRow | undefined {
  return supportTable.find(
    ({ where }) =>
      where.path === path &&
      where.moreThan !== undefined &&
      count > where.moreThan &&
      applies(where, context),
  );
}

/** The row that refuses a list of models for what all their sources are. */
export function notBuiltSources(
  path: string,
  sources: readonly string[],
  context: Context = {},
): SupportRow | undefined {
  return supportTable.find(
    ({ where }) =>
      where.path === path &&
      sources.length > 0 &&
      where.everySource !== undefined &&
      sources.every((source) => where.everySource?.some((pattern) => matches(pattern, source))) &&
      applies(where, context),
  );
}

/** The row that refuses an accelerator (`MI300X`, `tpu v6e`), or a type of machine that has one (`inf2.xlarge`). */
export function unsupportedGpu(name: string): SupportRow | undefined {
  const squeezed = name.toLowerCase().replace(/[\s_-]+|nvidia|tesla/g, '');
  const type = name.trim().toLowerCase();
  const refused = refusedHardware.find(
    ({ names, machines }) =>
      names.some((pattern) => matches(pattern, squeezed)) ||
      machines.some((beginning) => type.startsWith(beginning.toLowerCase())),
  );
  return refused && hardwareRow(refused.id);
}

/** The row that refuses a machine of the catalogue, although its GPUs are NVIDIA's. */
export function unsupportedMachine(machine: Pick<GpuMachine, 'arch' | 'gpuCount'>): SupportRow | undefined {
  if (machine.arch !== 'x86_64') return hardwareRow('arm-hosts');
  if (!Number.isInteger(machine.gpuCount)) return hardwareRow('fractional-gpus');
  return undefined;
}

function hardwareRow(id: string): SupportRow | undefined {
  return supportTable.find((row) => row.id === id);
}

function applies(where: Where, context: Context): boolean {
  return (
    (where.cloud === undefined || where.cloud === context.cloud) &&
    (where.architecture === undefined || where.architecture === context.architecture)
  );
}

function generalPath(path: string): string {
  return path.replace(/\[\d+\]/g, '[]');
}

/** A pattern ends in `*` where only the beginning counts, or stands for any hub id. */
function matches(pattern: string, text: string): boolean {
  if (pattern === anyHubId) return text.includes('/');
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
}

/** Stands for every id of the hub. */
const anyHubId = ['*', '*'].join('/');
