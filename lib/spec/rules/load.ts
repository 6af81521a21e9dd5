import { findModel } from '../../catalog/models';
import { activeShareOfUsers } from '../traffic';
import type { Spec } from '../types';
import { code } from '../words';
import { finding, rule } from './rule';

type Traffic = Spec['traffic'];

const peaks = ['users', 'concurrentUsers', 'requestsPerSecond'] as const;
const secondsPerMonth = 730 * 3600;

export const needsLoad = rule('needs-load', ['traffic'], ({ traffic }, written) =>
  written('batch') || [...peaks, 'requestsPerMonth' as const].some((field) => traffic[field] !== undefined)
    ? []
    : [
        finding(
          ['traffic'],
          'the load is missing: write one of `concurrentUsers`, `users`, `requestsPerSecond` or `requestsPerMonth`',
        ),
      ],
);

export const oneLoad = rule('one-load', ['traffic'], ({ traffic }, written) => {
  const given = peaks.filter((field) => traffic[field] !== undefined);
  const [first, ...others] = given;
  const found = others.map((field) =>
    finding(
      ['traffic', field],
      `the peak is given ${given.length} times, by ${code(given).join(', ')}: keep one`,
    ),
  );
  const byUsers = first === 'users' || first === 'concurrentUsers';
  if (written('traffic', 'requestsPerUserPerMinute') && given.length > 0 && !byUsers) {
    found.push(
      finding(
        ['traffic', 'requestsPerUserPerMinute'],
        `has no meaning with \`${first}\`: it is the pace of \`users\` or \`concurrentUsers\``,
      ),
    );
  }
  if (written('traffic', 'requestsPerUserPerMinute') && given.length === 0 && traffic.requestsPerMonth) {
    found.push(
      finding(
        ['traffic', 'requestsPerUserPerMinute'],
        'has no meaning with `requestsPerMonth` alone: remove it, or write `concurrentUsers`',
      ),
    );
  }
  if (first === undefined || others.length > 0 || traffic.requestsPerMonth === undefined) return found;
  if (written('traffic', 'peakFactor')) {
    found.push(
      finding(
        ['traffic', 'peakFactor'],
        `got ${traffic.peakFactor}, but \`${first}\` gives the peak and \`requestsPerMonth\` the mean: remove it`,
      ),
    );
  }
  const mean = traffic.requestsPerMonth / secondsPerMonth;
  const peak = peakPerSecond(traffic);
  if (mean > peak) {
    found.push(
      finding(
        ['traffic', 'requestsPerMonth'],
        `${traffic.requestsPerMonth} a month are ${rounded(mean)} requests/s in the mean, above the ${rounded(peak)} requests/s at peak of \`${first}\`: lower it or raise \`${first}\``,
      ),
    );
  }
  return found;
});

/** An embedding comes as one answer. */
export const noStream = rule('unused-field', ['models', 'traffic'], ({ models }, written) =>
  written('traffic', 'slo', 'interTokenMs') &&
  models.every((model) => (model.task ?? findModel(model.source)?.task) === 'embedding')
    ? [
        finding(
          ['traffic', 'slo', 'interTokenMs'],
          'has no meaning for an embedding model, which answers at once: remove it, `ttftMs` limits the whole answer',
        ),
      ]
    : [],
);

function peakPerSecond({
  users,
  concurrentUsers,
  requestsPerSecond,
  requestsPerUserPerMinute,
}: Traffic): number {
  if (requestsPerSecond !== undefined) return requestsPerSecond;
  const active = concurrentUsers ?? Math.ceil((users ?? 0) * activeShareOfUsers);
  return (active * requestsPerUserPerMinute) / 60;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}
