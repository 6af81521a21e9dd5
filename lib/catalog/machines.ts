import { type Groups, groupBy, once, records, type Table } from './table';

export type Cloud = 'aws' | 'azure' | 'gcp';

/** A machine type with NVIDIA GPUs, as one region sells it; Linux, list price before tax and discounts. */
export interface GpuMachine {
  cloud: Cloud;
  region: string;
  instanceType: string;
  /** Name in the GPU table. */
  gpu: string;
  /** Below 1 where a machine has a slice of a GPU. */
  gpuCount: number;
  /** Per GPU (or slice), as the cloud states it. */
  gpuMemoryGiB: number;
  vcpus: number;
  memoryGiB: number;
  arch: 'x86_64' | 'arm64';
  /** Of the whole machine; null: not sold on demand, or the price is not known. */
  usdPerHourOnDemand: number | null;
  /** A snapshot of a price that moves daily; null: not known. */
  usdPerHourSpot: number | null;
  /** Instance store of the whole machine; null: not known. */
  localNvmeGiB: number | null;
  /** Sustained, without burst; null: not known. */
  networkGbps: number | null;
  /** NVLink (or NVSwitch) between the GPUs of this machine. */
  nvlink: boolean;
  /** Account limit that must allow `vcpus`, on demand; null: not known. */
  quota: Quota | null;
  /** The same for spot. */
  spotQuota: Quota | null;
  source: string;
  asOf: string;
  note: string;
}

export interface Quota {
  name: string;
  code: string;
}

/** A machine type without GPU, as one region sells it. */
export interface CpuMachine {
  cloud: Cloud;
  region: string;
  instanceType: string;
  arch: 'x86_64' | 'arm64';
  vcpus: number;
  memoryGiB: number;
  usdPerHourOnDemand: number | null;
  usdPerHourSpot: number | null;
  source: string;
  asOf: string;
}

/** GPU machines of a region, in order of name; empty where the data knows none. */
export function gpuMachines(cloud: Cloud, region: string): readonly GpuMachine[] {
  return gpuOffers[cloud]().get(region);
}

export function cpuMachines(cloud: Cloud, region: string): readonly CpuMachine[] {
  return cpuOffers[cloud]().get(region);
}

/** Regions with at least one GPU machine. */
export function gpuRegions(cloud: Cloud): readonly string[] {
  return gpuOffers[cloud]().names;
}

/** Regions with at least one machine without GPU. */
export function cpuRegions(cloud: Cloud): readonly string[] {
  return cpuOffers[cloud]().names;
}

const gpuOffers: Record<Cloud, () => Groups<GpuMachine>> = {
  aws: once(() =>
    readGpu('aws', require('./data/gpu-types-aws.json'), require('./data/gpu-prices-aws.json')),
  ),
  azure: once(() =>
    readGpu('azure', require('./data/gpu-types-azure.json'), require('./data/gpu-prices-azure.json')),
  ),
  gcp: once(() =>
    readGpu('gcp', require('./data/gpu-types-gcp.json'), require('./data/gpu-prices-gcp.json')),
  ),
};

const cpuOffers: Record<Cloud, () => Groups<CpuMachine>> = {
  aws: once(() =>
    readCpu('aws', require('./data/cpu-types-aws.json'), require('./data/cpu-prices-aws.json')),
  ),
  azure: once(() =>
    readCpu('azure', require('./data/cpu-types-azure.json'), require('./data/cpu-prices-azure.json')),
  ),
  gcp: once(() =>
    readCpu('gcp', require('./data/cpu-types-gcp.json'), require('./data/cpu-prices-gcp.json')),
  ),
};

type GpuType = Omit<GpuMachine, 'cloud' | 'region' | 'quota' | 'spotQuota' | PriceField> & {
  quotaFamily: string | null;
};
type CpuType = Omit<CpuMachine, 'cloud' | 'region' | PriceField>;
type PriceField = 'usdPerHourOnDemand' | 'usdPerHourSpot';

interface Offer {
  region: string;
  instanceType: string;
  usdPerHourOnDemand: number | null;
  usdPerHourSpot: number | null;
  source: string;
  asOf: string;
  note?: string;
}

interface QuotaRow {
  cloud: Cloud;
  family: string;
  name: string;
  code: string;
  spotName: string | null;
  spotCode: string | null;
  source: string;
  asOf: string;
}

function readGpu(cloud: Cloud, types: Table, prices: Table): Groups<GpuMachine> {
  const quotas = records<QuotaRow>(require('./data/quotas.json')).filter((row) => row.cloud === cloud);
  const byName = new Map(records<GpuType>(types).map((type) => [type.instanceType, type]));
  return groupBy(prices, 'region', (offer: Offer): GpuMachine => {
    const { quotaFamily, ...type } = known(byName, offer.instanceType);
    const quota = quotas.find((row) => row.family === quotaFamily);
    return {
      ...type,
      cloud,
      region: offer.region,
      usdPerHourOnDemand: offer.usdPerHourOnDemand,
      usdPerHourSpot: offer.usdPerHourSpot,
      quota: quota ? { name: quota.name, code: quota.code } : null,
      spotQuota: quota?.spotName && quota.spotCode ? { name: quota.spotName, code: quota.spotCode } : null,
      source: `price: ${offer.source}; machine: ${type.source} of ${type.asOf}`,
      asOf: offer.asOf,
      note: [type.note, offer.note].filter(Boolean).join('; '),
    };
  });
}

function readCpu(cloud: Cloud, types: Table, prices: Table): Groups<CpuMachine> {
  const byName = new Map(records<CpuType>(types).map((type) => [type.instanceType, type]));
  return groupBy(
    prices,
    'region',
    (offer: Offer): CpuMachine => ({ ...known(byName, offer.instanceType), ...offer, cloud }),
  );
}

function known<Type>(types: Map<string, Type>, instanceType: string): Type {
  const type = types.get(instanceType);
  if (!type) throw new Error(`catalogue: ${instanceType} has a price and no machine type`);
  return type;
}
