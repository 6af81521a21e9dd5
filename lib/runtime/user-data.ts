import type { Plan } from '../plan/plan';
import { type DeployEnvironment, environmentFile, type Machines } from './environment';
import { paths } from './layout';

/** What a machine is told at its start: `#cloud-config` under 16 KB without one secret. */
export interface Start {
  /** Values for `environmentKeysFor(plan, role)`; CDK tokens are welcome. */
  environment: DeployEnvironment;
  /** `s3://bucket/key.zip` of the bundle as a zip file. */
  bundleUri: string;
  /** `Bundle.sha256`: the machine runs nothing else, and a changed bundle is a changed user data. */
  bundleSha256: string;
}

/** The text of the machine's user data. */
export function userData(
  plan: Plan,
  role: Machines,
  { environment, bundleUri, bundleSha256 }: Start,
): string {
  const files = [
    writeFile(paths.environment, environmentFile(plan, role, environment)),
    writeFile('/opt/llm/start.sh', startScript(role, bundleUri, bundleSha256)),
  ];
  return `#cloud-config\nwrite_files:\n${files.join('')}runcmd:\n  - [bash, /opt/llm/start.sh]\n`;
}

function writeFile(path: string, content: string): string {
  const lines = content
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : `      ${line}`));
  return `  - path: ${path}\n    permissions: '0644'\n    content: |\n${lines.join('\n')}\n`;
}

/**
 * Brings the bundle and hands over to it; until then this script alone can say that the start failed.
 *
 * `aws` may sit in /usr/local/bin, which cloud-init's path lacks on some images.
 */
function startScript(role: Machines, bundleUri: string, bundleSha256: string): string {
  // a machine that its group still waits for is ended at once by this
  const abandon =
    role === 'server'
      ? ''
      : `
  aws autoscaling complete-lifecycle-action --lifecycle-hook-name "$LLM_BOOT_HOOK" --auto-scaling-group-name "$LLM_GROUP" --lifecycle-action-result ABANDON --instance-id "$me" || true`;
  return `#!/usr/bin/env bash
set -euo pipefail
export PATH=$PATH:/usr/local/bin:/snap/bin HOME=/root
set -a
. ${paths.environment}
set +a
export AWS_DEFAULT_REGION=$LLM_REGION AWS_PAGER=''
give_up() {
  echo 'start: failed: the lines above say why' >&2
  token=$(curl -fsS -m 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' http://169.254.169.254/latest/api/token)
  me=$(curl -fsS -m 5 -H "X-aws-ec2-metadata-token: $token" http://169.254.169.254/latest/meta-data/instance-id)
  aws cloudformation signal-resource --stack-name "$LLM_STACK" --logical-resource-id "$LLM_SIGNAL_RESOURCE" --unique-id "$me" --status FAILURE || true${abandon}
  aws autoscaling set-instance-health --instance-id "$me" --health-status Unhealthy --no-should-respect-grace-period
}
trap give_up ERR
for attempt in 1 2 3 4 5; do
  if aws s3 cp --only-show-errors '${bundleUri}' /opt/llm/bundle.zip; then break; fi
  echo "start: attempt $attempt to fetch the bundle failed" >&2
  sleep 10
done
rm -rf ${paths.bundle}
python3 -m zipfile -e /opt/llm/bundle.zip ${paths.bundle}
cd ${paths.bundle}
echo '${bundleSha256}  SHA256SUMS' | sha256sum --check --quiet
sha256sum --check --quiet SHA256SUMS
bash install.sh
`;
}
