#!/usr/bin/env bash
# Deploys synthesized templates into a local AWS API (moto), reads them back and compares them with their plans.
# `bash scripts/verify/deploy.sh NAME...` deploys those whose folder name holds one of the words.
set -euo pipefail
skip() {
  echo "SKIPPED: $1" >&2
  exit 77
}

folder=$PWD/.venv/deploy
wanted=$(sha256sum scripts/verify/deploy-requirements.txt | cut -d' ' -f1)
if [ "$(cat "$folder/installed" 2>/dev/null || true)" != "$wanted" ]; then
  command -v python3 >/dev/null || skip 'python3 is not installed'
  rm -rf "$folder"
  mkdir -p "$(dirname "$folder")"
  python3 -m venv "$folder" || skip 'python3 has no venv module'
  "$folder/bin/pip" install --quiet --disable-pip-version-check --requirement scripts/verify/deploy-requirements.txt ||
    skip 'the package index of Python cannot be reached, or lacks a pinned version'
  echo "$wanted" >"$folder/installed"
fi

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
MOTO_EC2_LOAD_DEFAULT_AMIS=true "$folder/bin/moto_server" -H 127.0.0.1 -p "$port" >"$VERIFY_WORK/moto.log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true' EXIT
for _ in $(seq 100); do
  python3 -c "import socket; socket.create_connection(('127.0.0.1', $port), 1)" 2>/dev/null && break
  kill -0 $server || { cat "$VERIFY_WORK/moto.log" >&2; exit 1; }
  sleep 0.2
done

# no name of a person's account, and no way to a real one
export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
export AWS_EC2_METADATA_DISABLED=true AWS_ENDPOINT_URL="http://127.0.0.1:$port" NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
unset AWS_PROFILE AWS_SESSION_TOKEN
PYTHONDONTWRITEBYTECODE=1 "$folder/bin/python" scripts/verify/deploy "$VERIFY_WORK/out" "$@" ||
  { tail -5 "$VERIFY_WORK/moto.log" >&2; exit 1; }
