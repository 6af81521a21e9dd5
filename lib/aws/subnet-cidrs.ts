/**
 * Eight equal blocks of a network: two zones each for public, machine and data subnets, two to spare.
 *
 * `10.40.0.0/16` gives `10.40.0.0/19`, `10.40.32.0/19`, ...
 */
export function subnetCidrs(cidr: string): string[] {
  const [address = '', prefix = ''] = cidr.split('/');
  const subnetPrefix = Number(prefix) + 3;
  const first = address.split('.').reduce((number, byte) => number * 256 + Number(byte), 0);
  const size = 2 ** (32 - subnetPrefix);
  return Array.from({ length: 8 }, (_, index) => `${dotted(first + index * size)}/${subnetPrefix}`);
}

const dotted = (number: number) =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
