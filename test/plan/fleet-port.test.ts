import { describe, expect, it } from 'vitest';
import { plan } from '../../lib/plan';
import { fleetListenerPort } from '../../lib/plan/fleet-port';
import type { Deployment } from '../../lib/spec/types';
import { smallest } from './example';

/** The first two names of a row that have one port. */
function twoOfOnePort(prefix: string): [string, string] {
  const seen = new Map<number, string>();
  for (let count = 0; ; count++) {
    const name = `${prefix}${count}`;
    const first = seen.get(fleetListenerPort(name));
    if (first !== undefined) return [first, name];
    seen.set(fleetListenerPort(name), name);
  }
}

const messageOf = (changes: Partial<Deployment>): string => {
  try {
    plan({ ...smallest, architecture: 'scaled', ...changes });
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

describe('the port of a fleet', () => {
  it('follows from its name and lies between 20000 and 59999', () => {
    expect(fleetListenerPort('qwen3-8b')).toBe(40_813);
    const ports = Array.from({ length: 5000 }, (_, count) => fleetListenerPort(`model-${count}`));
    expect(Math.min(...ports)).toBeGreaterThanOrEqual(20_000);
    expect(Math.max(...ports)).toBeLessThanOrEqual(59_999);
  });

  it('is refused where two models would share it, with the field to rename', () => {
    const [first, second] = twoOfOnePort('m');
    const models = [first, second].map((name) => ({ name, source: 'Qwen/Qwen3-8B' }));
    const message = messageOf({ models });
    expect(message).toContain('models[1].name');
    expect(message).toContain(
      `the fleets ${first} and ${second} would both have port ${fleetListenerPort(first)}, which follows from the name: rename one of them [fleet-port]`,
    );
    // one machine has no engine balancer
    expect(
      messageOf({ models, architecture: 'single-server', traffic: { concurrentUsers: 1 } }),
    ).not.toContain('fleet-port');
  });

  it('is refused where two versions would share it', () => {
    const [first, second] = twoOfOnePort('chat-v');
    const versions = [first, second].map((name) => ({
      name: name.replace('chat-', ''),
      source: 'Qwen/Qwen3-8B',
      weightPercent: 50,
    }));
    expect(messageOf({ models: [{ name: 'chat', versions }] })).toContain('models[0].versions[1].name');
  });
});
