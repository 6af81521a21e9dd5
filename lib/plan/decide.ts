import { issuesError } from '../errors';
import type { ParsedSpec } from '../spec/parse';
import type { Spec } from '../spec/types';
import { alarms } from './alarms';
import { architecture } from './architecture';
import { planIssues } from './checks';
import { cache, database, environmentDefaults, modelStore, security } from './data';
import { disks } from './disks';
import { gateway } from './gateway';
import { images } from './images';
import { type Demand, demand } from './load';
import { chooseMachine } from './machine';
import { maxContext, resolveModel } from './model';
import { entry, network } from './network';
import type { BudgetDecision, IdentityDecision, LoadDecision, ModelDecision, Plan } from './plan';
import { timeouts } from './timeouts';
import { warnings } from './warnings';

/** Turns a parsed spec into a plan: every decision made, each with its reason. Throws a UserError when no machine will do. */
export function decide({ spec, warnings: found }: ParsedSpec): Plan {
  const modelSpec = spec.models[0] as Spec['models'][number];
  const traffic = spec.traffic;
  const shape = resolveModel(modelSpec);
  const load = demand(traffic, shape.task);
  const form = architecture(spec, load);
  const context = maxContext(modelSpec, shape, load.inputTokens + load.outputTokens);
  const issues = planIssues(spec, shape, load, context);
  if (issues.length > 0) throw issuesError(issues);
  const { best, machine } = chooseMachine(spec, shape, load, context);

  const workers = machine.vcpus >= 8 ? 4 : 2;
  const storage = disks({
    weightsGiB: shape.weightsGiB,
    keepRevisions: spec.modelStore.keepRevisions,
    recoveryPointMinutes: spec.reliability.recoveryPointMinutes ?? 1440,
    backupDays: spec.database.backupDays ?? environmentDefaults(spec).backupDays,
  });
  const time = timeouts({
    answerSeconds: spec.gateway.timeoutSeconds,
    ttftMs: traffic.slo.ttftMs,
    weightsGiB: shape.weightsGiB,
    diskMiBps: storage.dataThroughputMiBps,
  });
  const model = modelDecision(modelSpec, shape, context, best);
  const postgres = database(spec, workers);
  const way = entry(spec);

  const plan: Plan = {
    version: 1,
    spec,
    decisions: {
      identity: identity(spec),
      architecture: form,
      load: loadDecision(load, best),
      machine,
      models: [model],
      disks: storage,
      network: network(spec),
      entry: way,
      timeouts: time,
      gateway: gateway(spec, load, workers, best.usdPerMonth),
      database: postgres,
      cache: cache(spec),
      modelStore: modelStore(spec, shape.weightsGiB),
      security: security(spec),
      monitoring: {
        emails: spec.monitoring.notify?.emails ?? [],
        logRetentionDays: spec.monitoring.logRetentionDays ?? environmentDefaults(spec).logRetentionDays,
        alarms: alarms({
          thresholds: spec.monitoring.thresholds,
          slo: traffic.slo,
          outputTokens: load.outputTokens,
          copies: model.copies,
          streams: shape.task !== 'embedding',
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
  return { ...plan, warnings: [...found, ...warnings(plan)] };
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

function loadDecision(load: Demand, best: ReturnType<typeof chooseMachine>['best']): LoadDecision {
  const { speed } = best;
  const answerSeconds = (speed.ttftMs + load.outputTokens * speed.interTokenMs) / 1000;
  const { concurrentUsers: _, ...numbers } = load;
  return {
    ...numbers,
    requestsInFlight: speed.requestsInFlight,
    ttftMs: speed.ttftMs,
    interTokenMs: speed.interTokenMs,
    steps: [
      ...load.steps,
      `${speed.ttftMs.toFixed(0)} ms to the first token + ${load.outputTokens} tokens x ${speed.interTokenMs.toFixed(1)} ms = ${answerSeconds.toFixed(1)} s an answer, so ${speed.requestsInFlight.toFixed(1)} requests in flight at peak (Little's law)`,
    ],
    because: `machines are sized for ${load.peakRequestsPerSecond.toPrecision(3)} requests/s at peak; the bill and the price per token use the mean`,
  };
}

function modelDecision(
  model: Spec['models'][number],
  shape: ReturnType<typeof resolveModel>,
  context: number,
  best: ReturnType<typeof chooseMachine>['best'],
): ModelDecision {
  const { memory, speed } = best;
  return {
    name: model.name,
    source: model.source,
    origin: model.source.startsWith('s3://') ? 'bucket' : 'hub',
    revision: model.revision ?? 'main',
    gated: shape.gated,
    task: shape.task,
    engine: model.engine,
    copies: best.copiesPerMachine,
    tensorParallel: best.tensorParallel,
    quantization: best.quantization,
    dtype: best.dtype,
    kvCacheDtype: model.kvCacheDtype,
    maxContext: context,
    maxSequences: best.maxSequences,
    maxBatchedTokens: best.maxBatchedTokens,
    maxQueuedRequests: 2 * best.maxSequences,
    gpuMemoryUtilization: best.gpuMemoryUtilization,
    prefixCaching: model.prefixCaching,
    engineArgs: model.engineArgs,
    rateLimit: model.rateLimit,
    weightsGiB: shape.weightsGiB,
    expected: {
      weightsGiBPerGpu: memory.weightsGiBPerGpu,
      kvCacheTokens: memory.kvCacheTokens,
      sequencesInFlight: speed.sequencesInFlight,
      requestsPerSecondCapacity: speed.requestsPerSecondCapacity,
      outputTokensPerSecond: speed.outputTokensPerSecond,
      ttftMs: speed.ttftMs,
      interTokenMs: speed.interTokenMs,
    },
    because: `${memory.because}; ${context} tokens of context${model.maxContext === undefined ? ` (a power of two, at least four mean requests and 8,192, at most the model's ${shape.maxContext})` : ' as written'}`,
  };
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
