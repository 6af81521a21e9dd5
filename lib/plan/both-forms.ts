import type { SpeedAtLoad } from '../sizing/candidate';
import type { Spec } from '../spec/types';
import { alarms } from './alarms';
import { logRetention } from './compliance';
import type { Engine } from './engines';
import type { Demand } from './load';
import type { ModelDemand } from './model-loads';
import type {
  BatchDecision,
  BudgetDecision,
  DatabaseDecision,
  EntryDecision,
  FleetDecision,
  IdentityDecision,
  LoadDecision,
  ManagedModelDecision,
  MonitoringDecision,
} from './plan';

/** What every architecture starts from: the spec, and what it asks of the models. */
export interface Asked {
  spec: Spec;
  demands: readonly ModelDemand[];
  /** All models together. */
  load: Demand;
  /** Of the models that are not managed. */
  engines: readonly Engine[];
  managed: ManagedModelDecision[];
}

export function identity(spec: Spec): IdentityDecision {
  const name = `${spec.name}-${spec.environment}`;
  return {
    name,
    region: spec.regions[0] as string,
    accountId: spec.account.id,
    tags: { ...spec.tags, name: spec.name, environment: spec.environment, 'managed-by': 'llm-constructs' },
    because: `\`name\` and \`environment\`, so that environments can share ${spec.account.id === undefined ? 'an account' : `account ${spec.account.id}`}`,
  };
}

/** `speeds`: of the engines, in their order. */
export function loadDecision(
  load: Demand,
  engines: readonly Engine[],
  speeds: readonly SpeedAtLoad[],
): LoadDecision {
  const { concurrentUsers: _, ...numbers } = load;
  return {
    ...numbers,
    requestsInFlight: speeds.reduce((sum, speed) => sum + speed.requestsInFlight, 0),
    ttftMs: Math.max(0, ...speeds.map(({ ttftMs }) => ttftMs)),
    interTokenMs: Math.max(0, ...speeds.map(({ interTokenMs }) => interTokenMs)),
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

/** The slowest that any model may be; of managed models alone, what the deployment asks. */
export function slowestAllowed({ engines, spec }: Asked): { ttftMs: number; interTokenMs: number } {
  const levels = engines.length === 0 ? [spec.traffic.slo] : engines.map(({ slo }) => slo);
  return {
    ttftMs: Math.max(...levels.map(({ ttftMs }) => ttftMs)),
    interTokenMs: Math.max(...levels.map(({ interTokenMs }) => interTokenMs)),
  };
}

export function monitoring(
  asked: Asked,
  parts: {
    copies: number;
    entry: EntryDecision;
    database: DatabaseDecision;
    batch: BatchDecision | undefined;
    /** Absent: one machine holds everything. */
    fleets?: readonly FleetDecision[];
    applies: string;
  },
): MonitoringDecision {
  const { spec, engines, managed, load } = asked;
  const { entry, database } = parts;
  const tasks = [...engines.map(({ shape }) => shape.task), ...managed.map(({ task }) => task)];
  const { serverless, connectionLimit, storageGiB } = database;
  const retention = logRetention(spec);
  return {
    emails: spec.monitoring.notify?.emails ?? [],
    logRetentionDays: retention.days,
    alarms: alarms({
      thresholds: spec.monitoring.thresholds,
      slo: slowestAllowed(asked),
      outputTokens: Math.max(
        ...(engines.length === 0 ? [load.outputTokens] : engines.map((engine) => engine.load.outputTokens)),
      ),
      copies: parts.copies,
      streams: (engines.length === 0 ? tasks : engines.map(({ shape }) => shape.task)).some(
        (task) => task !== 'embedding',
      ),
      balancer: entry.ingress !== 'tunnel',
      managedCertificate:
        entry.ingress !== 'tunnel' && entry.tls === 'required' && entry.certificate === undefined,
      managedDatabase:
        database.postgres === 'managed'
          ? { connectionLimit, storageGiB: serverless === undefined ? storageGiB : 0 }
          : undefined,
      batch: parts.batch,
      fleets: parts.fleets,
    }),
    because: `every signal that applies to ${parts.applies}; thresholds follow from the service level and can be set one by one; logs are kept ${retention.because}`,
  };
}

export function budget(section: NonNullable<Spec['budget']>): BudgetDecision {
  const { monthlyUsd, alertAtPercent, failSynthOverUsd } = section;
  return {
    monthlyUsd,
    alertAtPercent,
    failSynthOverUsd,
    because: `alerts at ${alertAtPercent.map((percent) => `${percent} %`).join(', ')} of ${monthlyUsd} USD of tagged spend a month${failSynthOverUsd === undefined ? '' : `; no template is written when the expected bill is over ${failSynthOverUsd} USD`}`,
  };
}
