#!/usr/bin/env bash
# The real batch worker, killed at every step, against local servers of the clouds' queues and object stores.
# Google Cloud and Azure only with --deep: their servers take minutes to install.
# `bash scripts/verify/batch.sh NAME` runs the tests whose file name holds NAME.
set -euo pipefail

folder=$PWD/.venv/batch
fake_gcs=github.com/fsouza/fake-gcs-server@v1.56.1
skip() {
  echo "SKIPPED: $1" >&2
  exit 77
}

# install NAME FILE PROGRAM: once for each content of the file
install() {
  local mark=$folder/installed-$1 wanted
  wanted=$(sha256sum <"$2")
  [ "$(cat "$mark" 2>/dev/null || true)" = "$wanted" ] && return 0
  mkdir -p "$folder"
  "$3"
  echo "$wanted" >"$mark"
}

install_aws() {
  command -v python3 >/dev/null || skip 'python3 is not installed'
  rm -rf "$folder"
  mkdir -p "$(dirname "$folder")"
  python3 -m venv "$folder" || skip 'python3 has no venv module'
  echo "installing moto into $folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check --requirement scripts/verify/batch-requirements.txt ||
    skip 'the package index of Python cannot be reached, or lacks a pinned version'
}

install_others() {
  rm -rf "$folder/packages"
  mkdir "$folder/packages"
  cp scripts/verify/batch-packages.json "$folder/packages/package.json"
  echo "installing Azurite into $folder"
  npm install --prefix "$folder/packages" --silent --no-audit --no-fund --ignore-scripts ||
    skip 'the npm registry cannot be reached, or lacks a pinned version'
  # compiled once; without it the tests for Google Cloud are skipped below
  if command -v go >/dev/null; then
    GOBIN="$folder/bin" go install "$fake_gcs" >"$folder/go.log" 2>&1 || tail -3 "$folder/go.log" >&2
  fi
}

install aws scripts/verify/batch-requirements.txt install_aws
if [ "${VERIFY_DEEP:-0}" = 0 ]; then
  echo 'left to npm run verify -- --deep: the worker on Azure and on Google Cloud (azure.batch.ts, gcp.batch.ts)' >&2
  BATCH_FOLDER=$folder node_modules/.bin/vitest run --config vitest.batch.config.mts \
    --exclude '**/azure.batch.ts' --exclude '**/gcp.batch.ts' "$@"
  exit
fi
install others scripts/verify/batch-packages.json install_others
command -v openssl >/dev/null || skip 'openssl is not installed'

# comes with Google's own packages only: google-cloud-cli-pubsub-emulator, or gcloud components
find_pubsub() {
  local root
  command -v java >/dev/null || return 0
  for root in "${CLOUDSDK_ROOT_DIR:-}" /usr/lib/google-cloud-sdk /usr/share/google-cloud-sdk "$HOME/google-cloud-sdk"; do
    find "$root/platform/pubsub-emulator/lib" -name 'cloud-pubsub-emulator-*-all.jar' 2>/dev/null || true
  done | sort -V | tail -1
}
pubsub=$(find_pubsub)
if [ -n "$pubsub" ] && [ -x "$folder/bin/fake-gcs-server" ]; then
  export PUBSUB_EMULATOR=$pubsub FAKE_GCS_SERVER=$folder/bin/fake-gcs-server
else
  echo "SKIPPED in part: the worker on Google Cloud needs go (for $fake_gcs), java and google-cloud-cli-pubsub-emulator" >&2
  # a skip is a failure where the tools are promised
  [ "${VERIFY_STRICT:-0}" -eq 0 ] || exit 77
fi

BATCH_FOLDER=$folder node_modules/.bin/vitest run --config vitest.batch.config.mts "$@"
