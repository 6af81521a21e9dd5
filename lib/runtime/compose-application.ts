import type { Plan } from '../plan/plan';
import { literal } from './compose-engine';
import { enterMount, mount, secretsMount, withSecrets } from './compose-mounts';
import { paths, ports } from './layout';

/** The user's container, and what makes its API key known to the gateway before it starts. */
export const applicationServiceName = 'application';
export const applicationKeyServiceName = 'application-key';
/** What both are started with: neither is part of the stack that a machine needs to serve. */
export const applicationProfile = 'application';

/**
 * Bridge of the container and the gateway alone; its name stands in a rule of the machine's packet filter.
 *
 * A container in two networks goes out through the one whose name sorts first (docs.docker.com/engine/network, 2026-11):
 * the gateway must through `default`, since this bridge does not reach the machine's identity.
 */
export const applicationNetwork = { name: 'user', bridge: 'llm-user' } as const;

/** One variable, which only the container reads: its API key. */
export const applicationKeyFile = 'application.env';
const keyInContainer = '/run/secrets/application.env';

/** What images of common web servers need to leave root for a user of their own, and to listen below 1024. */
const capabilities = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'NET_BIND_SERVICE', 'SETGID', 'SETUID'];

/** Both services; none without an application. */
export function applicationServices(plan: Plan): Record<string, object> {
  const { application, images } = plan.decisions;
  if (application === undefined) return {};
  if (images.application === undefined) throw new Error('the plan has an application and no image of it');
  const { port, env, memoryGiB, vcpus } = application;
  return {
    [applicationKeyServiceName]: {
      image: images.gateway,
      profiles: [applicationProfile],
      cap_drop: ['ALL'],
      entrypoint: [...withSecrets, 'python3', '/llm/application_key.py'],
      restart: 'no',
      volumes: [
        enterMount,
        secretsMount('gateway.env'),
        mount(`${paths.run}/${applicationKeyFile}`, keyInContainer, 'read-only'),
        mount('./application_key.py', '/llm/application_key.py', 'read-only'),
      ],
      depends_on: { gateway: { condition: 'service_healthy' } },
    },
    [applicationServiceName]: {
      image: images.application,
      profiles: [applicationProfile],
      cap_drop: ['ALL'],
      cap_add: capabilities,
      environment: {
        ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, literal(value)])),
        OPENAI_BASE_URL: `http://gateway:${ports.gateway}/v1`,
      },
      // images without a shell take no secret in any other way; it opens the gateway, within its limits, and no more
      env_file: [`${paths.run}/${applicationKeyFile}`],
      networks: [applicationNetwork.name],
      ports: [`${ports.application}:${port}`],
      restart: 'on-failure',
      // it has served its last request when it is told to stop
      stop_grace_period: '10s',
      mem_limit: `${memoryGiB}g`,
      // no swap: what is above the limit is ended, and the gateway keeps its memory
      memswap_limit: `${memoryGiB}g`,
      cpus: vcpus,
      pids_limit: 512,
      volumes: [],
      depends_on: {
        gateway: { condition: 'service_healthy' },
        [applicationKeyServiceName]: { condition: 'service_completed_successfully' },
      },
    },
  };
}

/** Networks of the project beside the default one; only a cloud machine has something to keep the bridge from. */
export function applicationNetworks(plan: Plan, where: 'cloud' | 'local' = 'cloud'): Record<string, object> {
  if (plan.decisions.application === undefined) return {};
  const { name, bridge } = applicationNetwork;
  if (where === 'local') return { [name]: { driver: 'bridge' } };
  return { [name]: { driver: 'bridge', driver_opts: { 'com.docker.network.bridge.name': bridge } } };
}

/** The gateway stands in both networks; nothing else meets the user's container. */
export function gatewayNetworks(plan: Plan): { networks?: string[] } {
  return plan.decisions.application === undefined ? {} : { networks: ['default', applicationNetwork.name] };
}
