import type {
  AdapterDecision,
  ManagedModelDecision,
  ModelDecision,
  SingleServerPlan,
} from '../../lib/plan/plan';
import { type Changes, exampleModel, exampleModels, examplePlan } from './example-plan';

export const adapter = (name: string, changes: Partial<AdapterDecision> = {}): AdapterDecision => ({
  name,
  source: `acme/${name}-lora`,
  origin: 'hub',
  revision: 'v1',
  ...changes,
});

export const managedModel = (changes: Partial<ManagedModelDecision> = {}): ManagedModelDecision => ({
  name: 'nova',
  provider: 'bedrock',
  modelId: 'amazon.nova-lite-v1:0',
  inferenceProfile: 'eu.amazon.nova-lite-v1:0',
  foundationModelRegions: ['eu-central-1', 'eu-west-1'],
  task: 'chat',
  usdPerMillionInputTokens: 0.06,
  usdPerMillionOutputTokens: 0.24,
  maxContext: 300_000,
  requestsPerMonth: 0,
  load: { ...exampleModel.load, inputTokens: 1000, outputTokens: 500 },
  because: 'an example',
  ...changes,
});

/** Two versions of `chat`, the first with two copies. */
export const versions = (changes: Partial<ModelDecision> = {}): ModelDecision[] =>
  exampleModels(
    { name: 'chat', version: 'old', weightPercent: 90, copies: 2, ...changes },
    { name: 'chat', version: 'new', weightPercent: 10, source: 'Qwen/Qwen3-4B', ...changes },
  );

/** Everything that can stand beside one model, at once. */
export function severalModels(changes: Changes = {}): SingleServerPlan {
  const { gateway, images, ...others } = changes;
  return examplePlan({
    models: [
      ...versions({ rateLimit: { requestsPerMinute: 1000, tokensPerMinute: 100_000 } }),
      ...exampleModels({
        name: 'small',
        source: 'Qwen/Qwen3-4B',
        adapters: [adapter('hr'), adapter('legal', { source: 's3://acme/lora', origin: 'bucket' })],
        adapterRank: 64,
        speculation: { method: 'ngram', tokens: 5 },
        maxContext: 32768,
      }),
    ],
    managedModels: [managedModel({ rateLimit: { requestsPerMinute: 30 } })],
    gateway: {
      aliases: { 'gpt-4o': 'chat' },
      routing: 'least-busy',
      fallbacks: [{ model: 'chat', to: ['small', 'nova'] }],
      contextWindowFallbacks: [{ model: 'chat', to: ['nova'] }],
      autoRouter: { name: 'auto', simple: 'small', complex: 'chat' },
      degradedAnswer: 'We are busy.',
      piiMasking: { language: 'en', entities: ['PERSON', 'EMAIL_ADDRESS'] },
      ...gateway,
    },
    images: {
      piiAnalyzer: 'presidio-analyzer:2.2.362',
      piiAnonymizer: 'presidio-anonymizer:2.2.362',
      ...images,
    },
    ...others,
  });
}
