import { describe, expect, it } from 'vitest';
import { gpus } from '../../lib/catalog/gpus';
import {
  type Cloud,
  cpuMachines,
  cpuRegions,
  type GpuMachine,
  gpuMachines,
  gpuRegions,
} from '../../lib/catalog/machines';
import { regions } from '../../lib/catalog/regions';

const clouds: Cloud[] = ['aws', 'azure', 'gcp'];

function machine(cloud: Cloud, region: string, instanceType: string): GpuMachine | undefined {
  return gpuMachines(cloud, region).find((candidate) => candidate.instanceType === instanceType);
}

describe('GPU machines', () => {
  it.each<[Cloud, string, string, number]>([
    ['aws', 'us-east-1', 'g5.xlarge', 1.006],
    ['aws', 'us-east-1', 'g6.xlarge', 0.8048],
    ['aws', 'us-east-1', 'g6e.xlarge', 1.861],
    ['aws', 'us-east-1', 'p4d.24xlarge', 21.957642],
    ['aws', 'us-east-1', 'p5.48xlarge', 55.04],
    ['aws', 'us-east-1', 'p5en.48xlarge', 63.296],
    ['aws', 'us-east-1', 'p6-b200.48xlarge', 113.9328],
    ['azure', 'eastus', 'Standard_NC24ads_A100_v4', 3.673],
    ['azure', 'eastus', 'Standard_NC40ads_H100_v5', 6.98],
    ['azure', 'eastus', 'Standard_ND96isr_H100_v5', 98.32],
    ['gcp', 'us-central1', 'g2-standard-4', 0.706832276],
    ['gcp', 'us-central1', 'a2-highgpu-1g', 3.673385],
    ['gcp', 'us-central1', 'a2-ultragpu-1g', 5.06879789],
    ['gcp', 'us-central1', 'a3-highgpu-8g', 88.490000119],
  ])('on %s in %s: %s costs about %d USD an hour', (cloud, region, instanceType, usd) => {
    expect(machine(cloud, region, instanceType)?.usdPerHourOnDemand).toBeCloseTo(usd, 2);
  });

  it('carry what the plan needs to know of an AWS machine', () => {
    expect(machine('aws', 'us-east-1', 'g6e.12xlarge')).toMatchObject({
      gpu: 'L40S',
      gpuCount: 4,
      vcpus: 48,
      memoryGiB: 384,
      localNvmeGiB: 3539,
      networkGbps: 100,
      nvlink: false,
      arch: 'x86_64',
      quota: { name: 'Running On-Demand G and VT instances', code: 'L-DB2E81BA' },
      spotQuota: { name: 'All G and VT Spot Instance Requests', code: 'L-3819A6DF' },
    });
    expect(machine('aws', 'us-east-1', 'p5.48xlarge')).toMatchObject({
      nvlink: true,
      quota: { code: 'L-417A185B' },
      spotQuota: { code: 'L-C4BD4855' },
    });
  });

  it('carry the Azure quota of their family of sizes', () => {
    expect(machine('azure', 'eastus', 'Standard_NC24ads_A100_v4')).toMatchObject({
      quota: { code: 'StandardNCADSA100v4Family' },
      spotQuota: null,
    });
  });

  it('have no NVLink where there is one GPU', () => {
    expect(machine('aws', 'us-east-1', 'p5.4xlarge')).toMatchObject({ gpuCount: 1, nvlink: false });
  });

  it('say where the price and where the machine was read', () => {
    const { source, asOf } = machine('aws', 'eu-central-1', 'g5.xlarge') ?? {};
    expect(source).toMatch(/^price: tsaol\/aws-gpu@.*; machine: aws\/karpenter-provider-aws@/);
    expect(asOf).toBe('2026-01-21');
  });

  it('are none where the data knows no region', () => {
    expect(gpuMachines('aws', 'moon-1')).toEqual([]);
    expect(cpuMachines('aws', 'moon-1')).toEqual([]);
  });

  describe.each(clouds)('of %s', (cloud) => {
    const all = gpuRegions(cloud).flatMap((region) => [...gpuMachines(cloud, region)]);
    const names = new Set(gpus().map((gpu) => gpu.name));

    it('have GPUs of the table, at plausible sizes and prices', () => {
      const memoryGiB = new Map(gpus().map((gpu) => [gpu.name, gpu.memoryGiB]));
      expect(all.length).toBeGreaterThan(400);
      for (const found of all) {
        const title = `${found.region} ${found.instanceType}`;
        expect(names.has(found.gpu), title).toBe(true);
        const whole = found.gpuMemoryGiB / Math.min(1, found.gpuCount);
        expect(Math.abs(whole - (memoryGiB.get(found.gpu) ?? 0)), title).toBeLessThanOrEqual(1);
        for (const usd of [found.usdPerHourOnDemand, found.usdPerHourSpot]) {
          if (usd === null) continue;
          expect(usd, title).toBeGreaterThanOrEqual(0.05);
          expect(usd, title).toBeLessThanOrEqual(found.gpu === 'GB200' ? 220 : 200);
        }
        expect(found.usdPerHourSpot ?? 0, title).toBeLessThanOrEqual(found.usdPerHourOnDemand ?? 200);
        expect(found.memoryGiB / found.vcpus, title).toBeGreaterThan(2);
      }
    });

    it('have a price, on demand or spot', () => {
      expect(
        all.filter((found) => found.usdPerHourOnDemand === null && found.usdPerHourSpot === null),
      ).toEqual([]);
    });
  });

  it('of AWS all have network, local disk and quota', () => {
    const all = gpuRegions('aws').flatMap((region) => [...gpuMachines('aws', region)]);
    expect(all.filter((found) => found.networkGbps === null || found.localNvmeGiB === null)).toEqual([]);
    expect(all.filter((found) => found.quota === null)).toEqual([]);
  });
});

describe('machines without GPU', () => {
  it.each(clouds)('of %s have plausible sizes and prices in known regions', (cloud) => {
    const known = new Set(regions(cloud));
    for (const region of cpuRegions(cloud)) {
      expect(known.has(region), region).toBe(true);
      for (const found of cpuMachines(cloud, region)) {
        const title = `${region} ${found.instanceType}`;
        expect(found.usdPerHourOnDemand ?? 0, title).toBeGreaterThan(0.003);
        expect(found.usdPerHourOnDemand ?? 0, title).toBeLessThan(20);
        expect(['x86_64', 'arm64'], title).toContain(found.arch);
      }
    }
  });

  it('cost what the price feed says', () => {
    const found = cpuMachines('aws', 'us-east-1').find(({ instanceType }) => instanceType === 'm7i.xlarge');
    expect(found).toMatchObject({ vcpus: 4, memoryGiB: 16, usdPerHourOnDemand: 0.2016, asOf: '2026-07-20' });
  });
});
