import * as z from 'zod/mini';
import {
  list,
  matching,
  number,
  optional,
  required,
  section,
  sectionWithDefaults,
  whole,
  withDefault,
} from './fields';

export const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const day = `(${days.join('|')})`;
const dayList = new RegExp(`^${day}(-${day})?(,${day}(-${day})?)*$`);
const clock = () => matching(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time such as `"08:00"`, in quotes');
const copies = () => whole(0, 1000);

export const replicas = section('Replicas', 'Running copies of a model.', {
  min: optional(copies(), {
    description: 'Fewest; 0 sleeps outside the windows of `capacity.schedule`.',
    computedDefault: 'the mean load, at least one machine (two in prod)',
  }),
  max: optional(whole(1, 1000), { description: 'Most.', computedDefault: 'the peak load' }),
});

const scheduleWindow = section('ScheduleWindow', 'Bounds of the copies at some hours of some days.', {
  days: required(matching(dayList, 'days such as `mon-fri` or `mon,wed`'), {
    description: '`mon` to `sun`, ranges and lists: `mon-fri`, `sat,sun`. Of the beginning.',
  }),
  from: required(clock(), { description: 'Beginning, in `timeZone`.' }),
  to: required(clock(), { description: 'End; before `from` it is on the next day.' }),
  min: optional(copies(), { description: 'Fewest copies inside.', computedDefault: '`replicas.min`' }),
  max: optional(whole(1, 1000), { description: 'Most copies inside.', computedDefault: '`replicas.max`' }),
});

const purchases = z.enum(['on-demand', 'spot', 'mixed']);
const purchaseAbout = {
  description:
    '`spot` is cheaper and may be taken away at two minutes notice. `mixed`: `onDemandBase` on demand, the rest spot, of any planned type.',
};

/** Fields of a fleet: of the deployment, and of one model. */
const fleetFields = () => ({
  onDemandBase: optional(whole(0, 1000), {
    description: 'Copies of each model that are never spot; with `mixed` only.',
    computedDefault: '1',
  }),
  reservations: optional(
    list(
      matching(
        /^(cr-[0-9a-f]{8,17}|arn:aws[a-z-]*:resource-groups:[a-z0-9-]+:\d{12}:group\/[\w.-]+)$/,
        'a capacity reservation such as `cr-0123456789abcdef0`, or the ARN of a group of them',
      ),
    ),
    {
      description:
        'Capacity that you have reserved: used first; what it costs is on your bill already. Not a capacity block, which ends on its day and takes no other machines.',
    },
  ),
  scalingSignal: optional(z.enum(['in-flight-ratio', 'waiting-requests']), {
    description:
      'Series that adds machines: requests running and waiting over the planned sequences in flight, or requests that wait in an engine.',
    computedDefault: '`in-flight-ratio`',
  }),
  scalingTarget: optional(number(0.1, 1000), {
    description: 'Value of the series that the fleet is held at.',
    computedDefault: '0.75; 5 with `waiting-requests`',
  }),
  scaleInAfterSeconds: optional(whole(300, 86400), {
    description: 'Quiet time before a machine goes.',
    unit: 's',
    computedDefault: '900, at least twice the load time',
  }),
  schedule: optional(list(scheduleWindow), {
    description: 'Windows in which other bounds than `replicas` hold.',
  }),
  warmPool: optional(whole(0, 100), {
    description: 'Stopped, prepared machines of each model; on-demand machines only.',
    computedDefault: '0',
  }),
});

export const capacity = sectionWithDefaults(
  section('Capacity', 'How machines are bought, and how many run.', {
    purchase: withDefault(purchases, 'on-demand', purchaseAbout),
    ...fleetFields(),
  }),
  { description: 'How machines are bought, and how many run.' },
);

export const modelCapacity = section('ModelCapacity', 'As the top-level `capacity`, for this model.', {
  purchase: optional(z.enum(['on-demand', 'spot', 'mixed']), {
    ...purchaseAbout,
    computedDefault: "the deployment's",
  }),
  ...fleetFields(),
});

const signals = ['error-rate', 'latency-p99', 'no-healthy-target'] as const;

export const rollout = () =>
  section('Rollout', 'How machines change when the spec changes.', {
    strategy: withDefault(z.enum(['rolling', 'blue-green', 'canary']), 'rolling', {
      description:
        '`rolling`: machine by machine. `blue-green`: all new machines beside the old ones, so twice the GPUs. `canary`: in steps.',
    }),
    maxSurge: withDefault(whole(0, 100), 1, {
      description: 'Extra copies during a change; 0: no spare GPU, replaced in place.',
    }),
    canarySteps: optional(list(number(1, 99)), {
      description: 'Shares of the machines, and so of the traffic, one after the other; `canary` only.',
      unit: 'percent',
      computedDefault: '10, 50',
    }),
    bakeMinutes: optional(whole(1, 1440), {
      description:
        'Time in which an alarm still rolls back, at each step and once all machines are new; not with `rolling`.',
      unit: 'minutes',
      computedDefault: '15',
    }),
    abortOn: optional(list(z.enum(signals)), {
      description: 'Alarms that roll the change back. One that is red already keeps a change from beginning.',
      computedDefault: '`error-rate`, `no-healthy-target`',
    }),
  });
