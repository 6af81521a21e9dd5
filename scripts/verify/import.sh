#!/usr/bin/env bash
# `llm-constructs import` with the real aws command and hub client, against a local S3 (moto) and a hub of the test's own.
set -euo pipefail
skip() {
  echo "SKIPPED: $1" >&2
  exit 77
}

folder=$PWD/.venv/import
wanted=$(sha256sum scripts/verify/import-requirements.txt | cut -d' ' -f1)
if [ "$(cat "$folder/installed" 2>/dev/null || true)" != "$wanted" ]; then
  command -v python3 >/dev/null || skip 'python3 is not installed'
  rm -rf "$folder"
  mkdir -p "$(dirname "$folder")"
  python3 -m venv "$folder" || skip 'python3 has no venv module'
  "$folder/bin/pip" install --quiet --disable-pip-version-check --requirement scripts/verify/import-requirements.txt ||
    skip 'the package index of Python cannot be reached, or lacks a pinned version'
  echo "$wanted" >"$folder/installed"
fi
"$folder/bin/aws" --version
export IMPORT_BIN=$folder/bin
node_modules/.bin/vitest run --config vitest.import.config.mts "$@"
