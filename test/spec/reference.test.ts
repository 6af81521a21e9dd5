import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseSpec } from '../../lib/spec/parse';
import { issuesOf } from './problems';

const folder = join(__dirname, 'reference');
const read = (file: string) => readFileSync(join(folder, file), 'utf8');

/** Specs of users of everything that is planned: what is not built is refused by name, and nothing else is said. */
const refused: Record<string, string[]> = {
  '01.yaml': [],
  '02.yaml': [],
  '03.yaml': ['batch'],
  '04.yaml': ['timeZone', 'models[0].replicas', 'capacity.schedule'],
  '05.yaml': ['database.vectorCount'],
  '06.yaml': [
    'cloud',
    'account.projectId',
    'account.billingAccount',
    'account.state',
    'monitoring.notify.webhookSecret',
  ],
  '07.yaml': [
    'regions',
    'gateway.piiMasking.language',
    'reliability.availabilityPercent',
    'reliability.regionLossCapacityPercent',
  ],
  '08.yaml': [
    'cloud',
    'account.subscriptionId',
    'account.tenantId',
    'account.state',
    'network.existing.privateDnsZones',
  ],
  '09.yaml': [
    'cloud',
    'timeZone',
    'account.projectId',
    'account.billingAccount',
    'account.state',
    'models[0].replicas',
    'capacity.schedule',
  ],
  '10.yaml': [],
  '11.yaml': ['models[0].pipelineParallel', 'models[0].replicas', 'models[0].capacity', 'rollout'],
  '12.yaml': ['models[0].quantization', 'models[0].gpu'],
};

describe('the specs of twelve users', () => {
  it('are all known to this test', () => {
    expect(readdirSync(folder).toSorted()).toEqual(Object.keys(refused).toSorted());
  });

  it.each(Object.entries(refused))('%s is refused exactly where something is not built', (file, paths) => {
    const issues = issuesOf(() => parseSpec(read(file)));
    expect(issues.map((issue) => issue.path)).toEqual(paths);
    const ofSupport = ['not-built-yet', 'cannot', 'availability-form', 'batch-scope'];
    expect(issues.filter((issue) => !ofSupport.includes(issue.rule))).toEqual([]);
    expect(issues.filter((issue) => issue.line === undefined || issue.column === undefined)).toEqual([]);
  });

  it('the first one is read', () => {
    const { spec, warnings } = parseSpec(read('01.yaml'));
    expect(spec.network).toEqual({
      domain: 'hr.example.com',
      dnsZone: 'Z0123456789ABCDEFGHIJ',
      tls: 'required',
    });
    expect(spec.traffic.concurrentUsers).toBe(150);
    expect(warnings).toEqual([]);
  });
});
