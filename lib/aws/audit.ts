import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Plan } from '../plan/plan';
import type { AccessLogs } from './access-logs';
import { AuditLog } from './audit-log';
import type { Database } from './database';
import type { Firewall } from './firewall';
import type { Gateway } from './gateway';
import { LogCopies } from './log-copies';
import type { LogOptions } from './log-retention';
import type { ModelStore } from './model-store';
import type { Network } from './network';

/** What laws add to a deployment; all absent without `security.compliance`. */
export interface Audit {
  readonly auditLog: AuditLog | undefined;
  /** With a law that asks for logs which nobody can change. */
  readonly logCopies: LogCopies | undefined;
}

/** Parts whose objects are watched and whose logs are copied. */
export interface AuditedParts {
  readonly accessLogs: AccessLogs;
  readonly modelStore: ModelStore | undefined;
  readonly network: Network;
  readonly gateway: Gateway;
  readonly database: Database | undefined;
  readonly firewall: Firewall | undefined;
}

/** Made in the scope itself: the ids of its parts are contract. */
export function audit(
  scope: Construct,
  { decisions: { identity, compliance } }: Pick<Plan, 'decisions'>,
  parts: AuditedParts,
  options: { readonly logs: LogOptions; readonly key: kms.IKey | undefined },
): Audit {
  const decided = compliance?.auditLog;
  if (decided === undefined) return { auditLog: undefined, logCopies: undefined };
  const accessLogs = parts.accessLogs.bucket;
  const buckets = [...(parts.modelStore ? [parts.modelStore.bucket] : []), accessLogs];
  const auditLog = new AuditLog(scope, 'AuditLog', { identity, auditLog: decided, buckets, ...options });
  const { store } = auditLog;
  const logCopies =
    decided.lock &&
    new LogCopies(scope, 'LogCopies', { logGroups: logGroups(parts), accessLogs, store, key: options.key });
  return { auditLog, logCopies };
}

/** All but that of the trail, which writes into the store by itself. */
function logGroups({ gateway, network, database, firewall }: AuditedParts): logs.ILogGroup[] {
  return [gateway.logGroup, network.flowLogGroup, ...(database?.logGroups ?? []), firewall?.logGroup].filter(
    (group) => group !== undefined,
  );
}
