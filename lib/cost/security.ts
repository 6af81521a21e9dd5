import type { Plan } from '../plan/plan';
import { bootsPerMonth, secretReadsPerBoot } from './boots';
import { exactly, mapRange, type Usage } from './line';

/** Secrets of a deployment: gateway master key, salt of stored keys, database password, application key. */
export const secretCount = 4;
/** Rules of the web firewall: allowed addresses, requests per address, known bad inputs. */
export const wafRuleCount = 3;
/** Key requests of one start: disks, bucket, secrets and logs ask for their data keys. */
export const keyRequestsPerBoot = 1_000;

/** Secrets, the customer's key and the web firewall. */
export function securityUsage(plan: Plan): Usage[] {
  return [...secretUsage(), ...keyUsage(plan), ...firewallUsage(plan)];
}

function secretUsage(): Usage[] {
  return [
    {
      id: 'secret',
      label: 'Secrets',
      category: 'Security',
      resource: 'secret',
      count: secretCount,
      quantity: exactly(secretCount),
      rate: 'secret',
      because: `${secretCount} secrets`,
    },
    {
      id: 'secret-request',
      label: 'Secrets, reads',
      category: 'Security',
      resource: 'secret',
      count: 0,
      quantity: mapRange(bootsPerMonth, (boots) => (boots * secretReadsPerBoot) / 10_000),
      rate: 'secret-request',
      because: `${secretReadsPerBoot} reads at each start of a new machine`,
    },
  ];
}

/** A key that the user brings is on the user's bill already. */
function keyUsage(plan: Plan): Usage[] {
  const { security } = plan.decisions;
  if (security.encryption !== 'customer-managed') return [];
  const requests: Usage = {
    id: 'key-request',
    label: 'Encryption key, requests',
    category: 'Security',
    resource: 'key',
    count: 0,
    quantity: mapRange(bootsPerMonth, (boots) => (boots * keyRequestsPerBoot) / 10_000),
    rate: 'key-request',
    because: `${keyRequestsPerBoot} requests at each start of a new machine`,
  };
  if (security.encryptionKey !== undefined) return [requests];
  return [
    {
      id: 'key',
      label: 'Encryption key',
      category: 'Security',
      resource: 'key',
      count: 1,
      quantity: exactly(1),
      rate: 'key',
      because: '1 key; each yearly rotation of the first two adds its price once more',
    },
    requests,
  ];
}

function firewallUsage(plan: Plan): Usage[] {
  const { entry, load } = plan.decisions;
  if (!entry.waf) return [];
  return [
    {
      id: 'waf',
      label: 'Web firewall',
      category: 'Security',
      resource: 'waf',
      count: 1,
      quantity: exactly(1),
      rate: 'waf',
      because: '1 web ACL',
    },
    {
      id: 'waf-rule',
      label: 'Web firewall, rules',
      category: 'Security',
      resource: 'waf-rule',
      count: wafRuleCount,
      quantity: exactly(wafRuleCount),
      rate: 'waf-rule',
      because: `${wafRuleCount} rules`,
    },
    {
      id: 'waf-request',
      label: 'Web firewall, requests',
      category: 'Security',
      resource: 'waf',
      count: 0,
      quantity: exactly(load.requestsPerMonth / 1e6),
      rate: 'waf-request',
      because: 'every request is inspected',
    },
  ];
}
