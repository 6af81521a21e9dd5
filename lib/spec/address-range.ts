import { matching } from './fields';

const octet = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ipv4Range = new RegExp(`^${octet}(\\.${octet}){3}/(3[0-2]|[12]?\\d)$`);

export const addressRange = () => matching(ipv4Range, 'an IPv4 range such as `10.0.0.0/8`');
