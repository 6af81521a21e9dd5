import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct, IConstruct } from 'constructs';
import { AuditLog } from './audit-log';
import type { ArchitectureProps } from './deployable';
import type { Entrance } from './entrance';
import type { Foundation } from './foundation';
import { LogCopies } from './log-copies';

/** What laws add to a deployment; all absent without `security.compliance`. */
export interface Audit {
  readonly auditLog: AuditLog | undefined;
  /** With a law that asks for logs which nobody can change. */
  readonly logCopies: LogCopies | undefined;
}

/** Made in the scope itself: the ids of its parts are contract. `machines`: they start once they are watched. */
export function audit(
  scope: Construct,
  { plan }: ArchitectureProps,
  base: Foundation,
  way: Entrance,
  machines: readonly IConstruct[],
): Audit {
  const { identity, compliance } = plan.decisions;
  const decided = compliance?.auditLog;
  if (decided === undefined) return { auditLog: undefined, logCopies: undefined };
  const accessLogs = base.accessLogs.bucket;
  const auditLog = new AuditLog(scope, 'AuditLog', {
    ...base.site,
    identity,
    auditLog: decided,
    buckets: [...buckets(base), accessLogs],
  });
  // the import of the weights is the first thing that it must see
  for (const machine of machines) machine.node.addDependency(auditLog);
  const { store } = auditLog;
  const { key } = base.site;
  const logCopies = decided.lock
    ? new LogCopies(scope, 'LogCopies', { logGroups: logGroups(base, way), accessLogs, store, key })
    : undefined;
  return { auditLog, logCopies };
}

/** Whose objects are data: weights, and the files of `batch` with their prompts. A bucket may be input and output. */
function buckets({ modelStore, queue }: Foundation): s3.IBucket[] {
  const files = queue ? new Set([queue.buckets.input, queue.buckets.output]) : [];
  return [...(modelStore ? [modelStore.bucket] : []), ...files];
}

/** All but that of the trail, which writes into the store by itself. */
function logGroups(
  { gateway, network, database, documents }: Foundation,
  { firewall }: Entrance,
): logs.ILogGroup[] {
  return [
    gateway.logGroup,
    network.flowLogGroup,
    ...(database?.logGroups ?? []),
    documents?.logGroup,
    firewall?.logGroup,
  ].filter((group) => group !== undefined);
}
