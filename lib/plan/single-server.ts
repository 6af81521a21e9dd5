import type { Candidate } from '../sizing/choose';
import { gpusOf, type SharedCandidate } from '../sizing/share';
import { application } from './application';
import { architecture } from './architecture';
import { backup } from './backup';
import { answeredByCloud, batchLoad } from './batch';
import { managedBatch, sharedBatch } from './batch-shared';
import { type Asked, budget, identity, loadDecision, monitoring, slowestAllowed } from './both-forms';
import { complianceOf } from './compliance';
import { cache, database, environmentDefaults, modelStore, security } from './data';
import { disks } from './disks';
import type { Engine } from './engines';
import { gateway, gatewayNeeds } from './gateway';
import { images } from './images';
import { chooseMachine } from './machine';
import { modelDecision } from './model-decision';
import { ownPeak } from './model-loads';
import { entry, network } from './network';
import type { ModelDecision, SingleServerDecisions, SingleServerPlan, Warning } from './plan';
import { timeouts } from './timeouts';
import { cheaperQuantization, singleServerWarnings } from './warnings';

/** One machine that holds all engines, the gateway and its data. Throws a UserError where none will do. */
export function decideSingleServer(asked: Asked): {
  decisions: SingleServerDecisions;
  warnings: Warning[];
} {
  const { spec, demands, load, engines, managed } = asked;
  const form = architecture(spec, ownPeak(spec, demands));
  const needs = gatewayNeeds(load);
  const { best, machine, cheaper } = chooseMachine(spec, engines, needs);
  const models = modelDecisions(engines, best);

  const weightsGiB = models.reduce((sum, model) => sum + model.weightsGiB, 0);
  const storage = disks({
    weightsGiB,
    keepRevisions: spec.modelStore.keepRevisions,
    leastGiB: spec.modelStore.diskGiB,
    recoveryPointMinutes: spec.reliability.recoveryPointMinutes ?? 1440,
    backupDays: spec.database.backupDays ?? environmentDefaults(spec).backupDays,
  });
  const time = timeouts({
    answerSeconds: spec.gateway.timeoutSeconds,
    ttftMs: slowestAllowed(asked).ttftMs,
    weightsGiB,
    diskMiBps: storage.dataThroughputMiBps,
  });
  const postgres = database(spec, needs.workers);
  const way = entry(spec, load);
  const own = application(spec);
  const files = batchLoad(asked);
  const batch =
    files &&
    (answeredByCloud(files) ? managedBatch(spec, files, machine.count) : sharedBatch(asked, files, best));

  const decisions: SingleServerDecisions = {
    identity: identity(spec),
    architecture: { ...form, name: 'single-server' },
    load: loadDecision(
      load,
      engines,
      best.parts.map(({ speed }) => speed),
    ),
    machine,
    models,
    managedModels: managed,
    disks: storage,
    network: network(spec, {
      managedModels: managed.length > 0 || spec.gateway.guardrail,
      queue: batch !== undefined,
      volumes: true,
    }),
    entry: way,
    timeouts: time,
    gateway: gateway(spec, load, needs, models, managed),
    ...(own && { application: own }),
    database: postgres,
    cache: cache(spec),
    ...backup(spec, identity(spec)),
    modelStore: modelStore(spec, weightsGiB),
    security: security(spec),
    ...(batch && { batch }),
    ...complianceOf(spec),
    monitoring: monitoring(asked, {
      batch,
      copies: models.reduce((sum, model) => sum + model.copies, 0),
      entry: way,
      database: postgres,
      applies: 'one machine',
    }),
    budget: spec.budget && budget(spec.budget),
    images: images(spec),
  };
  const plan: SingleServerPlan = { version: 1, spec, decisions, warnings: [] };
  return {
    decisions,
    warnings: [...(cheaper ? [cheaperQuantization(plan, cheaper)] : []), ...singleServerWarnings(plan)],
  };
}

/** Engines share the price of the machine by their GPUs; idle ones are paid by all. */
function modelDecisions(engines: readonly Engine[], best: SharedCandidate): ModelDecision[] {
  const used = best.parts.reduce((sum, part) => sum + gpusOf(part), 0);
  return engines.map((engine, index) => {
    const part = best.parts[index] as Candidate;
    return modelDecision(engine, part, (best.usdPerMonth * gpusOf(part)) / used);
  });
}
