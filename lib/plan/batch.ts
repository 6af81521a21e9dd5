import { issuesError } from '../errors';
import { batchFleet, batchModel } from '../spec/batch-form';
import { taskOf } from '../spec/task';
import type { Spec } from '../spec/types';
import { isManaged } from '../spec/variants';
import type { Asked } from './both-forms';
import type { BatchDecision } from './plan';

export type BatchSpec = NonNullable<Spec['batch']>;

/** What a day with files asks for. */
export interface BatchLoad {
  batch: BatchSpec;
  model: Spec['models'][number];
  task: 'chat' | 'completion' | 'embedding';
  inputTokens: number;
  outputTokens: number;
}

/** vCPUs and memory of a worker beside what else runs on its machine: threads that wait, and the results of its jobs. */
export const workerNeeds = { vcpus: 0.5, memoryGiB: 1 };
/** Above this in-flight ratio the lines wait for users: below the 0.75 at which a fleet grows. */
export const saturation = 0.7;
/** A worker that shows no sign of life for so long has lost its jobs. */
const leaseSeconds = 120;
/** Deliveries beside those that end in a worker: the start of a machine that ends at once, a queue that counts twice. */
const spareDeliveries = 5;
/** The longest that SQS keeps a message (SQS developer guide, MessageRetentionPeriod, 2026-11). */
const messageDays = 14;
/** What an answer that ends at the gateway's own limit needs to arrive. */
const answerReserveSeconds = 15;
/** Of the two minutes of a spot notice; a part that is not done by then begins again elsewhere. */
const drainSeconds = 60;

/** Undefined without files. */
export function batchLoad({ spec, demands }: Pick<Asked, 'spec' | 'demands'>): BatchLoad | undefined {
  const { batch } = spec;
  if (batch === undefined) return undefined;
  // rule `known-model-name`: one of them is meant
  const model = batchModel(spec, batch) as Spec['models'][number];
  const load = demands[spec.models.indexOf(model)]?.load;
  return {
    batch,
    model,
    task: taskOf(model),
    inputTokens: batch.inputTokens ?? load?.inputTokens ?? 0,
    outputTokens: batch.outputTokens ?? load?.outputTokens ?? 0,
  };
}

/** Hours in which a day's lines are done: where the next day brings as many, not more than a day. */
export function workHours({ daysPerMonth, deadlineHours }: BatchSpec): number {
  return daysPerMonth > 1 ? Math.min(24, deadlineHours) : deadlineHours;
}

/** What is the same whoever works. */
export function batchCommon(spec: Spec, { batch, model, inputTokens, outputTokens }: BatchLoad) {
  return {
    fleet: batchFleet(spec, batch),
    model: model.name,
    requestsPerDay: batch.requestsPerDay,
    daysPerMonth: batch.daysPerMonth,
    inputTokens,
    outputTokens,
    deadlineHours: batch.deadlineHours,
    queue: {
      leaseSeconds,
      maxAttempts: batch.maxAttempts,
      maxDeliveries: batch.maxAttempts + spareDeliveries,
      retentionDays: messageDays,
    },
    retentionDays: batch.retentionDays,
    ...(batch.inputBucket !== undefined && { inputBucket: batch.inputBucket }),
    ...(batch.outputBucket !== undefined && { outputBucket: batch.outputBucket }),
  } satisfies Partial<BatchDecision>;
}

export function batchWorker(spec: Spec, concurrency: number) {
  return {
    concurrency,
    answerSeconds: spec.gateway.timeoutSeconds + answerReserveSeconds,
    drainSeconds,
  };
}

/** Throws where a day's lines cannot be done in time. */
export function refuseLate(message: string): never {
  throw issuesError([{ path: 'batch.deadlineHours', rule: 'batch-scope', message }]);
}

export const answeredByCloud = ({ model }: BatchLoad) => isManaged(model);
