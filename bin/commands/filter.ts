import { regions } from '../../lib/catalog/regions';
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

/** The clouds to list: the named one, or those that have the named region, or all. */
export function cloudsFor(cloud: Cloud | undefined, region: string | undefined): readonly Cloud[] {
  if (cloud) return [cloud];
  if (region === undefined) return clouds;
  const found = clouds.filter((each) => regions(each).includes(region));
  if (found.length > 0) return found;
  throw new UserError(
    `--region ${region} is no region of ${clouds.join(', ')}. List them: llm-constructs regions`,
  );
}
