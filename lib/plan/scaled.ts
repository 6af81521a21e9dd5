import { redundantAvailabilityPercent } from '../spec/form';
import type { Spec } from '../spec/types';
import { application } from './application';
import { architecture } from './architecture';
import { backup } from './backup';
import { answeredByCloud, batchLoad } from './batch';
import { dedicatedBatch } from './batch-fleet';
import { managedBatch } from './batch-shared';
import { type Asked, budget, identity, loadDecision, monitoring, slowestAllowed } from './both-forms';
import { complianceOf } from './compliance';
import { environmentDefaults, modelStore, security } from './data';
import { documents } from './documents';
import { type Fleet, fleet } from './fleet';
import { gateway, gatewayLoadText } from './gateway';
import { gatewayGroup } from './gateway-group';
import { images } from './images';
import { modelDecision } from './model-decision';
import { ownPeak } from './model-loads';
import { entry } from './network';
import type { ScaledDecisions, TimeoutsDecision, Warning } from './plan';
import { rolloutDecision } from './rollout';
import { fleetNetwork, serverlessDatabase, sharedCache } from './scaled-data';
import { timeouts } from './timeouts';
import { scaledWarnings } from './warnings';

/** A gateway group before a fleet for each engine. Throws a UserError where no machine will do. */
export function decideScaled(asked: Asked): { decisions: ScaledDecisions; warnings: Warning[] } {
  const { spec, demands, load, engines, managed } = asked;
  const redundant = isRedundant(spec);
  const time = fleetTimeouts(asked);
  const part = { fewest: redundant ? 2 : 1, drainSeconds: time.drainSeconds };
  const fleets = engines.map((engine) => fleet(spec, engine, part));
  const fleetDecisions = fleets.map(({ decision }) => decision);
  const group = gatewayGroup(spec, load, part);
  const models = fleets.map(({ best, usdPerMonth }, index) =>
    modelDecision(engines[index] as (typeof engines)[number], best, usdPerMonth),
  );
  const weightsGiB = models.reduce((sum, model) => sum + model.weightsGiB, 0);
  const postgres = serverlessDatabase(spec, load, group, redundant);
  const way = entry(spec, load);
  const own = application(spec);
  const needs = { workers: group.workers, because: gatewayLoadText(load) };
  const files = batchLoad(asked);
  const batch =
    files &&
    (answeredByCloud(files)
      ? managedBatch(spec, files, group.min)
      : dedicatedBatch(asked, files, time.drainSeconds));
  const decisions: ScaledDecisions = {
    identity: identity(spec),
    architecture: { ...architecture(spec, ownPeak(spec, demands)), name: 'scaled' },
    load: loadDecision(
      load,
      engines,
      fleets.map(({ best }) => best.speed),
    ),
    gatewayGroup: group,
    fleets: fleetDecisions,
    models,
    managedModels: managed,
    network: fleetNetwork(spec, redundant, {
      managedModels: managed.length > 0 || spec.gateway.guardrail,
      queue: batch !== undefined,
      volumes: false,
    }),
    entry: way,
    timeouts: time,
    gateway: gateway(spec, load, needs, models, managed, 'fleets'),
    ...(own && { application: own }),
    database: postgres,
    cache: sharedCache(load.peakRequestsPerSecond, redundant),
    ...documents(spec, redundant),
    ...backup(spec, identity(spec)),
    modelStore: modelStore(spec, weightsGiB),
    security: security(spec),
    ...(batch && { batch }),
    ...complianceOf(spec),
    monitoring: monitoring(asked, {
      batch,
      copies: engineCount(fleets),
      fleets: fleetDecisions,
      entry: way,
      database: postgres,
      applies: engines.length === 0 ? 'a gateway group' : 'a gateway group and its fleets',
    }),
    rollout: rolloutDecision(spec),
    budget: spec.budget && budget(spec.budget),
    images: images(spec, [...fleetDecisions, ...(batch?.own ? [batch.own.fleet] : [])]),
  };
  return { decisions, warnings: scaledWarnings({ version: 1, spec, decisions, warnings: [] }) };
}

/** Whether anything may be alone: in production and under a promise nothing may. */
function isRedundant(spec: Spec): boolean {
  const { availabilityPercent = 0 } = spec.reliability;
  return environmentDefaults(spec).guarded || availabilityPercent >= redundantAvailabilityPercent;
}

function engineCount(fleets: readonly Fleet[]): number {
  return fleets.reduce((sum, { decision, best }) => {
    const most = Math.max(decision.max, ...decision.scaling.schedule.map(({ max }) => max));
    return sum + most * best.copiesPerMachine;
  }, 0);
}

/** The largest model takes the longest to load. */
function fleetTimeouts(asked: Asked): TimeoutsDecision {
  const { spec, engines } = asked;
  return timeouts({
    answerSeconds: spec.gateway.timeoutSeconds,
    ttftMs: slowestAllowed(asked).ttftMs,
    weightsGiB: Math.max(0, ...engines.map(({ shape }) => shape.weightsGiB)),
    diskMiBps: 500,
  });
}
