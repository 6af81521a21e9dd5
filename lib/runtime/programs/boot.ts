import type { ImagesDecision } from '../../plan/plan';
import type { Host, Role } from '../host';
import { ports } from '../layout';
import { applicationStep } from './boot-application';
import {
  composeEnvironment,
  dataVolumeSteps,
  filesystemFunction,
  gatewayFolderStep,
  mountSteps,
  weightsStep,
} from './boot-disks';
import {
  dockerStep,
  gpuStep,
  hookStep,
  modelsStep,
  readySteps,
  stackSteps,
  startStep,
  toolsStep,
} from './boot-steps';

/** CUDA 13, on which the pinned engine is built, needs it (NVIDIA CUDA 13 release notes, 2026-11). */
const minimumDriver = 580;
/** Beyond draining, the time in which a machine that ends lets the volume go. */
const volumeReleaseSeconds = 900;

/** What a role's script consists of: values of the plan, functions, and the steps in their order. */
interface Script {
  values: readonly Value[];
  functions: readonly string[];
  steps: readonly string[];
}

const values = {
  GPU_COUNT: ({ engines }: Host) => engines.reduce((sum, { gpuIds }) => sum + gpuIds.length, 0),
  MINIMUM_DRIVER: () => minimumDriver,
  VOLUME_WAIT_SECONDS: ({ seconds }: Host) => seconds.drain + volumeReleaseSeconds,
  LOCAL_NVME_GIB: ({ machine }: Host) => machine.localNvmeGiB,
  WEIGHTS_GIB: weightsGiB,
  POSTGRES: ({ plan }: Host) => plan.decisions.database.postgres,
  POSTGRES_MAJOR: ({ plan }: Host) => plan.decisions.database.majorVersion,
  SERVICES: ({ engines }: Host) => engines.map(({ service }) => service).join(' '),
  HEALTH_PORT: () => ports.health,
  ECR_REGISTRIES: (host: Host) => ecrRegistries(imagesOf(host)).join(' '),
} as const satisfies Record<string, (host: Host) => string | number>;

type Value = keyof typeof values;

const scripts: Record<Role, Script> = {
  server: {
    values: Object.keys(values) as Value[],
    functions: [
      toolsStep('server'),
      gpuStep,
      dockerStep,
      dataVolumeSteps,
      filesystemFunction,
      mountSteps,
      composeEnvironment('server'),
      weightsStep('server'),
      stackSteps,
      modelsStep,
      startStep('server'),
      readySteps,
    ],
    steps: [
      ...['forget_last_boot', 'tools', 'gpus', 'docker_engine'],
      ...['attach_data_volume', 'mount_data_volume', 'postgres_version', 'weights_folder'],
      ...['secrets', 'images', 'models', 'start_stack', 'first_answer', 'ready'],
    ],
  },
  fleet: {
    values: [
      ...(['GPU_COUNT', 'MINIMUM_DRIVER', 'LOCAL_NVME_GIB', 'WEIGHTS_GIB'] as const),
      ...(['SERVICES', 'HEALTH_PORT', 'ECR_REGISTRIES'] as const),
    ],
    functions: [
      toolsStep('fleet'),
      hookStep,
      gpuStep,
      dockerStep,
      filesystemFunction,
      composeEnvironment('fleet'),
      weightsStep('fleet'),
      stackSteps,
      modelsStep,
      startStep('fleet'),
      readySteps,
    ],
    steps: [
      ...['forget_last_boot', 'tools', 'hook_waits', 'gpus', 'docker_engine', 'weights_folder'],
      ...['secrets', 'images', 'models', 'start_stack', 'first_answer', 'ready'],
    ],
  },
  gateway: {
    values: ['HEALTH_PORT', 'ECR_REGISTRIES'],
    functions: [
      toolsStep('gateway'),
      hookStep,
      dockerStep,
      composeEnvironment('gateway'),
      gatewayFolderStep,
      stackSteps,
      startStep('gateway'),
      readySteps,
    ],
    steps: [
      ...['forget_last_boot', 'tools', 'hook_waits', 'docker_engine', 'data_folder'],
      ...['secrets', 'images', 'start_stack', 'first_answer', 'ready'],
    ],
  },
};

/** `boot.sh`: from a fresh machine to one that answers. Values of the plan first, then the same text for all of a role. */
export function bootScript(host: Host): string {
  const script = scripts[host.role];
  const own = host.gateway && host.plan.decisions.application !== undefined;
  const lines = script.values.map((name) => `readonly ${name}='${values[name](host)}'`);
  const functions = [...script.functions, ...(own ? [applicationStep] : [])];
  const steps = script.steps.flatMap((step) => (own && step === 'ready' ? ['application', step] : [step]));
  const calls = steps.map((step) => `step ${step}\n`).join('');
  return `${head}\n${lines.join('\n')}\n${preamble}${functions.join('')}${calls}STEP='end'\nsay '${ends[host.role]}'\n`;
}

const ends: Record<Role, string> = {
  server: 'the API answers',
  gateway: 'the API answers',
  fleet: 'the engines answer',
};

function weightsGiB({ models }: Host): number {
  return Math.ceil(
    models.reduce((sum, { weightsGiB: own, adapters }) => sum + own + adapters.length, 0) * 1.05,
  );
}

type Image = Exclude<keyof ImagesDecision, 'because'>;

const pulled = {
  server: () => true,
  fleet: (name) => (['engine', 'front', 'telemetry'] satisfies Image[] as string[]).includes(name),
  gateway: (name) => !(['engine', 'front', 'database', 'cache'] satisfies Image[] as string[]).includes(name),
} satisfies Record<Role, (name: string) => boolean>;

/** References that machines of the role pull. */
function imagesOf({ role, plan }: Host): string[] {
  const { because, ...references } = plan.decisions.images;
  return Object.entries(references).flatMap(([name, reference]) => (pulled[role](name) ? [reference] : []));
}

/** Registries of AWS among the images: the machine's identity opens them, for twelve hours at a time. */
function ecrRegistries(references: readonly string[]): string[] {
  const hosts = references.map((reference) => reference.split('/')[0] as string);
  return [...new Set(hosts)]
    .filter((host) => /^\d+\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com$/.test(host))
    .sort();
}

const head = `#!/usr/bin/env bash
# Brings this machine from its start to answering. Run at every boot, and again after a failure: each step
# looks first whether its work is done. Names and ids come from /etc/llm/env, secrets by identity.
set -euo pipefail`;

const preamble = String.raw`
ROOT=$(printenv LLM_ROOT || true) # a folder in tests, empty on a machine
readonly ROOT BUNDLE=$ROOT/opt/llm/bundle RUN=$ROOT/run/llm DATA=$ROOT/var/lib/llm
set -a
# shellcheck source=/dev/null
. "$ROOT/etc/llm/env"
set +a
export AWS_DEFAULT_REGION=$LLM_REGION AWS_CONFIG_FILE=$BUNDLE/aws-config AWS_PAGER='' PYTHONDONTWRITEBYTECODE=1

STEP='start'
say() { printf 'boot: %s: %s\n' "$STEP" "$*"; }
fail() {
  say "$*" >&2
  exit 1
}
at_exit() {
  local status=$?
  if [ "$status" -ne 0 ]; then say "FAILED (exit $status): the line above says why; run again: systemctl restart llm-boot" >&2; fi
}
trap at_exit EXIT
step() {
  STEP=$1
  say 'begin'
  "$1"
  say 'done'
}

# try SECONDS WHAT COMMAND...: asks every 5 s until the command succeeds
try() {
  local left=$(($1 / 5)) what=$2
  shift 2
  until "$@"; do
    left=$((left - 1))
    if [ "$left" -le 0 ]; then fail "$what: gave up"; fi
    say "waiting: $what"
    sleep 5
  done
}

metadata() {
  local token
  token=$(curl --noproxy '*' -fsS -m 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' http://169.254.169.254/latest/api/token)
  curl --noproxy '*' -fsS -m 5 -H "X-aws-ec2-metadata-token: $token" "http://169.254.169.254/latest/meta-data/$1"
}

forget_last_boot() {
  mkdir -p "$RUN"
  chmod 700 "$RUN"
  rm -f "$RUN/ready" "$RUN/draining" "$RUN/application-answers"
  if [ -z "$ROOT" ] && [ "$(stat -f -c %T "$RUN")" != tmpfs ]; then fail "$RUN is not a tmpfs: secrets would reach a disk"; fi
}

`;
