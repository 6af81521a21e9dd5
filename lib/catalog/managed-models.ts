import type { Cloud } from './machines';
import { once, records } from './table';

/** A model that the cloud runs and sells by the token. */
export interface ManagedModel {
  /** First part of a spec's `source`: `bedrock:...`. */
  provider: ManagedProvider;
  cloud: Cloud;
  /** The provider's own id. */
  model: string;
  task: 'chat' | 'embedding';
  inputUsdPerMillionTokens: number;
  /** null for embeddings: they have no answer. */
  outputUsdPerMillionTokens: number | null;
  /** null: prompt caching has no price of its own. */
  cachedInputUsdPerMillionTokens: number | null;
  maxInputTokens: number;
  maxOutputTokens: number | null;
  source: string;
  asOf: string;
  note: string;
}

export const managedProviders = {
  bedrock: 'aws',
  'azure-openai': 'azure',
  'azure-ai-foundry': 'azure',
  'vertex-ai': 'gcp',
} as const satisfies Record<string, Cloud>;

export type ManagedProvider = keyof typeof managedProviders;

/** Global list prices; a region or data zone may cost about 10 % more. */
export function managedModels(): readonly ManagedModel[] {
  return table();
}

export function findManagedModel(provider: ManagedProvider, model: string): ManagedModel | undefined {
  return managedModels().find((row) => row.provider === provider && row.model === model);
}

const table = once(() =>
  records<Omit<ManagedModel, 'cloud'>>(require('./data/managed-models.json')).map(
    (row): ManagedModel => ({ ...row, cloud: managedProviders[row.provider] }),
  ),
);
