import { describe, expect, it } from 'vitest';
import { bill } from '../../lib/cost/bill';
import { plan } from '../../lib/plan';
import type { Deployment } from '../../lib/spec/types';

const base: Deployment = {
  name: 'bill',
  cloud: 'aws',
  region: 'us-east-1',
  models: ['Qwen/Qwen3-8B'],
  traffic: { concurrentUsers: 60 },
};
const lines = (changes: Partial<Deployment>) => bill(plan({ ...base, ...changes })).lines;
const line = (id: string, changes: Partial<Deployment>) => lines(changes).find((each) => each.id === id);
const ids = ['audit-event', 'audit-storage', 'log-delivery'];
const law = (compliance: 'gdpr' | 'hipaa') =>
  ({ security: { compliance: [compliance] } }) satisfies Partial<Deployment>;

describe('the bill of an audit log', () => {
  it('is no part of a deployment without a law', () => {
    expect(lines({}).filter(({ id }) => ids.includes(id))).toEqual([]);
  });

  it('has its events and its files, and copies only where a law asks for them', () => {
    expect(line('audit-event', law('gdpr'))).toMatchObject({
      count: 1,
      unit: '100k events',
      usdPerUnit: 0.1,
    });
    expect(line('log-delivery', law('gdpr'))).toBeUndefined();
    expect(line('log-delivery', law('hipaa'))).toMatchObject({ count: 1, unit: 'GB', usdPerUnit: 0.035 });
    expect(line('audit-storage', law('hipaa'))?.because).toBe(
      '2192 days, with copies of all logs under an object lock',
    );
  });

  it('counts each part of weights that is written or read as an event', () => {
    const weights = line('bucket-read', law('gdpr'));
    const writes = line('bucket-write', law('gdpr'));
    // by tunnel there are no access logs of a balancer: reads at starts, and parts of one import
    const events = 1000 * ((weights?.quantity ?? 0) + (writes?.quantity ?? 0));
    expect(line('audit-event', law('gdpr'))?.quantity).toBeCloseTo(events / 100_000, 3);
  });

  it('counts the files of a batch too', () => {
    const files = { batch: { requestsPerDay: 100_000 }, ...law('gdpr') } satisfies Partial<Deployment>;
    const more = line('audit-event', files)?.quantity ?? 0;
    expect(more).toBeGreaterThan((line('audit-event', law('gdpr'))?.quantity ?? 0) * 2);
  });

  it('stays small beside the machine', () => {
    const all = lines({
      ...law('hipaa'),
      network: { domain: 'llm.example.com', dnsZone: 'Z0123456789ABCDEFGHIJ' },
    });
    const usd = all
      .filter(({ id }) => ids.includes(id))
      .reduce((sum, each) => sum + (each.usdPerMonth ?? 0), 0);
    expect(usd).toBeGreaterThan(0.5);
    expect(usd).toBeLessThan(40);
  });
});
