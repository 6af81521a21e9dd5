import type { Cloud } from './machines';

/** Part of the world that data is kept in by law. */
export type ResidencyZone = 'eu' | 'us';

/**
 * Regions by the country that they stand in. `eu` is the European Economic Area, which the GDPR counts as one: with
 * Norway, without the United Kingdom and Switzerland.
 *
 * Source: region lists of the clouds with their places (lib/catalog/data/regions.json); members of the EEA, 2026-11.
 */
const zones: Readonly<Record<Cloud, Readonly<Record<ResidencyZone, RegExp>>>> = {
  aws: {
    eu: /^eu-(central-1|north-1|south-1|south-2|west-1|west-3)$/,
    us: /^us-(east|west|gov-east|gov-west)-\d$/,
  },
  azure: {
    eu: /^(austriaeast|belgiumcentral|denmarkeast|france(central|south)|germany(north|westcentral)|italynorth|northeurope|norway(east|west)|polandcentral|spaincentral|swedencentral|westeurope)$/,
    us: /^((north|south|west)?central|east|west)us\d?$/,
  },
  gcp: {
    eu: /^europe-(central2|north1|north2|southwest1|west1|west3|west4|west8|west9|west10|west12)$/,
    us: /^us-(central|east|south|west)\d$/,
  },
};

export function inZone(zone: ResidencyZone, cloud: Cloud, region: string): boolean {
  return zones[cloud][zone].test(region);
}
