import type { Plan } from '../plan/plan';
import { workerServices } from './batch-host';
import { applicationNetworks, applicationServices } from './compose-application';
import { cacheService, databaseService } from './compose-data';
import { engineService } from './compose-engine';
import { frontService, hasFront } from './compose-front';
import { gatewayService, migrateService } from './compose-gateway';
import { mount } from './compose-mounts';
import { piiContainers } from './compose-pii';
import type { Host, Role } from './host';
import { yamlText } from './yaml-text';

/** How containers log: the machine's own driver, and never a container that waits for its log. */
export interface Logging {
  driver: string;
  options: Record<string, string>;
}

/**
 * `compose.yaml`: of one engine per copy, nginx before them, the gateway and what it stores its keys in, what runs
 * on machines of the role; and telemetry.
 *
 * `restart: on-failure`, since the other policies start containers with the docker daemon: before the data
 * volume is mounted, so Postgres would begin a new database on the root disk.
 */
export function composeFile(host: Host, logging: Logging): string {
  return yamlText(composeProject(host, logging), 'The stack of one machine. Generated from the plan.');
}

export function composeProject(host: Host, logging: Logging) {
  const services: Record<string, object> = {
    ...Object.fromEntries(host.engines.map((engine) => [engine.service, engineService(host, engine)])),
    ...(hasFront(host) ? { front: frontService(host) } : {}),
    ...(host.gateway ? gatewayServices(host) : {}),
    ...workerServices(host),
    telemetry: telemetryService(host.plan),
  };
  return {
    name: 'llm',
    services: Object.fromEntries(
      Object.entries(services).map(([name, service]) => [
        name,
        { ...service, ...everywhere(name, logging, machineMarks[host.role]) },
      ]),
    ),
    networks: { default: { driver: 'bridge' }, ...(host.gateway ? applicationNetworks(host.plan) : {}) },
  };
}

function gatewayServices({ plan, engines }: Host): Record<string, object> {
  const { database, cache } = plan.decisions;
  return {
    ...(database.postgres === 'embedded' ? { postgres: databaseService(plan) } : {}),
    ...(cache.valkey === 'embedded' ? { valkey: cacheService(plan) } : {}),
    ...piiContainers(plan),
    migrate: migrateService(plan),
    gateway: gatewayService(
      plan,
      engines.map(({ service }) => service),
    ),
    ...applicationServices(plan),
  };
}

/** Machines of a group write a stream each: one for all would be unreadable. */
const machineMarks: Record<Role, string> = {
  server: '',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: compose reads the variables
  fleet: '/${LLM_FLEET}/${LLM_INSTANCE}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: compose reads the variable
  gateway: '/${LLM_INSTANCE}',
};

export function everywhere(name: string, logging: Logging, mark = '') {
  return {
    container_name: `llm-${name}`,
    security_opt: ['no-new-privileges:true'],
    logging: { driver: logging.driver, options: { ...logging.options, tag: `${name}${mark}` } },
  };
}

function telemetryService(plan: Plan) {
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
