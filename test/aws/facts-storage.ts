import type { Storage } from '../contract/facts';
import type { Properties, Written } from './synthesize';

type Reader = (properties: Properties) => Pick<Storage, 'encryption' | 'holds'>;

const keyed = (encrypted: boolean, key: unknown): Storage['encryption'] => {
  if (!encrypted) return 'none';
  return key === undefined ? 'provider' : 'own-key';
};

const database: Reader = (p) => ({ encryption: keyed(p.StorageEncrypted, p.KmsKeyId), holds: 'data' });

/** Every type that keeps something. Secrets and logs are always encrypted; the question is by whose key. */
const stores: Record<string, Reader> = {
  'AWS::EC2::Volume': (p) => ({ encryption: keyed(p.Encrypted, p.KmsKeyId), holds: 'data' }),
  'AWS::EC2::LaunchTemplate': ({ LaunchTemplateData: { BlockDeviceMappings: disks } }) => ({
    encryption: keyed(
      disks.every(({ Ebs }: Properties) => Ebs.Encrypted),
      disks[0].Ebs.KmsKeyId,
    ),
    holds: 'cache',
  }),
  'AWS::RDS::DBInstance': database,
  'AWS::RDS::DBCluster': database,
  'AWS::DocDB::DBCluster': database,
  // AWS Backup encrypts what it is given with the key of the vault, its own without one
  'AWS::Backup::BackupVault': (p) => ({ encryption: keyed(true, p.EncryptionKeyArn), holds: 'data' }),
  'AWS::ElastiCache::ReplicationGroup': (p) => ({
    encryption: keyed(p.AtRestEncryptionEnabled && p.TransitEncryptionEnabled, p.KmsKeyId),
    holds: 'cache',
  }),
  'AWS::S3::Bucket': (p) => {
    const [rule] = p.BucketEncryption?.ServerSideEncryptionConfiguration ?? [];
    const key = rule?.ServerSideEncryptionByDefault.KMSMasterKeyID;
    return { encryption: keyed(rule !== undefined, key), holds: 'data' };
  },
  'AWS::SecretsManager::Secret': (p) => ({
    encryption: keyed(true, p.KmsKeyId),
    holds: /Valkey/.test(p.Description ?? '') ? 'cache' : 'data',
  }),
  'AWS::Logs::LogGroup': (p) => ({ encryption: keyed(true, p.KmsKeyId), holds: 'logs' }),
  'AWS::SNS::Topic': (p) => ({
    encryption: keyed(p.KmsMasterKeyId !== undefined, p.KmsMasterKeyId),
    holds: 'messages',
  }),
};

/** Parts that the catalogue excepts, by the construct that makes them. */
const parts: [RegExp, string][] = [
  [/AccessLogs[0-9A-F]{8}$/, 'access-logs'],
  [/AuditLogStore[0-9A-F]{8}$/, 'audit-log'],
  [/BackupVault[0-9A-F]{8}$/, 'backups'],
  [/ModelStoreBucket[0-9A-F]{8}$/, 'model-bucket'],
];

/** An instance of a database cluster, which names the cluster as the cluster does itself. */
export const ofCluster = (type: string, { DBClusterIdentifier }: Properties): boolean =>
  type === 'AWS::RDS::DBInstance' && DBClusterIdentifier !== undefined;

export function storageOf({ resources }: Written): Storage[] {
  return Object.entries(resources).flatMap(([id, { Type, Properties = {}, DeletionPolicy }]) => {
    // an instance of a cluster stores nothing itself
    const read = ofCluster(Type, Properties) ? undefined : stores[Type];
    if (!read) return [];
    const part = parts.find(([form]) => form.test(id))?.[1];
    const kept = DeletionPolicy?.startsWith('Retain') === true;
    return [{ id, ...(part !== undefined && { part }), kept, ...read(Properties) }];
  });
}
