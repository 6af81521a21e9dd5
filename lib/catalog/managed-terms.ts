import type { Law } from './laws';
import type { ManagedProvider } from './managed-models';

/** A provider on the published list of a law's programme. */
interface Scope {
  law: Law;
  provider: ManagedProvider;
  source: string;
  asOf: string;
}

/**
 * Laws for which clouds publish a list of services. Of GDPR and CCPA there is none: the contract of the cloud covers
 * all its services alike. No cloud publishes a list by model.
 */
const scopes: readonly Scope[] = [
  {
    law: 'hipaa',
    provider: 'bedrock',
    source: 'https://aws.amazon.com/compliance/hipaa-eligible-services-reference/ (Amazon Bedrock)',
    asOf: '2026-06',
  },
  {
    law: 'soc2',
    provider: 'bedrock',
    source: 'https://aws.amazon.com/compliance/services-in-scope/SOC/ (Amazon Bedrock)',
    asOf: '2026-06',
  },
];

/** Whether the law's list has the provider; undefined: there is no list to ask. */
export function inScope(law: Law, provider: ManagedProvider): boolean | undefined {
  const listed = scopes.filter((scope) => scope.law === law);
  return listed.length === 0 ? undefined : listed.some((scope) => scope.provider === provider);
}

/** Models of which prompts are kept, or leave the cloud, whatever the account says. */
export interface KeptPrompts {
  provider: ManagedProvider;
  models: RegExp;
  /** What happens to prompts and answers, as the rest of a sentence about the model. */
  says: string;
}

/**
 * Source: Amazon Bedrock user guide, "Data retention" and "Amazon Bedrock abuse detection" (2026-10), and the
 * announcement of the models (2026-06): all others keep nothing unless the account asks for it.
 */
const keptPrompts: readonly KeptPrompts[] = [
  {
    provider: 'bedrock',
    models: /^anthropic\.claude-(fable|mythos)/,
    says: 'keeps prompts and answers for up to 30 days and lets its maker see them',
  },
  {
    provider: 'bedrock',
    models: /^openai\.(?!gpt-oss-)/,
    says: 'keeps prompts that a classifier flags for up to 30 days',
  },
];

export function promptsKept(provider: ManagedProvider, modelId: string): KeptPrompts | undefined {
  return keptPrompts.find((row) => row.provider === provider && row.models.test(modelId));
}
