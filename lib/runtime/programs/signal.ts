import type { Role } from '../host';

/** `signal.sh`: tells the stack how the first boot ended, and a group that waits for this machine. */
export const signalScript = (role: Role): string =>
  `${signalHead}${role === 'server' ? '' : hookPart}${stackPart}`;

const signalHead = `#!/usr/bin/env bash
# signal.sh SUCCESS|FAILURE: tells the CloudFormation stack how this machine's boot ended, if the stack is waiting.
set -euo pipefail
ROOT=$(printenv LLM_ROOT || true)
set -a
# shellcheck source=/dev/null
. "$ROOT/etc/llm/env"
set +a
export AWS_DEFAULT_REGION=$LLM_REGION AWS_PAGER=''
token=$(curl --noproxy '*' -fsS -m 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' http://169.254.169.254/latest/api/token)
me=$(curl --noproxy '*' -fsS -m 5 -H "X-aws-ec2-metadata-token: $token" http://169.254.169.254/latest/meta-data/instance-id)
`;

/**
 * The hook first: a machine that is not taken into service serves nobody. One that prepares itself for the warm pool
 * is stopped after this, so the stack must not count it; it boots again, with a hook of its own, when it leaves the pool.
 */
const hookPart = String.raw`target=$(curl --noproxy '*' -fsS -m 5 -H "X-aws-ec2-metadata-token: $token" http://169.254.169.254/latest/meta-data/autoscaling/target-lifecycle-state || echo unknown)
case $1 in SUCCESS) result=CONTINUE ;; *) result=ABANDON ;; esac
if ! answer=$(aws autoscaling complete-lifecycle-action --lifecycle-hook-name "$LLM_BOOT_HOOK" \
  --auto-scaling-group-name "$LLM_GROUP" --lifecycle-action-result "$result" --instance-id "$me" 2>&1); then
  case $answer in
    *ValidationError*) echo "signal: the group does not wait for this machine: $answer" ;;
    *)
      echo "signal: $answer" >&2
      exit 1
      ;;
  esac
fi
case $target in
  Warmed:*)
    echo "signal: this machine goes to the warm pool ($target), so the stack is told nothing"
    # prepared, and not one of those that serve
    rm -f "$ROOT/run/llm/ready"
    exit 0
    ;;
esac
`;

const stackPart = String.raw`# a stack takes signals only while it creates or updates the group; a machine that heals it later has nobody to tell
if ! answer=$(aws cloudformation signal-resource --stack-name "$LLM_STACK" \
  --logical-resource-id "$LLM_SIGNAL_RESOURCE" --unique-id "$me" --status "$1" 2>&1); then
  case $answer in
    *ValidationError*) echo "signal: the stack is not waiting: $answer" ;;
    *)
      echo "signal: $answer" >&2
      exit 1
      ;;
  esac
fi
`;

/** boot-failed.sh: after the last attempt of the boot. */
export const bootFailedScript = `#!/usr/bin/env bash
# Runs when the boot failed for good: tells the stack, and has the group replace this machine.
set -uo pipefail
ROOT=$(printenv LLM_ROOT || true)
set -a
# shellcheck source=/dev/null
. "$ROOT/etc/llm/env"
set +a
export AWS_DEFAULT_REGION=$LLM_REGION AWS_PAGER=''
status=0
bash "$ROOT/opt/llm/bundle/signal.sh" FAILURE || status=1
token=$(curl --noproxy '*' -fsS -m 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' http://169.254.169.254/latest/api/token)
me=$(curl --noproxy '*' -fsS -m 5 -H "X-aws-ec2-metadata-token: $token" http://169.254.169.254/latest/meta-data/instance-id)
aws autoscaling set-instance-health --instance-id "$me" --health-status Unhealthy --no-should-respect-grace-period || status=1
echo "boot failed: asked the group $LLM_GROUP to replace $me"
exit "$status"
`;
