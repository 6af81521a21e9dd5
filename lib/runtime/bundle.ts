import { createHash } from 'node:crypto';
import type { SingleServerPlan } from '../plan/plan';
import { composeFile } from './compose';
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
import { requestGuardFiles } from './programs/request-guard';
import { shipLogsProgram } from './programs/ship-logs';
import { bootFailedScript, signalScript } from './programs/signal';
import { signalsProgram } from './programs/signals';
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
  const kind = machineKinds[machine];
  const contents: Record<string, string> = {
    'compose.yaml': composeFile(plan, kind.logging),
    'litellm.yaml': litellmConfig(plan),
    'telegraf.conf': telegrafConfig(kind.telegrafOutput),
    'settings.json': settings(plan),
    'boot.sh': bootScript(plan),
    'boot-failed.sh': bootFailedScript,
    'signal.sh': signalScript,
    'install.sh': installScript(plan),
    'compose.sh': composeScript,
    'enter.sh': enterScript,
    'machine.py': machineModule,
    'fetch_secrets.py': fetchSecretsProgram,
    'model_store.py': modelStoreProgram,
    'hub_download.py': hubDownloadProgram,
    'first_answer.py': firstAnswerProgram,
    'health.py': healthProgram,
    'signals.py': signalsProgram,
    'drain.py': drainProgram,
    'ship_logs.py': shipLogsProgram,
    ...requestGuardFiles(),
    ...limitGuardFiles(plan),
    ...degradedAnswerFiles(plan),
    ...applicationFiles(plan),
    ...systemdUnits(plan),
    ...kind.files,
  };
  const paths = Object.keys(contents).sort();
  const sums = paths.map((path) => `${sha256(contents[path] as string)}  ${path}\n`).join('');
  const files = [...paths, checksumFile].sort().map((path) => bundleFile(path, contents[path] ?? sums));
  return { files, sha256: sha256(sums) };
}

export function bundleFile(path: string, content: string): BundleFile {
  return content.startsWith('#!') ? { path, content, executable: true } : { path, content };
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
