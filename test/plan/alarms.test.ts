import { describe, expect, it } from 'vitest';
import { alarms, criticalSignals } from '../../lib/plan/alarms';
import { planned } from './example';

const context = {
  thresholds: {},
  slo: { ttftMs: 2000, interTokenMs: 100 },
  outputTokens: 300,
  copies: 1,
  streams: true,
  balancer: true,
  managedCertificate: true,
  managedDatabase: { connectionLimit: 20, storageGiB: 50 },
};
const of = (signal: string, changes: Partial<Parameters<typeof alarms>[0]> = {}) =>
  alarms({ ...context, ...changes }).find((alarm) => alarm.signal === signal);

describe('alarms', () => {
  it('follow the service level of the spec', () => {
    expect(of('ttft-p95')).toMatchObject({ threshold: 5, limitMs: 2000 });
    expect(of('ttft-p95', { slo: { ttftMs: 800, interTokenMs: 40 } })).toMatchObject({
      threshold: 5,
      limitMs: 800,
    });
    expect(of('inter-token-latency', { slo: { ttftMs: 800, interTokenMs: 40 } })?.threshold).toBe(40);
  });

  it('call an answer slow at one and a half times its planned length, at least 10 s', () => {
    expect(of('latency-p99')).toMatchObject({ threshold: 1, limitMs: 48_000 }); // 1.5 x (2 + 300 x 0.1)
    expect(of('latency-p99', { outputTokens: 0 })).toMatchObject({ limitMs: 10_000 });
  });

  it('take thresholds in the unit that the signal table states', () => {
    expect(of('error-rate', { thresholds: { 'error-rate': 2 } })?.threshold).toBe(2);
    expect(of('latency-p99', { thresholds: { 'latency-p99': 20 } })?.limitMs).toBe(20_000);
    expect(of('ttft-p95', { thresholds: { 'ttft-p95': 700 } })?.limitMs).toBe(700);
  });

  it('leave out what is switched off', () => {
    expect(of('kv-cache-use')).toBeDefined();
    expect(of('kv-cache-use', { thresholds: { 'kv-cache-use': 'off' } })).toBeUndefined();
  });

  it('leave out what the deployment does not have', () => {
    expect(of('no-healthy-target', { balancer: false })).toBeUndefined();
    expect(of('certificate-expiry', { managedCertificate: false })).toBeUndefined();
    expect(of('database-storage', { managedDatabase: undefined })).toBeUndefined();
    expect(of('ttft-p95', { streams: false })).toBeUndefined();
  });

  it('treat silence as an outage where the series means life', () => {
    expect(of('availability')?.whenMissing).toBe('alarm');
    expect(of('no-healthy-target')?.whenMissing).toBe('alarm');
  });

  it('are critical exactly where an outage would be silent, or data is at risk', () => {
    const critical = alarms(context).filter((alarm) => alarm.severity === 'critical');
    expect(critical.map((alarm) => alarm.signal)).toEqual(criticalSignals);
  });

  it('say what to do', () => {
    for (const alarm of planned().decisions.monitoring.alarms)
      expect(alarm.runbook, alarm.signal).toMatch(/\w.*\./);
  });
});
