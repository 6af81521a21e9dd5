import { issuesError } from '../errors';
import type { SpeedAtLoad } from '../sizing/candidate';
import type { Candidate } from '../sizing/choose';
import { gpusOf, type SharedCandidate } from '../sizing/share';
import type { ParsedSpec } from '../spec/parse';
import type { Spec } from '../spec/types';
import { alarms } from './alarms';
import { architecture } from './architecture';
import { planIssues } from './checks';
import { cache, database, environmentDefaults, modelStore, security } from './data';
import { disks } from './disks';
import { type Engine, enginesOf } from './engines';
import { gateway, gatewayNeeds } from './gateway';
import { images } from './images';
import type { Demand } from './load';
import { chooseMachine } from './machine';
import { managedModels } from './managed';
import { modelDecision } from './model-decision';
import { modelDemands, ownPeak, totalDemand } from './model-loads';
import { entry, network } from './network';
import type { BudgetDecision, IdentityDecision, LoadDecision, ModelDecision, Plan } from './plan';
import { timeouts } from './timeouts';
import { cheaperQuantization, warnings } from './warnings';

/** Turns a parsed spec into a plan: every decision made, each with its reason. Throws a UserError when no machine will do. */
export function decide({ spec, warnings: found }: ParsedSpec): Plan {
  const demands = modelDemands(spec);
  const load = totalDemand(spec, demands);
  const engines = enginesOf(spec, demands);
  const form = architecture(spec, ownPeak(spec, demands));
  const issues = planIssues(spec, engines);
  if (issues.length > 0) throw issuesError(issues);
  const needs = gatewayNeeds(load);
  const { best, machine, cheaper } = chooseMachine(spec, engines, needs);
  const models = modelDecisions(engines, best);
  const managed = managedModels(spec, demands);

  const weightsGiB = models.reduce((sum, model) => sum + model.weightsGiB, 0);
  const slowest = {
    ttftMs: Math.max(...engines.map(({ slo }) => slo.ttftMs)),
    interTokenMs: Math.max(...engines.map(({ slo }) => slo.interTokenMs)),
  };
  const storage = disks({
    weightsGiB,
    keepRevisions: spec.modelStore.keepRevisions,
    leastGiB: spec.modelStore.diskGiB,
    recoveryPointMinutes: spec.reliability.recoveryPointMinutes ?? 1440,
    backupDays: spec.database.backupDays ?? environmentDefaults(spec).backupDays,
  });
  const time = timeouts({
    answerSeconds: spec.gateway.timeoutSeconds,
    ttftMs: slowest.ttftMs,
    weightsGiB,
    diskMiBps: storage.dataThroughputMiBps,
  });
  const postgres = database(spec, needs.workers);
  const way = entry(spec);

  const plan: Plan = {
    version: 1,
    spec,
    decisions: {
      identity: identity(spec),
      architecture: form,
      load: loadDecision(load, engines, best),
      machine,
      models,
      managedModels: managed,
      disks: storage,
      network: network(spec),
      entry: way,
      timeouts: time,
      gateway: gateway(spec, load, needs, models, managed),
      database: postgres,
      cache: cache(spec),
      modelStore: modelStore(spec, weightsGiB),
      security: security(spec),
      monitoring: {
        emails: spec.monitoring.notify?.emails ?? [],
        logRetentionDays: spec.monitoring.logRetentionDays ?? environmentDefaults(spec).logRetentionDays,
        alarms: alarms({
          thresholds: spec.monitoring.thresholds,
          slo: slowest,
          outputTokens: Math.max(...engines.map((engine) => engine.load.outputTokens)),
          copies: models.reduce((sum, model) => sum + model.copies, 0),
          streams: models.some(({ task }) => task !== 'embedding'),
          balancer: way.ingress !== 'tunnel',
          managedCertificate:
            way.ingress !== 'tunnel' && way.tls === 'required' && way.certificate === undefined,
          managedDatabase: postgres.postgres === 'managed' ? postgres : undefined,
        }),
        because:
          'every signal that applies to one machine; thresholds follow from the service level and can be set one by one',
      },
      budget: spec.budget && budget(spec.budget),
      images: images(spec),
    },
    warnings: [],
  };
  return {
    ...plan,
    warnings: [...found, ...(cheaper ? [cheaperQuantization(plan, cheaper)] : []), ...warnings(plan)],
  };
}

function identity(spec: Spec): IdentityDecision {
  const name = `${spec.name}-${spec.environment}`;
  return {
    name,
    region: spec.regions[0] as string,
    accountId: spec.account.id,
    tags: { ...spec.tags, name: spec.name, environment: spec.environment, 'managed-by': 'llm-constructs' },
    because: `\`name\` and \`environment\`, so that environments can share ${spec.account.id === undefined ? 'an account' : `account ${spec.account.id}`}`,
  };
}

function loadDecision(load: Demand, engines: readonly Engine[], best: SharedCandidate): LoadDecision {
  const { concurrentUsers: _, ...numbers } = load;
  const speeds = best.parts.map(({ speed }) => speed);
  return {
    ...numbers,
    requestsInFlight: speeds.reduce((sum, speed) => sum + speed.requestsInFlight, 0),
    ttftMs: Math.max(...speeds.map(({ ttftMs }) => ttftMs)),
    interTokenMs: Math.max(...speeds.map(({ interTokenMs }) => interTokenMs)),
    steps: [
      ...load.steps,
      ...engines.flatMap((engine, index) => inFlightStep(engine, speeds[index], engines.length > 1)),
    ],
    because: `machines are sized for ${load.peakRequestsPerSecond.toPrecision(3)} requests/s at peak; the bill and the price per token use the mean`,
  };
}

function inFlightStep(engine: Engine, speed: SpeedAtLoad | undefined, named: boolean): string[] {
  if (speed === undefined || engine.spare) return [];
  const { outputTokens } = engine.load;
  const answerSeconds = (speed.ttftMs + outputTokens * speed.interTokenMs) / 1000;
  return [
    `${named ? `${engine.name}: ` : ''}${speed.ttftMs.toFixed(0)} ms to the first token + ${outputTokens} tokens x ${speed.interTokenMs.toFixed(1)} ms = ${answerSeconds.toFixed(1)} s an answer, so ${speed.requestsInFlight.toFixed(1)} requests in flight at peak (Little's law)`,
  ];
}

/** Engines share the price of the machine by their GPUs; idle ones are paid by all. */
function modelDecisions(engines: readonly Engine[], best: SharedCandidate): ModelDecision[] {
  const used = best.parts.reduce((sum, part) => sum + gpusOf(part), 0);
  return engines.map((engine, index) => {
    const part = best.parts[index] as Candidate;
    return modelDecision(engine, part, (best.usdPerMonth * gpusOf(part)) / used);
  });
}

function budget(section: NonNullable<Spec['budget']>): BudgetDecision {
  const { monthlyUsd, alertAtPercent, failSynthOverUsd } = section;
  return {
    monthlyUsd,
    alertAtPercent,
    failSynthOverUsd,
    because: `alerts at ${alertAtPercent.map((percent) => `${percent} %`).join(', ')} of ${monthlyUsd} USD of tagged spend a month${failSynthOverUsd === undefined ? '' : `; no template is written when the expected bill is over ${failSynthOverUsd} USD`}`,
  };
}
