import type { Decisions, ManagedModelDecision, ModelDecision } from '../plan/plan';
import { amount, plural } from './numbers';
import type { Section } from './section';

export function modelTitle({ name, version, weightPercent, source }: ModelDecision): string {
  const share = version === undefined ? '' : `, version ${version}, ${weightPercent} % of its requests`;
  return `Model ${name} (${source})${share}`;
}

/** What an engine does beside the model itself. */
export function extras({ adapters, adapterRank, speculation, load }: ModelDecision): string[][] {
  return [
    [
      'Load',
      load.requestsPerMonth === 0
        ? 'none planned: it answers when another model cannot'
        : `${plural(load.requestsPerMonth, 'request')} a month, ${amount(load.peakRequestsPerSecond)} requests/s at peak, ${amount(load.inputTokens)} tokens in and ${amount(load.outputTokens)} out`,
    ],
    ...(adapters.length === 0
      ? []
      : [
          [
            'Adapters',
            `${adapters.map(({ name, source }) => `${name} (${source})`).join(', ')}; rank ${adapterRank} or less`,
          ],
        ]),
    ...(speculation === undefined
      ? []
      : [
          [
            'Speculation',
            `${speculation.tokens} tokens guessed from the prompt, sized as if they gave nothing`,
          ],
        ]),
  ];
}

export function managedSections({ managedModels }: Decisions): Section[] {
  return managedModels.map((model) => ({
    title: `Managed model ${model.name} (${model.provider}:${model.modelId})`,
    rows: [
      ['Called as', model.inferenceProfile ?? model.modelId],
      ['', model.because],
      ['Regions', model.foundationModelRegions.join(', ')],
      ['Context', model.maxContext === null ? 'not known' : `${amount(model.maxContext)} tokens`],
      ['Price', priceText(model)],
      [
        'Load',
        model.requestsPerMonth === 0
          ? 'none planned: it answers when another model cannot, and costs only then'
          : `${plural(model.requestsPerMonth, 'request')} a month`,
      ],
    ],
  }));
}

function priceText(model: ManagedModelDecision): string {
  const { usdPerMillionInputTokens: input, usdPerMillionOutputTokens: output } = model;
  if (input === null) return 'price not known';
  return `USD ${input} per million tokens in${output === null ? '' : `, USD ${output} out`}`;
}

/** Who answers instead, and what is done to requests on the way. */
export function routeSections({ gateway }: Decisions): Section[] {
  const { fallbacks, contextWindowFallbacks, autoRouter, degradedAnswer, piiMasking } = gateway;
  const rows = [
    ...fallbacks.map(({ model, to }) => [`${model} fails`, `then ${to.join(', then ')}`]),
    ...contextWindowFallbacks.map(({ model, to }) => [
      `Prompt too long for ${model}`,
      `then ${to.join(', then ')}, which have more context`,
    ]),
    ...(autoRouter === undefined
      ? []
      : [
          [
            `Model ${autoRouter.name}`,
            `sends easy requests to ${autoRouter.simple} and hard ones to ${autoRouter.complex}`,
          ],
        ]),
    ...(degradedAnswer === undefined ? [] : [['All models fail', `answers "${degradedAnswer}"`]]),
    ...(piiMasking === undefined
      ? []
      : [['Masked before the model', `${piiMasking.entities.join(', ')} (${piiMasking.language})`]]),
  ];
  return rows.length === 0 ? [] : [{ title: 'Routes', rows }];
}
