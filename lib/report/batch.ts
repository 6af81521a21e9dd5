import type { BatchDecision, Decisions, FleetMachine } from '../plan/plan';
import { amount, duration, plural } from './numbers';
import { explained } from './section';

/** Who answers files of requests, and where they are; nothing without `batch`. */
export function batchRows({ batch }: Decisions): string[][] {
  if (batch === undefined) return [];
  const { queue, retentionDays, inputBucket = 'a new bucket', outputBucket = 'a new bucket' } = batch;
  return [
    ...explained('Files', batchText(batch), batch.because),
    ...(batch.own === undefined ? [] : [['', batch.own.fleet.because]]),
    [
      '',
      `files go to ${inputBucket}, answers come to ${outputBucket}, ${batch.inputBucket !== undefined && batch.outputBucket !== undefined ? 'which keep them as long as you say' : `kept ${plural(retentionDays, 'day')} where it is new`}; a job is given up after ${plural(queue.maxAttempts, 'delivery', 'deliveries')} that end its worker`,
    ],
  ];
}

function batchText({ requestsPerDay, model, own, worker, startAt }: BatchDecision): string {
  const lines = `${amount(requestsPerDay)} lines a day by ${model}`;
  if (own === undefined) return `${lines}, ${plural(worker.concurrency, 'line')} at once beside the gateway`;
  const { fleet } = own;
  const [planned] = fleet.machines as [FleetMachine];
  const when = startAt === undefined ? '' : `, from ${startAt} (${fleet.scaling.timeZone})`;
  return `${lines}, 0 to ${plural(fleet.machinesAtPeak, 'machine')}, ${planned.instanceType} with ${planned.gpuCount} x ${planned.gpu}, ${fleet.purchase}${when}; the first answers ${duration(fleet.loadSeconds)} after its start`;
}
