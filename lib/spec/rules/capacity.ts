import { formOf, formSections } from '../form';
import { minutesOf } from '../schedule';
import type { Spec } from '../types';
import { isManaged } from '../variants';
import { shown } from '../words';
import { type Finding, finding, rule } from './rule';

type Model = Spec['models'][number];
type Capacity = Spec['capacity'];
type CapacityField = keyof Capacity;
type Window = NonNullable<Capacity['schedule']>[number];

/** A model's own value, else the deployment's, with the place where it is written. */
function effective<F extends CapacityField>(
  spec: Pick<Spec, 'capacity'>,
  model: Model,
  index: number,
  field: F,
) {
  const own = model.capacity?.[field] as Capacity[F] | undefined;
  return own === undefined
    ? { value: spec.capacity[field], at: ['capacity', field] }
    : { value: own, at: ['models', index, 'capacity', field] };
}

/** A finding at the same place is said once, however many models it concerns. */
function once(found: readonly Finding[]): Finding[] {
  return found.filter(({ at }, index) => found.findIndex((other) => other.at.join() === at.join()) === index);
}

function eachOwn(
  { models }: Pick<Spec, 'models'>,
  check: (model: Model, index: number) => Finding[],
): Finding[] {
  return once(models.flatMap((model, index) => (isManaged(model) ? [] : check(model, index))));
}

export const spotRisk = rule('spot-risk', ['environment', 'capacity', ...formSections], (spec) => {
  const { environment, capacity } = spec;
  if (environment !== 'prod') return [];
  if (formOf(spec).form === 'single-server') {
    return capacity.purchase === 'spot'
      ? [
          finding(
            ['capacity', 'purchase'],
            'got `spot` in prod on one machine: the cloud may take it at two minutes notice and nothing would answer; write `on-demand`, or `environment: staging` or `dev`',
          ),
        ]
      : [];
  }
  return eachOwn(spec, (model, index) => {
    const { value, at } = effective(spec, model, index, 'purchase');
    if (value !== 'spot' || model.fallbacks !== undefined) return [];
    const message = `got \`spot\` for all machines of ${model.name}, which has no \`fallbacks\`: the cloud may take them all at once; write \`mixed\`, which keeps \`onDemandBase\`, or \`fallbacks\``;
    return [{ ...finding(at, message), warning: true }];
  });
});

export const warmPoolPurchase = rule('warm-pool-purchase', ['capacity', 'models'], (spec) =>
  eachOwn(spec, (model, index) => {
    const { value: machines = 0, at } = effective(spec, model, index, 'warmPool');
    const { value: purchase } = effective(spec, model, index, 'purchase');
    if (machines === 0 || purchase === 'on-demand') return [];
    return [
      finding(
        at,
        `got ${machines} with \`purchase: ${purchase}\`: stopped machines cannot be spot ones; write \`purchase: on-demand\`, or remove \`warmPool\``,
      ),
    ];
  }),
);

export const reservationShape = rule('reservation-shape', ['capacity', 'models'], (spec) =>
  eachOwn(spec, (model, index) => {
    const { value: reservations, at } = effective(spec, model, index, 'reservations');
    const { value: purchase } = effective(spec, model, index, 'purchase');
    if (reservations === undefined) return [];
    const found: Finding[] = [];
    if (purchase === 'spot') {
      found.push(finding(at, 'spot machines use no reservation: write `purchase: on-demand` or `mixed`'));
    }
    // a launch template names one reservation, or one group of them (EC2 API, CapacityReservationTarget, 2026-11)
    if (reservations.length > 1) {
      found.push(
        finding(
          at,
          `got ${reservations.length}: a fleet takes one, so put them in a capacity reservation group and write its ARN`,
        ),
      );
    }
    return found;
  }),
);

export const capacityExtras = rule('unused-field', ['capacity', 'models'], (spec) =>
  eachOwn(spec, (model, index) => {
    const found: Finding[] = [];
    const base = effective(spec, model, index, 'onDemandBase');
    const { value: purchase } = effective(spec, model, index, 'purchase');
    if (base.value !== undefined && purchase !== 'mixed') {
      found.push(
        finding(base.at, `has no meaning with \`purchase: ${purchase}\`: write \`mixed\`, or remove it`),
      );
    }
    const target = effective(spec, model, index, 'scalingTarget');
    const { value: signal = 'in-flight-ratio' } = effective(spec, model, index, 'scalingSignal');
    if (target.value !== undefined && signal === 'in-flight-ratio' && target.value > 1) {
      found.push(
        finding(
          target.at,
          `got ${target.value}, a share of the planned sequences in flight is at most 1: write 0.75, or \`scalingSignal: waiting-requests\``,
        ),
      );
    }
    return found;
  }),
);

export const bounds = rule('bounds', ['capacity', 'models'], (spec) =>
  eachOwn(spec, (model, index) => {
    const { min, max } = model.replicas ?? {};
    const found: Finding[] = [];
    if (min !== undefined && max !== undefined && min > max) {
      found.push(
        finding(['models', index, 'replicas', 'min'], `got ${min}, more than \`max\`, which is ${max}`),
      );
    }
    const schedule = effective(spec, model, index, 'schedule');
    const windows = schedule.value ?? [];
    for (const [position, window] of windows.entries()) {
      const place = [...schedule.at, position];
      const low = window.min ?? min;
      const high = window.max ?? max;
      if (window.from === window.to) {
        found.push(
          finding([...place, 'to'], `got ${shown(window.to)}, which is \`from\`: the window is empty`),
        );
      }
      if (low !== undefined && high !== undefined && low > high) {
        const field = window.min === undefined ? 'max' : 'min';
        found.push(
          finding(
            [...place, field],
            `at least ${low} and at most ${high} copies of ${model.name}: raise \`max\``,
          ),
        );
      }
      const earlier = windows.slice(0, position).findIndex((other) => overlap(other, window));
      if (earlier !== -1) {
        found.push(
          finding(place, `overlaps with window ${earlier + 1}: bounds of the same minute must be one`),
        );
      }
    }
    return found;
  }),
);

export const zeroNeedsWaker = rule('zero-needs-waker', ['capacity', ...formSections], (spec) =>
  formOf(spec).form === 'single-server'
    ? []
    : eachOwn(spec, (model, index) => {
        const windows = effective(spec, model, index, 'schedule').value ?? [];
        if (model.replicas?.min !== 0 || windows.some(({ min }) => (min ?? 0) > 0)) return [];
        return [
          finding(
            ['models', index, 'replicas', 'min'],
            'got 0, and nothing wakes the model again: add a window with `min: 1` to `capacity.schedule`, or write 1',
          ),
        ];
      }),
);

export const timeZones = rule('time-zone', ['timeZone', 'capacity', 'models', 'batch'], (spec) => {
  const { timeZone, capacity, models, batch } = spec;
  if (timeZone === undefined) return [];
  if (!isTimeZone(timeZone)) {
    return [finding(['timeZone'], `${shown(timeZone)} is no time zone: write one such as \`Europe/Berlin\``)];
  }
  const used = capacity.schedule ?? models.find((model) => model.capacity?.schedule) ?? batch?.startAt;
  return used
    ? []
    : [finding(['timeZone'], 'has no meaning without `capacity.schedule` or `batch.startAt`: remove it')];
});

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function overlap(one: Window, other: Window): boolean {
  const minutes = new Set(minutesOf(one));
  return minutesOf(other).some((minute) => minutes.has(minute));
}
