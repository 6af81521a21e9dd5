#!/usr/bin/env bash
# Checks with the tools of other ecosystems: `npm run verify`, or some lanes of it: `npm run verify -- cfn-lint`.
# A lane that cannot get its tools skips loudly (code 77); VERIFY_STRICT=1 makes a skip a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

all=(cfn-lint deploy machine monitoring import consumers gateway batch)
# what must be compiled first, which takes minutes: npm run verify -- --deep, or by name
deep=(telegraf)
lanes=("${@:-${all[@]}}")
if [ "${1:-}" = --deep ]; then
  lanes=("${all[@]}" "${deep[@]}")
  export VERIFY_DEEP=1
fi
VERIFY_WORK=$(mktemp -d)
export VERIFY_WORK
trap 'rm -rf "$VERIFY_WORK"' EXIT

node scripts/build.mjs
node scripts/verify/synthesize.mjs "$VERIFY_WORK/out"

summary=()
failed=0
for lane in "${lanes[@]}"; do
  echo "== $lane"
  started=$SECONDS
  code=0
  bash "scripts/verify/$lane.sh" || code=$?
  case $code in
    0) state=passed ;;
    77) state=SKIPPED; failed=$((failed + ${VERIFY_STRICT:-0})) ;;
    *) state="FAILED ($code)"; failed=$((failed + 1)) ;;
  esac
  summary+=("$(printf '%-10s %-12s %4d s' "$lane" "$state" $((SECONDS - started)))")
done

echo '== summary'
printf '%s\n' "${summary[@]}"
[ "$failed" -eq 0 ]
