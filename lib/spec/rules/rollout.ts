import { type Finding, finding, rule } from './rule';

export const surgeNeeded = rule('surge-needed', ['rollout'], ({ rollout }) =>
  rollout !== undefined && rollout.strategy !== 'rolling' && rollout.maxSurge === 0
    ? [
        finding(
          ['rollout', 'maxSurge'],
          `got 0 with \`strategy: ${rollout.strategy}\`, which starts new copies before old ones go: write 1 or more, or \`strategy: rolling\``,
        ),
      ]
    : [],
);

export const unusedRollout = rule('unused-field', ['rollout'], ({ rollout }) => {
  if (rollout === undefined) return [];
  const { strategy, canarySteps, bakeMinutes } = rollout;
  const found: Finding[] = [];
  if (canarySteps !== undefined && strategy !== 'canary') {
    found.push(
      finding(['rollout', 'canarySteps'], 'are those of `strategy: canary`: write that, or remove them'),
    );
  }
  if (bakeMinutes !== undefined && strategy === 'rolling') {
    found.push(
      finding(
        ['rollout', 'bakeMinutes'],
        'has no meaning with `strategy: rolling`, which has no steps: remove it',
      ),
    );
  }
  const steps = canarySteps ?? [];
  const at = steps.findIndex((step, index) => step <= (steps[index - 1] ?? 0));
  if (at !== -1) {
    found.push(
      finding(['rollout', 'canarySteps', at], `got ${steps[at]} after ${steps[at - 1]}: each step is larger`),
    );
  }
  return found;
});

export const abortNeedsAlarm = rule('alarm-off', ['rollout', 'monitoring'], ({ rollout, monitoring }) =>
  (rollout?.abortOn ?? []).flatMap((signal, index) =>
    monitoring.thresholds[signal] === 'off'
      ? [
          finding(
            ['rollout', 'abortOn', index],
            `got \`${signal}\`, whose alarm \`monitoring.thresholds\` switches off: give it a threshold, or remove it here`,
          ),
        ]
      : [],
  ),
);

/** From this share on one region is not enough. */
const severalRegionsPercent = 99.99;

export const availabilityForm = rule('availability-form', ['reliability'], ({ reliability }) => {
  const { availabilityPercent } = reliability;
  if (availabilityPercent === undefined || availabilityPercent < severalRegionsPercent) return [];
  const at = ['reliability', 'availabilityPercent'];
  return [
    finding(
      at,
      `${availabilityPercent} % needs two regions, which are not built yet: write less than ${severalRegionsPercent}`,
    ),
  ];
});
