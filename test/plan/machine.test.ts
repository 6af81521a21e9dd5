import { describe, expect, it } from 'vitest';
import { planned } from './example';

describe('machine', () => {
  it('is the one that the user names, when it will do', () => {
    const { machine } = planned({
      models: [{ source: 'Qwen/Qwen3-8B', instanceType: 'g6e.4xlarge' }],
    }).decisions;
    expect(machine).toMatchObject({ instanceType: 'g6e.4xlarge', gpu: 'L40S', gpuCount: 1, vcpus: 16 });
  });

  it('carries a GPU that the user allows, the first that will do', () => {
    const { machine } = planned({
      models: [{ source: 'Qwen/Qwen3-32B', gpu: ['T4', 'H100'], tensorParallel: 1 }],
      architecture: 'single-server',
    }).decisions;
    expect(machine.gpu).toBe('H100-80GB');
  });

  it('is refused with numbers when the named GPU cannot hold the model', () => {
    expect(() => planned({ models: [{ source: 'Qwen/Qwen3-32B', gpu: 'T4', tensorParallel: 1 }] })).toThrow(
      /Qwen\/Qwen3-32B fits no machine in us-east-1 that the spec allows \(g4dn\.\S+: .*GiB.*\)/,
    );
  });

  it('is refused with the nearest figures when no machine is fast enough', () => {
    expect(() =>
      planned({
        models: [{ source: 'Qwen/Qwen3-8B', gpu: 'L4' }],
        traffic: { concurrentUsers: 1, slo: { interTokenMs: 5 } },
      }),
    ).toThrow(
      /no machine in us-east-1 reaches 2000 ms to the first token and 5 ms between tokens \(gr?6\.\S+: .*ms.*\)/,
    );
  });

  it('is refused with the load when one machine is too small', () => {
    expect(() =>
      planned({
        architecture: 'single-server',
        models: [{ source: 'Qwen/Qwen3-8B', instanceType: 'g6.16xlarge' }],
        traffic: { concurrentUsers: 5000 },
      }),
    ).toThrow(/83\.3 requests\/s do not fit one machine in us-east-1 \(g6\.16xlarge: .*\)/);
  });

  it('is refused with the numbers when its host cannot carry the gateway', () => {
    // 83.3 x 130 ms / 0.7 = 15.5 CPUs
    expect(() =>
      planned({
        architecture: 'single-server',
        models: [{ source: 'Qwen/Qwen3-8B', instanceType: 'g6.xlarge' }],
        traffic: { concurrentUsers: 5000 },
      }),
    ).toThrow(
      /has a host large enough \(g6\.xlarge: needs 19 vCPUs for 1 engine and what runs beside it \(16 vCPUs and 10 GiB for the gateway: 83\.3 requests\/s at peak x 130 ms of CPU each .*\); has 4\)/,
    );
  });

  it('has gateway workers for the load, and two at least', () => {
    const workers = (concurrentUsers: number) =>
      planned({
        architecture: 'single-server',
        models: ['Qwen/Qwen2.5-0.5B-Instruct'],
        traffic: { concurrentUsers },
      }).decisions.gateway.workers;
    expect(workers(10)).toBe(2);
    // 50 x 130 ms / 0.7 = 9.3
    expect(workers(3000)).toBe(10);
  });

  it('tells the quota that must allow it', () => {
    expect(planned().decisions.machine.quota).toEqual({
      name: 'Running On-Demand G and VT instances',
      code: 'L-DB2E81BA',
      vcpus: 4,
    });
  });

  it('tells the quota of spot machines, which is another one', () => {
    const { machine } = planned({ environment: 'dev', capacity: { purchase: 'spot' } }).decisions;
    expect(machine.quota).toMatchObject({ code: 'L-3819A6DF', vcpus: machine.vcpus });
  });

  it('keeps the reason of every candidate that lost', () => {
    const { machine } = planned().decisions;
    expect(machine.rejected.length).toBeGreaterThan(20);
    for (const rejection of machine.rejected) expect(rejection.because, rejection.instanceType).toMatch(/\w/);
  });
});
