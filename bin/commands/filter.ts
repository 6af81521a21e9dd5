import { findGpu, type Gpu } from '../../lib/catalog/gpus';
import { findRegion, regions } from '../../lib/catalog/regions';
import { unsupportedGpu } from '../../lib/catalog/support';
import { UserError } from '../../lib/errors';

export const clouds = ['aws', 'azure', 'gcp'] as const;
export type Cloud = (typeof clouds)[number];

export function contains(text: string, part: string | undefined): boolean {
  return part === undefined || text.toLowerCase().includes(part.toLowerCase());
}

export function noneFound(what: string, all: string): string {
  return `No ${what} matches. All of them: ${all}\n`;
}

export function knownCloud(name: string | undefined): Cloud | undefined {
  if (name === undefined) return undefined;
  const cloud = clouds.find((known) => known === name.toLowerCase());
  if (cloud) return cloud;
  throw new UserError(`--cloud ${name} is not known. Clouds are ${clouds.join(', ')}.`);
}

/** The GPU that `--gpu` names; the reason where it is known and refused. */
export function knownGpu(name: string): Gpu {
  const gpu = findGpu(name);
  if (gpu) return gpu;
  const refused = unsupportedGpu(name);
  throw new UserError(
    refused
      ? `--gpu ${name} is not supported: ${refused.reason}. List them: llm-constructs gpus`
      : `--gpu ${name} is not in the catalogue. List them: llm-constructs gpus`,
  );
}

/** Where the region is: in the named cloud, or in each that has it. `region` is an id or a name such as Frankfurt. */
export function placesOf(cloud: Cloud | undefined, region: string): { cloud: Cloud; region: string }[] {
  const asked = cloud ? [cloud] : clouds;
  const exact = asked
    .filter((each) => regions(each).includes(region))
    .map((each) => ({ cloud: each, region }));
  if (exact.length > 0) return exact;
  const found = asked.flatMap((each) => {
    const id = findRegion(each, region);
    return id === undefined ? [] : [{ cloud: each, region: id }];
  });
  if (found.length > 0) return found;
  throw new UserError(
    `--region ${region} is no region of ${asked.join(', ')} with prices in the data. List them: llm-constructs regions`,
  );
}
