import { decimal } from '../decimal';
import { linesPerSecond } from '../sizing/batch';
import type { SharedCandidate } from '../sizing/share';
import type { Spec } from '../spec/types';
import { type BatchLoad, batchCommon, batchWorker, refuseLate, saturation, workHours } from './batch';
import type { Asked } from './both-forms';
import { sizingRequest } from './machine';
import type { BatchDecision } from './plan';

/** Threads of one worker: more of them answer no faster. */
const mostConcurrent = 256;

/** The worker beside the engines of one machine: it takes what their users leave idle. */
export function sharedBatch({ spec, engines }: Asked, load: BatchLoad, best: SharedCandidate): BatchDecision {
  const { batch, inputTokens, outputTokens } = load;
  const all = engines.flatMap((engine, index) => {
    const part = best.parts[index];
    if (engine.variant.model !== load.model || part === undefined) return [];
    const request = sizingRequest(engine, [], {
      host: { vcpus: 0, memoryGiB: 0 },
      purchase: 'on-demand',
      maxMachines: 1,
    });
    const alone = linesPerSecond(
      {
        ...request,
        load: { requestsPerSecond: 0, inputTokens, outputTokens },
        // users are asked to wait no longer between tokens; nobody waits for the first one of a line
        slo: { ...engine.slo, ttftMs: (spec.gateway.timeoutSeconds * 1000) / 2 },
      },
      part,
    );
    const busy = engine.load.meanRequestsPerSecond / part.speed.requestsPerSecondCapacity;
    return [{ linesPerSecond: alone * Math.max(0, saturation - busy), busy, speed: part.speed, part }];
  });
  const rate = all.reduce((sum, one) => sum + one.linesPerSecond, 0);
  const hoursPerDay = batch.requestsPerDay / rate / 3600;
  const busy = Math.max(...all.map((one) => one.busy));
  const limit = workHours(batch);
  if (!(hoursPerDay <= limit)) {
    refuseLate(
      rate === 0
        ? `users keep the engine ${percent(busy)} busy in the mean, and lines are sent below ${percent(saturation)}: nothing is left for files; plan for more users, which takes a larger machine, or write \`architecture: scaled\``
        : `${batch.requestsPerDay} lines take ${figure(hoursPerDay)} hours of what users leave idle, the limit is ${limit}: ${batch.daysPerMonth > 1 && limit === 24 ? '' : 'raise `deadlineHours`, '}send fewer lines a day, or write \`architecture: scaled\`, where files have machines of their own`,
    );
  }
  const room = all.reduce((sum, { speed, part }) => sum + speed.sequencesInFlight * part.copiesPerMachine, 0);
  const concurrency = Math.min(mostConcurrent, Math.max(1, Math.floor(saturation * room)));
  return {
    ...batchCommon(spec, load),
    hoursPerDay,
    worker: { ...batchWorker(spec, concurrency), saturation },
    because: `a worker beside the gateway sends up to ${concurrency} lines at once while the engines are below ${percent(saturation)} of their planned sequences; users take ${percent(busy)} in the mean, which leaves ${figure(rate)} lines/s, so ${batch.requestsPerDay} lines take ${figure(hoursPerDay)} of ${limit} hours`,
  };
}

/** The workers beside the gateways, for a model that the cloud runs. `workers`: how many there are at least. */
export function managedBatch(spec: Spec, load: BatchLoad, workers: number): BatchDecision {
  const { batch, model, outputTokens } = load;
  const { ttftMs, interTokenMs } = { ...spec.traffic.slo, ...model.traffic?.slo };
  const answerSeconds = (ttftMs + outputTokens * interTokenMs) / 1000;
  const rate = batch.requestsPerDay / (workHours(batch) * 3600);
  const perMinute = model.rateLimit?.requestsPerMinute;
  if (perMinute !== undefined && perMinute < rate * 60) {
    refuseLate(
      `${batch.requestsPerDay} lines in ${workHours(batch)} hours are ${figure(rate * 60)} a minute, and \`rateLimit\` of ${model.name} lets ${perMinute} through: raise one of them`,
    );
  }
  // twice what is needed, since other requests of the account take a part of its quota
  const needed = Math.ceil((2 * rate * answerSeconds) / workers);
  if (needed > mostConcurrent) {
    refuseLate(
      `${batch.requestsPerDay} lines in ${workHours(batch)} hours at ${figure(answerSeconds)} s an answer are ${needed} at once for each of ${workers} workers, the limit is ${mostConcurrent}: raise \`deadlineHours\`, or send fewer lines a day`,
    );
  }
  const concurrency = Math.max(4, needed);
  return {
    ...batchCommon(spec, load),
    hoursPerDay: (batch.requestsPerDay * answerSeconds) / (workers * concurrency * 3600),
    worker: batchWorker(spec, concurrency),
    because: `a worker beside each gateway sends up to ${concurrency} lines at once, at ${figure(answerSeconds)} s an answer; that the account's quota for ${model.name} allows so many is not known here, and what is over it waits`,
  };
}

const percent = (share: number) => `${decimal(100 * share, 0)} %`;
const figure = (value: number) => String(Number(value.toPrecision(3)));
