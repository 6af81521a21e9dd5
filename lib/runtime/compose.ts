import type { SingleServerPlan } from '../plan/plan';
import { applicationNetworks, applicationServices } from './compose-application';
import { cacheService, databaseService } from './compose-data';
import { engineService } from './compose-engine';
import { gatewayService, migrateService } from './compose-gateway';
import { mount } from './compose-mounts';
import { piiContainers } from './compose-pii';
import { engineServices } from './layout';
import { yamlText } from './yaml-text';

/** How containers log: the machine's own driver, and never a container that waits for its log. */
export interface Logging {
  driver: string;
  options: Record<string, string>;
}

/**
 * `compose.yaml`: one engine per copy, the gateway, what it stores its keys in, and telemetry.
 *
 * `restart: on-failure`, since the other policies start containers with the docker daemon: before the data
 * volume is mounted, so Postgres would begin a new database on the root disk.
 */
export function composeFile(plan: SingleServerPlan, logging: Logging): string {
  return yamlText(composeProject(plan, logging), 'The stack of one machine. Generated from the plan.');
}

export function composeProject(plan: SingleServerPlan, logging: Logging) {
  const { database, cache } = plan.decisions;
  const engines = engineServices(plan);
  const services: Record<string, object> = {
    ...Object.fromEntries(engines.map((engine) => [engine.service, engineService(plan, engine)])),
    ...(database.postgres === 'embedded' ? { postgres: databaseService(plan) } : {}),
    ...(cache.valkey === 'embedded' ? { valkey: cacheService(plan) } : {}),
    ...piiContainers(plan),
    migrate: migrateService(plan),
    gateway: gatewayService(
      plan,
      engines.map(({ service }) => service),
    ),
    ...applicationServices(plan),
    telemetry: telemetryService(plan),
  };
  return {
    name: 'llm',
    services: Object.fromEntries(
      Object.entries(services).map(([name, service]) => [name, { ...service, ...everywhere(name, logging) }]),
    ),
    networks: { default: { driver: 'bridge' }, ...applicationNetworks(plan) },
  };
}

export function everywhere(name: string, logging: Logging) {
  return {
    container_name: `llm-${name}`,
    security_opt: ['no-new-privileges:true'],
    logging: { driver: logging.driver, options: { ...logging.options, tag: name } },
  };
}

function telemetryService(plan: SingleServerPlan) {
  return {
    image: plan.decisions.images.telemetry,
    // the signals are on the loopback interface, and the machine's identity is one hop away
    network_mode: 'host',
    restart: 'on-failure',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: compose reads the variable
    environment: { LLM_REGION: '${LLM_REGION}', LLM_DEPLOYMENT: '${LLM_DEPLOYMENT}' },
    volumes: [mount('./telegraf.conf', '/etc/telegraf/telegraf.conf', 'read-only')],
  };
}
