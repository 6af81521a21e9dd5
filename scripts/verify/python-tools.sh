# shellcheck shell=bash
# Sourced by lanes: the pinned Python tools in .venv/verify, installed once per version of the list.
skip() {
  echo "SKIPPED: $1" >&2
  exit 77
}

wanted=$(sha256sum scripts/verify/requirements.txt | cut -d' ' -f1)
if [ "$(cat .venv/verify/installed 2>/dev/null || true)" != "$wanted" ]; then
  command -v python3 >/dev/null || skip 'python3 is not installed'
  rm -rf .venv/verify
  python3 -m venv .venv/verify || skip 'python3 has no venv module'
  .venv/verify/bin/pip install --quiet --disable-pip-version-check --requirement scripts/verify/requirements.txt ||
    skip 'the package index of Python cannot be reached, or lacks a pinned version'
  echo "$wanted" >.venv/verify/installed
fi
