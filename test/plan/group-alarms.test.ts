import { describe, expect, it } from 'vitest';
import { alarms } from '../../lib/plan/alarms';
import { alarmId } from '../../lib/plan/signals';

const context = {
  thresholds: {},
  slo: { ttftMs: 2000, interTokenMs: 100 },
  outputTokens: 300,
  copies: 12,
  streams: true,
  balancer: true,
  managedCertificate: true,
  managedDatabase: { connectionLimit: 20, storageGiB: 0 },
};
const fleet = {
  name: 'chat',
  min: 2,
  loadSeconds: 780,
  scaling: {
    signal: 'in-flight-ratio' as const,
    target: 0.75,
    scaleInAfterSeconds: 900,
    timeZone: 'UTC',
    schedule: [],
  },
};
const night = { days: 'mon-fri', from: '20:00', to: '08:00', min: 0, max: 0 };
const all = (fleets: (typeof fleet)[] = [fleet]) => alarms({ ...context, fleets });
const of = (signal: string) => all().find((alarm) => alarm.signal === signal);

describe('alarms of several machines', () => {
  it('say that the API is away only when no gateway answers', () => {
    expect(of('availability')).toMatchObject({ statistic: 'maximum', comparison: 'below', threshold: 1 });
    expect(alarms(context).find(({ signal }) => signal === 'availability')?.statistic).toBe('minimum');
  });

  it('look at the worst machine where a mean would hide it', () => {
    for (const signal of ['inter-token-latency', 'waiting-requests', 'kv-cache-use', 'gpu-memory'])
      expect(of(signal)?.statistic, signal).toBe('maximum');
  });

  it('count what waits in an engine, however many engines there are', () => {
    expect(of('waiting-requests')?.threshold).toBe(5);
    expect(alarms(context).find(({ signal }) => signal === 'waiting-requests')?.threshold).toBe(60);
  });

  it('add what gateways count each for itself', () => {
    expect(of('rate-limited')).toMatchObject({ statistic: 'sum', threshold: 10 });
  });

  it('see a fleet without a healthy machine, which the gateways do not tell', () => {
    const [, ofFleet] = all().filter(({ signal }) => signal === 'no-healthy-target');
    expect(ofFleet).toMatchObject({
      title: 'The fleet chat has no healthy machine',
      metric: { sentBy: 'cloud', metric: 'balancer-healthy-targets', fleet: 'chat' },
      comparison: 'below',
      threshold: 1,
      forMinutes: 5,
      severity: 'critical',
      whenMissing: 'alarm',
    });
    const ids = all([fleet, { ...fleet, name: 'small' }]).map(alarmId);
    expect(ids.filter((id) => id.startsWith('no-healthy-target'))).toEqual([
      'no-healthy-target',
      'no-healthy-target-chat',
      'no-healthy-target-small',
    ]);
  });

  it('see it behind a tunnel too, where clients have no balancer', () => {
    const ids = alarms({ ...context, balancer: false, fleets: [fleet] }).map(alarmId);
    expect(ids.filter((id) => id.startsWith('no-healthy-target'))).toEqual(['no-healthy-target-chat']);
  });

  it('follow the threshold of the spec for gateways and fleets alike', () => {
    const thresholds = { 'no-healthy-target': 0.5 };
    const found = alarms({ ...context, thresholds, fleets: [fleet] }).filter(
      ({ signal }) => signal === 'no-healthy-target',
    );
    expect(found.map(({ threshold }) => threshold)).toEqual([0.5, 0.5]);
    const off = alarms({ ...context, thresholds: { 'no-healthy-target': 'off' }, fleets: [fleet] });
    expect(off.map(({ signal }) => signal)).not.toContain('no-healthy-target');
  });

  it('miss the scaling metric of each fleet, longer than the start of a machine takes', () => {
    expect(of('fleet-metric-lost')).toMatchObject({
      metric: { sentBy: 'machine', series: 'llm_in_flight_ratio', fleet: 'chat' },
      whenMissing: 'alarm',
      forMinutes: 18,
    });
    const two = all([fleet, { ...fleet, name: 'small' }]).map(alarmId);
    expect(two.filter((id) => id.startsWith('fleet-metric-lost'))).toEqual([
      'fleet-metric-lost-chat',
      'fleet-metric-lost-small',
    ]);
    expect(new Set(two).size).toBe(two.length);
  });

  it('miss neither metric nor machines of a fleet that may be asleep', () => {
    const asleep = { ...fleet, scaling: { ...fleet.scaling, schedule: [night] } } as typeof fleet;
    for (const may of [asleep, { ...fleet, min: 0 }]) {
      expect(all([may]).map(alarmId)).not.toContain('fleet-metric-lost-chat');
      expect(all([may]).map(alarmId)).not.toContain('no-healthy-target-chat');
    }
  });
});
