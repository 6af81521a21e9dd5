import { lawFacts } from '../catalog/laws';
import type { ComplianceDecision, Decisions } from '../plan/plan';
import { explained, type Section } from './section';

/** What laws change, and what they leave to people: a preset that hid the second would be worse than none. */
export function complianceSections({ compliance }: Pick<Decisions, 'compliance'>): Section[] {
  if (compliance === undefined) return [];
  const { laws, auditLog, remaining } = compliance;
  const titles = laws.map((law) => lawFacts(law).title).join(', ');
  return [
    {
      title: laws.length === 0 ? 'Residency' : `For ${titles}`,
      rows: [
        ...explained('Changed', changed(compliance), compliance.because),
        ...(auditLog ? explained('Audit log', lockText(auditLog), auditLog.because) : []),
      ],
      notes:
        laws.length === 0
          ? []
          : ['Resources are set up for these laws; whether you comply is for you and your auditor to say.'],
    },
    {
      title: laws.length === 0 ? 'Not checked' : 'Not covered, and yours',
      rows: remaining.map(({ of, what }) => [of, what]),
    },
  ];
}

function changed({ laws, residency }: ComplianceDecision): string {
  return [
    ...(laws.length === 0 ? [] : ['retention, keys, audit log and refusals']),
    ...(residency === 'none' ? [] : [`residency ${residency}`]),
  ].join(', ');
}

function lockText({ lock }: NonNullable<ComplianceDecision['auditLog']>): string {
  return lock === undefined ? 'on' : `on, with copies of all logs under an object lock (${lock} mode)`;
}
