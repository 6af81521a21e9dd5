import { describe, expect, it } from 'vitest';
import { plan } from '../../lib/plan';
import type { Deployment } from '../../lib/spec/types';
import { smallest } from './example';

const decided = (changes: Partial<Deployment>) => plan({ ...smallest, ...changes }).decisions;
const under = (...compliance: ('gdpr' | 'hipaa' | 'soc2' | 'ccpa')[]) =>
  decided({ security: { compliance } });

describe('laws in a plan', () => {
  it('say nothing where the spec names none', () => {
    const { compliance, monitoring, security } = decided({});
    expect(compliance).toBeUndefined();
    expect(monitoring.logRetentionDays).toBe(90);
    expect(monitoring.because).toContain('logs are kept 90 days, as in prod');
    expect(security.encryption).toBe('provider-managed');
  });

  it.each([
    ['gdpr', 90, 'provider-managed', undefined],
    ['hipaa', 2192, 'customer-managed', 'compliance'],
    ['soc2', 365, 'customer-managed', undefined],
    ['ccpa', 731, 'provider-managed', undefined],
  ] as const)('%s: logs of %i days, keys %s, locked copies: %s', (law, days, encryption, lock) => {
    const { compliance, monitoring, security } = under(law);
    expect(monitoring.logRetentionDays).toBe(days);
    expect(security.encryption).toBe(encryption);
    expect(compliance?.laws).toEqual([law]);
    expect(compliance?.auditLog).toBeDefined();
    expect(compliance?.auditLog?.lock).toBe(lock);
    expect(compliance?.remaining.length).toBeGreaterThan(4);
  });

  it('take the longest time of all that are named, and name the law in the reason', () => {
    const { monitoring, security, compliance } = under('soc2', 'ccpa');
    expect(monitoring.logRetentionDays).toBe(731);
    expect(monitoring.because).toContain('731 days for CCPA');
    expect(security.because).toContain('a new key of yours (SOC 2)');
    expect(compliance?.because).toBe(
      'SOC 2: logs of at least 365 days, keys of your own; CCPA: logs of at least 731 days',
    );
  });

  it('never shorten what is written, and lock so that the account can still be cleared in development', () => {
    const { monitoring, compliance } = decided({
      environment: 'dev',
      security: { compliance: ['hipaa'] },
      monitoring: { logRetentionDays: 3653 },
    });
    expect(monitoring.logRetentionDays).toBe(3653);
    expect(monitoring.because).toContain('3653 days, as written');
    expect(compliance?.auditLog?.lock).toBe('governance');
  });

  it('decide the same for a fleet', () => {
    const { compliance, monitoring, security } = decided({
      architecture: 'scaled',
      security: { compliance: ['hipaa'] },
    });
    expect(monitoring.logRetentionDays).toBe(2192);
    expect(security.encryption).toBe('customer-managed');
    expect(compliance?.auditLog?.lock).toBe('compliance');
  });
});

describe('what is not covered', () => {
  it('is told by law, and for managed models whether there was a list', () => {
    const { compliance } = decided({
      models: ['Qwen/Qwen3-8B', { name: 'nova', source: 'bedrock:amazon.nova-lite-v1:0' }],
      security: { compliance: ['soc2', 'ccpa'] },
    });
    const said = compliance?.remaining.map(({ of, what }) => `${of}: ${what}`).join('\n');
    expect(said).toContain(
      'SOC 2: terms of the makers of nova: the list of AWS has Bedrock as a whole and no single model',
    );
    expect(said).toContain(
      'CCPA: whether the contract covers nova: no list of services is published for this law, so none was checked',
    );
    expect(said).toContain('All: GuardDuty, Security Hub');
  });

  it('names what is the user’s own, and what an embedded database lacks', () => {
    const { compliance } = decided({
      modelStore: { bucket: 'our-weights' },
      security: { compliance: ['soc2'] },
    });
    const said = compliance?.remaining.map(({ what }) => what);
    expect(said).toContain(
      'key, access log and retention of your buckets: our-weights; their objects are in the audit log',
    );
    expect(said?.some((what) => what.startsWith('Postgres on the machine has no log of sign-ins'))).toBe(
      true,
    );
    expect(compliance?.auditLog?.because).not.toContain('the database its sign-ins');
    const managed = decided({ database: 'managed', security: { compliance: ['soc2'] } }).compliance;
    expect(managed?.auditLog?.because).toContain('and the database its sign-ins and changes of tables');
    expect(managed?.remaining.some(({ what }) => what.startsWith('Postgres on the machine'))).toBe(false);
  });

  it('names buckets whose region no name tells, under a residency', () => {
    const { compliance } = decided({
      region: 'eu-central-1',
      models: [{ source: 's3://our-models/qwen', baseModel: 'Qwen/Qwen3-8B' }],
      modelStore: { bucket: 'our-weights' },
      security: { residency: 'regions' },
    });
    expect(compliance?.laws).toEqual([]);
    expect(compliance?.auditLog).toBeUndefined();
    expect(compliance?.because).toBe('data stays in eu-central-1, as written');
    expect(compliance?.remaining.map(({ what }) => what)).toEqual([
      'where your buckets are: our-weights, s3://our-models/qwen; the region of a bucket cannot be read from its name',
      'where your clients are, where alarm mails go, and from where operators sign in',
    ]);
  });

  it('follows from the GDPR in Europe', () => {
    const { compliance } = decided({ region: 'eu-central-1', security: { compliance: ['gdpr'] } });
    expect(compliance?.residency).toBe('eu');
    expect(compliance?.because).toBe(
      'GDPR: logs no longer than they are of use, prompts of at most 30 days; data stays in the European Economic Area, by GDPR',
    );
  });
});
