import type { Law } from '../catalog/laws';
import type { Spec } from '../spec/types';
import type { Alarm } from './signals';

/**
 * Every decision about a deployment, made and explained. Plain JSON data.
 *
 * A plan names machine types and sizes, never a cloud resource: decisions are where clouds agree.
 */
export interface Plan<Form extends Decisions = Decisions> {
  version: 1;
  /** The parsed spec with its literal defaults. */
  spec: Spec;
  decisions: Form;
  /** What works but deserves a look, such as production without anyone to notify. */
  warnings: Warning[];
}

export type SingleServerPlan = Plan<SingleServerDecisions>;
export type ScaledPlan = Plan<ScaledDecisions>;

export interface Warning {
  path: string;
  rule: string;
  message: string;
}

/** Why a decision was taken: one sentence that `plan` prints. */
export interface Explained {
  because: string;
}

/** What both architectures decide: the same questions, with answers of the same shape. */
export interface CommonDecisions {
  identity: IdentityDecision;
  architecture: ArchitectureDecision;
  load: LoadDecision;
  /** Engines: a model each, or a version of one. */
  models: ModelDecision[];
  /** Models that the cloud runs and sells by the token, behind the same gateway. */
  managedModels: ManagedModelDecision[];
  network: NetworkDecision;
  entry: EntryDecision;
  timeouts: TimeoutsDecision;
  gateway: GatewayDecision;
  /** Absent: nothing of the user runs beside the gateway. */
  application?: ApplicationDecision;
  database: DatabaseDecision;
  cache: CacheDecision;
  /** A store for applications of the user; absent: none. */
  documents?: DocumentsDecision;
  /** Absent: the managed database's own backups, or snapshots of the data disk, are all. */
  backup?: BackupDecision;
  modelStore: ModelStoreDecision;
  security: SecurityDecision;
  /** Absent: no files of requests. */
  batch?: BatchDecision;
  /** Absent where the spec names no law and no residency. */
  compliance?: ComplianceDecision;
  monitoring: MonitoringDecision;
  budget?: BudgetDecision;
  images: ImagesDecision;
}

/** One machine holds everything. */
export interface SingleServerDecisions extends CommonDecisions {
  architecture: ArchitectureDecision & { name: 'single-server' };
  machine: MachineDecision;
  disks: DisksDecision;
  fleets?: undefined;
}

/** Machines of the gateway before fleets of engines. */
export interface ScaledDecisions extends CommonDecisions {
  architecture: ArchitectureDecision & { name: 'scaled' };
  gatewayGroup: GatewayGroupDecision;
  /** One for each of `models`, in the same order; empty where all models are managed. */
  fleets: FleetDecision[];
  rollout: RolloutDecision;
  machine?: undefined;
  disks?: undefined;
}

export type Decisions = SingleServerDecisions | ScaledDecisions;

/** What the deployment is called and how its resources are labelled. */
export interface IdentityDecision extends Explained {
  /** `<name>-<environment>`: first part of every resource name. */
  name: string;
  region: string;
  accountId?: string;
  /** The user's tags plus `name`, `environment`, `managed-by`. */
  tags: Record<string, string>;
}

export interface ArchitectureDecision extends Explained {
  name: 'single-server' | 'scaled';
}

/** Users become requests per second, requests per second become requests in flight (Little's law). */
export interface LoadDecision extends Explained {
  peakRequestsPerSecond: number;
  meanRequestsPerSecond: number;
  requestsPerMonth: number;
  inputTokens: number;
  outputTokens: number;
  /** At peak, at the expected speed of the chosen machine. */
  requestsInFlight: number;
  ttftMs: number;
  interTokenMs: number;
  /** The way from users to requests in flight, a line each. */
  steps: string[];
}

export interface MachineDecision extends Explained {
  instanceType: string;
  count: number;
  gpu: string;
  gpuCount: number;
  vcpus: number;
  memoryGiB: number;
  /** Instance store; 0 where the type has none. */
  localNvmeGiB: number;
  purchase: 'on-demand' | 'spot';
  usdPerHourOnDemand: number;
  usdPerHourSpot: number | null;
  /** Hours a month that the machine runs. */
  hoursPerMonth: number;
  /** Machine image id; absent: the vendor's newest, which a redeploy may change. */
  imageId?: string;
  /** Cloud quota that must allow `vcpus`, in the cloud's own words. */
  quota?: Quota;
  runnerUp?: RejectedMachine;
  rejected: RejectedMachine[];
}

export interface RejectedMachine extends Explained {
  instanceType: string;
  gpu: string;
  gpuCount: number;
  tensorParallel: number;
  quantization: string;
  usdPerMonth: number | null;
}

/** What a month and its busiest minute send to one model. */
export interface ModelLoad {
  peakRequestsPerSecond: number;
  requestsPerMonth: number;
  /** Means per request. */
  inputTokens: number;
  outputTokens: number;
}

/** A LoRA adapter, which clients name as `model`. */
export interface AdapterDecision {
  name: string;
  /** Hub id, or the URI of a folder in a bucket. */
  source: string;
  origin: 'hub' | 'bucket';
  revision: string;
}

/** How one engine is started on one kind of machine, and what it then does: all that depends on the GPU. */
export interface EngineForm {
  /** Engines of this model on one machine; each uses `tensorParallel` GPUs of its own. */
  copies: number;
  tensorParallel: number;
  /** `none`: the checkpoint as it is; `fp8`: converted at load. */
  quantization: 'none' | 'fp8' | 'awq' | 'gptq';
  /** Precision of computation: bfloat16, or float16 on GPUs without it. */
  dtype: 'bfloat16' | 'float16';
  /** Sequences in one batch (`--max-num-seqs`). */
  maxSequences: number;
  maxBatchedTokens: number;
  /** Waiting and running requests of one engine, above which it answers 503. */
  maxQueuedRequests: number;
  gpuMemoryUtilization: number;
  expected: ExpectedPerformance;
}

/** One model, or one version of it, its engine flags and what it is expected to do. In a fleet: on the machine planned. */
export interface ModelDecision extends Explained, EngineForm {
  /** What clients send as `model`; versions of one model share it. */
  name: string;
  /** Of several behind one name; `name` and `version` together are unique, and so is `<name>-<version>`. */
  version?: string;
  /** Share of the name's requests, in percent; the weights of a name sum to 100. With `version` only. */
  weightPercent?: number;
  /** Hub id, or the URI of a folder in a bucket. */
  source: string;
  origin: 'hub' | 'bucket';
  revision: string;
  gated: boolean;
  task: 'chat' | 'completion' | 'embedding';
  engine: 'vllm';
  kvCacheDtype: 'auto' | 'fp8';
  maxContext: number;
  prefixCaching: boolean;
  /** Flags passed as the user wrote them, none of which the plan derives. */
  engineArgs: Record<string, string | number | boolean>;
  /** Of the name, over all keys, copies and versions. */
  rateLimit?: { requestsPerMinute?: number; tokensPerMinute?: number };
  /** Size of the weight files. */
  weightsGiB: number;
  /** Empty: the engine starts without LoRA. */
  adapters: AdapterDecision[];
  /** Largest rank that memory is kept for (`--max-lora-rank`); every adapter has a slot. With adapters only. */
  adapterRank?: number;
  /** Guesses `tokens` tokens a step by looking up the last ones in the prompt. */
  speculation?: { method: 'ngram'; tokens: number };
  load: ModelLoad;
  /** What keys are charged: the model's share of the machine over its planned tokens, input and output alike. */
  usdPerMillionTokens: number;
}

/** A model that the cloud runs: the gateway calls it with the machine's own identity. */
export interface ManagedModelDecision extends Explained {
  /** What clients send as `model`. */
  name: string;
  provider: 'bedrock';
  /** The provider's own id, without a region prefix. */
  modelId: string;
  /** Id to call where the model is served through a profile; absent: `modelId` itself. */
  inferenceProfile?: string;
  /** Regions to which a request may be sent, the deployment's own first: permissions name the model in each. */
  foundationModelRegions: string[];
  task: 'chat' | 'completion' | 'embedding';
  /** null: not known. */
  usdPerMillionInputTokens: number | null;
  /** null: not known, or an embedding, which has no answer. */
  usdPerMillionOutputTokens: number | null;
  /** null: not known. */
  maxContext: number | null;
  /** Planned; 0 for a model that is only a fallback. */
  requestsPerMonth: number;
  load: ModelLoad;
  rateLimit?: { requestsPerMinute?: number; tokensPerMinute?: number };
}

/** Per engine (copy) unless it says otherwise. */
export interface ExpectedPerformance {
  weightsGiBPerGpu: number;
  kvCacheTokens: number;
  /** Sequences running at the service level: the base of the in-flight ratio. */
  sequencesInFlight: number;
  /** All copies together, at capacity. */
  requestsPerSecondCapacity: number;
  outputTokensPerSecond: number;
  ttftMs: number;
  interTokenMs: number;
}

export interface DisksDecision extends Explained {
  /** Operating system and container images. */
  rootGiB: number;
  rootThroughputMiBps: number;
  /** Postgres, Valkey, weights and compile cache; survives the machine. */
  dataGiB: number;
  dataThroughputMiBps: number;
  dataIops: number;
  snapshotEveryHours: number;
  snapshotsKept: number;
}

export interface NetworkDecision extends Explained {
  /** Absent: a new network of `cidr`. */
  existing?: {
    id: string;
    machineSubnets: { id: string; zone: string }[];
    balancerSubnets: { id: string; zone: string }[];
    dataSubnets: { id: string; zone: string }[];
  };
  cidr: string;
  /** Zone names; empty: the first two that the account sees, taken at deploy time. */
  zones: string[];
  /** `none`: nothing but `privateEndpoints`, and the bucket. */
  egress: 'nat' | 'existing' | 'none';
  natGateways: number;
  /** Zones that a fleet is spread over; absent: one machine lives in one. */
  zoneCount?: number;
  /** Services that are reached inside the network and not through the way out; absent: the bucket alone. */
  privateEndpoints?: PrivateEndpoint[];
}

/** A service of the cloud with an address of its own in the network. */
export type PrivateEndpoint =
  | 'secrets'
  | 'logs'
  | 'metrics'
  | 'operator-tunnel'
  | 'managed-models'
  | 'images'
  | 'machine-groups'
  | 'deployments'
  | 'volumes'
  | 'queue';

export interface EntryDecision extends Explained {
  ingress: 'public' | 'internal' | 'tunnel';
  tls: 'required' | 'none';
  domain?: string;
  dnsZone?: string;
  /** Existing certificate; absent with TLS: a managed one, validated through `dnsZone`. */
  certificate?: string;
  allowedCidrs: string[];
  waf: boolean;
  ipRequestsPerMinute: number;
  /** Ceiling of the web firewall before the limits that each key has of its own. */
  keyRequestsPerMinute: number;
  /** The balancer demands such a token in `Authorization`; the API key travels in `x-litellm-api-key`. */
  jwt?: { issuer: string; jwksUrl: string; audience: string };
}

/** In the order in which they must grow along the path; all in seconds. */
export interface TimeoutsDecision extends Explained {
  /** Longest answer: the gateway gives up after it. */
  answerSeconds: number;
  /** Longest silence between two pieces of a stream; covers queue and prefill. */
  streamSilenceSeconds: number;
  /** The balancer closes a connection that was silent for so long. */
  balancerIdleSeconds: number;
  /** The gateway keeps idle connections longer than the balancer does. */
  gatewayKeepAliveSeconds: number;
  /** The engine keeps idle connections longer than the gateway does. */
  engineKeepAliveSeconds: number;
  /** Draining lasts at most so long; above `answerSeconds`. */
  drainSeconds: number;
  /** Model import (first boot), download, load, compile. */
  loadSeconds: number;
  /** Health checks count only after this; above `loadSeconds`. */
  bootGraceSeconds: number;
}

export interface GatewayDecision extends Explained {
  workers: number;
  retries: number;
  routing: 'shuffle' | 'least-busy' | 'lowest-latency' | 'lowest-cost';
  /** Client name to model name. */
  aliases: Record<string, string>;
  /** Defaults of each new API key. */
  keyLimits: { requestsPerMinute: number; tokensPerMinute?: number; budgetUsdPerMonth?: number };
  /** Absent: answers are not cached. */
  responseCacheTtlSeconds?: number;
  /** 0: prompts and answers are stored nowhere. */
  promptRetentionDays: number;
  spendLogRetentionDays: number;
  /** On error, saturation and outage, in order. */
  fallbacks: Fallback[];
  /** For a prompt that is too long: those of `fallbacks` with more context. */
  contextWindowFallbacks: Fallback[];
  /** Model `name` sends easy requests to one model and hard ones to the other. */
  autoRouter?: { name: string; simple: string; complex: string };
  /** Last resort when every model fails: the answer that says it is degraded. Absent: clients get 503. */
  degradedAnswer?: string;
  /** Personal data is masked before the model and restored in the answer. Entities by Presidio's names. */
  piiMasking?: { language: 'en'; entities: string[] };
  /** Absent: the cloud looks at no prompt and no answer. */
  guardrail?: GuardrailDecision;
}

/** A container of the user beside each gateway; its image is `images.application`. */
export interface ApplicationDecision extends Explained {
  port: number;
  /** What goes to it of the balancer's host: `/`, or a path and everything below. */
  path: string;
  /** Plain values, beside the gateway's address and the container's own key. */
  env: Record<string, string>;
  /** At most. */
  vcpus: number;
  memoryGiB: number;
}

/** The cloud's content filter before and after every model. */
export interface GuardrailDecision extends Explained {
  filters: GuardrailFilter[];
  /** Pieces of a stream that are held back, looked at and let go together. */
  piecesPerLook: number;
}

/** What is blocked: at `medium` what is so with medium or high confidence. */
export interface GuardrailFilter {
  category: 'hate' | 'insults' | 'sexual' | 'violence' | 'misconduct' | 'prompt-attack';
  prompts: 'medium';
  answers: 'medium' | 'none';
}

export interface Fallback {
  model: string;
  to: string[];
}

export interface DatabaseDecision extends Explained {
  postgres: 'embedded' | 'managed';
  majorVersion: 17;
  /** Managed only; absent with `serverless`. */
  instanceClass?: string;
  /** Managed only: instances that grow and shrink with their load, in units of 2 GiB of memory. */
  serverless?: {
    /** The writer and its readers, which take its place when it fails. */
    instances: number;
    minUnits: number;
    /** Expected in the mean of a month, each instance. */
    meanUnits: number;
    maxUnits: number;
  };
  /** Of `serverless` what is expected; it grows by itself. */
  storageGiB: number;
  highAvailability: boolean;
  backupDays: number;
  /** Connections that the gateway may hold in all. */
  connectionLimit: number;
  /** Ranges of applications that connect with users of their own; absent: the gateway alone. */
  clientCidrs?: string[];
}

/** A MongoDB-compatible database, which the gateway does not use. */
export interface DocumentsDecision extends Explained {
  majorVersion: 5;
  instanceClass: string;
  /** The writer and its readers, which take its place when it fails. */
  instances: number;
  backupDays: number;
}

/** Daily copies of managed databases in a vault, which outlives them. */
export interface BackupDecision extends Explained {
  keptDays: number;
  /** Vault in another region that gets a copy of each. */
  copy?: { region: string; vault: string };
}

export interface CacheDecision extends Explained {
  valkey: 'embedded' | 'managed' | 'none';
  /** Managed only. */
  nodeType?: string;
  /** Managed only: nodes in all, primary included. */
  nodes: number;
  /** Embedded only. */
  memoryMiB: number;
}

export interface ModelStoreDecision extends Explained {
  /** Existing bucket; absent: a new one. */
  bucket?: string;
  import: 'job' | 'manual';
  /** Name of an existing secret with the hub token. */
  hubTokenSecret?: string;
  keepRevisions: number;
  storedGiB: number;
}

export interface SecurityDecision extends Explained {
  encryption: 'provider-managed' | 'customer-managed';
  /** Existing key; absent with `customer-managed`: a new one. */
  encryptionKey?: string;
  deletionProtection: boolean;
}

/** What laws and residency change, and what no template does for them. */
export interface ComplianceDecision extends Explained {
  /** In the order of the spec. */
  laws: Law[];
  residency: 'none' | 'regions' | 'eu' | 'us';
  /** Who reads and writes the objects of the deployment's buckets; absent without laws. */
  auditLog?: AuditLogDecision;
  /** What stays with people: agreements, processes, settings of the account. */
  remaining: { of: string; what: string }[];
}

export interface AuditLogDecision extends Explained {
  /**
   * Copies of all logs that cannot be changed: `governance` by nobody without a permission of its own, `compliance` by
   * nobody at all, not even the account. Absent: logs are guarded by permissions alone.
   */
  lock?: 'governance' | 'compliance';
}

export interface MonitoringDecision extends Explained {
  emails: string[];
  /** Name of the secret that holds the webhook URL. */
  webhookSecret?: string;
  logRetentionDays: number;
  alarms: Alarm[];
}

export interface BudgetDecision extends Explained {
  monthlyUsd: number;
  alertAtPercent: number[];
  failSynthOverUsd?: number;
}

/** Files of requests that nobody waits for: the queue of jobs, the buckets, and who works. */
export interface BatchDecision extends Explained {
  /** `shared`: what users leave idle of the machines that there are; `dedicated`: `own` machines. */
  fleet: 'shared' | 'dedicated';
  /** The only model that lines may name, beside its adapters. */
  model: string;
  requestsPerDay: number;
  /** Days of a month with so much work. */
  daysPerMonth: number;
  /** Means per line. */
  inputTokens: number;
  outputTokens: number;
  deadlineHours: number;
  /** Machines start from this time of the day on, for `deadlineHours`; absent: at once. */
  startAt?: string;
  /** Expected for a day's lines, the start of machines included. */
  hoursPerDay: number;
  worker: {
    /** Requests under way at once, of one worker. */
    concurrency: number;
    /** No further request while the in-flight ratio of the engines is at or above it; absent: nobody else asks them. */
    saturation?: number;
    /** A request is given up after it; above the longest answer. */
    answerSeconds: number;
    /** After it a worker that must end gives its jobs back. */
    drainSeconds: number;
  };
  queue: {
    /** How long a job stays with a worker that shows no sign of life. */
    leaseSeconds: number;
    /** Deliveries after which the worker gives a job up. */
    maxAttempts: number;
    /** Deliveries after which the queue does, for want of a worker that can; above `maxAttempts`. */
    maxDeliveries: number;
    /** Jobs that nobody takes, and dead letters, are kept for so long. */
    retentionDays: number;
  };
  /** Of inputs and results in new buckets. */
  retentionDays: number;
  /** Existing buckets; absent: new ones. */
  inputBucket?: string;
  outputBucket?: string;
  /** With `dedicated` only: machines that hold an engine and its worker. */
  own?: { model: ModelDecision; fleet: BatchFleetDecision };
}

/** The machines of files: each holds an engine and the worker that asks it, and comes and goes with the queue. */
export interface BatchFleetDecision extends Omit<FleetDecision, 'scaling'> {
  scaling: Omit<FleetDecision['scaling'], 'signal' | 'target'> & {
    /** Jobs in the queue and with workers. */
    signal: 'queue-backlog';
    /** Jobs for each machine. */
    target: number;
  };
}

/** Container image references with exact versions. */
export interface ImagesDecision extends Explained {
  gateway: string;
  engine: string;
  database: string;
  cache: string;
  telemetry: string;
  /** nginx; where a machine of a fleet has several engines only. */
  front?: string;
  /** With `gateway.piiMasking` only, both of them. */
  piiAnalyzer?: string;
  piiAnonymizer?: string;
  /** The user's own, with `application` only. */
  application?: string;
}

/** Machines that run over a month: at least, in the mean of the scaling range, at most. */
export interface Running {
  least: number;
  mean: number;
  most: number;
}

/** What an account must be allowed to run at once, in the cloud's own words. */
export interface Quota {
  name: string;
  code: string;
  vcpus: number;
}

/** A kind of machine that a fleet may start, and the form of its engine there. */
export interface FleetMachine extends EngineForm {
  instanceType: string;
  gpu: string;
  gpuCount: number;
  vcpus: number;
  memoryGiB: number;
  /** Instance store; 0 where the type has none. */
  localNvmeGiB: number;
  usdPerHourOnDemand: number | null;
  usdPerHourSpot: number | null;
  /** What one counts for in the size of the fleet; the planned type counts `unitsPerMachine`. */
  capacityWeight: number;
  /**
   * Cloud quotas that must allow its vCPUs, in the cloud's own words; of the largest fleet, while it changes. With
   * `mixed` that of the base and that of the rest.
   */
  quotas: Quota[];
}

/** Bounds that hold in a window of the week instead of the fleet's own. */
export interface ScheduledBounds {
  /** Days on which it begins, `mon` first. */
  days: string;
  from: string;
  to: string;
  /** Machines. */
  min: number;
  max: number;
}

/** The machines of one engine: alike, or one type after the other where capacity is short. */
export interface FleetDecision extends Explained {
  /** `<model>` or `<model>-<version>`: unique. */
  name: string;
  model: string;
  version?: string;
  /** In the order in which they are tried; the first is the one planned. */
  machines: FleetMachine[];
  /** Weight of one machine of the planned type: sizes of the group are machines x this. */
  unitsPerMachine: number;
  /** Machines of the planned type that the load asks for, whatever bounds are written. */
  machinesAtPeak: number;
  /** Machines of the planned type. 0 and 0: asleep outside the schedule. */
  min: number;
  max: number;
  purchase: 'on-demand' | 'spot' | 'mixed';
  /** Machines that are never spot; with `mixed` only, else 0. */
  onDemandBase: number;
  /** Id or group of the capacity that is used first. */
  reservation?: string;
  scaling: {
    signal: 'in-flight-ratio' | 'waiting-requests';
    target: number;
    scaleInAfterSeconds: number;
    timeZone: string;
    /** Of the week; outside of them `min` and `max` hold. */
    schedule: ScheduledBounds[];
  };
  /** Stopped, prepared machines. */
  warmPool: number;
  /** Of the planned type, over a month. */
  running: Running;
  /** Of them, bought on demand: with `mixed` the base. */
  runningOnDemand: Running;
  disk: {
    rootGiB: number;
    rootThroughputMiBps: number;
    /** Where the weights are copied to. */
    weightsOn: 'instance-store' | 'root';
  };
  /** A machine is taken out when no request is in flight, at the latest after this. */
  drainSeconds: number;
  /** From the start of a machine to its first answer, weights from the bucket. */
  loadSeconds: number;
  /** Health checks count only after this. */
  bootGraceSeconds: number;
  /** Machine image id; absent: the vendor's newest, which a redeploy may change. */
  imageId?: string;
  runnerUp?: RejectedMachine;
  rejected: RejectedMachine[];
}

/** Machines without GPU that run the gateway, alike, scaled on their own load. */
export interface GatewayGroupDecision extends Explained {
  instanceType: string;
  vcpus: number;
  memoryGiB: number;
  usdPerHourOnDemand: number;
  /** Machines. */
  min: number;
  max: number;
  running: Running;
  /** Gateway processes on one machine. */
  workers: number;
  scaling: { signal: 'cpu-percent'; target: number; scaleInAfterSeconds: number };
  rootGiB: number;
  drainSeconds: number;
  bootGraceSeconds: number;
  /** Machine image id; absent: the vendor's newest, which a redeploy may change. */
  imageId?: string;
}

/** How machines change when the spec changes. */
export interface RolloutDecision extends Explained {
  strategy: 'rolling' | 'blue-green' | 'canary';
  /** Extra machines of each fleet during a change; 0: replaced in place. */
  maxSurge: number;
  /** Shares of the machines, and so of the traffic, one after the other, then all; empty unless `canary`. */
  canarySteps: number[];
  /** Wait at each step, and once all machines are new; 0 with `rolling`. */
  bakeMinutes: number;
  abortOn: ('error-rate' | 'latency-p99' | 'no-healthy-target')[];
}
