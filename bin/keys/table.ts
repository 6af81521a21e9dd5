import type { Section } from '../../lib/report/section';
import type { Key } from './key';

/** Words for people, and the durations that the gateway knows; `30d` ends on the first of a month. */
export const budgetPeriods = { day: '1d', week: '7d', month: '30d' } as const;

/** As long as `revoke` needs it. */
export const shownIdLength = 8;

/** Keys as a table; `listed` ones with what they have spent. */
export function keySections(keys: readonly Key[], how: 'made' | 'listed'): Section[] {
  const spent = how === 'listed';
  const note = `${keys.length === 1 ? '1 key' : `${keys.length} keys`}. Spending is of the running period and written once a minute. -: no limit.`;
  return [
    {
      columns: ['name', 'id', 'models', 'req/min', 'tok/min', spent ? 'spent USD' : 'budget USD', 'expires'],
      rows: keys.map((key) => [
        key.name ?? '-',
        key.id.slice(0, shownIdLength),
        key.models.length === 0 ? 'all' : key.models.join(', '),
        limit(key.requestsPerMinute),
        limit(key.tokensPerMinute),
        spent ? `${key.spentUsd.toFixed(2)} of ${budget(key)}` : budget(key),
        key.expires === null ? 'never' : key.expires.slice(0, 10),
      ]),
      ...(spent && { notes: [note] }),
    },
  ];
}

const limit = (value: number | null) => (value === null ? '-' : String(value));

function budget({ budgetUsd, budgetPeriod }: Key): string {
  if (budgetUsd === null || budgetPeriod === null) return limit(budgetUsd);
  const word = Object.entries(budgetPeriods).find(([, period]) => period === budgetPeriod)?.[0];
  return `${budgetUsd} a ${word ?? budgetPeriod}`;
}
