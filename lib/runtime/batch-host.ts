import { type BatchFacts, batchWorkerFiles, batchWorkerService } from './batch-worker';
import type { Host } from './host';
import { fleetMachinePort, ports } from './layout';

/** What the worker beside this gateway, or beside these engines, is told. */
function batchFacts(host: Host): BatchFacts {
  const { batch } = host.plan.decisions;
  if (batch === undefined) throw new Error('the plan has no files');
  const { worker, queue } = batch;
  const port = host.gateway ? ports.gateway : fleetMachinePort;
  return {
    gatewayUrl: `http://127.0.0.1:${port}`,
    concurrency: worker.concurrency,
    // only a machine that holds the engines knows how busy they are
    ...(worker.saturation !== undefined && {
      saturationUrl: `http://127.0.0.1:${ports.signals}/signals`,
      saturation: worker.saturation,
    }),
    answerSeconds: worker.answerSeconds,
    drainSeconds: worker.drainSeconds,
    leaseSeconds: queue.leaseSeconds,
    maxAttempts: queue.maxAttempts,
    cloud: host.plan.spec.cloud,
    ...names,
  };
}

/** Known when the cloud has made them: compose reads the variables. */
const names = {
  queue: '$' + '{LLM_BATCH_QUEUE}',
  deadQueue: '$' + '{LLM_BATCH_DEAD_QUEUE}',
  inputBucket: '$' + '{LLM_BATCH_INPUT}',
  outputBucket: '$' + '{LLM_BATCH_OUTPUT}',
  cloudVariables: { AWS_REGION: '$' + '{LLM_REGION}' },
} as const;

/** Name of the worker in the compose project. */
export const workerName = 'batch';

/** The worker as a service, on machines that hold one. */
export function workerServices(host: Host): Record<string, object> {
  if (!host.worker) return {};
  const service = batchWorkerService(host.plan.decisions.images.gateway, batchFacts(host));
  // what it asks stops after it
  const asked = host.gateway ? ['gateway'] : host.engines.map((engine) => engine.service);
  return {
    [workerName]: {
      ...service,
      depends_on: Object.fromEntries(asked.map((name) => [name, { condition: 'service_started' }])),
    },
  };
}

export function workerFiles(host: Host): Record<string, string> {
  return host.worker ? batchWorkerFiles(host.plan.spec.cloud) : {};
}

/**
 * What the machine's programs must know of its worker: its service, how long it may take to end, and which models
 * its key may ask for; null where it has the engines' own key.
 */
export function workerSettings(host: Host) {
  const { batch, models } = host.plan.decisions;
  if (batch === undefined || !host.worker) return null;
  const adapters = models.flatMap((model) => (model.name === batch.model ? model.adapters : []));
  return {
    service: workerName,
    drainSeconds: batch.worker.drainSeconds,
    models: host.gateway ? [...new Set([batch.model, ...adapters.map(({ name }) => name)])] : null,
  };
}
