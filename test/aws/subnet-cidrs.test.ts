import { describe, expect, it } from 'vitest';
import { subnetCidrs } from '../../lib/aws/subnet-cidrs';

describe('the blocks of a network', () => {
  it('are eight of equal size that fill it', () => {
    expect(subnetCidrs('10.40.0.0/16', 2)).toEqual([
      '10.40.0.0/19',
      '10.40.32.0/19',
      '10.40.64.0/19',
      '10.40.96.0/19',
      '10.40.128.0/19',
      '10.40.160.0/19',
      '10.40.192.0/19',
      '10.40.224.0/19',
    ]);
  });

  it('are as many as tiers and zones need', () => {
    expect(subnetCidrs('10.40.0.0/20', 3).slice(7, 9)).toEqual(['10.40.7.0/24', '10.40.8.0/24']);
    expect([2, 3, 4, 5, 6].map((zones) => subnetCidrs('10.40.0.0/16', zones).length)).toEqual([
      8, 16, 16, 16, 32,
    ]);
  });

  it('carry into the next byte, above 127 too', () => {
    expect(subnetCidrs('192.168.254.0/23', 2).slice(-2)).toEqual([
      '192.168.255.128/26',
      '192.168.255.192/26',
    ]);
  });
});
