#!/usr/bin/env bash
# cfn-lint over every synthesized template; warnings count as failures.
set -euo pipefail
# shellcheck source=scripts/verify/python-tools.sh
. scripts/verify/python-tools.sh

cat >"$VERIFY_WORK/planted.template.json" <<'JSON'
{"Resources": {"Machine": {"Type": "AWS::EC2::Instance", "Properties": {"InstanceType": "g99.tiny", "Colour": "red"}}}}
JSON
if .venv/verify/bin/cfn-lint "$VERIFY_WORK/planted.template.json" >/dev/null; then
  echo 'cfn-lint found nothing wrong with a wrong template' >&2
  exit 1
fi

mapfile -t templates < <(find "$VERIFY_WORK/out" -name '*.template.json' | sort)
[ "${#templates[@]}" -gt 0 ]
.venv/verify/bin/cfn-lint --version
failed=0
for template in "${templates[@]}"; do
  region=$(node -p 'require(process.argv[1]).decisions.identity.region' "$(dirname "$template")/plan.json")
  .venv/verify/bin/cfn-lint --regions "$region" --template "$template" || failed=$((failed + 1))
done
echo "${#templates[@]} templates, each in its region, $failed with findings"
[ "$failed" -eq 0 ]
