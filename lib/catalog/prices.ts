import type { Cloud } from './machines';
import { groupBy, once, records, type Table } from './table';

/** List price of a cloud service in US dollars, before tax and discounts. */
export interface Price {
  usd: number;
  /** What one `usd` buys, such as `hour`, `GB-month`, `1M requests`. */
  unit: string;
  /** Region of the price; `global` where it is the same everywhere. */
  region: string;
  source: string;
  asOf: string;
  /** `high`: price feed, test golden or vendor page; `medium`, `low`: secondary pages. */
  confidence: 'high' | 'medium' | 'low';
  note: string;
}

export interface ServicePrice extends Price {
  cloud: Cloud;
  service: string;
  sku: string;
}

/** Where most prices were read; stands in where a region's own price is not known. */
export const referenceRegion: Readonly<Record<Cloud, string>> = {
  aws: 'us-east-1',
  azure: 'eastus',
  gcp: 'us-central1',
};

/** Price in exactly this region, or the one that holds everywhere (`global`). */
export function servicePrice(
  cloud: Cloud,
  service: string,
  sku: string,
  region: string,
): ServicePrice | undefined {
  const rows = prices[cloud]().get(keyOf(service, sku)) ?? [];
  return rows.find((row) => row.region === region) ?? rows.find((row) => row.region === 'global');
}

/** As `servicePrice`, else of the reference region, else of the first region known; `region` says which. */
export function servicePriceAnyRegion(
  cloud: Cloud,
  service: string,
  sku: string,
  region: string = referenceRegion[cloud],
): ServicePrice | undefined {
  return (
    servicePrice(cloud, service, sku, region) ??
    servicePrice(cloud, service, sku, referenceRegion[cloud]) ??
    prices[cloud]().get(keyOf(service, sku))?.[0]
  );
}

export function servicePrices(cloud: Cloud): readonly ServicePrice[] {
  return [...prices[cloud]().values()].flat();
}

const prices: Record<Cloud, () => Map<string, ServicePrice[]>> = {
  aws: once(() => read('aws', require('./data/service-prices-aws.json'))),
  azure: once(() => read('azure', require('./data/service-prices-azure.json'))),
  gcp: once(() => read('gcp', require('./data/service-prices-gcp.json'))),
};

function read(cloud: Cloud, table: Table): Map<string, ServicePrice[]> {
  const rows = records<Omit<ServicePrice, 'cloud'>>(table).map((row) => ({ ...row, cloud }));
  return groupBy(rows, (row) => keyOf(row.service, row.sku));
}

function keyOf(service: string, sku: string): string {
  return `${service}\n${sku}`;
}
