import { createHash } from 'node:crypto';
import type { Issue } from '../errors';
import type { Engine } from './engines';

/** Ports of the engine balancer, both included: nothing else of a deployment listens there. */
export const fleetPorts = { first: 20_000, last: 59_999 } as const;

/**
 * Port of the engine balancer for a fleet, by its name alone.
 *
 * By its place it would move to another listener when a model is added before it, and a balancer takes no second
 * listener on a port while the first is still there (CloudFormation deletes last).
 */
export function fleetListenerPort(name: string): number {
  const mark = createHash('sha256').update(name).digest().readUInt32BE(0);
  return fleetPorts.first + (mark % (fleetPorts.last - fleetPorts.first + 1));
}

/** Names that share a port: one pair in 40,000. */
export function sharedPortIssues(engines: readonly Pick<Engine, 'name' | 'index' | 'variant'>[]): Issue[] {
  const owners = new Map<number, string>();
  return engines.flatMap((engine): Issue[] => {
    const port = fleetListenerPort(engine.name);
    const owner = owners.get(port);
    if (owner === undefined) {
      owners.set(port, engine.name);
      return [];
    }
    return [
      {
        path: namePath(engine),
        rule: 'fleet-port',
        message: `the fleets ${owner} and ${engine.name} would both have port ${port}, which follows from the name: rename one of them`,
      },
    ];
  });
}

function namePath({ index, variant: { model, version } }: Pick<Engine, 'index' | 'variant'>): string {
  const position = (model.versions ?? []).findIndex(({ name }) => name === version);
  return version === undefined ? `models[${index}].name` : `models[${index}].versions[${position}].name`;
}
