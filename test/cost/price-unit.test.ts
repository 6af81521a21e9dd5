import { describe, expect, it, vi } from 'vitest';
import { bill } from '../../lib/cost/bill';
import { aPlan } from './a-plan';

vi.mock('../../lib/catalog/prices', () => ({
  servicePrice: () => ({ usd: 1, unit: 'mile', region: 'us-east-1', source: 'x', asOf: '2026-11-01' }),
}));

describe('a price of the catalogue', () => {
  it('in another unit than the bill counts in is a fault of the catalogue, and no bill', () => {
    expect(() => bill(aPlan())).toThrow('VPC / NAT gateway is priced per mile, the bill counts hour');
  });
});
