import type { Role } from '../host';

/** Commands that the machine image must have, and what has them. */
const tools: Record<Role, { commands: string; needs: string }> = {
  server: {
    commands: 'aws blkid cmp curl docker lsblk mkfs.ext4 mountpoint nvidia-ctk nvidia-smi python3 resize2fs',
    needs: 'the NVIDIA driver, docker with compose, and the AWS CLI',
  },
  fleet: {
    commands: 'aws blkid cmp curl docker lsblk mkfs.ext4 mountpoint nvidia-ctk nvidia-smi python3',
    needs: 'the NVIDIA driver, docker with compose, and the AWS CLI',
  },
  gateway: { commands: 'aws curl docker python3', needs: 'docker with compose, and the AWS CLI' },
};

export function toolsStep(role: Role): string {
  const { commands, needs } = tools[role];
  return `tools() {
  local tool missing=''
  for tool in ${commands}; do
    command -v "$tool" >/dev/null || missing="$missing $tool"
  done
  if [ -n "$missing" ]; then fail "the machine image lacks:$missing (it needs ${needs})"; fi
  docker compose version >/dev/null || fail 'docker has no compose plugin'
}

`;
}

/** Each attempt has the whole time of the hook; a machine that nobody waits for is well too. */
export const hookStep = String.raw`hook_waits() {
  local me answer
  me=$(metadata instance-id)
  if ! answer=$(aws autoscaling record-lifecycle-action-heartbeat --lifecycle-hook-name "$LLM_BOOT_HOOK" \
    --auto-scaling-group-name "$LLM_GROUP" --instance-id "$me" 2>&1); then
    case $answer in
      *ValidationError*) say "the group does not wait for this machine" ;;
      *) fail "$answer" ;;
    esac
  fi
}

`;

export const gpuStep = `gpus() {
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

`;

export const dockerStep = `docker_engine() { try 120 'docker answers' docker info --format '{{.ServerVersion}}'; }

`;

export const stackSteps = `secrets() { python3 "$BUNDLE/fetch_secrets.py"; }

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

`;

export const modelsStep = String.raw`models() {
  local weights
  weights=$(sed -n "s/^LLM_WEIGHTS='\(.*\)'$/\1/p" "$RUN/compose.env")
  python3 "$BUNDLE/model_store.py" "$weights"
}

`;

/**
 * Machines of a group migrate one database. Prisma lets one of them at it, by its advisory lock, and the others
 * give up after 10 s each time; then `migrate` fails and this asks again.
 */
const patientStart = `start_stack() {
  local attempt
  for attempt in 1 2 3 4; do
    if compose up --detach --remove-orphans; then return; fi
    say "attempt $attempt to start the stack failed; another machine may be migrating the database"
    sleep 20
  done
  compose up --detach --remove-orphans
}

`;

const plainStart = `start_stack() { compose up --detach --remove-orphans; }

`;

export const startStep = (role: Role) => (role === 'gateway' ? patientStart : plainStart);

export const readySteps = `first_answer() { python3 "$BUNDLE/first_answer.py"; }

ready() {
  touch "$RUN/ready"
  try 120 "health on port $HEALTH_PORT" curl --noproxy '*' -fsS -m 10 -o /dev/null "http://127.0.0.1:$HEALTH_PORT/health"
  bash "$BUNDLE/signal.sh" SUCCESS
}

`;
