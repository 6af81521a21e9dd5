/** `enter.sh`: starts a program inside a container. */
export const enterScript = `#!/bin/sh
# Starts a program with the secrets of its file as variables: so they stand in no container definition,
# which docker would write to its disk.
set -eu
set -a
# shellcheck source=/dev/null
. /run/secrets/env
set +a
exec "$@"
`;

/** compose.sh: the one way in which the boot script and an operator call docker compose. */
export const composeScript = String.raw`#!/usr/bin/env bash
# docker compose for this machine's stack: bash compose.sh ps | logs gateway | restart ...
set -euo pipefail
ROOT=$(printenv LLM_ROOT || true)
exec docker compose --project-name llm --env-file "$ROOT/etc/llm/env" --env-file "$ROOT/run/llm/compose.env" \
  --file "$ROOT/opt/llm/bundle/compose.yaml" "$@"
`;
