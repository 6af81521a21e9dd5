import type { Cloud } from './machines';
import { fieldsNotBuilt, fieldsOfFleets, fieldsOfOneMachine } from './support-fields';
import { refusedHardware } from './support-hardware';

/** One thing that a spec may say and that is refused. */
export interface SupportRow {
  id: string;
  /** `not-built-yet`: a known part of the spec that later versions add. `cannot`: does not work, or makes no sense. */
  kind: 'not-built-yet' | 'cannot';
  where: Where;
  /** What it is, why it is refused, what to do meanwhile. */
  reason: string;
}

export interface Where {
  /** Place in the spec, `[]` for each item of a list; fields below it are refused with it. */
  path?: string;
  /** Only these values; one that ends in `*` stands for all that begin so. */
  values?: readonly string[];
  /** Only lists with more items. */
  moreThan?: number;
  /** Only lists of models in which each source is one of these; patterns as in `values`. */
  everySource?: readonly string[];
  cloud?: Cloud;
  architecture?: string;
  /** Accelerators or kinds of machine, in words. */
  hardware?: string;
}

export const supportTable: readonly SupportRow[] = [
  notBuilt(
    'cloud-azure',
    { path: 'cloud', values: ['azure'] },
    'Azure is in the catalogue and not built yet: `cloud: aws`',
  ),
  notBuilt(
    'cloud-gcp',
    { path: 'cloud', values: ['gcp'] },
    'Google Cloud is in the catalogue and not built yet: `cloud: aws`',
  ),
  notBuilt(
    'multi-region',
    { path: 'architecture', values: ['multi-region'] },
    'several regions and Kubernetes are not built yet: `single-server` or `scaled` in one region',
  ),
  notBuilt(
    'several-regions',
    { path: 'regions', moreThan: 1 },
    'several regions are not built yet: write one region',
  ),
  cannot(
    'more-models',
    { path: 'models', moreThan: 8 },
    'no two models share a GPU, and the largest machines have 8: write at most 8 models, or a second spec',
  ),
  cannot(
    'managed-only',
    { path: 'models', everySource: ['bedrock:*'], architecture: 'single-server' },
    'a gateway without a model of its own needs no GPU machine, which a single server is: leave `architecture` out, or add a model from the hub or your bucket',
  ),
  cannot(
    'managed-elsewhere',
    {
      path: 'models[].source',
      values: ['azure-openai:*', 'azure-ai-foundry:*', 'vertex-ai:*'],
      cloud: 'aws',
    },
    'a machine on aws has no identity in other clouds: write a model of `bedrock:`',
  ),
  cannot(
    'other-buckets',
    { path: 'models[].source', values: ['gs://*', 'az://*'], cloud: 'aws' },
    'machines on aws read their weights with their own identity, which other clouds do not know: copy them to `s3://bucket/path`',
  ),
  notBuilt(
    'draft-models',
    { path: 'models[].draftModel', values: ['*/*'] },
    'a second model that drafts tokens takes memory and time that are not modelled yet: `ngram`, which drafts from the prompt, or leave it out',
  ),
  notBuilt(
    'masking-languages',
    {
      path: 'gateway.piiMasking.language',
      values: ['de*', 'es*', 'fr*', 'it*', 'nl*', 'pl*', 'pt*', 'ja*', 'zh*'],
    },
    'the pinned analyzer image holds a language model of English alone and answers others with an error, and one of your own is not built yet: leave `language` out',
  ),
  notBuilt(
    'other-engines',
    { path: 'models[].engine', values: ['sglang', 'tensorrt-llm', 'ollama', 'llama.cpp'] },
    'only vLLM is built and sized: leave `engine` out; `compose --engine llama.cpp` runs llama.cpp on a machine of yours',
  ),
  notBuilt(
    'cpu-only',
    { path: 'models[].gpu[]', values: ['none'] },
    'serving without a GPU is not modelled yet: leave `gpu` out and the cheapest GPU machine is chosen; `compose --engine llama.cpp` takes it on a machine of yours',
  ),
  notBuilt(
    'gguf',
    { path: 'models[].quantization', values: ['q*', 'iq*', 'tq*'] },
    'GGUF files need llama.cpp or Ollama, which no cloud form has yet: use `fp8`, or a checkpoint in AWQ or GPTQ; `compose --engine llama.cpp` takes them on a machine of yours',
  ),
  cannot(
    'flex-start',
    { path: 'batch.purchase', values: ['flex-start'], cloud: 'aws' },
    'machines that wait in a queue for GPUs are sold by Google Cloud: write `spot` or `on-demand`',
  ),
  cannot(
    'mixed-purchase',
    { path: 'capacity.purchase', values: ['mixed'], architecture: 'single-server' },
    'a single server has one machine: write `on-demand` or `spot`, or `architecture: scaled`',
  ),
  cannot(
    'fleet-tunnel',
    { path: 'network.ingress', values: ['tunnel'], architecture: 'scaled' },
    'a tunnel ends at one machine, and a gateway group has several behind a balancer: write `internal` or `public`',
  ),
  cannot(
    'fleet-embedded-database',
    { path: 'database.postgres', values: ['embedded'], architecture: 'scaled' },
    'machines of a fleet come and go, so Postgres cannot live on one: write `managed`, or leave it out',
  ),
  cannot(
    'fleet-embedded-cache',
    { path: 'cache.valkey', values: ['embedded', 'none'], architecture: 'scaled' },
    'several gateways share their limits and cooldowns in one cache: write `managed`, or leave it out',
  ),
  notBuilt(
    'postgres-none',
    { path: 'database.postgres', values: ['none'] },
    'API keys and budgets live in Postgres; only `batch` without `traffic` goes without, which is not built yet: write `embedded` or `managed`',
  ),
  ...(['azure', 'gcp'] as const).map((cloud) =>
    cannot(
      `jwt-${cloud}`,
      { path: 'gateway.jwt', cloud },
      'only the balancer of AWS checks tokens by itself: clients use API keys',
    ),
  ),
  ...(['azure', 'gcp'] as const).map((cloud) =>
    notBuilt(
      `guardrail-${cloud}`,
      { path: 'gateway.guardrail', cloud },
      'the content filter of this cloud is not built yet: filter in your application',
    ),
  ),
  ...Object.entries(fieldsNotBuilt).map(([path, reason]) => notBuilt(path, { path }, reason)),
  ...Object.entries(fieldsOfFleets).map(([path, reason]) =>
    cannot(path, { path, architecture: 'single-server' }, reason),
  ),
  ...Object.entries(fieldsOfOneMachine).map(([path, reason]) =>
    cannot(`fleet-${path}`, { path, architecture: 'scaled' }, reason),
  ),
  cannot(
    'semantic-cache',
    { path: 'gateway.responseCache.embeddingModel' },
    'answers to similar requests need a cache with vector search, which no test has started with this gateway: equal requests are cached without it',
  ),
  cannot(
    'cost-per-hour',
    { path: 'monitoring.thresholds.cost-per-hour', architecture: 'single-server' },
    'the price of one machine per hour cannot double, so the alarm could never fire: `budget` watches the money',
  ),
  ...refusedHardware.map(({ id, title, reason }) => cannot(id, { hardware: title }, reason)),
];

function notBuilt(id: string, where: Where, reason: string): SupportRow {
  return { id, kind: 'not-built-yet', where, reason };
}

function cannot(id: string, where: Where, reason: string): SupportRow {
  return { id, kind: 'cannot', where, reason };
}
