import { number, optional, section, whole } from './fields';

const asTop = 'from the top level';

const slo = section('ModelServiceLevel', 'How fast answers of this model must be at peak.', {
  ttftMs: optional(whole(10, 600000), {
    description: '95th percentile of the time to the first token at peak.',
    unit: 'ms',
    computedDefault: asTop,
  }),
  interTokenMs: optional(number(1, 60000), {
    description: 'Mean time between two tokens of an answer at peak.',
    unit: 'ms',
    computedDefault: asTop,
  }),
});

/** As `traffic`, without defaults: what is left out comes from there. */
export const modelTraffic = section(
  'ModelTraffic',
  'The load of one model: a share of the top-level load, or its own. What is left out comes from there; an embedding model beside others takes only the service level.',
  {
    sharePercent: optional(number(0.01, 100), {
      description: 'Share of the top-level load.',
      unit: 'percent',
    }),
    users: optional(whole(1, 100000000), { description: 'People with access.' }),
    concurrentUsers: optional(whole(1, 10000000), { description: 'People active in the busiest minute.' }),
    requestsPerSecond: optional(number(0.0001, 1000000), {
      description: 'Rate in the busiest minute.',
      unit: 'requests/s',
    }),
    requestsPerMonth: optional(number(1, 1e12), { description: 'Volume.', unit: 'requests' }),
    requestsPerUserPerMinute: optional(number(0.001, 1000), {
      description: 'Pace of an active user.',
      computedDefault: asTop,
    }),
    peakFactor: optional(number(1, 10000), {
      description: 'Busiest minute over the mean of the month.',
      computedDefault: asTop,
    }),
    inputTokens: optional(whole(0, 100000000), {
      description: 'Mean prompt of a request.',
      unit: 'tokens',
      computedDefault: asTop,
    }),
    outputTokens: optional(whole(0, 100000000), {
      description: 'Mean answer of a request.',
      unit: 'tokens',
      computedDefault: asTop,
    }),
    slo: optional(slo, { description: 'How fast answers of this model must be at peak.' }),
  },
);
