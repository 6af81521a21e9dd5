import type { Plan } from '../plan/plan';
import { gatewayNetworks } from './compose-application';
import { answers } from './compose-engine';
import { enterMount, mount, secretsMount, withSecrets } from './compose-mounts';
import { piiContainers } from './compose-pii';
import { gatewayHealthPath, ports } from './layout';
import { degradedAnswerFiles } from './programs/degraded-answer';
import { limitGuardFiles } from './programs/limit-guard';
import { requestGuardFiles } from './programs/request-guard';
import { streamGuardFiles } from './programs/stream-guard';
import { upstreams } from './upstreams';

const configPath = '/llm/config.yaml';
/** A worker that imports for longer is killed by uvicorn's own limit of 5 s, in a loop. */
const workerHealthSeconds = 60;

/** The LiteLLM proxy. It finds a migrated database and never changes the schema itself. */
export function gatewayService(plan: Plan, engines: string[]) {
  const { gateway, timeouts } = plan.decisions;
  return {
    ...litellm(plan),
    entrypoint: [...withSecrets, 'litellm'],
    command: [
      ...['--config', configPath],
      ...['--host', '0.0.0.0'],
      ...['--port', String(ports.gateway)],
      ...['--num_workers', String(gateway.workers)],
      ...['--keepalive_timeout', String(timeouts.gatewayKeepAliveSeconds)],
      ...['--timeout_worker_healthcheck', String(workerHealthSeconds)],
    ],
    environment: {
      ...environment(plan),
      DISABLE_SCHEMA_UPDATE: 'true',
      GRACEFUL_SHUTDOWN_TIMEOUT: String(timeouts.answerSeconds),
      PROMETHEUS_MULTIPROC_DIR: '/prometheus',
    },
    tmpfs: ['/prometheus'],
    ...gatewayNetworks(plan),
    ports: [`${ports.gateway}:${ports.gateway}`],
    restart: 'on-failure',
    // running answers end first; engines stop after the gateway that depends on them
    stop_grace_period: `${timeouts.answerSeconds + 30}s`,
    depends_on: {
      migrate: { condition: 'service_completed_successfully' },
      ...Object.fromEntries(engines.map((engine) => [engine, { condition: 'service_started' }])),
      ...dataServices(plan),
      ...Object.fromEntries(
        Object.keys(piiContainers(plan)).map((name) => [name, { condition: 'service_healthy' }]),
      ),
    },
    healthcheck: {
      test: ['CMD', 'python3', '-c', answers(`http://127.0.0.1:${ports.gateway}${gatewayHealthPath}`)],
      interval: '15s',
      timeout: '10s',
      retries: 4,
      start_period: '180s',
    },
  };
}

/** Brings the schema up to date, once, before the gateway starts; fails when it cannot. */
export function migrateService(plan: Plan) {
  return {
    ...litellm(plan),
    entrypoint: [...withSecrets, 'litellm'],
    command: ['--config', configPath, '--skip_server_startup'],
    environment: { ...environment(plan), DISABLE_SCHEMA_UPDATE: 'false' },
    restart: 'no',
    depends_on: dataServices(plan),
  };
}

function litellm(plan: Plan) {
  return {
    image: plan.decisions.images.gateway,
    cap_drop: ['ALL'],
    volumes: [
      enterMount,
      secretsMount('gateway.env'),
      mount('./litellm.yaml', configPath, 'read-only'),
      // LiteLLM looks for them beside its configuration
      ...Object.keys({
        ...requestGuardFiles(),
        ...limitGuardFiles(plan),
        ...streamGuardFiles(plan),
        ...degradedAnswerFiles(plan),
      }).map((name) => mount(`./${name}`, `/llm/${name}`, 'read-only')),
    ],
  };
}

function environment(plan: Plan) {
  const { cache, gateway } = plan.decisions;
  // biome-ignore lint/suspicious/noTemplateCurlyInString: compose reads the variable
  const cacheHost = { embedded: 'valkey', managed: '${LLM_CACHE_HOST}', none: undefined }[cache.valkey];
  return {
    LITELLM_MODE: 'PRODUCTION',
    LITELLM_LOG: 'ERROR',
    // otherwise the start waits for a file on GitHub
    LITELLM_LOCAL_MODEL_COST_MAP: 'True',
    STORE_MODEL_IN_DB: 'False',
    NO_DOCS: 'True',
    NO_REDOC: 'True',
    NO_OPENAPI: 'True',
    DISABLE_ADMIN_UI: 'True',
    ...(gateway.guardrail === undefined ? {} : guardrailVariables),
    ...(cacheHost === undefined ? {} : { REDIS_HOST: cacheHost, REDIS_PORT: '6379' }),
    ...(cache.valkey === 'managed' ? { REDIS_SSL: 'True' } : {}),
    ...addresses(plan),
  };
}

/** Known when the cloud has made the filter. */
const guardrailVariables = {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: compose reads the variable
  LLM_GUARDRAIL_ID: '${LLM_GUARDRAIL_ID}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: compose reads the variable
  LLM_GUARDRAIL_VERSION: '${LLM_GUARDRAIL_VERSION}',
};

/** What the configuration reads from its environment: a host that only the deployment knows. */
function addresses(plan: Plan): Record<string, string> {
  const known = upstreams(plan).flatMap(({ variable }) => (variable === undefined ? [] : [variable]));
  return Object.fromEntries(known.map(({ name, value }) => [name, value]));
}

function dataServices(plan: Plan) {
  const { database, cache } = plan.decisions;
  return {
    ...(database.postgres === 'embedded' ? { postgres: { condition: 'service_healthy' } } : {}),
    ...(cache.valkey === 'embedded' ? { valkey: { condition: 'service_healthy' } } : {}),
  };
}
