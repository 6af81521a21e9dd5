/** How Bedrock serves a model in a region. */
export type BedrockAccess =
  | { modelId: string; inferenceProfile?: string; regions: string[]; because: string }
  | { refused: string };

/**
 * Regions that a profile of a geography may send a request to, or more: a permission that is not used harms
 * nothing, and one that lacks fails now and then.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html (2025-12) for the
 *   form; lists as in public policies for Claude 4.5 and Nova (2026-11), where APAC, Japan and Australia differ
 *   by model and are not known here.
 */
const geographies = [
  { prefix: 'us', begins: /^us-(east|west)-/, destinations: ['us-east-1', 'us-east-2', 'us-west-2'] },
  {
    prefix: 'eu',
    begins: /^eu-(central-1|north-1|south-1|south-2|west-1|west-3)$/,
    destinations: ['eu-central-1', 'eu-north-1', 'eu-south-1', 'eu-south-2', 'eu-west-1', 'eu-west-3'],
  },
] as const;

type Prefix = (typeof geographies)[number]['prefix'];

/** Models that answer only through a profile ("on-demand throughput isn't supported"), and where there is one. */
const throughProfile: readonly { models: RegExp; in: readonly Prefix[] }[] = [
  { models: /^anthropic\.claude-(?!3-|v2|instant)/, in: ['us', 'eu'] },
  { models: /^amazon\.nova-/, in: ['us', 'eu'] },
  { models: /^meta\.llama(3-[123]|4)-/, in: ['us'] },
  { models: /^cohere\.embed-v4/, in: ['us', 'eu'] },
];

/** Beginnings of profile ids: people paste them, and the plan derives them. */
export const profilePrefix = /^(us|us-gov|eu|apac|jp|au|ca|global)\./;

/** The id to call and the regions to permit; what is not known is refused. */
export function bedrockAccess(modelId: string, region: string): BedrockAccess {
  const served = throughProfile.find(({ models }) => models.test(modelId));
  if (served === undefined) {
    return {
      modelId,
      regions: [region],
      because: `called in ${region} itself; whether Bedrock offers it there is not in the data, see its model page`,
    };
  }
  const geography = geographies.find(({ begins }) => begins.test(region));
  if (geography === undefined || !served.in.includes(geography.prefix)) {
    return {
      refused: `${modelId} is served through an inference profile, and the one of ${region} is not known: take a region of ${served.in.map((prefix) => prefix.toUpperCase()).join(' or ')}, or another model`,
    };
  }
  const { prefix, destinations } = geography;
  return {
    modelId,
    inferenceProfile: `${prefix}.${modelId}`,
    regions: [region, ...destinations.filter((other) => other !== region)],
    because: `served through the profile ${prefix}.${modelId}, which may send a request to any of ${destinations.join(', ')}`,
  };
}

/**
 * Regions with Amazon Bedrock Guardrails.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-supported.html (2026-11)
 */
export const guardrailRegions: readonly string[] = [
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'us-gov-east-1',
  'us-gov-west-1',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-south-1',
  'ap-south-2',
  'ap-southeast-1',
  'ap-southeast-2',
  'ca-central-1',
  'eu-central-1',
  'eu-central-2',
  'eu-north-1',
  'eu-south-1',
  'eu-south-2',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'sa-east-1',
];
