import type { Plan } from '../plan/plan';
import type { Series } from '../plan/signals';
import { databaseName, databaseUser, engineServices, gatewayHealthPath, modelFolder, ports } from './layout';

/** What the programs on the machine need to know from the plan: `settings.json`. */
export function settings(plan: Plan): string {
  const { machine, modelStore, timeouts, database, cache, images, models } = plan.decisions;
  return `${JSON.stringify(
    {
      ports,
      gateway: { url: `http://127.0.0.1:${ports.gateway}`, healthPath: gatewayHealthPath },
      engines: engineServices(plan).map(({ service, model, hostPort }) => ({
        service,
        url: `http://127.0.0.1:${hostPort}`,
        model: model.name,
        sequencesInFlight: model.expected.sequencesInFlight,
      })),
      models: models.map((model) => ({
        name: model.name,
        task: model.task,
        source: model.source,
        origin: model.origin,
        revision: model.revision,
        folder: modelFolder(model),
      })),
      import: modelStore.import,
      hubToken: modelStore.hubTokenSecret !== undefined,
      engineImage: images.engine,
      postgres: database.postgres,
      postgresMajor: database.majorVersion,
      databaseName,
      databaseUser,
      valkey: cache.valkey,
      keepRevisions: modelStore.keepRevisions,
      purchase: machine.purchase,
      limits: signalLimits(plan),
      usdPerHour: hourlyPrice(plan),
      seconds: timeouts,
    },
    (key, value) => (key === 'because' ? undefined : value),
    2,
  )}\n`;
}

/** Limits in seconds of the "slow" shares, from their alarms; null where the alarm is off: nothing is sent. */
export function signalLimits(plan: Plan): { latencySeconds: number | null; ttftSeconds: number | null } {
  const limitOf = (wanted: Series): number | null => {
    const alarm = plan.decisions.monitoring.alarms.find(
      ({ metric }) => metric.sentBy === 'machine' && metric.series === wanted,
    );
    return alarm?.limitMs === undefined ? null : alarm.limitMs / 1000;
  };
  return {
    latencySeconds: limitOf('llm_latency_slow_percent'),
    ttftSeconds: limitOf('llm_ttft_slow_percent'),
  };
}

function hourlyPrice(plan: Plan): number {
  const { machine } = plan.decisions;
  if (machine.purchase === 'spot' && machine.usdPerHourSpot !== null) return machine.usdPerHourSpot;
  return machine.usdPerHourOnDemand;
}
