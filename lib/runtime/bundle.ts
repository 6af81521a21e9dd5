import { createHash } from 'node:crypto';
import type {
  BatchDecision,
  FleetDecision,
  FleetMachine,
  Plan,
  ScaledPlan,
  SingleServerPlan,
} from '../plan/plan';
import { workerFiles } from './batch-host';
import { composeFile } from './compose';
import { frontConfig, hasFront } from './compose-front';
import { batchHost, fleetHost, gatewayHost, type Host, serverHost } from './host';
import { litellmConfig } from './litellm-config';
import { type Machine, machineKinds } from './machines';
import { applicationFiles } from './programs/application';
import { bootScript } from './programs/boot';
import { degradedAnswerFiles } from './programs/degraded-answer';
import { drainProgram } from './programs/drain';
import { composeScript, enterScript } from './programs/enter';
import { fetchSecretsProgram } from './programs/fetch-secrets';
import { firstAnswerProgram } from './programs/first-answer';
import { healthProgram } from './programs/health';
import { hubDownloadProgram } from './programs/hub-download';
import { limitGuardFiles } from './programs/limit-guard';
import { machineModule } from './programs/machine';
import { modelStoreProgram } from './programs/model-store';
import { formFile, pickFormFile, pickFormScript } from './programs/pick-form';
import { requestGuardFiles } from './programs/request-guard';
import { shipLogsProgram } from './programs/ship-logs';
import { bootFailedScript, signalScript } from './programs/signal';
import { signalsProgram } from './programs/signals';
import { streamGuardFiles } from './programs/stream-guard';
import { settings } from './settings';
import { installScript, systemdUnits } from './systemd-units';
import { telegrafConfig } from './telegraf-config';

export interface BundleFile {
  /** Relative to the bundle; there are no folders. */
  path: string;
  content: string;
  executable?: boolean;
}

/** Everything a machine needs beside its images, its weights and `/etc/llm/env`. */
export interface Bundle {
  /** Sorted by path. */
  files: BundleFile[];
  /** SHA-256 of the file `SHA256SUMS`, which lists all others: it identifies the whole. */
  sha256: string;
}

export const checksumFile = 'SHA256SUMS';

/** The files of one machine. They depend on the plan alone: the same plan gives the same bytes. */
export function bundle(plan: SingleServerPlan, machine: Machine): Bundle {
  const host = serverHost(plan);
  return bundleOf({ ...machineFiles(host, machine), ...formFiles(host, machine) });
}

/** The files of a machine of the gateway group. */
export function gatewayBundle(plan: ScaledPlan, machine: Machine): Bundle {
  const host = gatewayHost(plan);
  return bundleOf({ ...machineFiles(host, machine), ...formFiles(host, machine) });
}

/** The files of a fleet's machines; `pick-form.sh` takes those of the type that the machine then is. */
export function fleetBundle(plan: ScaledPlan, fleet: FleetDecision, machine: Machine): Bundle {
  return bundleOfTypes(
    fleet.machines.map((type) => ({ type, host: fleetHost(plan, fleet, type) })),
    machine,
  );
}

/** The files of the machines that answer files; their types as those of a fleet. */
export function batchBundle(plan: ScaledPlan, own: OwnMachines, machine: Machine): Bundle {
  return bundleOfTypes(
    own.fleet.machines.map((type) => ({ type, host: batchHost(plan, own, type) })),
    machine,
  );
}

type OwnMachines = NonNullable<BatchDecision['own']>;

function bundleOfTypes(hosts: readonly { type: FleetMachine; host: Host }[], machine: Machine): Bundle {
  const [planned] = hosts;
  if (planned === undefined) throw new Error('a fleet has no machine');
  const forms = hosts.flatMap(({ type, host }) =>
    Object.entries(formFiles(host, machine)).map(([path, content]) => [
      formFile(path, type.instanceType),
      content,
    ]),
  );
  return bundleOf({
    ...machineFiles(planned.host, machine),
    [pickFormFile]: pickFormScript,
    ...Object.fromEntries(forms),
  });
}

/** What depends on the type of the machine and not on its role alone. */
function formFiles(host: Host, machine: Machine): Record<string, string> {
  return {
    'compose.yaml': composeFile(host, machineKinds[machine].logging),
    'settings.json': settings(host),
    'boot.sh': bootScript(host),
    ...(hasFront(host) ? { 'nginx.conf': frontConfig(host) } : {}),
  };
}

function machineFiles(host: Host, machine: Machine): Record<string, string> {
  const kind = machineKinds[machine];
  return {
    'telegraf.conf': telegrafConfig(kind.telegrafOutput),
    'boot-failed.sh': bootFailedScript,
    'signal.sh': signalScript(host.role),
    'install.sh': installScript(host),
    'compose.sh': composeScript,
    'enter.sh': enterScript,
    'machine.py': machineModule,
    'fetch_secrets.py': fetchSecretsProgram,
    'first_answer.py': firstAnswerProgram,
    'health.py': healthProgram,
    'signals.py': signalsProgram,
    'drain.py': drainProgram,
    'ship_logs.py': shipLogsProgram,
    ...(host.role === 'gateway' ? {} : weightsFiles),
    ...(host.gateway ? gatewayFiles(host.plan) : {}),
    ...workerFiles(host),
    ...systemdUnits(host),
    ...kind.files,
  };
}

const weightsFiles = { 'model_store.py': modelStoreProgram, 'hub_download.py': hubDownloadProgram };

function gatewayFiles(plan: Plan): Record<string, string> {
  return {
    'litellm.yaml': litellmConfig(plan),
    ...requestGuardFiles(),
    ...limitGuardFiles(plan),
    ...streamGuardFiles(plan),
    ...degradedAnswerFiles(plan),
    ...applicationFiles(plan),
  };
}

function bundleOf(contents: Record<string, string>): Bundle {
  const paths = Object.keys(contents).sort();
  const sums = paths.map((path) => `${sha256(contents[path] as string)}  ${path}\n`).join('');
  const files = [...paths, checksumFile].sort().map((path) => bundleFile(path, contents[path] ?? sums));
  return { files, sha256: sha256(sums) };
}

export function bundleFile(path: string, content: string): BundleFile {
  return content.startsWith('#!') ? { path, content, executable: true } : { path, content };
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
