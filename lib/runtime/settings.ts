import type { ModelDecision, Plan } from '../plan/plan';
import { deploymentSeries, fleetSeries, type Series } from '../plan/signals';
import { workerSettings } from './batch-host';
import { frontContainer, hasFront } from './compose-front';
import { piiContainers, piiServices } from './compose-pii';
import type { Host } from './host';
import { databaseName, databaseUser, engineName, gatewayHealthPath, ports } from './layout';
import { degradedName } from './litellm-routes';
import { servedNames } from './served-names';
import { storedFor } from './stored';

/**
 * What the programs on the machine need to know from the plan: `settings.json`. A fleet's machine is told nothing of
 * the gateway, so that a change of that leaves its GPUs alone.
 */
export function settings(host: Host): string {
  const { role, seconds } = host;
  const { timeouts, application } = host.plan.decisions;
  return `${JSON.stringify(
    {
      role,
      ports,
      ...gatewaySettings(host),
      ...engineSettings(host),
      containers: containers(host),
      purchase: host.purchase,
      application: host.gateway && application ? { path: application.path } : null,
      ...hourlyPrices(host),
      ...(role === 'server' ? {} : { sends: sends(host) }),
      ...(host.engines.length > 0 ? {} : { host: ['disk'] }),
      worker: workerSettings(host),
      seconds: {
        ...timeouts,
        loadSeconds: seconds.load,
        bootGraceSeconds: seconds.bootGrace,
        drainSeconds: seconds.drain,
      },
    },
    (key, value) => (key === 'because' ? undefined : value),
    2,
  )}\n`;
}

function gatewaySettings({ gateway: here, plan }: Host) {
  if (!here) return { gateway: null, served: [] };
  const { database, cache, gateway } = plan.decisions;
  return {
    gateway: { url: `http://127.0.0.1:${ports.gateway}`, healthPath: gatewayHealthPath },
    // what a request of one of these proves
    served: servedNames(plan),
    degradedModel: gateway.degradedAnswer === undefined ? null : degradedName,
    postgres: database.postgres,
    postgresMajor: database.majorVersion,
    databaseName,
    databaseUser,
    valkey: cache.valkey,
    limits: signalLimits(plan),
  };
}

function engineSettings({ engines, models, plan }: Host) {
  const { modelStore, images } = plan.decisions;
  return {
    engines: engines.map(({ service, model, hostPort }) => ({
      service,
      url: `http://127.0.0.1:${hostPort}`,
      // two versions of a model have room of their own
      model: engineName(model),
      sequencesInFlight: model.expected.sequencesInFlight,
    })),
    models: storedFor(models),
    hubToken: models.length > 0 && modelStore.hubTokenSecret !== undefined,
    ...(models.length === 0
      ? {}
      : {
          import: modelStore.import,
          engineImage: images.engine,
          keepRevisions: keptRevisions(plan, models),
        }),
  };
}

/** As many as the plan's fleets read of one repository, whoever of them imports. */
function keptRevisions({ decisions }: Plan, models: readonly ModelDecision[]): number {
  const read = models.map(({ source }) => decisions.models.filter((other) => other.source === source).length);
  return Math.max(decisions.modelStore.keepRevisions, ...(decisions.fleets === undefined ? [] : read));
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
function sends({ role, fleet, worker }: Host) {
  return {
    // nobody waits for the answers of files, so they are not the deployment's
    deployment:
      worker && role === 'fleet' ? [] : role === 'fleet' ? deploymentSeries.fleet : deploymentSeries.gateway,
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
