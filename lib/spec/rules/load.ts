import { peakPerSecond } from '../peak';
import { hasOwnLoad, loadFields, loadShares } from '../shares';
import { taskOf } from '../task';
import type { Spec } from '../types';
import { code } from '../words';
import { type Finding, finding, rule, type Written } from './rule';

type Traffic = Spec['traffic'];

const peaks = ['users', 'concurrentUsers', 'requestsPerSecond'] as const;
const secondsPerMonth = 730 * 3600;

const missing = finding(
  ['traffic'],
  'the load is missing: write one of `concurrentUsers`, `users`, `requestsPerSecond` or `requestsPerMonth`',
);

const hasLoad = (traffic: Traffic) => loadFields.some((field) => traffic[field] !== undefined);

export const needsLoad = rule('needs-load', ['traffic'], ({ traffic }, written) => {
  const ownLoads = (written('models') ? [...Array(8).keys()] : []).some((index) =>
    loadFields.some((field) => written('models', index, 'traffic', field)),
  );
  return written('batch') || hasLoad(traffic) || ownLoads ? [] : [missing];
});

/** Some models have their own load, and others wait for a part of one that is not there. */
export const needsSharedLoad = rule('needs-load', ['traffic', 'models'], ({ traffic, models }) =>
  hasLoad(traffic) || !models.some(hasOwnLoad) || loadShares(models).every((share) => share === 0)
    ? []
    : [missing],
);

/** A load at the top that no model takes a part of. */
export const untakenLoad = rule('shares', ['traffic', 'models'], ({ traffic, models }) => {
  const written = loadFields.find((field) => traffic[field] !== undefined);
  const shares = loadShares(models);
  const taken = shares.reduce((sum, share) => sum + share, 0);
  // fallbacks that go round leave nobody, which another rule says
  const nobody = taken === 0 && !models.some(hasOwnLoad);
  if (written === undefined || taken > 99.99 || nobody) return [];
  if (taken > 0) {
    const message = `the shares of the models add up to ${rounded(taken)} %, so ${rounded(100 - taken)} % of this load goes nowhere: raise a \`sharePercent\`, or leave one out`;
    return [{ ...finding(['traffic', written], message), warning: true as const }];
  }
  return [
    finding(
      ['traffic', written],
      'no model takes a part of this load: each has its own, or is a fallback; remove it, or leave out the `traffic` of a model',
    ),
  ];
});

export const oneLoad = rule('one-load', ['traffic', 'models'], ({ traffic, models }, written) => [
  ...loadFindings(traffic, ['traffic'], written),
  ...models.flatMap((model, index): Finding[] => {
    const at = ['models', index, 'traffic'];
    if (model.traffic === undefined) return [];
    if (hasOwnLoad(model)) {
      const { requestsPerUserPerMinute, peakFactor } = traffic;
      const { slo: _, sharePercent: __, ...own } = model.traffic;
      return loadFindings({ requestsPerUserPerMinute, peakFactor, slo: traffic.slo, ...own }, at, written);
    }
    return (['requestsPerUserPerMinute', 'peakFactor'] as const)
      .filter((field) => model.traffic?.[field] !== undefined)
      .map((field) =>
        finding(
          [...at, field],
          'has no meaning without a load of its own here: write `concurrentUsers` too, or set it in the top-level `traffic`',
        ),
      );
  }),
]);

function loadFindings(traffic: Traffic, at: (string | number)[], written: Written): Finding[] {
  const given = peaks.filter((field) => traffic[field] !== undefined);
  const [first, ...others] = given;
  const found = others.map((field) =>
    finding(
      [...at, field],
      `the peak is given ${given.length} times, by ${code(given).join(', ')}: keep one`,
    ),
  );
  const byUsers = first === 'users' || first === 'concurrentUsers';
  const paceWritten = written(...at, 'requestsPerUserPerMinute');
  if (paceWritten && given.length > 0 && !byUsers) {
    found.push(
      finding(
        [...at, 'requestsPerUserPerMinute'],
        `has no meaning with \`${first}\`: it is the pace of \`users\` or \`concurrentUsers\``,
      ),
    );
  }
  if (paceWritten && given.length === 0 && traffic.requestsPerMonth) {
    found.push(
      finding(
        [...at, 'requestsPerUserPerMinute'],
        'has no meaning with `requestsPerMonth` alone: remove it, or write `concurrentUsers`',
      ),
    );
  }
  if (first === undefined || others.length > 0 || traffic.requestsPerMonth === undefined) return found;
  if (written(...at, 'peakFactor')) {
    found.push(
      finding(
        [...at, 'peakFactor'],
        `got ${traffic.peakFactor}, but \`${first}\` gives the peak and \`requestsPerMonth\` the mean: remove it`,
      ),
    );
  }
  const mean = traffic.requestsPerMonth / secondsPerMonth;
  const peak = peakPerSecond({ ...traffic, requestsPerMonth: undefined });
  if (mean > peak) {
    found.push(
      finding(
        [...at, 'requestsPerMonth'],
        `${traffic.requestsPerMonth} a month are ${rounded(mean)} requests/s in the mean, above the ${rounded(peak)} requests/s at peak of \`${first}\`: lower it or raise \`${first}\``,
      ),
    );
  }
  return found;
}

/** An embedding comes as one answer. */
export const noStream = rule('unused-field', ['models', 'traffic'], ({ models }, written) =>
  written('traffic', 'slo', 'interTokenMs') && models.every((model) => taskOf(model) === 'embedding')
    ? [
        finding(
          ['traffic', 'slo', 'interTokenMs'],
          'has no meaning for an embedding model, which answers at once: remove it, `ttftMs` limits the whole answer',
        ),
      ]
    : [],
);

function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}
