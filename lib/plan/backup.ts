import { findRegion } from '../catalog/regions';
import { dataForm } from '../spec/data-form';
import { formOf } from '../spec/form';
import { encryptionOf } from '../spec/law';
import type { Spec } from '../spec/types';
import { environmentDefaults } from './data';
import type { BackupDecision, IdentityDecision } from './plan';

/** Daily backups of managed databases, apart from them: where data is guarded in a fleet, or copies are asked for. */
export function backup(spec: Spec, { name }: Pick<IdentityDecision, 'name'>): { backup?: BackupDecision } {
  const { deletionProtection, backupRegion } = spec.reliability;
  const guarded = deletionProtection ?? environmentDefaults(spec).guarded;
  const wanted = backupRegion !== undefined || (guarded && formOf(spec).form === 'scaled');
  if (!wanted || dataForm(spec).postgres !== 'managed') return {};
  const keptDays = spec.database.backupDays ?? environmentDefaults(spec).backupDays;
  const copy =
    backupRegion === undefined
      ? undefined
      : { region: findRegion(spec.cloud, backupRegion) ?? backupRegion, vault: name };
  return {
    backup: {
      keptDays,
      ...(copy && { copy }),
      because: `each night a backup in a vault that outlives the database, kept ${keptDays} days beside its own point-in-time backups${copy ? `; a copy of each goes to the vault ${copy.vault} in ${copy.region}, which you make once` : ''}`,
    },
  };
}

/** Made once by hand, with a key of the account where the spec wants those. */
export function vaultCommand(
  spec: Pick<Spec, 'security'>,
  { region, vault }: { region: string; vault: string },
): string {
  const key = encryptionOf(spec) === 'customer-managed' ? ' --encryption-key-arn KEY_IN_THAT_REGION' : '';
  return `aws backup create-backup-vault --backup-vault-name ${vault} --region ${region}${key}`;
}
