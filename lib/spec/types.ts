// Generated from the schema by `npm run generate`; do not edit.

/**
 * One LLM deployment.
 */
export interface Deployment {
  /**
   * Version of this format.
   */
  version?: 1;
  /**
   * First part of every resource name: 2 to 20 lower-case letters, digits and hyphens, beginning with a letter.
   */
  name: string;
  /**
   * Cloud that it is deployed to.
   */
  cloud: 'aws';
  /**
   * Picks the defaults for backups, log retention and deletion protection; part of every resource name, so all three can share an account.
   */
  environment?: 'dev' | 'staging' | 'prod';
  /**
   * Where it runs, by the cloud's own name for the region.
   */
  regions?: string[] | string;
  /**
   * Form of the deployment. An explicit value is obeyed or refused with the numbers. Default: `scaled` above 3.3 requests/s at peak (200 people at a chat's pace), for an availability of 99.9 % and more, and where all models are managed; else `single-server`.
   */
  architecture?: 'single-server' | 'scaled';
  /**
   * Of `capacity.schedule` and `batch.startAt`, by its IANA name: `Europe/Berlin`. Default: `UTC`.
   */
  timeZone?: string;
  /**
   * Put on every billable resource, beside `name`, `environment` and `managed-by`.
   */
  tags?: {
    [k: string]: string;
  };
  /**
   * The account that pays.
   */
  account?: AccountInput;
  /**
   * Overrides of container and machine images.
   */
  images?: ImagesInput;
  network?: NetworkInput;
  /**
   * The models that are served; a hub id alone is short for `source`.
   */
  models: (ModelInput | string)[] | (ModelInput | string);
  /**
   * A container of yours beside the gateway; without it there is none.
   */
  application?: ApplicationInput;
  /**
   * The interactive load: one of users, concurrentUsers, requestsPerSecond, requestsPerMonth.
   */
  traffic?: TrafficInput;
  /**
   * Files of requests that nobody waits for: queue, buckets and workers; without it there are none.
   */
  batch?: BatchInput;
  capacity?: CapacityInput;
  gateway?: GatewayInput;
  /**
   * Postgres for keys, budgets and the spend log. `database: managed` is short for `postgres`.
   */
  database?: DatabaseInput | ('embedded' | 'managed');
  /**
   * Valkey for shared limits and cached answers. `cache: none` is short for `valkey`.
   */
  cache?: CacheInput | ('managed' | 'embedded' | 'none');
  /**
   * The bucket where weights live.
   */
  modelStore?: ModelStoreInput;
  monitoring?: MonitoringInput;
  /**
   * Money alerts; without it there are none.
   */
  budget?: BudgetInput;
  security?: SecurityInput;
  /**
   * What survives mistakes and failures.
   */
  reliability?: ReliabilityInput;
  /**
   * How machines change when the spec changes; left out, one by one.
   */
  rollout?: RolloutInput;
  /**
   * Where it runs, by the cloud's own name: `us-east-1`. Or `regions`, a list of one.
   */
  region?: string;
}
/**
 * The account that pays.
 */
export interface AccountInput {
  /**
   * AWS account: 12 digits, in quotes. Default: the account of the credentials.
   */
  id?: string;
}
/**
 * Where container and machine images come from.
 */
export interface ImagesInput {
  /**
   * Host and path of a private mirror that every container image is pulled from. Default: the public registries.
   */
  registry?: string;
  /**
   * Container image of the gateway, by a reference that ends in `@sha256:` and its digest. Default: pinned in the image table.
   */
  gateway?: string;
  /**
   * Container image of the serving engine, by a reference that ends in `@sha256:` and its digest. Default: pinned in the image table.
   */
  engine?: string;
  /**
   * Container image of the embedded Postgres, by a reference that ends in `@sha256:` and its digest. Default: pinned in the image table.
   */
  database?: string;
  /**
   * Container image of the embedded Valkey, by a reference that ends in `@sha256:` and its digest. Default: pinned in the image table.
   */
  cache?: string;
  /**
   * Container image of the telemetry agent, by a reference that ends in `@sha256:` and its digest. Default: pinned in the image table.
   */
  telemetry?: string;
  /**
   * Machine image (AMI id) of the GPU machine. Default: the vendor's newest GPU image, so that a redeploy may change it.
   */
  machine?: string;
}
/**
 * How clients reach the deployment, and the network it runs in.
 */
export interface NetworkInput {
  /**
   * DNS name that clients call, in lower case.
   */
  domain?: string;
  /**
   * Id of the existing Route 53 hosted zone, public or private: it gets the record of `domain` and validates a managed certificate.
   */
  dnsZone?: string;
  /**
   * ARN of an existing ACM certificate in the same region. Default: a managed certificate for `domain`, validated through `dnsZone`.
   */
  certificate?: string;
  /**
   * `public`: balancer with a public address. `internal`: balancer with a private address; connecting a new network by peering or VPN is yours. `tunnel`: no balancer and no open port; `plan` prints the port-forward command. Default: `public` with `domain`, or scaled; else `tunnel`.
   */
  ingress?: 'public' | 'internal' | 'tunnel';
  /**
   * `none` is plain HTTP, only when written out.
   */
  tls?: 'required' | 'none';
  /**
   * IPv4 ranges that may reach the API port. Default: `public`: everyone; `internal`: the new network's own range, required with `existing`.
   */
  allowedCidrs?: string[] | string;
  /**
   * IPv4 range of the new network, /16 to /20. Default: `10.40.0.0/16`.
   */
  cidr?: string;
  /**
   * Availability zones by name. The machine of a single server lives in the first, which must sell it; the balancer needs two. Settle them before the first deployment: another first zone later means an empty data disk. A fleet is spread over all of them. Default: the first two that the account sees (three of a scaled one in prod), taken at deploy time.
   */
  zones?: string[] | string;
  /**
   * Use an existing network. Default: a new network.
   */
  existing?: ExistingNetworkInput;
  /**
   * Way out to the internet: our NAT gateway, the existing network's own routes, or none: the services of the cloud have addresses inside, and images come from a registry of the cloud. Default: `existing` with `existing`, else `nat`.
   */
  egress?: 'nat' | 'existing' | 'none';
}
/**
 * A network that is already there, instead of a new one.
 */
export interface ExistingNetworkInput {
  /**
   * VPC id.
   */
  id: string;
  /**
   * Private subnets of the GPU machine.
   */
  machineSubnets: SubnetInput[] | SubnetInput;
  /**
   * Subnets of the load balancer; public ones for `ingress: public`. Default: the machine subnets.
   */
  balancerSubnets?: SubnetInput[] | SubnetInput;
  /**
   * Subnets of managed database, managed cache and private endpoints. Default: the machine subnets.
   */
  dataSubnets?: SubnetInput[] | SubnetInput;
}
/**
 * A subnet of the existing network.
 */
export interface SubnetInput {
  /**
   * Subnet id.
   */
  id: string;
  /**
   * Availability zone of the subnet.
   */
  zone: string;
}
/**
 * A model and how it is served.
 */
export interface ModelInput {
  /**
   * What clients send as `model`: 1 to 63 of `a-z 0-9 . _ -`. Default: last part of `source`, in lower case, other characters become `-`: `Qwen/Qwen3-8B` is `qwen3-8b`.
   */
  name?: string;
  /**
   * Weights to run: a hub id `org/name`, or `s3://bucket/path` of a folder with them. Or a managed model: `bedrock:` and its bare id. Default: required, unless there are `versions`.
   */
  source?: string;
  /**
   * Commit or tag of a hub source. Default: `main` at the first import, recorded in the model store.
   */
  revision?: string;
  /**
   * Hub id of a catalogued model of the same shape, for fine-tunes and unlisted variants.
   */
  baseModel?: string;
  /**
   * Shape of a model that the catalogue lacks: the path of the model's `config.json`, or the values. Single values override `baseModel`. Default: from the catalogue or `baseModel`.
   */
  geometry?: GeometryInput | string;
  /**
   * API that is served, and how it is sized. Default: from the catalogue, else `chat`.
   */
  task?: 'chat' | 'completion' | 'embedding';
  /**
   * Serving engine.
   */
  engine?: 'vllm';
  /**
   * `none`: the checkpoint as it is (a quantized one stays so). `fp8`: converted at load. `awq`, `gptq`: asserts that the checkpoint is of this kind. `auto`: the plan may take `fp8` when cheaper.
   */
  quantization?: 'none' | 'auto' | 'fp8' | 'awq' | 'gptq';
  /**
   * Precision of the KV cache; `fp8` doubles the tokens that it holds.
   */
  kvCacheDtype?: 'auto' | 'fp8';
  /**
   * Longest prompt plus answer of one request. Unit: tokens. Default: the power of two of at least 4 x (inputTokens + outputTokens), at least 8192, at most the model's own.
   */
  maxContext?: number;
  /**
   * GPUs by catalogue name, in order: the first that fits and meets the service level is planned. Default: the cheapest that fits and meets the service level.
   */
  gpu?: string[] | string;
  /**
   * Exact machine types in order (such as those with quota), instead of `gpu`. Default: chosen.
   */
  instanceType?: string[] | string;
  /**
   * GPUs of one machine that share each layer. Default: the smallest that fits and meets the service level.
   */
  tensorParallel?: 1 | 2 | 4 | 8 | 16;
  /**
   * Running copies of this model; whole machines start.
   */
  replicas?: ReplicasInput;
  /**
   * How the machines of this model are bought and scaled, over the top-level `capacity`.
   */
  capacity?: ModelCapacityInput;
  /**
   * Reuse the KV cache of equal prompt beginnings; encoders have none.
   */
  prefixCaching?: boolean;
  /**
   * LoRA adapters, each a model name for clients.
   *
   * @minItems 1
   */
  adapters?: AdapterInput[];
  /**
   * Speculative decoding: `ngram` guesses tokens from the prompt. Sized as if it gave nothing.
   */
  draftModel?: 'ngram';
  /**
   * Models that answer instead, in order: on error, saturation, outage; for a prompt that is too long those with more context.
   */
  fallbacks?: string[] | string;
  /**
   * Limit on this model over all keys, and on each of its adapters for itself. Over it clients get 429, not a fallback.
   */
  rateLimit?: RateLimitInput;
  /**
   * Several versions behind one name at once, instead of `source` and `revision`.
   *
   * @minItems 1
   */
  versions?: VersionInput[];
  /**
   * This model's load: a share of the top-level `traffic`, or a load of its own. Default: the whole top-level load; of several models an equal part of what is left, among chat and completion models that are nobody's fallback.
   */
  traffic?: ModelTrafficInput;
  /**
   * Escape hatch: engine flags without dashes, passed as written. A flag that the plan derives is an error.
   */
  engineArgs?: {
    [k: string]: string | number | boolean;
  };
}
/**
 * Shape of the whole model, as in its config.json.
 */
export interface GeometryInput {
  /**
   * Parameters. Unit: billion. Default: that of `baseModel`, required without one.
   */
  parametersBillion?: number;
  /**
   * Parameters that one token passes through (mixture of experts). Unit: billion. Default: `parametersBillion`.
   */
  activeParametersBillion?: number;
  /**
   * Transformer layers. Default: that of `baseModel`, required without one.
   */
  layers?: number;
  /**
   * Width of the hidden state. Default: that of `baseModel`, required without one.
   */
  hiddenSize?: number;
  /**
   * Query heads of a layer. Default: that of `baseModel`, required without one.
   */
  attentionHeads?: number;
  /**
   * Key and value heads of a layer. Default: that of `baseModel`, required without one.
   */
  kvHeads?: number;
  /**
   * Width of a head. Default: `hiddenSize` / `attentionHeads`.
   */
  headDim?: number;
  /**
   * Longest prompt plus answer that the model was trained for. Unit: tokens. Default: that of `baseModel`, required without one.
   */
  maxContext?: number;
  /**
   * Kind of attention, which decides the size of the KV cache. Default: from the heads: `mha`, `gqa` or `mqa`.
   */
  attention?: 'mha' | 'gqa' | 'mqa' | 'mla' | 'hybrid';
  /**
   * Layers that look at the whole context. Default: `layers`.
   */
  fullAttentionLayers?: number;
  /**
   * Tokens that the other layers look back. Unit: tokens. Default: that of `baseModel`.
   */
  slidingWindow?: number;
  /**
   * Precision of the weights as stored. Default: `bf16`.
   */
  dtype?: 'bf16' | 'fp16' | 'fp8' | 'int4';
  /**
   * Size of the weight files. Unit: GiB. Default: `parametersBillion` x `dtype`.
   */
  weightsGib?: number;
  /**
   * Entries of the vocabulary. Default: that of `baseModel`.
   */
  vocabSize?: number;
  /**
   * Width of the feed-forward layer. Default: that of `baseModel`.
   */
  mlpWidth?: number;
  /**
   * Experts of a layer. Default: that of `baseModel`.
   */
  experts?: number;
  /**
   * Experts that one token passes through. Default: that of `baseModel`.
   */
  expertsPerToken?: number;
  /**
   * Feed-forward width of one expert. Default: that of `baseModel`.
   */
  expertWidth?: number;
  /**
   * The hub gives the weights only to those who accepted its terms. Default: `false`.
   */
  gated?: boolean;
}
/**
 * Running copies of a model.
 */
export interface ReplicasInput {
  /**
   * Fewest; 0 sleeps outside the windows of `capacity.schedule`. Default: the mean load, at least one machine (two in prod).
   */
  min?: number;
  /**
   * Most. Default: the peak load.
   */
  max?: number;
}
/**
 * As the top-level `capacity`, for this model.
 */
export interface ModelCapacityInput {
  /**
   * `spot` is cheaper and may be taken away at two minutes notice. `mixed`: `onDemandBase` on demand, the rest spot, of any planned type. Default: the deployment's.
   */
  purchase?: 'on-demand' | 'spot' | 'mixed';
  /**
   * Copies of each model that are never spot; with `mixed` only. Default: 1.
   */
  onDemandBase?: number;
  /**
   * Capacity that you have reserved: used first; what it costs is on your bill already. Not a capacity block, which ends on its day and takes no other machines.
   */
  reservations?: string[] | string;
  /**
   * Series that adds machines: requests running and waiting over the planned sequences in flight, or requests that wait in an engine. Default: `in-flight-ratio`.
   */
  scalingSignal?: 'in-flight-ratio' | 'waiting-requests';
  /**
   * Value of the series that the fleet is held at. Default: 0.75; 5 with `waiting-requests`.
   */
  scalingTarget?: number;
  /**
   * Quiet time before a machine goes. Unit: s. Default: 900, at least twice the load time.
   */
  scaleInAfterSeconds?: number;
  /**
   * Windows in which other bounds than `replicas` hold.
   */
  schedule?: ScheduleWindowInput[] | ScheduleWindowInput;
  /**
   * Stopped, prepared machines of each model; on-demand machines only. Default: 0.
   */
  warmPool?: number;
}
/**
 * Bounds of the copies at some hours of some days.
 */
export interface ScheduleWindowInput {
  /**
   * `mon` to `sun`, ranges and lists: `mon-fri`, `sat,sun`. Of the beginning.
   */
  days: string;
  /**
   * Beginning, in `timeZone`.
   */
  from: string;
  /**
   * End; before `from` it is on the next day.
   */
  to: string;
  /**
   * Fewest copies inside. Default: `replicas.min`.
   */
  min?: number;
  /**
   * Most copies inside. Default: `replicas.max`.
   */
  max?: number;
}
/**
 * A LoRA adapter, beside the model in the same engine.
 */
export interface AdapterInput {
  /**
   * What clients send as `model`.
   */
  name: string;
  /**
   * Hub id, or `s3://bucket/path` of a folder with the adapter, of rank 64 or less.
   */
  source: string;
  /**
   * Commit or tag of a hub source. Default: `main` at the first import, recorded in the model store.
   */
  revision?: string;
}
/**
 * Limit over all keys.
 */
export interface RateLimitInput {
  /**
   * Requests a minute.
   */
  requestsPerMinute?: number;
  /**
   * Tokens a minute.
   */
  tokensPerMinute?: number;
}
/**
 * One of several versions behind one name.
 */
export interface VersionInput {
  /**
   * Unique in the model: 1 to 32 of `a-z 0-9 . _ -`.
   */
  name: string;
  /**
   * Weights of this version, as `models[].source`.
   */
  source: string;
  /**
   * Commit or tag of a hub source. Default: `main` at the first import, recorded in the model store.
   */
  revision?: string;
  /**
   * As `models[].quantization`. Default: the model's.
   */
  quantization?: 'none' | 'auto' | 'fp8' | 'awq' | 'gptq';
  /**
   * Share of the model's requests; all versions together 100. Unit: percent.
   */
  weightPercent: number;
}
/**
 * The load of one model: a share of the top-level load, or its own. What is left out comes from there; an embedding model beside others takes only the service level.
 */
export interface ModelTrafficInput {
  /**
   * Share of the top-level load. Unit: percent.
   */
  sharePercent?: number;
  /**
   * People with access.
   */
  users?: number;
  /**
   * People active in the busiest minute.
   */
  concurrentUsers?: number;
  /**
   * Rate in the busiest minute. Unit: requests/s.
   */
  requestsPerSecond?: number;
  /**
   * Volume. Unit: requests.
   */
  requestsPerMonth?: number;
  /**
   * Pace of an active user. Default: from the top level.
   */
  requestsPerUserPerMinute?: number;
  /**
   * Busiest minute over the mean of the month. Default: from the top level.
   */
  peakFactor?: number;
  /**
   * Mean prompt of a request. Unit: tokens. Default: from the top level.
   */
  inputTokens?: number;
  /**
   * Mean answer of a request. Unit: tokens. Default: from the top level.
   */
  outputTokens?: number;
  slo?: ModelServiceLevelInput;
}
/**
 * How fast answers of this model must be at peak.
 */
export interface ModelServiceLevelInput {
  /**
   * 95th percentile of the time to the first token at peak. Unit: ms. Default: from the top level.
   */
  ttftMs?: number;
  /**
   * Mean time between two tokens of an answer at peak. Unit: ms. Default: from the top level.
   */
  interTokenMs?: number;
}
/**
 * A container of yours beside the gateway, under the same host name.
 */
export interface ApplicationInput {
  /**
   * Your container image, by a reference that ends in `@sha256:` and its digest. Private images: of Amazon ECR, which the machine opens by its identity.
   */
  image: string;
  /**
   * Port on which the container answers HTTP.
   */
  port: number;
  /**
   * Requests to this path and below go to the container, with the whole path; `/` is everything but `/v1` and the health path.
   */
  path?: string;
  /**
   * Plain variables of the container, no secrets. The deployment sets `OPENAI_BASE_URL` and `OPENAI_API_KEY`.
   */
  env?: {
    [k: string]: string;
  };
  /**
   * Memory that the container may take; above it, it is ended and starts again. Unit: GiB.
   */
  memoryGiB?: number;
}
/**
 * The interactive load. Machines are sized for the peak, the expected bill for the mean.
 */
export interface TrafficInput {
  /**
   * People with access; 5 % of them are taken as active at once.
   */
  users?: number;
  /**
   * People active in the busiest minute.
   */
  concurrentUsers?: number;
  /**
   * Rate in the busiest minute. Unit: requests/s.
   */
  requestsPerSecond?: number;
  /**
   * Volume; alone, the peak is the mean x `peakFactor`. Unit: requests.
   */
  requestsPerMonth?: number;
  /**
   * Pace of an active user; only with `users` or `concurrentUsers`.
   */
  requestsPerUserPerMinute?: number;
  /**
   * Busiest minute over the mean of the month.
   */
  peakFactor?: number;
  /**
   * Mean prompt of a request, with system prompt, history and retrieved text. Unit: tokens. Default: 1000; 300 for an embedding model.
   */
  inputTokens?: number;
  /**
   * Mean answer of a request. Unit: tokens. Default: 300; 0 for an embedding model.
   */
  outputTokens?: number;
  slo?: ServiceLevelInput;
}
/**
 * How fast answers must be at peak.
 */
export interface ServiceLevelInput {
  /**
   * 95th percentile of the time to the first token at peak, through the gateway; of the whole answer for an embedding model. Unit: ms.
   */
  ttftMs?: number;
  /**
   * Mean time between two tokens of an answer at peak. Unit: ms.
   */
  interTokenMs?: number;
}
/**
 * Files of requests in, files of answers out, in the form of the OpenAI Batch API.
 */
export interface BatchInput {
  /**
   * Lines on a day with work. Unit: requests.
   */
  requestsPerDay: number;
  /**
   * Days of a month with so much work, for the bill; 1 for a corpus that is loaded once. Unit: days.
   */
  daysPerMonth?: number;
  /**
   * Mean prompt of a line. Unit: tokens. Default: the model's of `traffic`.
   */
  inputTokens?: number;
  /**
   * Mean answer of a line. Unit: tokens. Default: the model's of `traffic`.
   */
  outputTokens?: number;
  /**
   * A day's lines are done in this time; sizes the machines. Unit: hours.
   */
  deadlineHours?: number;
  /**
   * Each day machines work from this time on, in `timeZone`, for `deadlineHours` at most; `dedicated` only. Default: at once.
   */
  startAt?: string;
  /**
   * Who answers: the only model that lines may name, beside its adapters. Default: the only model.
   */
  model?: string;
  /**
   * `shared`: what users leave idle of the machines that there are. `dedicated`: machines of its own that scale from zero with the queue. Default: `shared` on a single server and for managed models, else `dedicated`.
   */
  fleet?: 'shared' | 'dedicated';
  /**
   * Of the dedicated machines; what a machine that is taken away has not finished, another begins again.
   */
  purchase?: 'on-demand' | 'spot';
  /**
   * Deliveries of a job that ends its worker, before it is a dead letter with the reason.
   */
  maxAttempts?: number;
  /**
   * Inputs and results in new buckets are deleted after so many days; dead letters after 14 at the latest. Unit: days.
   */
  retentionDays?: number;
  /**
   * Name of an existing bucket in the same region, where files are put. Default: a new one.
   */
  inputBucket?: string;
  /**
   * Name of an existing bucket in the same region, where answers appear. Default: a new one.
   */
  outputBucket?: string;
}
/**
 * How machines are bought, and how many run.
 */
export interface CapacityInput {
  /**
   * `spot` is cheaper and may be taken away at two minutes notice. `mixed`: `onDemandBase` on demand, the rest spot, of any planned type.
   */
  purchase?: 'on-demand' | 'spot' | 'mixed';
  /**
   * Copies of each model that are never spot; with `mixed` only. Default: 1.
   */
  onDemandBase?: number;
  /**
   * Capacity that you have reserved: used first; what it costs is on your bill already. Not a capacity block, which ends on its day and takes no other machines.
   */
  reservations?: string[] | string;
  /**
   * Series that adds machines: requests running and waiting over the planned sequences in flight, or requests that wait in an engine. Default: `in-flight-ratio`.
   */
  scalingSignal?: 'in-flight-ratio' | 'waiting-requests';
  /**
   * Value of the series that the fleet is held at. Default: 0.75; 5 with `waiting-requests`.
   */
  scalingTarget?: number;
  /**
   * Quiet time before a machine goes. Unit: s. Default: 900, at least twice the load time.
   */
  scaleInAfterSeconds?: number;
  /**
   * Windows in which other bounds than `replicas` hold.
   */
  schedule?: ScheduleWindowInput[] | ScheduleWindowInput;
  /**
   * Stopped, prepared machines of each model; on-demand machines only. Default: 0.
   */
  warmPool?: number;
}
/**
 * The OpenAI-compatible gateway; API keys are always on.
 */
export interface GatewayInput {
  /**
   * Defaults of each new API key.
   */
  keyLimits?: KeyLimitsInput;
  /**
   * The balancer also demands a valid token in `Authorization`; the API key then travels in `x-litellm-api-key`.
   */
  jwt?: JwtInput;
  /**
   * Longest answer; the timeouts of balancer, keep-alive, drain and grace follow from it. Unit: s.
   */
  timeoutSeconds?: number;
  /**
   * Further attempts after an error of the engine.
   */
  retries?: number;
  /**
   * Choice among the copies of a model.
   */
  routing?: 'shuffle' | 'least-busy' | 'lowest-latency' | 'lowest-cost';
  /**
   * Client name to model name, such as `gpt-4o: qwen3-8b`: existing clients keep working.
   */
  aliases?: {
    [k: string]: string;
  };
  /**
   * A model name that sends easy requests to one model and hard ones to another.
   */
  autoRouter?: AutoRouterInput;
  /**
   * Last resort when every model fails: an answer that says it is degraded. Default: clients get status 503.
   */
  degradedAnswer?: string;
  /**
   * Masks personal data before the model; `true` is short for the defaults.
   */
  piiMasking?: PiiMaskingInput | true;
  /**
   * The cloud's content filter before and after every model, your own and managed ones (aws: Amazon Bedrock Guardrails).
   */
  guardrail?: boolean;
  /**
   * Answer equal requests from the cache.
   */
  responseCache?: ResponseCacheInput;
  /**
   * 0: prompts and answers are stored nowhere; else in Postgres, then deleted. Unit: days.
   */
  promptRetentionDays?: number;
}
/**
 * Defaults of each new API key.
 */
export interface KeyLimitsInput {
  /**
   * Requests a minute. Default: the whole planned peak.
   */
  requestsPerMinute?: number;
  /**
   * Tokens a minute.
   */
  tokensPerMinute?: number;
  /**
   * Spend a month, charged at the plan's own price per token. Unit: USD.
   */
  budgetUsdPerMonth?: number;
}
/**
 * A token that the balancer demands beside the API key.
 */
export interface JwtInput {
  /**
   * What the claim `iss` of a token must be, to the letter.
   */
  issuer: string;
  /**
   * Where the issuer's public keys are: reachable from the internet, RS256, at most 10 keys.
   */
  jwksUrl: string;
  /**
   * What the claim `aud` of a token must be: one text, as most issuers write it for one API.
   */
  audience: string;
}
/**
 * A model name that sends each request where it belongs.
 */
export interface AutoRouterInput {
  /**
   * What clients send as `model`.
   */
  name?: string;
  /**
   * Model for easy requests.
   */
  simple: string;
  /**
   * Model for hard requests.
   */
  complex: string;
}
/**
 * Personal data is masked before the model, restored in the answer.
 */
export interface PiiMaskingInput {
  /**
   * Language of prompts; the analyzer image holds a model of English alone.
   */
  language?: 'en';
  /**
   * What is masked, by Presidio's names.
   *
   * @minItems 1
   */
  entities?: (
    | 'CREDIT_CARD'
    | 'CRYPTO'
    | 'DATE_TIME'
    | 'EMAIL_ADDRESS'
    | 'IBAN_CODE'
    | 'IP_ADDRESS'
    | 'LOCATION'
    | 'MEDICAL_LICENSE'
    | 'NRP'
    | 'PERSON'
    | 'PHONE_NUMBER'
    | 'UK_NHS'
    | 'URL'
    | 'US_BANK_NUMBER'
    | 'US_DRIVER_LICENSE'
    | 'US_ITIN'
    | 'US_PASSPORT'
    | 'US_SSN'
  )[];
}
/**
 * Equal requests are answered from the cache, across keys.
 */
export interface ResponseCacheInput {
  /**
   * How long an answer is kept. Unit: s.
   */
  ttlSeconds: number;
}
/**
 * Postgres for keys, budgets and the spend log.
 */
export interface DatabaseInput {
  /**
   * `embedded`: on the data disk of the machine, with snapshots. `managed`: RDS. Default: `embedded`; scaled: `managed`.
   */
  postgres?: 'embedded' | 'managed';
  /**
   * Standby in another zone; managed only. Default: managed: `true` in prod, else `false`.
   */
  highAvailability?: boolean;
  /**
   * Point-in-time restore of a managed database, or days of snapshots kept of an embedded one. Unit: days. Default: 35 in prod, else 7.
   */
  backupDays?: number;
  /**
   * Private IPv4 ranges of applications of yours that may connect to the managed databases, with a user of their own. Default: the gateway alone.
   */
  allowedCidrs?: string[] | string;
  /**
   * Also a MongoDB-compatible store (Amazon DocumentDB) for applications of yours; the gateway does not use it. Default: `false`.
   */
  documents?: boolean;
}
/**
 * Valkey for shared limits, cooldowns and cached answers.
 */
export interface CacheInput {
  /**
   * `embedded`: on the machine. `managed`: ElastiCache. Default: `embedded`; scaled: `managed`.
   */
  valkey?: 'managed' | 'embedded' | 'none';
}
/**
 * The bucket where weights live, so that the hub is asked only once.
 */
export interface ModelStoreInput {
  /**
   * Name of an existing bucket in the same region. Default: a new, versioned one.
   */
  bucket?: string;
  /**
   * `job`: the first machine fills the bucket. `manual`: you fill it, with `llm-constructs import`; machines wait for it.
   */
  import?: 'job' | 'manual';
  /**
   * Name of an existing secret in Secrets Manager that holds the hub token; for gated models.
   */
  hubTokenSecret?: string;
  /**
   * Revisions of a model that stay, the current one included: in a new bucket older ones are deleted after the import of another, in a bucket of yours nothing is. The data disk has room for 2 at most.
   */
  keepRevisions?: number;
  /**
   * Least size of the data disk, which holds the weights and Postgres. A disk can grow and never shrink: before a smaller model comes, write the size that the disk has. Unit: GiB. Default: room for Postgres and up to 2 revisions of the weights, in steps: 100, 150, 200, 300, ....
   */
  diskGiB?: number;
}
/**
 * Alarms, dashboard and logs.
 */
export interface MonitoringInput {
  /**
   * Who gets alarms and budget alerts; an address or a list is short for `emails`.
   */
  notify?: NotifyInput | string[] | string;
  /**
   * Signal to threshold, or `off`. What is left out has the threshold that `plan` prints; critical signals cannot be off.
   */
  thresholds?: ThresholdsInput;
  /**
   * How long logs and the audit trail are kept. Unit: days. Default: 14 in dev, 30 in staging, 90 in prod; at least 365 with `soc2`, 731 with `ccpa`, 2192 with `hipaa`.
   */
  logRetentionDays?:
    | 1
    | 3
    | 5
    | 7
    | 14
    | 30
    | 60
    | 90
    | 120
    | 150
    | 180
    | 365
    | 400
    | 545
    | 731
    | 1096
    | 1827
    | 2192
    | 2557
    | 2922
    | 3288
    | 3653;
}
/**
 * Who gets alarms and budget alerts.
 */
export interface NotifyInput {
  /**
   * Each address must confirm its subscription once.
   */
  emails?: string[] | string;
}
/**
 * Signal to threshold, or `off`. What is left out has the threshold that `plan` prints; critical signals cannot be off.
 */
export interface ThresholdsInput {
  /**
   * Alarm below it: 1 when a request could be served in a minute, else 0.
   */
  availability?: number | 'off';
  /**
   * Alarm above it: requests that ended in an error of the server. Unit: %.
   */
  'error-rate'?: number | 'off';
  /**
   * Alarm above it: 99th percentile of the whole answer. Unit: s.
   */
  'latency-p99'?: number | 'off';
  /**
   * Alarm above it: 95th percentile of the time to the first token. Unit: ms.
   */
  'ttft-p95'?: number | 'off';
  /**
   * Alarm above it: mean time between two tokens. Unit: ms.
   */
  'inter-token-latency'?: number | 'off';
  /**
   * Alarm above it: requests that wait in the engine.
   */
  'waiting-requests'?: number | 'off';
  /**
   * Alarm above it: KV cache in use. Unit: %.
   */
  'kv-cache-use'?: number | 'off';
  /**
   * Alarm above it: GPU memory in use. Unit: %.
   */
  'gpu-memory'?: number | 'off';
  /**
   * Alarm above it: GPU errors in the kernel log.
   */
  'gpu-xid'?: number | 'off';
  /**
   * Alarm above it: the fullest disk in use. Unit: %.
   */
  'disk-space'?: number | 'off';
  /**
   * Alarm below it: healthy targets of the balancer, and of each fleet that always runs.
   */
  'no-healthy-target'?: number | 'off';
  /**
   * Alarm above it: age of the oldest job of `batch`. Unit: hours.
   */
  'queue-age'?: number | 'off';
  /**
   * Alarm above it: jobs of `batch` that were given up.
   */
  'dead-letters'?: number | 'off';
  /**
   * Alarm above it: requests refused with 429 a minute.
   */
  'rate-limited'?: number | 'off';
  /**
   * Alarm below it: days that the certificate is still valid. Unit: days.
   */
  'certificate-expiry'?: number | 'off';
  /**
   * Alarm above it: connections to a managed database.
   */
  'database-connections'?: number | 'off';
  /**
   * Alarm below it: free storage of a managed database. Unit: GiB.
   */
  'database-storage'?: number | 'off';
}
/**
 * Money alerts on the spend of this deployment.
 */
export interface BudgetInput {
  /**
   * Spend a month. Unit: USD.
   */
  monthlyUsd: number;
  /**
   * Alerts are sent at these parts of `monthlyUsd`. Unit: %.
   */
  alertAtPercent?: number[] | number;
  /**
   * `synth` stops when the expected monthly bill is higher. Unit: USD.
   */
  failSynthOverUsd?: number;
}
/**
 * Laws, encryption and the web firewall.
 */
export interface SecurityInput {
  /**
   * Laws whose defaults and rules hold: longer logs, an audit log, own keys, refusals. docs/compliance.md says what each changes and what it leaves to you.
   */
  compliance?: ('gdpr' | 'hipaa' | 'soc2' | 'ccpa')[] | ('gdpr' | 'hipaa' | 'soc2' | 'ccpa');
  /**
   * Where data stays: in `regions`, or in the zone. Regions, keys, certificates and the profiles of managed models are checked; buckets and registries of yours are not. Default: `eu` with `gdpr` and a region in the European Economic Area, else `none`.
   */
  residency?: 'none' | 'regions' | 'eu' | 'us';
  /**
   * Whose keys encrypt disks, databases, buckets and logs. Default: `customer-managed` with `hipaa` or `soc2`, else `provider-managed`.
   */
  encryption?: 'provider-managed' | 'customer-managed';
  /**
   * ARN of an existing KMS key in the same region, for `customer-managed`; docs/aws.md lists the statements that its policy needs. Default: a new key.
   */
  encryptionKey?: string;
  /**
   * Web firewall in front of the balancer that lets prompts pass. Default: `true` with `ingress: public`, except in dev.
   */
  waf?: boolean;
  /**
   * Limit of the web firewall per client address; raise it when all users share one.
   */
  ipRequestsPerMinute?: number;
}
/**
 * What survives mistakes and failures.
 */
export interface ReliabilityInput {
  /**
   * Share of the time in which requests are answered. From 99.9 on no machine, database or zone may be alone: `scaled`. Unit: percent. Default: none is promised; one machine gives about 99 %.
   */
  availabilityPercent?: number;
  /**
   * Guards databases, buckets, disks and balancers against deletion. Default: `true` in prod, else `false`.
   */
  deletionProtection?: boolean;
  /**
   * Data that may be lost: the interval of snapshots of the data disk. Unit: minutes. Default: 1440.
   */
  recoveryPointMinutes?: number;
  /**
   * Region that keeps a copy of each daily backup of the managed databases, as long as the backups themselves. You make the vault there once; `plan` prints the command. Default: backups stay in the region.
   */
  backupRegion?: string;
}
/**
 * How machines change when the spec changes.
 */
export interface RolloutInput {
  /**
   * `rolling`: machine by machine. `blue-green`: all new machines beside the old ones, so twice the GPUs. `canary`: in steps.
   */
  strategy?: 'rolling' | 'blue-green' | 'canary';
  /**
   * Extra copies during a change; 0: no spare GPU, replaced in place.
   */
  maxSurge?: number;
  /**
   * Shares of the machines, and so of the traffic, one after the other; `canary` only. Unit: percent. Default: 10, 50.
   */
  canarySteps?: number[] | number;
  /**
   * Time in which an alarm still rolls back, at each step and once all machines are new; not with `rolling`. Unit: minutes. Default: 15.
   */
  bakeMinutes?: number;
  /**
   * Alarms that roll the change back. One that is red already keeps a change from beginning. Default: `error-rate`, `no-healthy-target`.
   */
  abortOn?:
    | ('error-rate' | 'latency-p99' | 'no-healthy-target')[]
    | ('error-rate' | 'latency-p99' | 'no-healthy-target');
}

/**
 * One LLM deployment.
 */
export interface Spec {
  /**
   * Version of this format.
   */
  version: 1;
  /**
   * First part of every resource name: 2 to 20 lower-case letters, digits and hyphens, beginning with a letter.
   */
  name: string;
  /**
   * Cloud that it is deployed to.
   */
  cloud: 'aws';
  /**
   * Picks the defaults for backups, log retention and deletion protection; part of every resource name, so all three can share an account.
   */
  environment: 'dev' | 'staging' | 'prod';
  /**
   * Where it runs, by the cloud's own name for the region.
   *
   * @minItems 1
   */
  regions: [string, ...string[]];
  /**
   * Form of the deployment. An explicit value is obeyed or refused with the numbers. Default: `scaled` above 3.3 requests/s at peak (200 people at a chat's pace), for an availability of 99.9 % and more, and where all models are managed; else `single-server`.
   */
  architecture?: 'single-server' | 'scaled';
  /**
   * Of `capacity.schedule` and `batch.startAt`, by its IANA name: `Europe/Berlin`. Default: `UTC`.
   */
  timeZone?: string;
  /**
   * Put on every billable resource, beside `name`, `environment` and `managed-by`.
   */
  tags: {
    [k: string]: string;
  };
  /**
   * The account that pays.
   */
  account: AccountSpec;
  /**
   * Overrides of container and machine images.
   */
  images: ImagesSpec;
  network: NetworkSpec;
  /**
   * The models that are served, at most 8.
   *
   * @minItems 1
   */
  models: [ModelSpec, ...ModelSpec[]];
  /**
   * A container of yours beside the gateway; without it there is none.
   */
  application?: ApplicationSpec;
  /**
   * The interactive load: one of users, concurrentUsers, requestsPerSecond, requestsPerMonth.
   */
  traffic: TrafficSpec;
  /**
   * Files of requests that nobody waits for: queue, buckets and workers; without it there are none.
   */
  batch?: BatchSpec;
  capacity: CapacitySpec;
  gateway: GatewaySpec;
  /**
   * Postgres for keys, budgets and the spend log. `database: managed` is short for `postgres`.
   */
  database: DatabaseSpec;
  /**
   * Valkey for shared limits and cached answers. `cache: none` is short for `valkey`.
   */
  cache: CacheSpec;
  /**
   * The bucket where weights live.
   */
  modelStore: ModelStoreSpec;
  monitoring: MonitoringSpec;
  /**
   * Money alerts; without it there are none.
   */
  budget?: BudgetSpec;
  security: SecuritySpec;
  /**
   * What survives mistakes and failures.
   */
  reliability: ReliabilitySpec;
  /**
   * How machines change when the spec changes; left out, one by one.
   */
  rollout?: RolloutSpec;
}
/**
 * The account that pays.
 */
export interface AccountSpec {
  /**
   * AWS account: 12 digits, in quotes. Default: the account of the credentials.
   */
  id?: string;
}
/**
 * Where container and machine images come from.
 */
export interface ImagesSpec {
  /**
   * Host and path of a private mirror that every container image is pulled from. Default: the public registries.
   */
  registry?: string;
  /**
   * Container image of the gateway, by a reference that ends in `@sha256:` and its digest. Default: pinned in the image table.
   */
  gateway?: string;
  /**
   * Container image of the serving engine, by a reference that ends in `@sha256:` and its digest. Default: pinned in the image table.
   */
  engine?: string;
  /**
   * Container image of the embedded Postgres, by a reference that ends in `@sha256:` and its digest. Default: pinned in the image table.
   */
  database?: string;
  /**
   * Container image of the embedded Valkey, by a reference that ends in `@sha256:` and its digest. Default: pinned in the image table.
   */
  cache?: string;
  /**
   * Container image of the telemetry agent, by a reference that ends in `@sha256:` and its digest. Default: pinned in the image table.
   */
  telemetry?: string;
  /**
   * Machine image (AMI id) of the GPU machine. Default: the vendor's newest GPU image, so that a redeploy may change it.
   */
  machine?: string;
}
/**
 * How clients reach the deployment, and the network it runs in.
 */
export interface NetworkSpec {
  /**
   * DNS name that clients call, in lower case.
   */
  domain?: string;
  /**
   * Id of the existing Route 53 hosted zone, public or private: it gets the record of `domain` and validates a managed certificate.
   */
  dnsZone?: string;
  /**
   * ARN of an existing ACM certificate in the same region. Default: a managed certificate for `domain`, validated through `dnsZone`.
   */
  certificate?: string;
  /**
   * `public`: balancer with a public address. `internal`: balancer with a private address; connecting a new network by peering or VPN is yours. `tunnel`: no balancer and no open port; `plan` prints the port-forward command. Default: `public` with `domain`, or scaled; else `tunnel`.
   */
  ingress?: 'public' | 'internal' | 'tunnel';
  /**
   * `none` is plain HTTP, only when written out.
   */
  tls: 'required' | 'none';
  /**
   * IPv4 ranges that may reach the API port. Default: `public`: everyone; `internal`: the new network's own range, required with `existing`.
   *
   * @minItems 1
   */
  allowedCidrs?: string[];
  /**
   * IPv4 range of the new network, /16 to /20. Default: `10.40.0.0/16`.
   */
  cidr?: string;
  /**
   * Availability zones by name. The machine of a single server lives in the first, which must sell it; the balancer needs two. Settle them before the first deployment: another first zone later means an empty data disk. A fleet is spread over all of them. Default: the first two that the account sees (three of a scaled one in prod), taken at deploy time.
   *
   * @minItems 1
   */
  zones?: string[];
  /**
   * Use an existing network. Default: a new network.
   */
  existing?: ExistingNetworkSpec;
  /**
   * Way out to the internet: our NAT gateway, the existing network's own routes, or none: the services of the cloud have addresses inside, and images come from a registry of the cloud. Default: `existing` with `existing`, else `nat`.
   */
  egress?: 'nat' | 'existing' | 'none';
}
/**
 * A network that is already there, instead of a new one.
 */
export interface ExistingNetworkSpec {
  /**
   * VPC id.
   */
  id: string;
  /**
   * Private subnets of the GPU machine.
   *
   * @minItems 1
   */
  machineSubnets: SubnetSpec[];
  /**
   * Subnets of the load balancer; public ones for `ingress: public`. Default: the machine subnets.
   *
   * @minItems 1
   */
  balancerSubnets?: SubnetSpec[];
  /**
   * Subnets of managed database, managed cache and private endpoints. Default: the machine subnets.
   *
   * @minItems 1
   */
  dataSubnets?: SubnetSpec[];
}
/**
 * A subnet of the existing network.
 */
export interface SubnetSpec {
  /**
   * Subnet id.
   */
  id: string;
  /**
   * Availability zone of the subnet.
   */
  zone: string;
}
/**
 * A model and how it is served.
 */
export interface ModelSpec {
  /**
   * What clients send as `model`: 1 to 63 of `a-z 0-9 . _ -`.
   */
  name: string;
  /**
   * Weights to run: a hub id `org/name`, or `s3://bucket/path` of a folder with them. Or a managed model: `bedrock:` and its bare id. Default: required, unless there are `versions`.
   */
  source?: string;
  /**
   * Commit or tag of a hub source. Default: `main` at the first import, recorded in the model store.
   */
  revision?: string;
  /**
   * Hub id of a catalogued model of the same shape, for fine-tunes and unlisted variants.
   */
  baseModel?: string;
  /**
   * Shape of a model that the catalogue lacks: the path of the model's `config.json`, or the values. Single values override `baseModel`. Default: from the catalogue or `baseModel`.
   */
  geometry?: GeometrySpec;
  /**
   * API that is served, and how it is sized. Default: from the catalogue, else `chat`.
   */
  task?: 'chat' | 'completion' | 'embedding';
  /**
   * Serving engine.
   */
  engine: 'vllm';
  /**
   * `none`: the checkpoint as it is (a quantized one stays so). `fp8`: converted at load. `awq`, `gptq`: asserts that the checkpoint is of this kind. `auto`: the plan may take `fp8` when cheaper.
   */
  quantization: 'none' | 'auto' | 'fp8' | 'awq' | 'gptq';
  /**
   * Precision of the KV cache; `fp8` doubles the tokens that it holds.
   */
  kvCacheDtype: 'auto' | 'fp8';
  /**
   * Longest prompt plus answer of one request. Unit: tokens. Default: the power of two of at least 4 x (inputTokens + outputTokens), at least 8192, at most the model's own.
   */
  maxContext?: number;
  /**
   * GPUs by catalogue name, in order: the first that fits and meets the service level is planned. Default: the cheapest that fits and meets the service level.
   *
   * @minItems 1
   */
  gpu?: string[];
  /**
   * Exact machine types in order (such as those with quota), instead of `gpu`. Default: chosen.
   *
   * @minItems 1
   */
  instanceType?: string[];
  /**
   * GPUs of one machine that share each layer. Default: the smallest that fits and meets the service level.
   */
  tensorParallel?: 1 | 2 | 4 | 8 | 16;
  /**
   * Running copies of this model; whole machines start.
   */
  replicas?: ReplicasSpec;
  /**
   * How the machines of this model are bought and scaled, over the top-level `capacity`.
   */
  capacity?: ModelCapacitySpec;
  /**
   * Reuse the KV cache of equal prompt beginnings; encoders have none.
   */
  prefixCaching: boolean;
  /**
   * LoRA adapters, each a model name for clients.
   *
   * @minItems 1
   */
  adapters?: AdapterSpec[];
  /**
   * Speculative decoding: `ngram` guesses tokens from the prompt. Sized as if it gave nothing.
   */
  draftModel?: 'ngram';
  /**
   * Models that answer instead, in order: on error, saturation, outage; for a prompt that is too long those with more context.
   *
   * @minItems 1
   */
  fallbacks?: string[];
  /**
   * Limit on this model over all keys, and on each of its adapters for itself. Over it clients get 429, not a fallback.
   */
  rateLimit?: RateLimitSpec;
  /**
   * Several versions behind one name at once, instead of `source` and `revision`.
   *
   * @minItems 1
   */
  versions?: VersionSpec[];
  /**
   * This model's load: a share of the top-level `traffic`, or a load of its own. Default: the whole top-level load; of several models an equal part of what is left, among chat and completion models that are nobody's fallback.
   */
  traffic?: ModelTrafficSpec;
  /**
   * Escape hatch: engine flags without dashes, passed as written. A flag that the plan derives is an error.
   */
  engineArgs: {
    [k: string]: string | number | boolean;
  };
}
/**
 * Shape of the whole model, as in its config.json.
 */
export interface GeometrySpec {
  /**
   * Parameters. Unit: billion. Default: that of `baseModel`, required without one.
   */
  parametersBillion?: number;
  /**
   * Parameters that one token passes through (mixture of experts). Unit: billion. Default: `parametersBillion`.
   */
  activeParametersBillion?: number;
  /**
   * Transformer layers. Default: that of `baseModel`, required without one.
   */
  layers?: number;
  /**
   * Width of the hidden state. Default: that of `baseModel`, required without one.
   */
  hiddenSize?: number;
  /**
   * Query heads of a layer. Default: that of `baseModel`, required without one.
   */
  attentionHeads?: number;
  /**
   * Key and value heads of a layer. Default: that of `baseModel`, required without one.
   */
  kvHeads?: number;
  /**
   * Width of a head. Default: `hiddenSize` / `attentionHeads`.
   */
  headDim?: number;
  /**
   * Longest prompt plus answer that the model was trained for. Unit: tokens. Default: that of `baseModel`, required without one.
   */
  maxContext?: number;
  /**
   * Kind of attention, which decides the size of the KV cache. Default: from the heads: `mha`, `gqa` or `mqa`.
   */
  attention?: 'mha' | 'gqa' | 'mqa' | 'mla' | 'hybrid';
  /**
   * Layers that look at the whole context. Default: `layers`.
   */
  fullAttentionLayers?: number;
  /**
   * Tokens that the other layers look back. Unit: tokens. Default: that of `baseModel`.
   */
  slidingWindow?: number;
  /**
   * Precision of the weights as stored. Default: `bf16`.
   */
  dtype?: 'bf16' | 'fp16' | 'fp8' | 'int4';
  /**
   * Size of the weight files. Unit: GiB. Default: `parametersBillion` x `dtype`.
   */
  weightsGib?: number;
  /**
   * Entries of the vocabulary. Default: that of `baseModel`.
   */
  vocabSize?: number;
  /**
   * Width of the feed-forward layer. Default: that of `baseModel`.
   */
  mlpWidth?: number;
  /**
   * Experts of a layer. Default: that of `baseModel`.
   */
  experts?: number;
  /**
   * Experts that one token passes through. Default: that of `baseModel`.
   */
  expertsPerToken?: number;
  /**
   * Feed-forward width of one expert. Default: that of `baseModel`.
   */
  expertWidth?: number;
  /**
   * The hub gives the weights only to those who accepted its terms. Default: `false`.
   */
  gated?: boolean;
}
/**
 * Running copies of a model.
 */
export interface ReplicasSpec {
  /**
   * Fewest; 0 sleeps outside the windows of `capacity.schedule`. Default: the mean load, at least one machine (two in prod).
   */
  min?: number;
  /**
   * Most. Default: the peak load.
   */
  max?: number;
}
/**
 * As the top-level `capacity`, for this model.
 */
export interface ModelCapacitySpec {
  /**
   * `spot` is cheaper and may be taken away at two minutes notice. `mixed`: `onDemandBase` on demand, the rest spot, of any planned type. Default: the deployment's.
   */
  purchase?: 'on-demand' | 'spot' | 'mixed';
  /**
   * Copies of each model that are never spot; with `mixed` only. Default: 1.
   */
  onDemandBase?: number;
  /**
   * Capacity that you have reserved: used first; what it costs is on your bill already. Not a capacity block, which ends on its day and takes no other machines.
   *
   * @minItems 1
   */
  reservations?: string[];
  /**
   * Series that adds machines: requests running and waiting over the planned sequences in flight, or requests that wait in an engine. Default: `in-flight-ratio`.
   */
  scalingSignal?: 'in-flight-ratio' | 'waiting-requests';
  /**
   * Value of the series that the fleet is held at. Default: 0.75; 5 with `waiting-requests`.
   */
  scalingTarget?: number;
  /**
   * Quiet time before a machine goes. Unit: s. Default: 900, at least twice the load time.
   */
  scaleInAfterSeconds?: number;
  /**
   * Windows in which other bounds than `replicas` hold.
   *
   * @minItems 1
   */
  schedule?: ScheduleWindowSpec[];
  /**
   * Stopped, prepared machines of each model; on-demand machines only. Default: 0.
   */
  warmPool?: number;
}
/**
 * Bounds of the copies at some hours of some days.
 */
export interface ScheduleWindowSpec {
  /**
   * `mon` to `sun`, ranges and lists: `mon-fri`, `sat,sun`. Of the beginning.
   */
  days: string;
  /**
   * Beginning, in `timeZone`.
   */
  from: string;
  /**
   * End; before `from` it is on the next day.
   */
  to: string;
  /**
   * Fewest copies inside. Default: `replicas.min`.
   */
  min?: number;
  /**
   * Most copies inside. Default: `replicas.max`.
   */
  max?: number;
}
/**
 * A LoRA adapter, beside the model in the same engine.
 */
export interface AdapterSpec {
  /**
   * What clients send as `model`.
   */
  name: string;
  /**
   * Hub id, or `s3://bucket/path` of a folder with the adapter, of rank 64 or less.
   */
  source: string;
  /**
   * Commit or tag of a hub source. Default: `main` at the first import, recorded in the model store.
   */
  revision?: string;
}
/**
 * Limit over all keys.
 */
export interface RateLimitSpec {
  /**
   * Requests a minute.
   */
  requestsPerMinute?: number;
  /**
   * Tokens a minute.
   */
  tokensPerMinute?: number;
}
/**
 * One of several versions behind one name.
 */
export interface VersionSpec {
  /**
   * Unique in the model: 1 to 32 of `a-z 0-9 . _ -`.
   */
  name: string;
  /**
   * Weights of this version, as `models[].source`.
   */
  source: string;
  /**
   * Commit or tag of a hub source. Default: `main` at the first import, recorded in the model store.
   */
  revision?: string;
  /**
   * As `models[].quantization`. Default: the model's.
   */
  quantization?: 'none' | 'auto' | 'fp8' | 'awq' | 'gptq';
  /**
   * Share of the model's requests; all versions together 100. Unit: percent.
   */
  weightPercent: number;
}
/**
 * The load of one model: a share of the top-level load, or its own. What is left out comes from there; an embedding model beside others takes only the service level.
 */
export interface ModelTrafficSpec {
  /**
   * Share of the top-level load. Unit: percent.
   */
  sharePercent?: number;
  /**
   * People with access.
   */
  users?: number;
  /**
   * People active in the busiest minute.
   */
  concurrentUsers?: number;
  /**
   * Rate in the busiest minute. Unit: requests/s.
   */
  requestsPerSecond?: number;
  /**
   * Volume. Unit: requests.
   */
  requestsPerMonth?: number;
  /**
   * Pace of an active user. Default: from the top level.
   */
  requestsPerUserPerMinute?: number;
  /**
   * Busiest minute over the mean of the month. Default: from the top level.
   */
  peakFactor?: number;
  /**
   * Mean prompt of a request. Unit: tokens. Default: from the top level.
   */
  inputTokens?: number;
  /**
   * Mean answer of a request. Unit: tokens. Default: from the top level.
   */
  outputTokens?: number;
  slo?: ModelServiceLevelSpec;
}
/**
 * How fast answers of this model must be at peak.
 */
export interface ModelServiceLevelSpec {
  /**
   * 95th percentile of the time to the first token at peak. Unit: ms. Default: from the top level.
   */
  ttftMs?: number;
  /**
   * Mean time between two tokens of an answer at peak. Unit: ms. Default: from the top level.
   */
  interTokenMs?: number;
}
/**
 * A container of yours beside the gateway, under the same host name.
 */
export interface ApplicationSpec {
  /**
   * Your container image, by a reference that ends in `@sha256:` and its digest. Private images: of Amazon ECR, which the machine opens by its identity.
   */
  image: string;
  /**
   * Port on which the container answers HTTP.
   */
  port: number;
  /**
   * Requests to this path and below go to the container, with the whole path; `/` is everything but `/v1` and the health path.
   */
  path: string;
  /**
   * Plain variables of the container, no secrets. The deployment sets `OPENAI_BASE_URL` and `OPENAI_API_KEY`.
   */
  env: {
    [k: string]: string;
  };
  /**
   * Memory that the container may take; above it, it is ended and starts again. Unit: GiB.
   */
  memoryGiB: number;
}
/**
 * The interactive load. Machines are sized for the peak, the expected bill for the mean.
 */
export interface TrafficSpec {
  /**
   * People with access; 5 % of them are taken as active at once.
   */
  users?: number;
  /**
   * People active in the busiest minute.
   */
  concurrentUsers?: number;
  /**
   * Rate in the busiest minute. Unit: requests/s.
   */
  requestsPerSecond?: number;
  /**
   * Volume; alone, the peak is the mean x `peakFactor`. Unit: requests.
   */
  requestsPerMonth?: number;
  /**
   * Pace of an active user; only with `users` or `concurrentUsers`.
   */
  requestsPerUserPerMinute: number;
  /**
   * Busiest minute over the mean of the month.
   */
  peakFactor: number;
  /**
   * Mean prompt of a request, with system prompt, history and retrieved text. Unit: tokens. Default: 1000; 300 for an embedding model.
   */
  inputTokens?: number;
  /**
   * Mean answer of a request. Unit: tokens. Default: 300; 0 for an embedding model.
   */
  outputTokens?: number;
  slo: ServiceLevelSpec;
}
/**
 * How fast answers must be at peak.
 */
export interface ServiceLevelSpec {
  /**
   * 95th percentile of the time to the first token at peak, through the gateway; of the whole answer for an embedding model. Unit: ms.
   */
  ttftMs: number;
  /**
   * Mean time between two tokens of an answer at peak. Unit: ms.
   */
  interTokenMs: number;
}
/**
 * Files of requests in, files of answers out, in the form of the OpenAI Batch API.
 */
export interface BatchSpec {
  /**
   * Lines on a day with work. Unit: requests.
   */
  requestsPerDay: number;
  /**
   * Days of a month with so much work, for the bill; 1 for a corpus that is loaded once. Unit: days.
   */
  daysPerMonth: number;
  /**
   * Mean prompt of a line. Unit: tokens. Default: the model's of `traffic`.
   */
  inputTokens?: number;
  /**
   * Mean answer of a line. Unit: tokens. Default: the model's of `traffic`.
   */
  outputTokens?: number;
  /**
   * A day's lines are done in this time; sizes the machines. Unit: hours.
   */
  deadlineHours: number;
  /**
   * Each day machines work from this time on, in `timeZone`, for `deadlineHours` at most; `dedicated` only. Default: at once.
   */
  startAt?: string;
  /**
   * Who answers: the only model that lines may name, beside its adapters. Default: the only model.
   */
  model?: string;
  /**
   * `shared`: what users leave idle of the machines that there are. `dedicated`: machines of its own that scale from zero with the queue. Default: `shared` on a single server and for managed models, else `dedicated`.
   */
  fleet?: 'shared' | 'dedicated';
  /**
   * Of the dedicated machines; what a machine that is taken away has not finished, another begins again.
   */
  purchase: 'on-demand' | 'spot';
  /**
   * Deliveries of a job that ends its worker, before it is a dead letter with the reason.
   */
  maxAttempts: number;
  /**
   * Inputs and results in new buckets are deleted after so many days; dead letters after 14 at the latest. Unit: days.
   */
  retentionDays: number;
  /**
   * Name of an existing bucket in the same region, where files are put. Default: a new one.
   */
  inputBucket?: string;
  /**
   * Name of an existing bucket in the same region, where answers appear. Default: a new one.
   */
  outputBucket?: string;
}
/**
 * How machines are bought, and how many run.
 */
export interface CapacitySpec {
  /**
   * `spot` is cheaper and may be taken away at two minutes notice. `mixed`: `onDemandBase` on demand, the rest spot, of any planned type.
   */
  purchase: 'on-demand' | 'spot' | 'mixed';
  /**
   * Copies of each model that are never spot; with `mixed` only. Default: 1.
   */
  onDemandBase?: number;
  /**
   * Capacity that you have reserved: used first; what it costs is on your bill already. Not a capacity block, which ends on its day and takes no other machines.
   *
   * @minItems 1
   */
  reservations?: string[];
  /**
   * Series that adds machines: requests running and waiting over the planned sequences in flight, or requests that wait in an engine. Default: `in-flight-ratio`.
   */
  scalingSignal?: 'in-flight-ratio' | 'waiting-requests';
  /**
   * Value of the series that the fleet is held at. Default: 0.75; 5 with `waiting-requests`.
   */
  scalingTarget?: number;
  /**
   * Quiet time before a machine goes. Unit: s. Default: 900, at least twice the load time.
   */
  scaleInAfterSeconds?: number;
  /**
   * Windows in which other bounds than `replicas` hold.
   *
   * @minItems 1
   */
  schedule?: ScheduleWindowSpec[];
  /**
   * Stopped, prepared machines of each model; on-demand machines only. Default: 0.
   */
  warmPool?: number;
}
/**
 * The OpenAI-compatible gateway; API keys are always on.
 */
export interface GatewaySpec {
  /**
   * Defaults of each new API key.
   */
  keyLimits: KeyLimitsSpec;
  /**
   * The balancer also demands a valid token in `Authorization`; the API key then travels in `x-litellm-api-key`.
   */
  jwt?: JwtSpec;
  /**
   * Longest answer; the timeouts of balancer, keep-alive, drain and grace follow from it. Unit: s.
   */
  timeoutSeconds: number;
  /**
   * Further attempts after an error of the engine.
   */
  retries: number;
  /**
   * Choice among the copies of a model.
   */
  routing: 'shuffle' | 'least-busy' | 'lowest-latency' | 'lowest-cost';
  /**
   * Client name to model name, such as `gpt-4o: qwen3-8b`: existing clients keep working.
   */
  aliases: {
    [k: string]: string;
  };
  /**
   * A model name that sends easy requests to one model and hard ones to another.
   */
  autoRouter?: AutoRouterSpec;
  /**
   * Last resort when every model fails: an answer that says it is degraded. Default: clients get status 503.
   */
  degradedAnswer?: string;
  /**
   * Masks personal data before the model; `true` is short for the defaults.
   */
  piiMasking?: PiiMaskingSpec;
  /**
   * The cloud's content filter before and after every model, your own and managed ones (aws: Amazon Bedrock Guardrails).
   */
  guardrail: boolean;
  /**
   * Answer equal requests from the cache.
   */
  responseCache?: ResponseCacheSpec;
  /**
   * 0: prompts and answers are stored nowhere; else in Postgres, then deleted. Unit: days.
   */
  promptRetentionDays: number;
}
/**
 * Defaults of each new API key.
 */
export interface KeyLimitsSpec {
  /**
   * Requests a minute. Default: the whole planned peak.
   */
  requestsPerMinute?: number;
  /**
   * Tokens a minute.
   */
  tokensPerMinute?: number;
  /**
   * Spend a month, charged at the plan's own price per token. Unit: USD.
   */
  budgetUsdPerMonth?: number;
}
/**
 * A token that the balancer demands beside the API key.
 */
export interface JwtSpec {
  /**
   * What the claim `iss` of a token must be, to the letter.
   */
  issuer: string;
  /**
   * Where the issuer's public keys are: reachable from the internet, RS256, at most 10 keys.
   */
  jwksUrl: string;
  /**
   * What the claim `aud` of a token must be: one text, as most issuers write it for one API.
   */
  audience: string;
}
/**
 * A model name that sends each request where it belongs.
 */
export interface AutoRouterSpec {
  /**
   * What clients send as `model`.
   */
  name: string;
  /**
   * Model for easy requests.
   */
  simple: string;
  /**
   * Model for hard requests.
   */
  complex: string;
}
/**
 * Personal data is masked before the model, restored in the answer.
 */
export interface PiiMaskingSpec {
  /**
   * Language of prompts; the analyzer image holds a model of English alone.
   */
  language: 'en';
  /**
   * What is masked, by Presidio's names.
   *
   * @minItems 1
   */
  entities: (
    | 'CREDIT_CARD'
    | 'CRYPTO'
    | 'DATE_TIME'
    | 'EMAIL_ADDRESS'
    | 'IBAN_CODE'
    | 'IP_ADDRESS'
    | 'LOCATION'
    | 'MEDICAL_LICENSE'
    | 'NRP'
    | 'PERSON'
    | 'PHONE_NUMBER'
    | 'UK_NHS'
    | 'URL'
    | 'US_BANK_NUMBER'
    | 'US_DRIVER_LICENSE'
    | 'US_ITIN'
    | 'US_PASSPORT'
    | 'US_SSN'
  )[];
}
/**
 * Equal requests are answered from the cache, across keys.
 */
export interface ResponseCacheSpec {
  /**
   * How long an answer is kept. Unit: s.
   */
  ttlSeconds: number;
}
/**
 * Postgres for keys, budgets and the spend log.
 */
export interface DatabaseSpec {
  /**
   * `embedded`: on the data disk of the machine, with snapshots. `managed`: RDS. Default: `embedded`; scaled: `managed`.
   */
  postgres?: 'embedded' | 'managed';
  /**
   * Standby in another zone; managed only. Default: managed: `true` in prod, else `false`.
   */
  highAvailability?: boolean;
  /**
   * Point-in-time restore of a managed database, or days of snapshots kept of an embedded one. Unit: days. Default: 35 in prod, else 7.
   */
  backupDays?: number;
  /**
   * Private IPv4 ranges of applications of yours that may connect to the managed databases, with a user of their own. Default: the gateway alone.
   *
   * @minItems 1
   */
  allowedCidrs?: string[];
  /**
   * Also a MongoDB-compatible store (Amazon DocumentDB) for applications of yours; the gateway does not use it. Default: `false`.
   */
  documents?: boolean;
}
/**
 * Valkey for shared limits, cooldowns and cached answers.
 */
export interface CacheSpec {
  /**
   * `embedded`: on the machine. `managed`: ElastiCache. Default: `embedded`; scaled: `managed`.
   */
  valkey?: 'managed' | 'embedded' | 'none';
}
/**
 * The bucket where weights live, so that the hub is asked only once.
 */
export interface ModelStoreSpec {
  /**
   * Name of an existing bucket in the same region. Default: a new, versioned one.
   */
  bucket?: string;
  /**
   * `job`: the first machine fills the bucket. `manual`: you fill it, with `llm-constructs import`; machines wait for it.
   */
  import: 'job' | 'manual';
  /**
   * Name of an existing secret in Secrets Manager that holds the hub token; for gated models.
   */
  hubTokenSecret?: string;
  /**
   * Revisions of a model that stay, the current one included: in a new bucket older ones are deleted after the import of another, in a bucket of yours nothing is. The data disk has room for 2 at most.
   */
  keepRevisions: number;
  /**
   * Least size of the data disk, which holds the weights and Postgres. A disk can grow and never shrink: before a smaller model comes, write the size that the disk has. Unit: GiB. Default: room for Postgres and up to 2 revisions of the weights, in steps: 100, 150, 200, 300, ....
   */
  diskGiB?: number;
}
/**
 * Alarms, dashboard and logs.
 */
export interface MonitoringSpec {
  notify: NotifySpec;
  /**
   * Signal to threshold, or `off`. What is left out has the threshold that `plan` prints; critical signals cannot be off.
   */
  thresholds: ThresholdsSpec;
  /**
   * How long logs and the audit trail are kept. Unit: days. Default: 14 in dev, 30 in staging, 90 in prod; at least 365 with `soc2`, 731 with `ccpa`, 2192 with `hipaa`.
   */
  logRetentionDays?:
    | 1
    | 3
    | 5
    | 7
    | 14
    | 30
    | 60
    | 90
    | 120
    | 150
    | 180
    | 365
    | 400
    | 545
    | 731
    | 1096
    | 1827
    | 2192
    | 2557
    | 2922
    | 3288
    | 3653;
}
/**
 * Who gets alarms and budget alerts.
 */
export interface NotifySpec {
  /**
   * Each address must confirm its subscription once.
   */
  emails: string[];
}
/**
 * Signal to threshold, or `off`. What is left out has the threshold that `plan` prints; critical signals cannot be off.
 */
export interface ThresholdsSpec {
  /**
   * Alarm below it: 1 when a request could be served in a minute, else 0.
   */
  availability?: number | 'off';
  /**
   * Alarm above it: requests that ended in an error of the server. Unit: %.
   */
  'error-rate'?: number | 'off';
  /**
   * Alarm above it: 99th percentile of the whole answer. Unit: s.
   */
  'latency-p99'?: number | 'off';
  /**
   * Alarm above it: 95th percentile of the time to the first token. Unit: ms.
   */
  'ttft-p95'?: number | 'off';
  /**
   * Alarm above it: mean time between two tokens. Unit: ms.
   */
  'inter-token-latency'?: number | 'off';
  /**
   * Alarm above it: requests that wait in the engine.
   */
  'waiting-requests'?: number | 'off';
  /**
   * Alarm above it: KV cache in use. Unit: %.
   */
  'kv-cache-use'?: number | 'off';
  /**
   * Alarm above it: GPU memory in use. Unit: %.
   */
  'gpu-memory'?: number | 'off';
  /**
   * Alarm above it: GPU errors in the kernel log.
   */
  'gpu-xid'?: number | 'off';
  /**
   * Alarm above it: the fullest disk in use. Unit: %.
   */
  'disk-space'?: number | 'off';
  /**
   * Alarm below it: healthy targets of the balancer, and of each fleet that always runs.
   */
  'no-healthy-target'?: number | 'off';
  /**
   * Alarm above it: age of the oldest job of `batch`. Unit: hours.
   */
  'queue-age'?: number | 'off';
  /**
   * Alarm above it: jobs of `batch` that were given up.
   */
  'dead-letters'?: number | 'off';
  /**
   * Alarm above it: requests refused with 429 a minute.
   */
  'rate-limited'?: number | 'off';
  /**
   * Alarm below it: days that the certificate is still valid. Unit: days.
   */
  'certificate-expiry'?: number | 'off';
  /**
   * Alarm above it: connections to a managed database.
   */
  'database-connections'?: number | 'off';
  /**
   * Alarm below it: free storage of a managed database. Unit: GiB.
   */
  'database-storage'?: number | 'off';
}
/**
 * Money alerts on the spend of this deployment.
 */
export interface BudgetSpec {
  /**
   * Spend a month. Unit: USD.
   */
  monthlyUsd: number;
  /**
   * Alerts are sent at these parts of `monthlyUsd`. Unit: %.
   *
   * @minItems 1
   */
  alertAtPercent: number[];
  /**
   * `synth` stops when the expected monthly bill is higher. Unit: USD.
   */
  failSynthOverUsd?: number;
}
/**
 * Laws, encryption and the web firewall.
 */
export interface SecuritySpec {
  /**
   * Laws whose defaults and rules hold: longer logs, an audit log, own keys, refusals. docs/compliance.md says what each changes and what it leaves to you.
   */
  compliance: ('gdpr' | 'hipaa' | 'soc2' | 'ccpa')[];
  /**
   * Where data stays: in `regions`, or in the zone. Regions, keys, certificates and the profiles of managed models are checked; buckets and registries of yours are not. Default: `eu` with `gdpr` and a region in the European Economic Area, else `none`.
   */
  residency?: 'none' | 'regions' | 'eu' | 'us';
  /**
   * Whose keys encrypt disks, databases, buckets and logs. Default: `customer-managed` with `hipaa` or `soc2`, else `provider-managed`.
   */
  encryption?: 'provider-managed' | 'customer-managed';
  /**
   * ARN of an existing KMS key in the same region, for `customer-managed`; docs/aws.md lists the statements that its policy needs. Default: a new key.
   */
  encryptionKey?: string;
  /**
   * Web firewall in front of the balancer that lets prompts pass. Default: `true` with `ingress: public`, except in dev.
   */
  waf?: boolean;
  /**
   * Limit of the web firewall per client address; raise it when all users share one.
   */
  ipRequestsPerMinute: number;
}
/**
 * What survives mistakes and failures.
 */
export interface ReliabilitySpec {
  /**
   * Share of the time in which requests are answered. From 99.9 on no machine, database or zone may be alone: `scaled`. Unit: percent. Default: none is promised; one machine gives about 99 %.
   */
  availabilityPercent?: number;
  /**
   * Guards databases, buckets, disks and balancers against deletion. Default: `true` in prod, else `false`.
   */
  deletionProtection?: boolean;
  /**
   * Data that may be lost: the interval of snapshots of the data disk. Unit: minutes. Default: 1440.
   */
  recoveryPointMinutes?: number;
  /**
   * Region that keeps a copy of each daily backup of the managed databases, as long as the backups themselves. You make the vault there once; `plan` prints the command. Default: backups stay in the region.
   */
  backupRegion?: string;
}
/**
 * How machines change when the spec changes.
 */
export interface RolloutSpec {
  /**
   * `rolling`: machine by machine. `blue-green`: all new machines beside the old ones, so twice the GPUs. `canary`: in steps.
   */
  strategy: 'rolling' | 'blue-green' | 'canary';
  /**
   * Extra copies during a change; 0: no spare GPU, replaced in place.
   */
  maxSurge: number;
  /**
   * Shares of the machines, and so of the traffic, one after the other; `canary` only. Unit: percent. Default: 10, 50.
   *
   * @minItems 1
   */
  canarySteps?: number[];
  /**
   * Time in which an alarm still rolls back, at each step and once all machines are new; not with `rolling`. Unit: minutes. Default: 15.
   */
  bakeMinutes?: number;
  /**
   * Alarms that roll the change back. One that is red already keeps a change from beginning. Default: `error-rate`, `no-healthy-target`.
   *
   * @minItems 1
   */
  abortOn?: ('error-rate' | 'latency-p99' | 'no-healthy-target')[];
}
