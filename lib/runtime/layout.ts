import { createHash } from 'node:crypto';
import type { MachineDecision, ModelDecision, SingleServerPlan } from '../plan/plan';

/** Where things are on a machine; `LLM_ROOT` stands before each of them in tests and nowhere else. */
export const paths = {
  /** Names and ids known only when the cloud has made them. */
  environment: '/etc/llm/env',
  bundle: '/opt/llm/bundle',
  /** A tmpfs: secrets and what the last boot found out. */
  run: '/run/llm',
  /** Where the data volume is mounted. */
  data: '/var/lib/llm',
} as const;

/** TCP ports of the machine. The balancer needs the first two and that of the user's own container, nobody outside needs the others. */
export const ports = {
  /** The API: LiteLLM. */
  gateway: 4000,
  /** 200 only while gateway and every engine answer: the health check of balancer and group. */
  health: 4080,
  /** The signals in InfluxDB line protocol, on the loopback interface. */
  signals: 4081,
  /** Analyzer and anonymizer of personal data, on the loopback interface. */
  piiAnalyzer: 4082,
  piiAnonymizer: 4083,
  /** The user's own container, where there is one. */
  application: 4084,
  /** First engine, on the loopback interface; the next ones follow. */
  firstEngine: 8100,
} as const;

/** Port of vLLM in its own container. */
export const enginePort = 8000;
/** Port of a fleet's machine on which its engines answer, all of them together. */
export const fleetMachinePort = 8000;
export const gatewayHealthPath = '/health/liveliness';
/** Name of the gateway's database, embedded or managed. */
export const databaseName = 'litellm';
export const databaseUser = 'litellm';

/** One engine: a copy of a model with GPUs of its own. */
export interface EngineService {
  /** Name in the compose project. */
  service: string;
  model: ModelDecision;
  gpuIds: string[];
  hostPort: number;
  /** Address of the machine that `hostPort` is open on; absent: the loopback interface. */
  listen?: '0.0.0.0';
}

/** Every engine of the machine, GPUs dealt in the order of the models. */
export function engineServices(plan: SingleServerPlan): EngineService[] {
  const { models, machine } = plan.decisions;
  return servicesOn(machine, models);
}

/** The engines of these models on one machine of this type. */
export function servicesOn(
  machine: Pick<MachineDecision, 'gpuCount' | 'instanceType'>,
  models: readonly ModelDecision[],
): EngineService[] {
  const copies = models.flatMap((model) =>
    Array.from({ length: model.copies }, (_, copy) => ({
      model,
      service: `engine-${slug(engineName(model))}-${copy}`,
    })),
  );
  let nextGpu = 0;
  const services = copies.map(({ model, service }, index) => {
    const gpuIds = Array.from({ length: model.tensorParallel }, () => String(nextGpu++));
    return { service, model, gpuIds, hostPort: ports.firstEngine + index };
  });
  if (nextGpu > machine.gpuCount) {
    throw new Error(`the plan needs ${nextGpu} GPUs and ${machine.instanceType} has ${machine.gpuCount}`);
  }
  const names = new Set(services.map(({ service }) => service));
  if (names.size !== services.length) throw new Error('two models have the same name in the compose project');
  return services;
}

/** Of a model, or of one version of it: unique on the machine. */
export const engineName = ({ name, version }: Pick<ModelDecision, 'name' | 'version'>) =>
  version === undefined ? name : `${name}-${version}`;

/** Folder of a model or adapter under the weights folder and, from the hub, in the model bucket: no two share one. */
export function modelFolder({ source, revision }: { source: string; revision: string }): string {
  // the hub takes its names in any case
  const repository = source.startsWith('s3://') ? source : source.toLowerCase();
  // with one dash for the slash, and none before it, the name can be read back
  const plain = !/-.*\/|:/.test(repository) && repository.replace('/', '-') === slug(repository);
  return `models/${plain ? slug(repository) : marked(repository)}/${revision === slug(revision) ? revision : marked(revision)}`;
}

/** A slug that says which of the names it stands for that look like it. */
function marked(name: string): string {
  const mark = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return [slug(name), mark].filter((part) => part !== '').join('-');
}

/** Letters, digits, dots and dashes, as compose, S3 keys and file systems all take them. */
export function slug(name: string): string {
  return name
    .toLowerCase()
    .replace(/^[a-z0-9]+:\/\//, '')
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^-+|-+$/g, '');
}
