import { findRegion } from '../../catalog/regions';
import { finding, rule } from './rule';

/** Regions of the catalogue without Amazon DocumentDB (resource specification of CloudFormation, 2026-11). */
export const regionsWithoutDocuments: readonly string[] = ['us-west-1'];

export const documentsRegion = rule('documents-region', ['cloud', 'regions', 'database'], (spec) => {
  if (!spec.database.documents) return [];
  const region = findRegion(spec.cloud, spec.regions[0]);
  if (region === undefined || !regionsWithoutDocuments.includes(region)) return [];
  return [
    finding(
      ['database', 'documents'],
      `${region} has no Amazon DocumentDB: remove it and use a database of your own, or take a region such as us-west-2`,
    ),
  ];
});
