import { number, optional, section, sectionWithDefaults, whole, withDefault } from './fields';

/** Of the people with access, so many are active in the busiest minute. */
export const activeShareOfUsers = 0.05;

const tokens = () => whole(0, 100000000);

const slo = sectionWithDefaults(
  section('ServiceLevel', 'How fast answers must be at peak.', {
    ttftMs: withDefault(whole(10, 600000), 2000, {
      description:
        '95th percentile of the time to the first token at peak, through the gateway; of the whole answer for an embedding model.',
      unit: 'ms',
    }),
    interTokenMs: withDefault(number(1, 60000), 100, {
      description: 'Mean time between two tokens of an answer at peak.',
      unit: 'ms',
    }),
  }),
  { description: 'How fast answers must be at peak.' },
);

export const traffic = sectionWithDefaults(
  section(
    'Traffic',
    'The interactive load. Machines are sized for the peak, the expected bill for the mean.',
    {
      users: optional(whole(1, 100000000), {
        description: `People with access; ${activeShareOfUsers * 100} % of them are taken as active at once.`,
      }),
      concurrentUsers: optional(whole(1, 10000000), { description: 'People active in the busiest minute.' }),
      requestsPerSecond: optional(number(0.0001, 1000000), {
        description: 'Rate in the busiest minute.',
        unit: 'requests/s',
      }),
      requestsPerMonth: optional(number(1, 1e12), {
        description: 'Volume; alone, the peak is the mean x `peakFactor`.',
        unit: 'requests',
      }),
      requestsPerUserPerMinute: withDefault(number(0.001, 1000), 1, {
        description: 'Pace of an active user; only with `users` or `concurrentUsers`.',
      }),
      peakFactor: withDefault(number(1, 10000), 3, {
        description: 'Busiest minute over the mean of the month.',
      }),
      inputTokens: optional(tokens(), {
        description: 'Mean prompt of a request, with system prompt, history and retrieved text.',
        unit: 'tokens',
        computedDefault: '1000; 300 for an embedding model',
      }),
      outputTokens: optional(tokens(), {
        description: 'Mean answer of a request.',
        unit: 'tokens',
        computedDefault: '300; 0 for an embedding model',
      }),
      slo,
    },
  ),
  {
    wanted: 'a section such as `{concurrentUsers: 100}`',
    description: 'The interactive load: one of users, concurrentUsers, requestsPerSecond, requestsPerMonth.',
  },
);
