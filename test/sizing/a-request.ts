import type { GpuMachine } from '../../lib/catalog/machines';
import { findModel, type Model } from '../../lib/catalog/models';
import type { SizingRequest } from '../../lib/sizing/choose';

/** A machine type as the catalogue would have it; roomy host, no spot price. */
export function machine(
  instanceType: string,
  gpu: string,
  gpuCount: number,
  usdPerHour: number | null,
  others: Partial<GpuMachine> = {},
): GpuMachine {
  return {
    cloud: 'aws',
    region: 'us-east-1',
    instanceType,
    gpu,
    gpuCount,
    gpuMemoryGiB: 0,
    vcpus: 192,
    memoryGiB: 2048,
    arch: 'x86_64',
    usdPerHourOnDemand: usdPerHour,
    usdPerHourSpot: null,
    localNvmeGiB: 0,
    networkGbps: 10,
    nvlink: false,
    quota: null,
    spotQuota: null,
    source: 'test',
    asOf: '2026-11-21',
    note: '',
    ...others,
  };
}

export function model(id: string): Model {
  const found = findModel(id);
  if (!found) throw new Error(`${id} is not in the catalogue`);
  return found;
}

export const fewMachines: readonly GpuMachine[] = [
  machine('t4', 'T4', 1, 0.6),
  machine('l4', 'L4', 1, 1),
  machine('l4x4', 'L4', 4, 4),
  machine('l40s', 'L40S', 1, 2),
  machine('a100x8', 'A100-80GB', 8, 27, { nvlink: true }),
  machine('h100x8', 'H100-80GB', 8, 55, { nvlink: true }),
];

export function request(others: Partial<SizingRequest> = {}): SizingRequest {
  return {
    model: model('Qwen/Qwen3-8B'),
    task: 'chat',
    quantizations: ['none'],
    kvCacheDtype: 'auto',
    maxContext: 8192,
    prefixCaching: true,
    machines: fewMachines,
    purchase: 'on-demand',
    hoursPerMonth: 730,
    load: { requestsPerSecond: 1, inputTokens: 500, outputTokens: 200 },
    slo: { ttftMs: 2000, interTokenMs: 100 },
    maxMachines: 1,
    host: { vcpus: 1, memoryGiB: 4 },
    ...others,
  };
}
