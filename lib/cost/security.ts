import { hasEngineMachines } from '../plan/forms';
import type { Plan } from '../plan/plan';
import { secretReadsPerBoot } from './boots';
import { exactly, mapRange, type Usage } from './line';
import { overGroups } from './machines';

/** Secrets of every deployment: the operator's key, the application's key, the seed of internal passwords. */
export const gatewaySecrets = 3;
/** Where engines have machines of their own: the seed of the key between gateways and engines. */
export const engineSecrets = 1;
/** Rules of the web firewall: requests per address and per key, and the common rules as one group. */
export const wafRuleCount = 3;
/** Key requests of one start: disks, bucket, secrets and logs ask for their data keys. */
export const keyRequestsPerBoot = 1_000;
/** Log groups, bucket and snapshots ask for data keys all month. */
export const keyRequestsPerMonth = 10_000;
/** Alarms that go on and off, and starts of machines. */
export const topicKeyRequestsPerMonth = 100;

/** Secrets, encryption keys and the web firewall. */
export function securityUsage(plan: Plan): Usage[] {
  return [...secretUsage(plan), ...keyUsage(plan), ...firewallUsage(plan)];
}

const starts = (plan: Plan) => overGroups(plan, (group) => group.starts);

/** Secrets that the user names (hub token, web hook) are on the user's bill already. */
function secretUsage(plan: Plan): Usage[] {
  const { database, cache, documents } = plan.decisions;
  const managed = [
    database.postgres === 'managed',
    cache.valkey === 'managed',
    documents !== undefined,
  ].filter(Boolean).length;
  const engines = hasEngineMachines(plan) ? engineSecrets : 0;
  const count = gatewaySecrets + engines + managed;
  return [
    {
      id: 'secret',
      label: 'Secrets',
      category: 'Security',
      resource: 'secret',
      count,
      quantity: exactly(count),
      rate: 'secret',
      because: `${gatewaySecrets} of the gateway${engines > 0 ? `, ${engines} of the engines` : ''}${managed > 0 ? `, ${managed} of managed ${documents ? 'databases' : 'database'} and cache` : ''}`,
    },
    {
      id: 'secret-request',
      label: 'Secrets, reads',
      category: 'Security',
      resource: 'secret',
      count: 0,
      quantity: mapRange(starts(plan), (boots) => (boots * secretReadsPerBoot) / 10_000),
      rate: 'secret-request',
      because: `${secretReadsPerBoot} reads at each start of a new machine`,
    },
  ];
}

/** A key that the user brings is on the user's bill already; without one, alarms need a key for their topic. */
function keyUsage(plan: Plan): Usage[] {
  const { security } = plan.decisions;
  const own = security.encryption === 'customer-managed';
  const requests: Usage = {
    id: 'key-request',
    label: 'Encryption key, requests',
    category: 'Security',
    resource: 'key',
    count: 0,
    quantity: own
      ? mapRange(starts(plan), (boots) => (boots * keyRequestsPerBoot + keyRequestsPerMonth) / 10_000)
      : exactly(topicKeyRequestsPerMonth / 10_000),
    rate: 'key-request',
    because: own
      ? `${keyRequestsPerBoot} requests at each start of a new machine and ${keyRequestsPerMonth} for logs and backups`
      : `${topicKeyRequestsPerMonth} messages of alarms`,
  };
  if (own && security.encryptionKey !== undefined) return [requests];
  return [
    {
      id: 'key',
      label: own ? 'Encryption key' : 'Encryption key of the alarm topic',
      category: 'Security',
      resource: 'key',
      count: 1,
      quantity: exactly(1),
      rate: 'key',
      because: `${own ? '1 key' : 'alarms cannot write to a topic without a key of its own'}; each of the first two yearly rotations adds its price once more`,
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
