import { createHash } from 'node:crypto';
import type { SingleServerPlan } from '../../plan/plan';
import { composeProject, everywhere, type Logging } from '../compose';
import { applicationKeyFile, applicationNetworks, applicationServiceName } from '../compose-application';
import { mount } from '../compose-mounts';
import { serverHost } from '../host';
import { engineServices, ports } from '../layout';
import { yamlText } from '../yaml-text';
import type { LocalForm } from './form';
import { llamaService } from './llama/service';
import { monitoringServices } from './monitoring/services';
import { type BindMount, localMount, type Mount, secretsFolder } from './mounts';
import { simulatedService } from './simulated-service';
import { downloadService, downloads, isWeightsTarget, weightsOf } from './weights';

/** Where the user's container answers on a machine of your own, unless `LLM_APPLICATION_PORT` says otherwise. */
export const applicationLocalPort = 8080;

interface Service<Volume> {
  image: string;
  restart: string;
  volumes: Volume[];
  container_name?: string;
  profiles?: string[];
  ports?: string[];
}

/** Docker's own log files, so that `docker compose logs` works and no disk fills. */
const logging: Logging = { driver: 'json-file', options: { 'max-size': '20m', 'max-file': '5' } };

/** `compose.yaml` for a machine of your own; `files` are the bundle's others, by name. */
export function localComposeFile(
  plan: SingleServerPlan,
  form: LocalForm,
  files: Record<string, string>,
): string {
  const project = localComposeProject(plan, form, files);
  return yamlText(project, 'The stack on a machine of your own. Generated from the plan.');
}

/** The cloud's compose project in other places, without telemetry that sends to a cloud. */
export function localComposeProject(plan: SingleServerPlan, form: LocalForm, files: Record<string, string>) {
  const all = {
    ...downloadServices(plan, form),
    ...cloudServices(plan),
    ...engines(plan, form),
    ...(form.monitoring ? (monitoringServices(plan, form) as Services) : {}),
  };
  const services = Object.entries(all).map(
    ([name, service]) => [name, atHome(name, service, files)] as const,
  );
  const mounts = services.flatMap(([, { volumes }]) => volumes);
  const named = mounts.filter(({ type }) => type === 'volume').map(({ source }) => [source, {}]);
  return {
    name: plan.decisions.identity.name,
    services: Object.fromEntries(services),
    networks: { default: { driver: 'bridge' }, ...applicationNetworks(plan, 'local') },
    volumes: Object.fromEntries(named),
  };
}

type Services<Volume = Mount> = Record<string, Service<Volume>>;

/** Without the worker of files, whose queue is the cloud's. */
const cloudProject = (plan: SingleServerPlan) =>
  composeProject({ ...serverHost(plan), worker: false }, logging).services as unknown as Services<BindMount>;

function cloudServices(plan: SingleServerPlan): Services {
  const engineNames = new Set(engineServices(plan).map(({ service }) => service));
  const kept = Object.entries(cloudProject(plan)).filter(
    ([name]) => name !== 'telemetry' && !engineNames.has(name),
  );
  return Object.fromEntries(
    kept.map(([name, service]) => [name, { ...service, volumes: service.volumes.map(localMount) }]),
  );
}

function engines(plan: SingleServerPlan, form: LocalForm): Services {
  const cloud = cloudProject(plan);
  return Object.fromEntries(
    engineServices(plan).map((engine) => {
      if (form.engine === 'simulated') return [engine.service, simulatedService(plan, engine)];
      if (form.engine === 'llama.cpp') return [engine.service, llamaService(plan, engine, form)];
      const service = cloud[engine.service] as Service<BindMount>;
      const weights = weightsOf(plan, engine.model, form);
      const others = service.volumes.filter(({ target }) => !isWeightsTarget(target)).map(localMount);
      return [
        engine.service,
        { ...service, volumes: [...others, ...weights.mounts], depends_on: weights.depends_on },
      ];
    }),
  ) as Services;
}

function downloadServices(plan: SingleServerPlan, form: LocalForm): Services {
  if (form.engine !== 'vllm' || form.weights !== undefined) return {};
  return Object.fromEntries(
    downloads(plan).map((download) => [download.service, downloadService(plan, download)]),
  ) as Services;
}

const gatewayPort = {
  ports: [`\${LLM_LISTEN:-127.0.0.1}:\${LLM_PORT:-${ports.gateway}}:${ports.gateway}`],
};
/** Its port on the loopback interface, and its key from the folder of secrets. */
function applicationAtHome({ ports: [port = ''] = [] }: Service<Mount>) {
  const inside = port.slice(port.indexOf(':') + 1);
  return {
    ports: [`\${LLM_LISTEN:-127.0.0.1}:\${LLM_APPLICATION_PORT:-${applicationLocalPort}}:${inside}`],
    env_file: [`${secretsFolder}/${applicationKeyFile}`],
  };
}

const newKeyMount = mount('./new_key.py', '/llm/new_key.py', 'read-only') as Mount;

function atHome(name: string, service: Service<Mount>, files: Record<string, string>) {
  // profiles: a cloud machine starts the user's container by itself
  const { container_name: _, profiles: __, ...shared } = { ...service, ...everywhere(name, logging) };
  const volumes = name === 'gateway' ? [...service.volumes, newKeyMount] : service.volumes;
  return {
    ...shared,
    ...(name === 'gateway' ? gatewayPort : {}),
    ...(name === applicationServiceName ? applicationAtHome(service) : {}),
    // on a cloud machine the boot script starts the stack, here docker does so
    restart: service.restart === 'no' ? 'no' : 'unless-stopped',
    volumes,
    // compose replaces a container whose definition changed, and looks into no file that is mounted
    labels: { 'llm-constructs.files': sumOf(volumes, files) },
  };
}

/** Changes when a mounted file of the bundle does. */
function sumOf(mounts: Mount[], files: Record<string, string>): string {
  const hash = createHash('sha256');
  for (const { source } of mounts) hash.update(files[source.replace(/^\.\//, '')] ?? '');
  return hash.digest('hex').slice(0, 16);
}
