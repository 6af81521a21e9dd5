import { cpuMachines, gpuMachines } from '../catalog/machines';
import { findManagedModel } from '../catalog/managed-models';
import { servicePrice, servicePriceAnyRegion } from '../catalog/prices';
import { UserError } from '../errors';
import type { Plan } from '../plan/plan';
import { type BillLine, combine, exactly, type PricedMachine, type Range, type Usage } from './line';
import type { PriceOverlay } from './overlay';
import { awsSku, rateUnits, type ServiceRateId } from './rates';
import { machinePrice } from './spot';

/** A unit price with its origin; `usdPerUnit` is null where no source states one. */
export type Rate = { usdPerUnit: Range | null } & Pick<
  BillLine,
  'source' | 'asOf' | 'priceRegion' | 'confidence' | 'standsIn' | 'note'
>;

const unknown: Rate = {
  usdPerUnit: null,
  source: null,
  asOf: null,
  priceRegion: null,
  confidence: null,
  standsIn: false,
  note: 'price not known',
};

/** Puts a price on a quantity: the overlay's before the catalogue's. */
export function priced(usage: Usage, plan: Plan, overlay: PriceOverlay): BillLine {
  const unit = rateUnits[usage.rate];
  const rate = overlayRate(usage, overlay) ?? catalogueRate(usage, plan);
  const { usdPerUnit, ...origin } = rate;
  const { quantity } = usage;
  const usd = usdPerUnit && combine(quantity, usdPerUnit, (units, each) => units * each);
  const { id, label, category, resource, count, model, because } = usage;
  return {
    id,
    label,
    category,
    resource,
    count,
    quantity: quantity.expected,
    unit,
    usdPerUnit: usdPerUnit?.expected ?? null,
    usdPerMonth: usd?.expected ?? null,
    low: { quantity: quantity.low, usdPerMonth: usd?.low ?? null },
    high: { quantity: quantity.high, usdPerMonth: usd?.high ?? null },
    rate: usage.rate,
    ...(model !== undefined && { model }),
    because,
    ...origin,
  };
}

function overlayRate(usage: Usage, overlay: PriceOverlay): Rate | undefined {
  const price = overlay.get(usage.rate);
  if (price === undefined) return undefined;
  return {
    usdPerUnit: exactly(price.usd),
    source: price.source,
    asOf: price.asOf,
    priceRegion: 'overlay',
    confidence: null,
    standsIn: false,
    note: 'your price, from the overlay file',
  };
}

function catalogueRate(usage: Usage, plan: Plan): Rate {
  const { rate } = usage;
  if (rate === 'gpu-machine' || rate === 'cpu-machine') return machineRate(usage.machine, plan);
  return rate === 'managed-input' || rate === 'managed-output'
    ? managedRate(usage.model ?? '', rate)
    : serviceRate(rate, plan);
}

/** List prices of a managed model are the same in most regions; see the catalogue. */
function managedRate(model: string, rate: 'managed-input' | 'managed-output'): Rate {
  const row = findManagedModel('bedrock', model);
  const usd = rate === 'managed-input' ? row?.inputUsdPerMillionTokens : row?.outputUsdPerMillionTokens;
  if (row === undefined || usd === null || usd === undefined) return unknown;
  return {
    usdPerUnit: exactly(usd),
    source: row.source,
    asOf: row.asOf,
    priceRegion: 'global',
    confidence: 'medium',
    standsIn: false,
    note: ['list price; a region or profile may cost about 10 % more', row.note].filter(Boolean).join('; '),
  };
}

function machineRate(machine: PricedMachine | undefined, plan: Plan): Rate {
  const { region } = plan.decisions.identity;
  const sold = [...gpuMachines(plan.spec.cloud, region), ...cpuMachines(plan.spec.cloud, region)];
  const row = sold.find(({ instanceType }) => instanceType === machine?.instanceType);
  const price = machine && machinePrice(machine);
  if (row === undefined || price === undefined) return unknown;
  return {
    ...price,
    source: row.source,
    asOf: row.asOf,
    priceRegion: region,
    confidence: 'high',
    standsIn: false,
  };
}

const skus: Partial<Record<Plan['spec']['cloud'], typeof awsSku>> = { aws: awsSku };

function serviceRate(rate: ServiceRateId, plan: Plan): Rate {
  const { cloud } = plan.spec;
  const { region } = plan.decisions.identity;
  const skuOf = skus[cloud];
  if (skuOf === undefined) throw new UserError(`the bill of cloud ${cloud} is not built yet; aws is`);
  const { service, sku } = skuOf(rate, plan);
  const price = servicePrice(cloud, service, sku, region) ?? servicePriceAnyRegion(cloud, service, sku);
  if (price === undefined) return unknown;
  if (price.unit !== rateUnits[rate]) {
    throw new Error(`${service} / ${sku} is priced per ${price.unit}, the bill counts ${rateUnits[rate]}`);
  }
  const standsIn = price.region !== region && price.region !== 'global';
  return {
    usdPerUnit: exactly(price.usd),
    source: price.source,
    asOf: price.asOf,
    priceRegion: price.region,
    confidence: price.confidence,
    standsIn,
    note: [
      standsIn ? `price of ${price.region}: that of ${region} is not in the data` : '',
      price.confidence === 'high' ? '' : `from a secondary source (${price.confidence} confidence)`,
      price.note,
    ]
      .filter(Boolean)
      .join('; '),
  };
}
