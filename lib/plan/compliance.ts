import { type Law, lawFacts, remainingAlways } from '../catalog/laws';
import { inScope } from '../catalog/managed-terms';
import { dataForm } from '../spec/data-form';
import { lawsOf, leastLogDays, residencyOf } from '../spec/law';
import type { Spec } from '../spec/types';
import { allVariants, isManaged } from '../spec/variants';
import { environmentDefaults } from './data';
import type { AuditLogDecision, ComplianceDecision } from './plan';

/** What laws and residency change; nothing where the spec names neither. */
export function complianceOf(spec: Spec): { compliance?: ComplianceDecision } {
  const laws = lawsOf(spec);
  const residency = residencyOf(spec);
  if (laws.length === 0 && residency === 'none') return {};
  return {
    compliance: {
      laws,
      residency,
      ...(laws.length > 0 && { auditLog: auditLog(spec, laws) }),
      remaining: remaining(spec, laws),
      because: [...laws.map(lawText), residencyText(spec)].filter(Boolean).join('; '),
    },
  };
}

/** Days that logs are kept, and why so long. */
export function logRetention(spec: Spec): { days: number; because: string } {
  const { logRetentionDays: written } = spec.monitoring;
  if (written !== undefined) return { days: written, because: `${written} days, as written` };
  const usual = environmentDefaults(spec).logRetentionDays;
  const least = leastLogDays(lawsOf(spec));
  if (least === undefined || least.days <= usual) {
    return { days: usual, because: `${usual} days, as in ${spec.environment}` };
  }
  const { title, source } = lawFacts(least.law);
  return { days: least.days, because: `${least.days} days for ${title} (${source})` };
}

function auditLog(spec: Spec, laws: readonly Law[]): AuditLogDecision {
  const locking = laws.filter((law) => lawFacts(law).lockedLogs).map((law) => lawFacts(law).title);
  const database = managedPostgres(spec) ? ', and the database its sign-ins and changes of tables' : '';
  const trail = `a trail records who reads and writes objects in the deployment's buckets${database}; calls that change resources, read secrets and use keys are in the trail of your account or organization, which a second one would double`;
  if (locking.length === 0) return { because: trail };
  const guarded = spec.reliability.deletionProtection ?? environmentDefaults(spec).guarded;
  return {
    lock: guarded ? 'compliance' : 'governance',
    because: `${trail}; ${locking.join(', ')}: all logs are copied into a bucket ${guarded ? 'that nobody can delete from before their time, not even the account' : 'with a lock that only a permission of its own lifts, as nothing here is guarded against deletion'}`,
  };
}

function lawText(law: Law): string {
  const { title, leastLogDays: logDays, mostPromptDays, ownKeys, shortLogs } = lawFacts(law);
  const parts = [
    ...(logDays === undefined ? [] : [`logs of at least ${logDays} days`]),
    ...(shortLogs ? ['logs no longer than they are of use'] : []),
    ...(mostPromptDays === undefined ? [] : [`prompts of at most ${mostPromptDays} days`]),
    ...(ownKeys ? ['keys of your own'] : []),
  ];
  return `${title}: ${parts.join(', ')}`;
}

function residencyText(spec: Spec): string {
  const from = spec.security.residency === undefined ? 'by GDPR' : 'as written';
  return {
    none: '',
    regions: `data stays in ${spec.regions.join(', ')}, ${from}`,
    eu: `data stays in the European Economic Area, ${from}`,
    us: `data stays in the United States, ${from}`,
  }[residencyOf(spec)];
}

function remaining(spec: Spec, laws: readonly Law[]): ComplianceDecision['remaining'] {
  return [
    ...laws.flatMap((law) => {
      const { title } = lawFacts(law);
      return [...lawFacts(law).remaining, ...unlisted(spec, law)].map((what) => ({ of: title, what }));
    }),
    ...placeOf(spec).map((what) => ({ of: 'Residency', what })),
    ...(laws.length === 0 ? [] : [...remainingAlways, ...ofYours(spec)].map((what) => ({ of: 'All', what }))),
  ];
}

/** Managed models under a law for which there is no list to check them against. */
function unlisted({ models }: Spec, law: Law): string[] {
  const managed = models.filter(isManaged).map(({ name }) => name);
  if (managed.length === 0) return [];
  return [
    inScope(law, 'bedrock') === undefined
      ? `whether the contract covers ${managed.join(', ')}: no list of services is published for this law, so none was checked`
      : `terms of the makers of ${managed.join(', ')}: the list of AWS has Bedrock as a whole and no single model`,
  ];
}

const managedPostgres = (spec: Spec) => dataForm(spec).postgres === 'managed';

/** Parts of the user's own that the deployment uses and does not set up. */
function ofYours(spec: Spec): string[] {
  const { existing } = spec.network;
  const buckets = ownBuckets(spec);
  return [
    ...(existing === undefined ? [] : [`flow logs of ${existing.id}, and who else is in that network`]),
    ...(buckets.length === 0
      ? []
      : [
          `key, access log and retention of your buckets: ${buckets.join(', ')}; their objects are in the audit log`,
        ]),
    ...(spec.application === undefined
      ? []
      : [
          `what your \`application\` writes: its lines are kept ${logRetention(spec).days} days with all other logs, so no prompts in them`,
        ]),
    ...(managedPostgres(spec)
      ? []
      : [
          'Postgres on the machine has no log of sign-ins: only the gateway and operators on the machine reach it; `database: managed` has one',
        ]),
  ];
}

/** By name, without sources of models: those are only read. */
const ownBuckets = ({ modelStore, batch }: Spec): string[] =>
  [modelStore.bucket, batch?.inputBucket, batch?.outputBucket].filter((bucket) => bucket !== undefined);

/** Places that stand in no spec. */
function placeOf(spec: Spec): string[] {
  if (residencyOf(spec) === 'none') return [];
  const buckets = [
    ...ownBuckets(spec),
    ...[...allVariants(spec.models), ...spec.models.flatMap(({ adapters = [] }) => adapters)]
      .map(({ source }) => source)
      .filter((source) => source.startsWith('s3://')),
  ];
  return [
    ...(buckets.length === 0
      ? []
      : [
          `where your buckets are: ${buckets.join(', ')}; the region of a bucket cannot be read from its name`,
        ]),
    'where your clients are, where alarm mails go, and from where operators sign in',
  ];
}
