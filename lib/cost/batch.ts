import { isSingleServer } from '../plan/forms';
import type { BatchDecision, FleetMachine, Plan, ScaledPlan } from '../plan/plan';
import { combine, exactly, mapRange, type Range, type Usage } from './line';
import { rangeOf } from './machines';
import {
  bytesPerEmbedding,
  bytesPerGB,
  bytesPerInputToken,
  daysPerMonth,
  hoursPerMonth,
  secondsPerMonth,
} from './traffic';

/** JSON around the prompt of a line, and around an answer. */
const bytesAround = { input: 200, output: 600 };
/** Large files are cut into jobs of so many bytes; of embeddings, whose answers are long, into smaller ones. */
const jobBytes = { text: 2 ** 20, embedding: 2 ** 14 };
/** An idle worker asks the queue every 10 s, a busy one extends the lease of a job every 40 s. */
const seconds = { poll: 10, lease: 40 };
/** Send, receive and delete of a job. */
const queueRequestsPerJob = 3;
/** Of a job: its record, its output, perhaps its errors; and what is read to know how far a file is. */
const writesPerJob = { low: 2, expected: 2.5, high: 4 };
const readsPerJob = { low: 3, expected: 6, high: 12 };
/** Lines a month. */
export function batchLines({ decisions: { batch } }: Plan): number {
  return batch === undefined ? 0 : batch.requestsPerDay * batch.daysPerMonth;
}

/** Machines of its own, queue and buckets. */
export function batchUsage(plan: Plan): Usage[] {
  const { batch } = plan.decisions;
  if (batch === undefined) return [];
  return [...ownMachines(batch), ...queueUsage(plan, batch), ...bucketUsage(plan, batch)];
}

function ownMachines({ own, requestsPerDay, daysPerMonth: days, deadlineHours }: BatchDecision): Usage[] {
  if (own === undefined) return [];
  const { fleet } = own;
  const [planned] = fleet.machines as [FleetMachine];
  const machines = rangeOf(fleet.running);
  const purchase = fleet.purchase === 'spot' ? 'spot' : 'on-demand';
  return [
    {
      id: `fleet-${fleet.name}-${purchase}`,
      label: `${planned.instanceType} (${planned.gpuCount} x ${planned.gpu}), ${purchase}, files`,
      category: 'Machines',
      resource: 'gpu-machine',
      count: fleet.machinesAtPeak,
      quantity: mapRange(machines, (running) => running * hoursPerMonth),
      rate: 'gpu-machine',
      machine: {
        instanceType: planned.instanceType,
        purchase,
        usdPerHourOnDemand: planned.usdPerHourOnDemand,
        usdPerHourSpot: planned.usdPerHourSpot,
      },
      because: `hours of ${requestsPerDay} lines on ${days} ${days === 1 ? 'day' : 'days'} a month, with the start of machines and the quiet before they go; high: three times as long, within ${deadlineHours} hours`,
    },
  ];
}

function queueUsage(plan: Plan, batch: BatchDecision): Usage[] {
  const jobs = jobsPerMonth(plan, batch);
  const workers = workersOf(plan, batch);
  const busySeconds = batch.hoursPerDay * batch.daysPerMonth * 3600;
  return [
    {
      id: 'queue',
      label: 'Queue of files, requests',
      category: 'Batch',
      resource: 'queue',
      // the second holds dead letters
      count: 2,
      quantity: combine(jobs, workers, (some, running) => {
        const polls = (running * secondsPerMonth) / seconds.poll;
        return (some * queueRequestsPerJob + polls + (running * busySeconds) / seconds.lease) / 1e6;
      }),
      rate: 'queue-request',
      because: `${queueRequestsPerJob} for each job, and a worker asks every ${seconds.poll} s while it waits`,
    },
  ];
}

/** Requests a month about single files. */
export function fileRequests(plan: Plan): Range {
  const { batch } = plan.decisions;
  if (batch === undefined) return exactly(0);
  const each = combine(writesPerJob, readsPerJob, (writes, reads) => writes + reads);
  return combine(jobsPerMonth(plan, batch), each, (jobs, requests) => jobs * requests);
}

function bucketUsage(plan: Plan, batch: BatchDecision): Usage[] {
  const made = [batch.inputBucket, batch.outputBucket].filter((name) => name === undefined).length;
  const lines = batchLines(plan);
  const jobs = jobsPerMonth(plan, batch);
  const days = batch.retentionDays;
  // a result is in the worker's record of the job and in the output
  const stored = mapRange(answerBytes(plan, batch), (bytes) => lineBytes(batch) + 2 * bytes);
  return [
    {
      id: 'batch-bucket',
      label: 'Files and answers',
      category: 'Batch',
      resource: 'bucket',
      count: made,
      quantity: mapRange(stored, (bytes) => (lines * bytes * days) / daysPerMonth / bytesPerGB),
      rate: 'bucket',
      because: `${lines} lines a month, kept ${days} days${made === 2 ? '' : ' where the bucket is new, and taken as much in yours'}`,
    },
    {
      id: 'batch-bucket-write',
      label: 'Files and answers, writes',
      category: 'Batch',
      resource: 'bucket',
      count: 0,
      quantity: combine(jobs, writesPerJob, (some, each) => (some * each) / 1000),
      rate: 'bucket-write',
      because: 'record and output of each job',
    },
    {
      id: 'batch-bucket-read',
      label: 'Files and answers, reads',
      category: 'Batch',
      resource: 'bucket',
      count: 0,
      quantity: combine(jobs, readsPerJob, (some, each) => (some * each) / 1000),
      rate: 'bucket-read',
      because: 'the lines of each job, and how far its file is',
    },
  ];
}

const lineBytes = ({ inputTokens }: BatchDecision) => inputTokens * bytesPerInputToken + bytesAround.input;

function embeds({ decisions: { models, managedModels } }: Plan, { model }: BatchDecision): boolean {
  return [...models, ...managedModels].some(({ name, task }) => name === model && task === 'embedding');
}

function answerBytes(plan: Plan, batch: BatchDecision): Range {
  if (embeds(plan, batch)) return bytesPerEmbedding;
  return exactly(batch.outputTokens * bytesPerInputToken + bytesAround.output);
}

/** Large files in jobs of one size; high: files of a hundred lines. */
function jobsPerMonth(plan: Plan, batch: BatchDecision): Range {
  const lines = batchLines(plan);
  const cut = embeds(plan, batch) ? jobBytes.embedding : jobBytes.text;
  const least = Math.ceil((lines * lineBytes(batch)) / cut);
  return { low: least, expected: least + batch.daysPerMonth, high: Math.max(least, lines / 100) };
}

/** Workers that run, in the mean of a month. */
function workersOf(plan: Plan, { own }: BatchDecision): Range {
  if (own !== undefined) return rangeOf(own.fleet.running);
  return isSingleServer(plan) ? exactly(1) : rangeOf((plan as ScaledPlan).decisions.gatewayGroup.running);
}
