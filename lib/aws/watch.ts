import type { Construct } from 'constructs';
import { Budget } from './budget';
import type { ArchitectureProps } from './deployable';
import type { Entrance } from './entrance';
import type { Foundation } from './foundation';
import { Monitoring, type MonitoringProps } from './monitoring';

/** Who watches the deployment and its money. */
export interface Watch {
  readonly monitoring: Monitoring;
  readonly budget: Budget | undefined;
}

/** Made in the scope itself: the ids of its parts are contract. */
export function watch(
  scope: Construct,
  { plan: { decisions } }: ArchitectureProps,
  { database, queue, site }: Foundation,
  { balancer }: Entrance,
  more: Pick<MonitoringProps, 'alarmNames' | 'watchedFleets'> = {},
): Watch {
  const { topic } = site;
  const sources = {
    ...balancer,
    fleetTargetGroups: Object.fromEntries(
      (more.watchedFleets ?? []).map(({ fleet, targetGroup }) => [fleet.name, targetGroup]),
    ),
    database: database?.metricSource,
    queue: queue?.queue,
    deadLetters: queue?.deadLetters,
  };
  return {
    monitoring: new Monitoring(scope, 'Monitoring', { ...decisions, topic, sources, ...more }),
    budget:
      decisions.budget && new Budget(scope, 'Budget', { ...decisions, budget: decisions.budget, topic }),
  };
}
