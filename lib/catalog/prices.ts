import type { Cloud } from './machines';
import { once, records, type Table } from './table';

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
const referenceRegion: Readonly<Record<Cloud, string>> = {
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
  const rows = pricesOf(cloud, service, sku);
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
    pricesOf(cloud, service, sku)[0]
  );
}

export function servicePrices(cloud: Cloud): readonly ServicePrice[] {
  return withCloud(cloud, records(tables[cloud]()));
}

const tables: Record<Cloud, () => Table> = {
  aws: once(() => require('./data/service-prices-aws.json') as Table),
  azure: once(() => require('./data/service-prices-azure.json') as Table),
  gcp: once(() => require('./data/service-prices-gcp.json') as Table),
};

/** Searched anew each time: a bill asks for thirty of some hundred rows. */
function pricesOf(cloud: Cloud, service: string, sku: string): ServicePrice[] {
  const table = tables[cloud]();
  const [atService, atSku] = [table.columns.indexOf('service'), table.columns.indexOf('sku')];
  const rows = table.rows.filter((cells) => cells[atService] === service && cells[atSku] === sku);
  return withCloud(cloud, records(table, rows));
}

function withCloud(cloud: Cloud, rows: Omit<ServicePrice, 'cloud'>[]): ServicePrice[] {
  return rows.map((row) => ({ ...row, cloud }));
}
