import type { Cloud } from '../catalog/machines';
import { enterMount, mount, secretsMount, withSecrets } from './compose-mounts';
import { batchProgram } from './programs/batch';
import { batchAnswersModule } from './programs/batch-answers';
import { batchAwsModule } from './programs/batch-aws';
import { batchAzureModule } from './programs/batch-azure';
import { batchFilesModule } from './programs/batch-files';
import { batchGateModule } from './programs/batch-gate';
import { batchGatewayModule } from './programs/batch-gateway';
import { batchGcpModule } from './programs/batch-gcp';
import { batchLinesModule } from './programs/batch-lines';
import { batchSettingsModule } from './programs/batch-settings';
import { batchWebModule } from './programs/batch-web';

/** Names and limits that one batch worker needs. */
export interface BatchFacts {
  /** Where the API is, without `/v1`. */
  gatewayUrl: string;
  /** Requests under way at once. */
  concurrency: number;
  /** Where `in_flight_ratio` is told in InfluxDB line protocol; without it only answers of the gateway count. */
  saturationUrl?: string;
  /** No further request while the in-flight ratio is at or above it, 0 to 1. */
  saturation?: number;
  /** Longest answer; the gateway's own limit and a little more. */
  answerSeconds: number;
  /** How long the queue keeps a job for this worker unless told again; on Azure the lock duration of the queue. */
  leaseSeconds: number;
  /** Deliveries of a job before it is a dead letter. */
  maxAttempts: number;
  /** What running jobs may take after SIGTERM. */
  drainSeconds: number;
  cloud: Cloud;
  /** Queue URL; topic as `projects/P/topics/T`; queue name. */
  queue: string;
  /** The same for dead letters; on Azure an ordinary queue, since REST cannot move to the dead-letter subqueue. */
  deadQueue: string;
  /** Bucket names; on Azure `https://ACCOUNT.blob.core.windows.net/CONTAINER`. */
  inputBucket: string;
  outputBucket: string;
  cloudVariables: Partial<Record<CloudVariable, string>>;
}

/** What only one cloud's module reads. */
const cloudVariables = {
  aws: ['AWS_REGION'],
  /** `projects/P/subscriptions/S`. */
  gcp: ['LLM_BATCH_SUBSCRIPTION'],
  /** `https://NAMESPACE.servicebus.windows.net`, and the client id of the machine's identity. */
  azure: ['LLM_BATCH_BUS_URL', 'AZURE_CLIENT_ID'],
} as const satisfies Record<Cloud, readonly string[]>;
type CloudVariable = (typeof cloudVariables)[Cloud][number];

const cloudModules: Record<Cloud, Record<string, string>> = {
  aws: { 'batch_aws.py': batchAwsModule },
  gcp: { 'batch_gcp.py': batchGcpModule },
  azure: { 'batch_azure.py': batchAzureModule },
};

/** Files of the worker: one folder, no package beside those of the gateway's image. */
export function batchWorkerFiles(cloud: Cloud): Record<string, string> {
  return {
    'batch.py': batchProgram,
    'batch_settings.py': batchSettingsModule,
    'batch_answers.py': batchAnswersModule,
    'batch_files.py': batchFilesModule,
    'batch_lines.py': batchLinesModule,
    'batch_gate.py': batchGateModule,
    'batch_gateway.py': batchGatewayModule,
    'batch_web.py': batchWebModule,
    ...cloudModules[cloud],
  };
}

/** Every variable but `LLM_BATCH_KEY`, the key of the gateway, which is a secret. */
export function batchEnvironment(facts: BatchFacts): Record<string, string> {
  const { saturationUrl, saturation } = facts;
  const wanted: readonly string[] = cloudVariables[facts.cloud];
  const wrong = [
    ...wanted.filter((name) => !(name in facts.cloudVariables)),
    ...Object.keys(facts.cloudVariables).filter((name) => !wanted.includes(name)),
  ];
  if (wrong.length > 0)
    throw new Error(`the batch worker on ${facts.cloud} needs ${wanted.join(', ')}: see ${wrong.join(', ')}`);
  return {
    LLM_BATCH_CLOUD: facts.cloud,
    LLM_BATCH_GATEWAY_URL: facts.gatewayUrl,
    LLM_BATCH_CONCURRENCY: String(facts.concurrency),
    ...(saturationUrl === undefined ? {} : { LLM_BATCH_SATURATION_URL: saturationUrl }),
    ...(saturation === undefined ? {} : { LLM_BATCH_SATURATION: String(saturation) }),
    LLM_BATCH_ANSWER_SECONDS: String(facts.answerSeconds),
    LLM_BATCH_LEASE_SECONDS: String(facts.leaseSeconds),
    LLM_BATCH_MAX_ATTEMPTS: String(facts.maxAttempts),
    LLM_BATCH_DRAIN_SECONDS: String(facts.drainSeconds),
    LLM_BATCH_QUEUE: facts.queue,
    LLM_BATCH_DEAD_QUEUE: facts.deadQueue,
    LLM_BATCH_INPUT: facts.inputBucket,
    LLM_BATCH_OUTPUT: facts.outputBucket,
    ...facts.cloudVariables,
  };
}

/** Longest that a worker takes to give its jobs back after the drain. */
const givingBackSeconds = 45;

/** The worker as a service of the compose project; `batch.env` holds `LLM_BATCH_KEY`. */
export function batchWorkerService(image: string, facts: BatchFacts) {
  return {
    image,
    entrypoint: [...withSecrets, 'python3'],
    command: ['/llm/batch/batch.py'],
    environment: { ...batchEnvironment(facts), PYTHONDONTWRITEBYTECODE: '1' },
    // the signals are on the loopback interface, and the machine's identity is one hop away
    network_mode: 'host',
    cap_drop: ['ALL'],
    volumes: [
      enterMount,
      secretsMount('batch.env'),
      ...Object.keys(batchWorkerFiles(facts.cloud)).map((name) =>
        mount(`./${name}`, `/llm/batch/${name}`, 'read-only'),
      ),
    ],
    restart: 'on-failure',
    stop_grace_period: `${facts.drainSeconds + givingBackSeconds}s`,
  };
}
