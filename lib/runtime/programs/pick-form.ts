/** Run by `install.sh` on a machine of a fleet, before its units start. */
export const pickFormFile = 'pick-form.sh';

/** Name in the bundle of a file that each type of machine has its own of. */
export const formFile = (path: string, instanceType: string): string => `${path}@${instanceType}`;

/** `pick-form.sh`: which of the fleet's types this machine is decides engine flags, prices and disks. */
export const pickFormScript = `#!/usr/bin/env bash
# Takes the files of this machine's type: compose.yaml@g6.xlarge becomes compose.yaml, and so on.
set -euo pipefail
ROOT=$(printenv LLM_ROOT || true)
cd "$ROOT/opt/llm/bundle"
for attempt in 1 2 3 4 5; do
  if token=$(curl --noproxy '*' -fsS -m 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' http://169.254.169.254/latest/api/token) &&
    type=$(curl --noproxy '*' -fsS -m 5 -H "X-aws-ec2-metadata-token: $token" http://169.254.169.254/latest/meta-data/instance-type); then
    break
  fi
  echo "pick-form: attempt $attempt to ask for the type of this machine failed" >&2
  type=''
  sleep 5
done
if [ -z "$type" ]; then
  echo 'pick-form: the metadata service does not tell the type of this machine' >&2
  exit 1
fi
if [ ! -e "settings.json@$type" ]; then
  echo "pick-form: this machine is a $type, and the fleet has$(printf ' %s' settings.json@*)" >&2
  exit 1
fi
for file in *"@$type"; do cp "$file" "$(printf '%s' "$file" | cut -d @ -f 1)"; done
echo "pick-form: $type"
`;
