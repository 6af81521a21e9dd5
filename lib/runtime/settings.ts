import type { Plan } from '../plan/plan';
import { deploymentSeries, fleetSeries, type Series } from '../plan/signals';
import { frontContainer, hasFront } from './compose-front';
import { piiContainers, piiServices } from './compose-pii';
import type { Host } from './host';
import { databaseName, databaseUser, engineName, gatewayHealthPath, ports } from './layout';
import { degradedName } from './litellm-routes';
import { servedNames } from './served-names';
import { stored, storedFor } from './stored';

/** What the programs on the machine need to know from the plan: `settings.json`. */
export function settings(host: Host): string {
  const { plan, role } = host;
  const { modelStore, timeouts, database, cache, images, gateway, application } = plan.decisions;
  const { load, bootGrace, drain } = host.seconds;
  return `${JSON.stringify(
    {
      role,
      ports,
      gateway: host.gateway
        ? { url: `http://127.0.0.1:${ports.gateway}`, healthPath: gatewayHealthPath }
        : null,
      engines: host.engines.map(({ service, model, hostPort }) => ({
        service,
        url: `http://127.0.0.1:${hostPort}`,
        // two versions of a model have room of their own
        model: engineName(model),
        sequencesInFlight: model.expected.sequencesInFlight,
      })),
      // what a request of one of these proves
      served: host.gateway ? servedNames(plan) : [],
      models: storedFor(host.models),
      // other fleets read them from the same bucket
      ...(role === 'fleet' ? { foldersInUse: stored(plan).map(({ folder }) => folder) } : {}),
      degradedModel: gateway.degradedAnswer === undefined ? null : degradedName,
      containers: containers(host),
      import: modelStore.import,
      hubToken: host.models.length > 0 && modelStore.hubTokenSecret !== undefined,
      engineImage: images.engine,
      postgres: database.postgres,
      postgresMajor: database.majorVersion,
      databaseName,
      databaseUser,
      valkey: cache.valkey,
      keepRevisions: modelStore.keepRevisions,
      purchase: host.purchase,
      application: host.gateway && application ? { path: application.path } : null,
      limits: signalLimits(plan),
      ...hourlyPrices(host),
      ...(role === 'server' ? {} : { sends: sends(host) }),
      ...(host.engines.length > 0 ? {} : { host: ['disk'] }),
      seconds: { ...timeouts, loadSeconds: load, bootGraceSeconds: bootGrace, drainSeconds: drain },
    },
    (key, value) => (key === 'because' ? undefined : value),
    2,
  )}\n`;
}

/** Without one of them the machine refuses every request. */
function containers(host: Host): { service: string; url: string }[] {
  const masking = host.gateway ? piiContainers(host.plan) : {};
  return [
    ...Object.values(piiServices)
      .filter(({ service }) => Object.hasOwn(masking, service))
      .map(({ service, hostPort }) => ({ service, url: `http://127.0.0.1:${hostPort}` })),
    ...(hasFront(host) ? [frontContainer] : []),
  ];
}

/** Series that a machine of a group sends for the deployment, and those that it sends for its fleet. */
function sends({ role, fleet }: Host) {
  return {
    deployment: role === 'fleet' ? deploymentSeries.fleet : deploymentSeries.gateway,
    ...(fleet === undefined ? {} : { fleet: { name: fleet, series: fleetSeries } }),
  };
}

/** What an hour costs; with the price of spot where the machine itself must look which it is. */
function hourlyPrices({ purchase, usdPerHour: { onDemand, spot } }: Host) {
  if (purchase === 'mixed') return { usdPerHour: onDemand, usdPerHourSpot: spot };
  return { usdPerHour: purchase === 'spot' && spot !== null ? spot : onDemand };
}

/** Limits in seconds of the "slow" shares, from their alarms; null where the alarm is off: nothing is sent. */
export function signalLimits(plan: Plan): {
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
