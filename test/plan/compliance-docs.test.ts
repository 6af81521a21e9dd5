import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type LawFacts, lawFacts, laws } from '../../lib/catalog/laws';
import { plan } from '../../lib/plan';
import { complianceSections } from '../../lib/report/compliance';
import { smallest } from './example';

const page = readFileSync(join(__dirname, '../../docs/compliance.md'), 'utf8');
const row = (label: string, of: (facts: LawFacts) => string | number | undefined) =>
  `| ${label} | ${laws.map((law) => of(lawFacts(law)) ?? '-').join(' | ')} |`;

describe('docs/compliance.md', () => {
  it('has the figures of the table that plans are made from', () => {
    expect(page).toContain(row('logs and audit log, days at least', ({ leastLogDays }) => leastLogDays));
    expect(page).toContain(row('prompts and answers, days at most', ({ mostPromptDays }) => mostPromptDays));
    expect(page).toContain(row('keys of your own', ({ ownKeys }) => (ownKeys ? 'yes' : '-')));
    expect(page).toContain(
      row('copies of logs under an object lock', ({ lockedLogs }) => (lockedLogs ? 'yes' : '-')),
    );
  });
});

describe('the plan as text', () => {
  const sections = (security: object) => complianceSections(plan({ ...smallest, security }).decisions);
  const words = (security: object) => JSON.stringify(sections(security));

  it('says nothing of laws where none is named', () => {
    expect(sections({})).toEqual([]);
  });

  it('tells what changed, and in a section of its own what is not covered', () => {
    const [changed, open] = sections({ compliance: ['hipaa', 'ccpa'] });
    expect(changed?.title).toBe('For HIPAA, CCPA');
    expect(changed?.notes).toEqual([
      'Resources are set up for these laws; whether you comply is for you and your auditor to say.',
    ]);
    expect(open?.title).toBe('Not covered, and yours');
    expect(open?.rows.length).toBeGreaterThan(8);
    expect(open?.rows.map(([of]) => of)).toEqual(expect.arrayContaining(['HIPAA', 'CCPA', 'All']));
    expect(words({ compliance: 'hipaa' })).toContain('a business associate addendum with AWS');
    expect(words({ compliance: 'hipaa' })).toContain(
      'on, with copies of all logs under an object lock (compliance mode)',
    );
  });

  it('tells of a residency alone what was not checked', () => {
    const [changed, open] = sections({ residency: 'us' });
    expect(changed?.title).toBe('Residency');
    expect(changed?.rows).toEqual([
      ['Changed', 'residency us'],
      ['', 'data stays in the United States, as written'],
    ]);
    expect(open?.title).toBe('Not checked');
  });
});
