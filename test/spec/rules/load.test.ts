import { describe, expect, it } from 'vitest';
import { problems } from '../problems';

const cases: [name: string, changes: object, problems: string[]][] = [
  [
    'an empty load',
    { traffic: {} },
    [
      'traffic: the load is missing: write one of `concurrentUsers`, `users`, `requestsPerSecond` or `requestsPerMonth` [needs-load]',
    ],
  ],
  [
    'no load at all',
    { traffic: undefined },
    [
      'traffic: the load is missing: write one of `concurrentUsers`, `users`, `requestsPerSecond` or `requestsPerMonth` [needs-load]',
    ],
  ],
  [
    'two peaks',
    { traffic: { users: 5, concurrentUsers: 3 } },
    [
      'traffic.concurrentUsers: the peak is given 2 times, by `users`, `concurrentUsers`: keep one [one-load]',
    ],
  ],
  [
    'three peaks',
    { traffic: { users: 5, concurrentUsers: 3, requestsPerSecond: 1 } },
    [
      'traffic.concurrentUsers: the peak is given 3 times, by `users`, `concurrentUsers`, `requestsPerSecond`: keep one [one-load]',
      'traffic.requestsPerSecond: the peak is given 3 times, by `users`, `concurrentUsers`, `requestsPerSecond`: keep one [one-load]',
    ],
  ],
  [
    'a pace without users',
    { traffic: { requestsPerSecond: 1, requestsPerUserPerMinute: 2 } },
    [
      'traffic.requestsPerUserPerMinute: has no meaning with `requestsPerSecond`: it is the pace of `users` or `concurrentUsers` [one-load]',
    ],
  ],
  [
    'a pace beside a monthly volume',
    { traffic: { requestsPerMonth: 1e6, requestsPerUserPerMinute: 2 } },
    [
      'traffic.requestsPerUserPerMinute: has no meaning with `requestsPerMonth` alone: remove it, or write `concurrentUsers` [one-load]',
    ],
  ],
  [
    'a peak factor beside peak and volume',
    { traffic: { concurrentUsers: 100, requestsPerMonth: 1e5, peakFactor: 2 } },
    [
      'traffic.peakFactor: got 2, but `concurrentUsers` gives the peak and `requestsPerMonth` the mean: remove it [one-load]',
    ],
  ],
  [
    'a mean above the peak',
    { traffic: { concurrentUsers: 10, requestsPerMonth: 1e9 } },
    [
      'traffic.requestsPerMonth: 1000000000 a month are 381 requests/s in the mean, above the 0.167 requests/s at peak of `concurrentUsers`: lower it or raise `concurrentUsers` [one-load]',
    ],
  ],
  [
    'a mean above the peak of people with access',
    { traffic: { users: 100, requestsPerMonth: 1e6 } },
    [
      'traffic.requestsPerMonth: 1000000 a month are 0.381 requests/s in the mean, above the 0.0833 requests/s at peak of `users`: lower it or raise `users` [one-load]',
    ],
  ],
  [
    'a mean above a rate',
    { traffic: { requestsPerSecond: 0.1, requestsPerMonth: 1e6 } },
    [
      'traffic.requestsPerMonth: 1000000 a month are 0.381 requests/s in the mean, above the 0.1 requests/s at peak of `requestsPerSecond`: lower it or raise `requestsPerSecond` [one-load]',
    ],
  ],
  ['a volume beside a peak', { traffic: { concurrentUsers: 100, requestsPerMonth: 1e5 } }, []],
  ['a volume alone', { traffic: { requestsPerMonth: 1e5, peakFactor: 5 } }, []],
  [
    'time between tokens of an embedding model',
    { models: ['BAAI/bge-m3'], traffic: { requestsPerSecond: 1, slo: { interTokenMs: 50 } } },
    [
      'traffic.slo.interTokenMs: has no meaning for an embedding model, which answers at once: remove it, `ttftMs` limits the whole answer [unused-field]',
    ],
  ],
  ['people with access at their pace', { traffic: { users: 500, requestsPerUserPerMinute: 0.5 } }, []],
];

describe('rules about load', () => {
  it.each(cases)('%s', (_, changes, expected) => {
    expect(problems(changes)).toEqual(expected);
  });
});
