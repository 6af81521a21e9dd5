import { findRegion, nearestRegions } from '../../catalog/regions';
import { dataForm } from '../data-form';
import { formSections } from '../form';
import { either, shown } from '../words';
import { type Finding, finding, rule } from './rule';

/** Backups leave the region only where there is something to copy, and for another region. */
export const backupRegion = rule(
  'backup-region',
  ['cloud', 'regions', 'reliability', 'database', 'cache', ...formSections],
  (spec): Finding[] => {
    const { backupRegion: written } = spec.reliability;
    if (written === undefined) return [];
    const at = ['reliability', 'backupRegion'];
    if (dataForm(spec).postgres !== 'managed') {
      return [
        finding(
          at,
          'copies backups of a managed database, and Postgres is on the data disk, whose snapshots stay in the region: write `database: managed`, or remove it',
        ),
      ];
    }
    const region = findRegion(spec.cloud, written);
    if (region === undefined) {
      const near = nearestRegions(spec.cloud, written);
      const meant = near.length > 0 ? `, did you mean ${either(near.map(shown))}?` : '';
      return [
        finding(at, `${shown(written)} is not a region of ${spec.cloud} that the catalogue knows${meant}`),
      ];
    }
    if (region === findRegion(spec.cloud, spec.regions[0])) {
      return [finding(at, `\`${region}\` is the region of the deployment: name another, or remove it`)];
    }
    return [];
  },
);
