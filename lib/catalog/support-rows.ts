import type { Cloud } from './machines';

/** One thing that a spec may say and that is refused. */
export interface SupportRow {
  id: string;
  /** `not-built-yet`: a known part of the spec that later versions add. `cannot`: does not work, or makes no sense. */
  kind: 'not-built-yet' | 'cannot';
  where: Where;
  /** What it is, why it is refused, what to use meanwhile. */
  reason: string;
}

export interface Where {
  /** Place in the spec, `[]` for each item of a list; fields below it are refused with it. */
  path?: string;
  /** Only these values; one that ends in `*` stands for all that begin so. */
  values?: readonly string[];
  /** Only lists with more items. */
  moreThan?: number;
  cloud?: Cloud;
  architecture?: string;
  /** Accelerators or kinds of machine. */
  hardware?: string;
}

const field = (path: string, reason: string, only: Omit<Where, 'path'> = {}): SupportRow => ({
  id: path.replace(/\[\]/g, ''),
  kind: 'not-built-yet',
  where: { path, ...only },
  reason,
});

const value = (path: string, id: string, values: readonly string[], reason: string): SupportRow => ({
  id,
  kind: 'not-built-yet',
  where: { path, values },
  reason,
});

const cannot = (id: string, where: Where, reason: string): SupportRow => ({
  id,
  kind: 'cannot',
  where,
  reason,
});

const oneMachine = 'a single server has one machine';

const sections: SupportRow[] = [
  field(
    'application',
    'a container of yours beside the gateway is not built yet: run it elsewhere and give it the endpoint and an API key',
  ),
  field(
    'batch',
    'queue, buckets and worker for batch jobs are not built yet: send the requests to the endpoint with a client that limits its concurrency',
  ),
  field(
    'rollout',
    'staged changes of machines are not built yet: a single server is replaced in place, with a gap of one boot',
  ),
  field(
    'timeZone',
    'it only serves `capacity.schedule` and `batch.startAt`, which are not built yet: remove it',
  ),
];

const capacity: SupportRow[] = [
  field(
    'capacity.schedule',
    'switching machines on and off by the clock is not built yet: the machine runs all month, and the bill says so',
  ),
  field(
    'capacity.onDemandBase',
    `${oneMachine}, so none can be kept on demand beside spot ones: choose \`capacity.purchase\``,
  ),
  field(
    'capacity.reservations',
    'paid capacity reservations are not built yet: on-demand machines that match an open reservation still use it',
  ),
  field('capacity.scalingSignal', `${oneMachine} and does not scale: size it with \`traffic\``),
  field('capacity.scalingTarget', `${oneMachine} and does not scale: size it with \`traffic\``),
  field('capacity.scaleInAfterSeconds', `${oneMachine} and does not scale: size it with \`traffic\``),
  field('capacity.warmPool', `${oneMachine}; prepared spare machines come with the scaled architecture`),
  value(
    'capacity.purchase',
    'capacity.purchase-mixed',
    ['mixed'],
    `${oneMachine}, which is either bought on demand or spot: write \`on-demand\` or \`spot\``,
  ),
];

const models: SupportRow[] = [
  field(
    'models[].versions',
    'several versions behind one name are not built yet: deploy the new version under a second `name` and move clients by alias',
  ),
  field(
    'models[].adapters',
    'LoRA adapters are not built yet: merge the adapter into the weights and serve these from your bucket',
  ),
  field(
    'models[].draftModel',
    'speculative decoding is not modelled yet, so its speed could not be promised',
  ),
  field(
    'models[].expertParallel',
    'spreading experts over GPUs is not built yet: experts are sliced with `tensorParallel`',
  ),
  field(
    'models[].pipelineParallel',
    'stages over several machines are not built yet: use a GPU with more memory, `tensorParallel`, or `quantization: fp8`',
  ),
  field('models[].replicas', `${oneMachine}; the plan starts as many copies of the model as its GPUs hold`),
  field(
    'models[].fallbacks',
    'there is one model, so none to fall back to: clients get an error when it fails',
  ),
  field('models[].traffic', 'a load per model comes with several models: write it under `traffic`'),
  field('models[].capacity', 'capacity per model comes with several models: write it under `capacity`'),
  {
    ...field('models', 'several models in one deployment are not built yet: write one spec for each', {
      moreThan: 1,
    }),
    id: 'several-models',
  },
  value(
    'models[].source',
    'managed-models',
    ['bedrock:*', 'azure-openai:*', 'azure-ai-foundry:*', 'vertex-ai:*'],
    'managed models behind the gateway are not built yet: serve an open model from the hub or your bucket',
  ),
  value(
    'models[].source',
    'other-clouds-buckets',
    ['gs://*', 'az://*'],
    "weights come from the hub or a bucket of the deployment's own cloud, on aws `s3://bucket/path`",
  ),
  value(
    'models[].engine',
    'other-engines',
    ['sglang', 'tensorrt-llm', 'ollama', 'llama.cpp'],
    'only vLLM is built and sized: leave `engine` out',
  ),
  value(
    'models[].gpu[]',
    'cpu-only',
    ['none'],
    'serving without a GPU is not modelled yet: leave `gpu` out, the smallest GPU machine is chosen',
  ),
  value(
    'models[].quantization',
    'gguf',
    ['q*', 'iq*', 'tq*', 'f16', 'f32', 'bf16', 'mxfp4*'],
    'GGUF files need llama.cpp or Ollama, which are not built yet: use `fp8`, or a checkpoint in AWQ or GPTQ',
  ),
];

const gateway: SupportRow[] = [
  field('gateway.jwt', 'token checks at the balancer are not built yet: clients use API keys'),
  field(
    'gateway.autoRouter',
    'it routes between several models, which are not built yet: clients name the model',
  ),
  field(
    'gateway.piiMasking',
    'masking of personal data is not built yet: mask before sending; prompts are stored nowhere unless `gateway.promptRetentionDays` says so',
  ),
  field('gateway.guardrail', "the cloud's content filter is not built yet: filter in your application"),
  field(
    'gateway.degradedAnswer',
    'a stand-in answer is not built yet: clients get status 503 when the model fails',
  ),
  field(
    'gateway.responseCache.similarityPercent',
    'it belongs to `gateway.responseCache.embeddingModel`, which is refused: equal requests are cached without it',
  ),
  cannot(
    'semantic-cache',
    { path: 'gateway.responseCache.embeddingModel' },
    'answers for similar requests need vector search in the cache, which Valkey here has not and no test has started with this gateway: equal requests are cached without it',
  ),
];

const storage: SupportRow[] = [
  field(
    'database.vectorCount',
    'a sized vector store is not built yet: use a database of your own for vectors',
  ),
  field(
    'database.allowedCidrs',
    'the database is for the gateway alone: use a database of your own for your tables',
  ),
  field('database.documents', 'a MongoDB-compatible store is not built yet: use one of your own'),
  value(
    'database.postgres',
    'postgres-none',
    ['none'],
    'API keys and budgets live in Postgres; `none` is only for batch, which is not built yet: write `embedded` or `managed`',
  ),
  field('cache.scope', 'a cache over several regions comes with several regions: leave it out'),
];

const operation: SupportRow[] = [
  field(
    'monitoring.notify.webhookSecret',
    'posting alarms to a webhook is not built yet: use `monitoring.notify.emails`; most pagers take alarms by mail',
  ),
  field(
    'monitoring.thresholds.queue-age',
    'it watches the queue of `batch`, which is not built yet: remove it',
  ),
  field(
    'monitoring.thresholds.dead-letters',
    'it watches the queue of `batch`, which is not built yet: remove it',
  ),
  cannot(
    'cost-per-hour',
    { path: 'monitoring.thresholds.cost-per-hour', architecture: 'single-server' },
    'the price of one machine per hour cannot double, so the alarm could never fire: `budget` watches the money',
  ),
  field(
    'security.compliance',
    'presets by law are not built yet: set `encryption: customer-managed`, `monitoring.logRetentionDays` and backups yourself, and ask your auditor',
  ),
  field(
    'security.residency',
    'a check that data stays in a zone is not built yet: everything of a single server stays in its one region',
  ),
  field(
    'reliability.availabilityPercent',
    'a promise of availability needs the scaled architecture: expect about 99 % of a single server',
  ),
  field(
    'reliability.regionLossCapacityPercent',
    'it needs several regions, which are not built yet: remove it',
  ),
  field(
    'reliability.backupRegion',
    'copies of backups in another region are not built yet: snapshots stay in the region',
  ),
];

const places: SupportRow[] = [
  value(
    'cloud',
    'cloud-azure',
    ['azure'],
    'Azure is not built yet: machines and prices are in the catalogue, templates are not',
  ),
  value(
    'cloud',
    'cloud-gcp',
    ['gcp'],
    'Google Cloud is not built yet: machines and prices are in the catalogue, templates are not',
  ),
  value(
    'architecture',
    'architecture-scaled',
    ['scaled'],
    'a fleet of machines is not built yet: a load that one machine holds runs as `single-server`',
  ),
  value(
    'architecture',
    'architecture-multi-region',
    ['multi-region'],
    'several regions and Kubernetes are not built yet: write `single-server` and one region',
  ),
  {
    ...field('regions', 'several regions are not built yet: write one region', { moreThan: 1 }),
    id: 'several-regions',
  },
  value(
    'network.egress',
    'egress-none',
    ['none'],
    'a network without a way out is not built yet: `nat`, or `existing` with your own filtered route',
  ),
  field('network.existing.privateDnsZones', 'it belongs to Azure, which is not built yet: remove it'),
  field('account.subscriptionId', 'it belongs to Azure, which is not built yet: on aws write `account.id`'),
  field('account.tenantId', 'it belongs to Azure, which is not built yet: on aws write `account.id`'),
  field('account.projectId', 'it belongs to Google Cloud, which is not built yet: on aws write `account.id`'),
  field('account.billingAccount', 'it belongs to Google Cloud, which is not built yet: remove it'),
  field(
    'account.state',
    'it says where Terraform keeps its state; on aws CloudFormation keeps it: remove it',
  ),
  field(
    'account.providerVersion',
    'it pins a Terraform provider; aws is deployed with CloudFormation: remove it',
  ),
];

const hardware: SupportRow[] = [
  cannot(
    'amd-gpus',
    { hardware: 'AMD Instinct (MI300X)' },
    'the pinned engine image is built for NVIDIA CUDA, and speed on AMD is not modelled: choose an NVIDIA GPU',
  ),
  cannot(
    'aws-inferentia',
    { hardware: 'AWS Inferentia' },
    'Inferentia runs models compiled for Neuron, not the pinned engine image: choose an NVIDIA GPU',
  ),
  cannot(
    'aws-trainium',
    { hardware: 'AWS Trainium' },
    'Trainium runs models compiled for Neuron, not the pinned engine image: choose an NVIDIA GPU',
  ),
  cannot(
    'google-tpus',
    { hardware: 'Google TPU' },
    'TPUs need another engine build and other machine images, and their speed is not modelled: choose an NVIDIA GPU',
  ),
  cannot(
    'old-gpus',
    { hardware: 'NVIDIA GPUs before Turing (V100, P100, P4, M60, K80)' },
    'CUDA 13, which the pinned engine image is built with, ended support for them: choose T4 or newer',
  ),
  cannot(
    'arm-hosts',
    { hardware: 'machines with ARM processors (G5g, GH200, GB200)' },
    'gateway, engine and machine images are those for x86: choose a GPU on an x86 machine',
  ),
  cannot(
    'fractional-gpus',
    { hardware: 'machines with a part of a GPU (Azure NVadsA10 v5, AWS G6f)' },
    'a slice has too little memory for a model and its speed is not modelled: choose a whole GPU',
  ),
];

export const supportTable: readonly SupportRow[] = [
  ...places,
  ...sections,
  ...models,
  ...capacity,
  ...gateway,
  ...storage,
  ...operation,
  ...hardware,
];

/** What people call the refused accelerators, the machine types that hold them, and the row that says why. */
export const accelerators: readonly { names: string[]; machines: string[]; row: string }[] = [
  {
    names: ['MI300', 'MI325', 'MI350', 'MI355', 'AMD', 'Radeon', 'V520'],
    machines: ['Standard_ND96isr_MI300X', 'Standard_NV4as_v4', 'g4ad.'],
    row: 'amd-gpus',
  },
  { names: ['Inferentia', 'Inf1', 'Inf2'], machines: ['inf1.', 'inf2.'], row: 'aws-inferentia' },
  {
    names: ['Trainium', 'Trn'],
    machines: ['trn1.', 'trn1n.', 'trn2.', 'trn2u.', 'trn3.'],
    row: 'aws-trainium',
  },
  {
    names: ['TPU', 'v5litepod', 'v5e', 'v5p', 'v6e', 'Trillium', 'Ironwood'],
    machines: ['ct4p-', 'ct5l-', 'ct5lp-', 'ct5p-', 'ct6e-', 'tpu7x-'],
    row: 'google-tpus',
  },
  {
    names: [
      'V100',
      'P100',
      'P40',
      'P4',
      'M60',
      'K80',
      'K520',
      'NVIDIA V100',
      'Tesla V100',
      'Tesla P100',
      'Tesla P4',
      'Tesla K80',
    ],
    machines: ['p2.', 'p3.', 'p3dn.', 'g3.', 'g3s.'],
    row: 'old-gpus',
  },
  {
    names: ['GH200', 'GB200', 'GB300', 'T4G'],
    machines: [
      'g5g.',
      'p6e-gb200.',
      'p6e-gb300.',
      'Standard_ND128isr_NDR_GB200',
      'Standard_ND128isr_GB300',
      'a4x-',
    ],
    row: 'arm-hosts',
  },
  {
    names: ['A10 slice', 'L4 slice'],
    machines: [
      'g6f.',
      'gr6f.',
      'Standard_NV6ads_A10_v5',
      'Standard_NV12ads_A10_v5',
      'Standard_NV18ads_A10_v5',
    ],
    row: 'fractional-gpus',
  },
];
