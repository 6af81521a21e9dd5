import { describe, expect, it } from 'vitest';
import { bundle } from '../../lib/runtime/bundle';
import { serverHost } from '../../lib/runtime/host';
import { systemdUnits } from '../../lib/runtime/systemd-units';
import { examplePlan } from './example-plan';

const plan = examplePlan();
const units = systemdUnits(serverHost(plan));
const files = new Map(bundle(plan, 'aws').files.map(({ path, content }) => [path, content]));
const value = (unit: string, key: string) =>
  new RegExp(`^${key}=(.*)$`, 'm').exec(units[unit] as string)?.[1];

describe('units of a machine', () => {
  it('run programs that the bundle has', () => {
    const programs = Object.values(units).flatMap((text) =>
      [...text.matchAll(/\/opt\/llm\/bundle\/(\S+)/g)].map(([, name]) => name),
    );
    expect(programs.length).toBe(7);
    for (const name of programs) expect(files.has(name as string), name).toBe(true);
  });

  it('are files of the bundle, all of them installed and enabled but the one for failures', () => {
    const install = files.get('install.sh') ?? '';
    for (const [name, text] of Object.entries(units)) {
      expect(files.get(name)).toBe(text);
      expect(install.includes(`enable`) && / enable .*/.exec(install)?.[0].includes(name)).toBe(
        name !== 'llm-boot-failed.service',
      );
    }
  });

  it('give the boot the grace of the health check, and shutdown the time to drain', () => {
    const { bootGraceSeconds, drainSeconds } = plan.decisions.timeouts;
    expect(Number(value('llm-boot.service', 'TimeoutStartSec'))).toBe(bootGraceSeconds);
    expect(Number(value('llm-boot.service', 'TimeoutStopSec'))).toBeGreaterThan(2 * drainSeconds);
    expect(value('llm-boot.service', 'ExecStop')).toMatch(/drain\.py stop$/);
  });

  it('try the boot three times before the machine is given up', () => {
    expect(value('llm-boot.service', 'StartLimitBurst')).toBe('3');
    const longest = 3 * Number(value('llm-boot.service', 'TimeoutStartSec'));
    expect(Number(value('llm-boot.service', 'StartLimitIntervalSec'))).toBeGreaterThan(longest);
    expect(value('llm-boot.service', 'OnFailure')).toBe('llm-boot-failed.service');
  });

  it('stop the stack before docker stops', () => {
    expect(value('llm-boot.service', 'After')).toContain('docker.service');
  });

  it('keep the machine from changing its driver under a running engine', () => {
    expect(files.get('install.sh')).toContain('unattended-upgrades.service');
  });
});
