import type { ModelDecision, Plan } from '../../../plan/plan';
import { ports } from '../../layout';
import { firstRequest } from '../requests';

/** `key.sh`: an API key for an application, and a request that proves it. */
export function keyScript(plan: Plan): string {
  const { path, body } = firstRequest(plan.decisions.models[0] as ModelDecision);
  return `#!/bin/sh
# Makes an API key and prints a request that uses it: sh key.sh [name of the application]
# The key is shown once and stored nowhere: the gateway keeps its hash. Limits are those of the spec.
set -eu
cd "$(dirname "$0")"
address=$(docker compose port gateway ${ports.gateway} || true)
if [ -z "$address" ]; then
  echo 'the gateway is not running: docker compose up --detach, then docker compose ps' >&2
  exit 1
fi
exec docker compose exec -T gateway /bin/sh /llm/enter.sh python3 /llm/new_key.py \\
  "$address" ${path} '${JSON.stringify(body)}' ${plan.decisions.timeouts.loadSeconds} "$@"
`;
}
