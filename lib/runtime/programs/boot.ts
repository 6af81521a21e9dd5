import { applicationStartSeconds } from '../../plan/application';
import type { ImagesDecision, SingleServerPlan } from '../../plan/plan';
import { engineServices, ports } from '../layout';
import { applicationStep } from './boot-application';
import { diskSteps } from './boot-disks';

/** CUDA 13, on which the pinned engine is built, needs it (NVIDIA CUDA 13 release notes, 2026-11). */
const minimumDriver = 580;
/** Beyond draining, the time in which a machine that ends lets the volume go. */
const volumeReleaseSeconds = 900;

/** `boot.sh`: from a fresh machine to an API that answers. Values of the plan first, then the same text for all. */
export function bootScript(plan: SingleServerPlan): string {
  const { machine, database, timeouts, models, images } = plan.decisions;
  const weightsGiB = models.reduce((sum, { weightsGiB, adapters }) => sum + weightsGiB + adapters.length, 0);
  const values: Record<string, string | number> = {
    GPU_COUNT: engineServices(plan).reduce((sum, { gpuIds }) => sum + gpuIds.length, 0),
    MINIMUM_DRIVER: minimumDriver,
    VOLUME_WAIT_SECONDS: timeouts.drainSeconds + volumeReleaseSeconds,
    LOCAL_NVME_GIB: machine.localNvmeGiB,
    WEIGHTS_GIB: Math.ceil(weightsGiB * 1.05),
    POSTGRES: database.postgres,
    POSTGRES_MAJOR: database.majorVersion,
    SERVICES: engineServices(plan)
      .map(({ service }) => service)
      .join(' '),
    HEALTH_PORT: ports.health,
    ECR_REGISTRIES: ecrRegistries(images).join(' '),
    APPLICATION_WAIT_SECONDS: plan.decisions.application ? applicationStartSeconds : 0,
  };
  const lines = Object.entries(values).map(([name, value]) => `readonly ${name}='${value}'`);
  return `${head}\n${lines.join('\n')}\n${body}`;
}

/** Registries of AWS among the images: the machine's identity opens them, for twelve hours at a time. */
function ecrRegistries({ because, ...references }: ImagesDecision): string[] {
  const hosts = Object.values(references).map((reference) => reference.split('/')[0] as string);
  return [...new Set(hosts)]
    .filter((host) => /^\d+\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com$/.test(host))
    .sort();
}

const head = `#!/usr/bin/env bash
# Brings this machine from its start to answering. Run at every boot, and again after a failure: each step
# looks first whether its work is done. Names and ids come from /etc/llm/env, secrets by identity.
set -euo pipefail`;

const body = String.raw`
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

tools() {
  local tool missing=''
  for tool in aws blkid cmp curl docker lsblk mkfs.ext4 mountpoint nvidia-ctk nvidia-smi python3 resize2fs; do
    command -v "$tool" >/dev/null || missing="$missing $tool"
  done
  if [ -n "$missing" ]; then fail "the machine image lacks:$missing (it needs the NVIDIA driver, docker with compose, and the AWS CLI)"; fi
  docker compose version >/dev/null || fail 'docker has no compose plugin'
}

gpus() {
  local found driver major
  try 120 'the NVIDIA driver answers' nvidia-smi --list-gpus
  found=$(nvidia-smi --list-gpus | wc -l)
  if [ "$found" -lt "$GPU_COUNT" ]; then fail "$found GPUs and the plan uses $GPU_COUNT"; fi
  driver=$(nvidia-smi --query-gpu=driver_version --format=csv,noheader | head -n 1)
  major=$(printf '%s' "$driver" | cut -d . -f 1)
  case $major in '' | *[!0-9]*) fail "NVIDIA driver version $driver is not a version: the driver is not well" ;; esac
  if [ "$major" -lt "$MINIMUM_DRIVER" ]; then
    fail "NVIDIA driver $driver is older than $MINIMUM_DRIVER, which the engine's CUDA 13 needs: take a newer machine image"
  fi
}

docker_engine() { try 120 'docker answers' docker info --format '{{.ServerVersion}}'; }

${diskSteps}secrets() { python3 "$BUNDLE/fetch_secrets.py"; }

images() {
  local attempt registry
  # docker keeps what opens a registry in this folder
  export DOCKER_CONFIG=$RUN/docker
  for registry in $ECR_REGISTRIES; do
    aws ecr get-login-password --region "$(printf '%s' "$registry" | cut -d . -f 4)" |
      docker login --username AWS --password-stdin "$registry"
  done
  for attempt in 1 2 3; do
    if compose pull --quiet; then return; fi
    say "attempt $attempt to pull the images failed"
    sleep 15
  done
  fail 'the images cannot be pulled: look at the network, or mirror them (images.registry)'
}

compose() { bash "$BUNDLE/compose.sh" "$@"; }

models() {
  local weights
  weights=$(sed -n "s/^LLM_WEIGHTS='\(.*\)'$/\1/p" "$RUN/compose.env")
  python3 "$BUNDLE/model_store.py" "$weights"
}

start_stack() { compose up --detach --remove-orphans; }

first_answer() { python3 "$BUNDLE/first_answer.py"; }

${applicationStep}ready() {
  touch "$RUN/ready"
  try 120 "health on port $HEALTH_PORT" curl --noproxy '*' -fsS -m 10 -o /dev/null "http://127.0.0.1:$HEALTH_PORT/health"
  bash "$BUNDLE/signal.sh" SUCCESS
}

step forget_last_boot
step tools
step gpus
step docker_engine
step attach_data_volume
step mount_data_volume
step postgres_version
step weights_folder
step secrets
step images
step models
step start_stack
step first_answer
if [ "$APPLICATION_WAIT_SECONDS" -gt 0 ]; then step application; fi
step ready
STEP='end'
say 'the API answers'
`;
