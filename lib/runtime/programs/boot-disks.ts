import type { Role } from '../host';

/**
 * Steps of `boot.sh` that bring the disks: the data volume, attached, formatted once and mounted, and the folder
 * for weights. They use `say`, `fail`, `try` and `metadata` of the script.
 */
export const dataVolumeSteps = `volume_field() {
  aws ec2 describe-volumes --volume-ids "$LLM_DATA_VOLUME_ID" --query "$1" --output text
}

attach_data_volume() {
  local me left state holder
  me=$(metadata instance-id)
  left=$((VOLUME_WAIT_SECONDS / 5))
  while true; do
    holder=$(volume_field 'Volumes[0].Attachments[0].InstanceId')
    if [ "$holder" = "$me" ]; then break; fi
    state=$(volume_field 'Volumes[0].State')
    if [ "$state" = available ]; then
      aws ec2 attach-volume --volume-id "$LLM_DATA_VOLUME_ID" --instance-id "$me" --device /dev/sdf
      break
    fi
    left=$((left - 1))
    if [ "$left" -le 0 ]; then
      fail "volume $LLM_DATA_VOLUME_ID is $state on $holder and is never taken by force: end that machine"
    fi
    say "volume $LLM_DATA_VOLUME_ID is $state on $holder; waiting"
    sleep 5
  done
  try 120 "the device of $LLM_DATA_VOLUME_ID appears" test -e "$(data_device)"
}

# EBS gives the volume id as serial number
data_device() {
  printf '%s/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_%s' "$ROOT" "$(printf '%s' "$LLM_DATA_VOLUME_ID" | tr -d -)"
}

`;

/** Makes a file system on a blank disk. */
export const filesystemFunction = `# filesystem DEVICE: makes one only where there is nothing at all
filesystem() {
  local status=0
  blkid -p -s TYPE -o value "$1" >/dev/null || status=$?
  if [ "$status" -eq 0 ]; then return; fi
  if [ "$status" -ne 2 ]; then fail "blkid cannot read $1 (exit $status)"; fi
  if ! cmp -s -n 1048576 "$1" /dev/zero; then fail "$1 has no file system and is not blank: it is not formatted"; fi
  say "$1 is blank: formatting"
  mkfs.ext4 -q -m 1 "$1"
}

`;

export const mountSteps = `mount_data_volume() {
  local device uuid service
  device=$(data_device)
  if ! mountpoint -q "$DATA"; then
    filesystem "$device"
    uuid=$(blkid -p -s UUID -o value "$device")
    mkdir -p "$DATA"
    mount -o noatime "UUID=$uuid" "$DATA"
  fi
  # follows a volume that has grown
  resize2fs "$device"
  mkdir -p "$DATA/postgres" "$DATA/valkey" "$DATA/models"
  for service in $SERVICES; do mkdir -p "$DATA/cache/$service"; done
}

postgres_version() {
  local file=$DATA/postgres/pgdata/PG_VERSION found
  if [ "$POSTGRES" != embedded ] || [ ! -e "$file" ]; then return; fi
  found=$(cat "$file")
  if [ "$found" != "$POSTGRES_MAJOR" ]; then
    fail "the data volume holds Postgres $found and this is $POSTGRES_MAJOR: dump and restore first, or go back"
  fi
}

`;

/** A fleet's machine has no data volume: its root disk is sized for what does not fit on its own disks. */
const roomOnRoot = String.raw`  if [ "$weights" = "$DATA" ] && [ ! -d "$DATA/models" ] && ! has_room "$DATA"; then
    fail "no disk has room for $WEIGHTS_GIB GiB of weights: $(df --output=avail,target -BG | tr '\n' ' ')"
  fi
  for service in $SERVICES; do mkdir -p "$DATA/cache/$service"; done
`;

/** Where weights go. On a fleet's machine compiled graphs lie on the root disk, which a stop leaves. */
export function weightsStep(role: Role): string {
  const [without, local] = role === 'fleet' ? [roomOnRoot, ' service'] : ['', ''];
  const begin = role === 'fleet' ? '  mkdir -p "$DATA"\n' : '';
  return `# Weights lie on the instance's own disks where they fit: faster, and filled again from the bucket when lost.
weights_folder() {
  local store=$ROOT/opt/dlami/nvme device weights=$DATA${local}
${begin}  if [ "$LOCAL_NVME_GIB" -gt 0 ]; then
    if ! mountpoint -q "$store"; then
      store=$ROOT/mnt/llm-instance-store
      device=$(lsblk -dnpo NAME,MODEL | grep 'Instance Storage' | head -n 1 | cut -d ' ' -f 1 || true)
      if [ -n "$device" ] && ! mountpoint -q "$store"; then
        filesystem "$device"
        mkdir -p "$store"
        mount -o noatime "$device" "$store"
      fi
    fi
    if mountpoint -q "$store" && has_room "$store"; then weights=$store/llm; fi
  fi
${without}  mkdir -p "$weights/models"
  compose_environment "$weights"
  say "weights go to $weights"
}

has_room() {
  local free
  if [ -d "$1/llm/models" ]; then return; fi
  free=$(df --output=avail -BG "$1" | tail -n 1 | tr -dc 0-9)
  [ "$free" -ge "$WEIGHTS_GIB" ]
}

`;
}

/** A gateway keeps nothing: its folder is there for what all compose files name. */
export const gatewayFolderStep = `data_folder() {
  mkdir -p "$DATA"
  compose_environment "$DATA"
}

`;

/** `compose_environment WEIGHTS`: places on this machine; in a group its id too, which names its log streams. */
export function composeEnvironment(role: Role): string {
  if (role === 'server') {
    return String.raw`compose_environment() { printf "LLM_DATA='%s'\nLLM_WEIGHTS='%s'\n" "$DATA" "$1" >"$RUN/compose.env"; }

`;
  }
  return String.raw`compose_environment() {
  local me
  me=$(metadata instance-id)
  printf "LLM_DATA='%s'\nLLM_WEIGHTS='%s'\nLLM_INSTANCE='%s'\n" "$DATA" "$1" "$me" >"$RUN/compose.env"
}

`;
}
