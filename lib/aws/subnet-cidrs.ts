/**
 * Equal blocks of a network, enough for `tiers` of subnets in each zone: `blocks[tier * zones + zone]`.
 *
 * At least eight, so that the two zones of a single server have two to spare: `10.40.0.0/16` gives `10.40.0.0/19`,
 * `10.40.32.0/19`, ...
 */
export function subnetCidrs(cidr: string, zones: number, tiers = 3): string[] {
  const [address = '', prefix = ''] = cidr.split('/');
  const bits = Math.max(3, Math.ceil(Math.log2(zones * tiers)));
  const first = address.split('.').reduce((number, byte) => number * 256 + Number(byte), 0);
  const size = 2 ** (32 - Number(prefix) - bits);
  return Array.from(
    { length: 2 ** bits },
    (_, index) => `${dotted(first + index * size)}/${Number(prefix) + bits}`,
  );
}

const dotted = (number: number) =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
