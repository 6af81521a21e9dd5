import { distance } from 'fastest-levenshtein';
import { type Cloud, gpuMachines } from './machines';
import { once, records } from './table';

/** A region and what people call it. */
export interface Region {
  cloud: Cloud;
  /** The cloud's own id, such as `us-east-1`, `eastus2`, `europe-west4`. */
  region: string;
  /** Display name, such as `US East (N. Virginia)`. */
  name: string;
  /** City or state; empty where the name says all. */
  place: string;
  source: string;
  asOf: string;
}

const table = once(() => records<Region>(require('./data/regions.json')));

/**
 * Ids of the regions whose machine prices are in the data, in order. A region that the cloud has and the
 * data lacks is unknown here, because nothing could be priced in it.
 */
export function regions(cloud: Cloud): readonly string[] {
  return regionRows(cloud).map((row) => row.region);
}

export function regionRows(cloud: Cloud): readonly Region[] {
  return table().filter((row) => row.cloud === cloud);
}

/**
 * Id of the region that `name` means: its id, display name or place, whatever the case, spaces and
 * dashes. A name that fits several regions (`us-east` on aws) finds none.
 */
export function findRegion(cloud: Cloud, name: string): string | undefined {
  const wanted = squeeze(name);
  if (wanted === '') return undefined;
  const rows = regionRows(cloud);
  const exact = rows.find((row) => row.region === name) ?? rows.find((row) => squeeze(row.region) === wanted);
  if (exact) return exact.region;
  const named = rows.filter((row) => [row.name, row.place].some((text) => squeeze(text) === wanted));
  return named.length === 1 ? named[0]?.region : undefined;
}

/** Up to three region ids for "did you mean", nearest first; empty where nothing is near. */
export function nearestRegions(cloud: Cloud, text: string): string[] {
  const wanted = squeeze(text);
  // edit distance takes the product of both lengths
  if (wanted === '' || wanted.length > 100) return [];
  return regionRows(cloud)
    .map((row) => ({ region: row.region, edits: Math.min(...names(row).map((name) => edits(wanted, name))) }))
    .filter((candidate) => candidate.edits <= Math.max(2, wanted.length / 3))
    .sort((a, b) => a.edits - b.edits || a.region.localeCompare(b.region, 'en'))
    .slice(0, 3)
    .map((candidate) => candidate.region);
}

/** Regions that sell at least one machine with this GPU (a name of the GPU table). */
export function regionsWith(cloud: Cloud, gpu: string): string[] {
  return regions(cloud).filter((region) => gpuMachines(cloud, region).some((machine) => machine.gpu === gpu));
}

function names(row: Region): string[] {
  return [row.region, row.name, row.place].map(squeeze).filter(Boolean);
}

/** A beginning or end of the name counts as near: people type `us-east` and `virginia`. */
function edits(wanted: string, name: string): number {
  const whole = distance(wanted, name);
  return wanted.length >= 4 && name.includes(wanted) ? Math.min(whole, 1) : whole;
}

function squeeze(text: string): string {
  return text
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
}
