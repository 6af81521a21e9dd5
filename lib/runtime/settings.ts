import type { SingleServerPlan } from '../plan/plan';
import type { Series } from '../plan/signals';
import { piiContainers, piiServices } from './compose-pii';
import { databaseName, databaseUser, engineName, engineServices, gatewayHealthPath, ports } from './layout';
import { degradedName } from './litellm-routes';
import { servedNames } from './served-names';
import { stored } from './stored';

/** What the programs on the machine need to know from the plan: `settings.json`. */
export function settings(plan: SingleServerPlan): string {
  const { machine, modelStore, timeouts, database, cache, images, gateway, application } = plan.decisions;
  return `${JSON.stringify(
    {
      ports,
      gateway: { url: `http://127.0.0.1:${ports.gateway}`, healthPath: gatewayHealthPath },
      engines: engineServices(plan).map(({ service, model, hostPort }) => ({
        service,
        url: `http://127.0.0.1:${hostPort}`,
        // two versions of a model have room of their own
        model: engineName(model),
        sequencesInFlight: model.expected.sequencesInFlight,
      })),
      // what a request of one of these proves
      served: servedNames(plan),
      models: stored(plan),
      degradedModel: gateway.degradedAnswer === undefined ? null : degradedName,
      piiContainers: Object.values(piiServices)
        .filter(({ service }) => Object.hasOwn(piiContainers(plan), service))
        .map(({ service, hostPort }) => ({ service, url: `http://127.0.0.1:${hostPort}` })),
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
      application: application === undefined ? null : { path: application.path },
      limits: signalLimits(plan),
      usdPerHour: hourlyPrice(plan),
      seconds: timeouts,
    },
    (key, value) => (key === 'because' ? undefined : value),
    2,
  )}\n`;
}

/** Limits in seconds of the "slow" shares, from their alarms; null where the alarm is off: nothing is sent. */
export function signalLimits(plan: SingleServerPlan): {
  latencySeconds: number | null;
  ttftSeconds: number | null;
} {
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

function hourlyPrice(plan: SingleServerPlan): number {
  const { machine } = plan.decisions;
  if (machine.purchase === 'spot' && machine.usdPerHourSpot !== null) return machine.usdPerHourSpot;
  return machine.usdPerHourOnDemand;
}
