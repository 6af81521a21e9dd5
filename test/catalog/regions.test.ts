import { describe, expect, it } from 'vitest';
import { type Cloud, cpuRegions, gpuRegions } from '../../lib/catalog/machines';
import { findRegion, nearestRegions, regions, regionsWith } from '../../lib/catalog/regions';

describe('regions', () => {
  it.each<[Cloud, number]>([
    ['aws', 34],
    ['azure', 58],
    ['gcp', 43],
  ])('of %s are the %d in which the data prices machines', (cloud, count) => {
    const priced = new Set([...gpuRegions(cloud), ...cpuRegions(cloud)]);
    expect(regions(cloud)).toEqual([...priced].toSorted());
    expect(priced.size).toBe(count);
  });

  it.each<[Cloud, string, string]>([
    ['aws', 'us-east-1', 'us-east-1'],
    ['aws', 'US-EAST-1', 'us-east-1'],
    ['aws', 'us east 1', 'us-east-1'],
    ['aws', 'US East (N. Virginia)', 'us-east-1'],
    ['aws', 'N. Virginia', 'us-east-1'],
    ['aws', 'frankfurt', 'eu-central-1'],
    ['aws', 'Sao Paulo', 'sa-east-1'],
    ['azure', 'East US 2', 'eastus2'],
    ['azure', 'west-europe', 'westeurope'],
    ['azure', 'amsterdam', 'westeurope'],
    ['gcp', 'europe_west4', 'europe-west4'],
    ['gcp', 'zurich', 'europe-west6'],
    ['gcp', 'Zürich', 'europe-west6'],
  ])('on %s, %s means %s', (cloud, written, region) => {
    expect(findRegion(cloud, written)).toBe(region);
  });

  it.each<[Cloud, string]>([
    ['aws', ''],
    ['aws', 'us-east'],
    ['aws', 'us-east-9'],
    ['aws', 'eastus'],
    ['gcp', 'us-east-1a'],
  ])('on %s, %o means none', (cloud, written) => {
    expect(findRegion(cloud, written)).toBeUndefined();
  });

  it.each<[Cloud, string, string[]]>([
    ['aws', 'us-east', ['us-east-1', 'us-east-2', 'us-gov-east-1']],
    ['aws', 'virginia', ['us-east-1']],
    ['aws', 'eu-frankfurt-1', ['eu-central-1']],
    ['azure', 'eastus3', ['eastus', 'eastus2', 'westus3']],
    ['gcp', 'europe-west', ['europe-west1', 'europe-west10', 'europe-west12']],
    ['aws', 'somewhere else entirely', []],
    ['aws', '', []],
  ])('on %s, for %o offers %o', (cloud, written, offered) => {
    expect(nearestRegions(cloud, written)).toEqual(offered);
  });

  it('are not sought for a text that no region is as long as', () => {
    expect(nearestRegions('aws', 'us-east-1'.repeat(100_000))).toEqual([]);
  });

  it('with a GPU are those that sell one', () => {
    expect(regionsWith('aws', 'L40S')).toContain('eu-central-1');
    expect(regionsWith('aws', 'L40S')).not.toContain('af-south-1');
    expect(regionsWith('aws', 'A10')).toEqual([]);
  });
});
