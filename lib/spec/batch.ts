import * as z from 'zod/mini';
import { mostDeadlineHours } from './batch-form';
import { matching, optional, required, section, text, whole, withDefault } from './fields';

const tokens = () => whole(0, 100000000);
const bucket = () => matching(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of a bucket, without `s3://`');

export const batch = () =>
  section('Batch', 'Files of requests in, files of answers out, in the form of the OpenAI Batch API.', {
    requestsPerDay: required(whole(1, 1000000000), {
      description: 'Lines on a day with work.',
      unit: 'requests',
    }),
    daysPerMonth: withDefault(whole(1, 31), 30, {
      description: 'Days of a month with so much work, for the bill; 1 for a corpus that is loaded once.',
      unit: 'days',
    }),
    inputTokens: optional(tokens(), {
      description: 'Mean prompt of a line.',
      unit: 'tokens',
      computedDefault: "the model's of `traffic`",
    }),
    outputTokens: optional(tokens(), {
      description: 'Mean answer of a line.',
      unit: 'tokens',
      computedDefault: "the model's of `traffic`",
    }),
    deadlineHours: withDefault(whole(1, mostDeadlineHours), 24, {
      description: "A day's lines are done in this time; sizes the machines.",
      unit: 'hours',
    }),
    startAt: optional(matching(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time such as `"22:00"`, in quotes'), {
      description:
        'Each day machines work from this time on, in `timeZone`, for `deadlineHours` at most; `dedicated` only.',
      computedDefault: 'at once',
    }),
    model: optional(text(63, 'the name of a model'), {
      description: 'Who answers: the only model that lines may name, beside its adapters.',
      computedDefault: 'the only model',
    }),
    fleet: optional(z.enum(['shared', 'dedicated']), {
      description:
        '`shared`: what users leave idle of the machines that there are. `dedicated`: machines of its own that scale from zero with the queue.',
      computedDefault: '`shared` on a single server and for managed models, else `dedicated`',
    }),
    purchase: withDefault(z.enum(['on-demand', 'spot']), 'spot', {
      description:
        'Of the dedicated machines; what a machine that is taken away has not finished, another begins again.',
    }),
    maxAttempts: withDefault(whole(1, 20), 5, {
      description: 'Deliveries of a job that ends its worker, before it is a dead letter with the reason.',
    }),
    retentionDays: withDefault(whole(1, 3650), 30, {
      description:
        'Inputs and results in new buckets are deleted after so many days; dead letters after 14 at the latest.',
      unit: 'days',
    }),
    inputBucket: optional(bucket(), {
      description: 'Name of an existing bucket in the same region, where files are put.',
      computedDefault: 'a new one',
    }),
    outputBucket: optional(bucket(), {
      description: 'Name of an existing bucket in the same region, where answers appear.',
      computedDefault: 'a new one',
    }),
  });
