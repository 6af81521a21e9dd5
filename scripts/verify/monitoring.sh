#!/usr/bin/env bash
# The local form's Prometheus and Grafana files: promtool reads the configuration and fires every alert, and
# Grafana's own types (@grafana/schema of the pinned image) read the dashboard.
set -euo pipefail
skip() {
  echo "SKIPPED: $1" >&2
  exit 77
}

prometheus=.venv/prometheus
if [ ! -d "$prometheus" ]; then
  mkdir -p .venv
  # unpacked and not installed: an installed server would start with this machine
  (cd "$VERIFY_WORK" && { apt-get download prometheus || { apt-get update && apt-get download prometheus; }; }) \
    >"$VERIFY_WORK/apt.log" 2>&1 || { cat "$VERIFY_WORK/apt.log" >&2; skip 'prometheus is not to be had from apt'; }
  dpkg -x "$VERIFY_WORK"/prometheus_*.deb "$prometheus.new"
  mv "$prometheus.new" "$prometheus"
fi
promtool=$PWD/$prometheus/usr/bin/promtool
"$promtool" --version 2>&1 | head -1

grafana=13.2.3
schema=.venv/grafana-schema-$grafana
if [ ! -d "$schema" ]; then
  mkdir -p "$schema.new"
  echo '{"private": true}' >"$schema.new/package.json"
  npm install --prefix "$schema.new" --silent --no-audit --no-fund --ignore-scripts "@grafana/schema@$grafana" ||
    { rm -rf "$schema.new"; skip 'the npm registry cannot be reached, or lacks a pinned version'; }
  mv "$schema.new" "$schema"
fi

dashboard_types() { # FOLDER NAME: the dashboard as a literal, in which TypeScript refuses unknown fields
  node scripts/verify/dashboard-types.mjs "$1/dashboard.json" >"$schema/$2.ts"
  # the package's files of its panels import it by its name
  node_modules/.bin/tsc --noEmit --strict --skipLibCheck --ignoreConfig --module nodenext --moduleResolution nodenext \
    --target es2022 --types '' "$schema/$2.ts"
}

mkdir "$VERIFY_WORK/planted"
printf 'groups: [{name: a, rules: [{alert: A, expr: "sum(", for: 5m}]}]\n' >"$VERIFY_WORK/planted/alerts.yaml"
if "$promtool" check rules "$VERIFY_WORK/planted/alerts.yaml" >/dev/null 2>&1; then
  echo 'promtool found nothing wrong with a wrong rule' >&2
  exit 1
fi
first=$VERIFY_WORK/out/local-vllm
sed 's/"thresholdsStyle"/"tresholdsStyle"/' "$first/dashboard.json" >"$VERIFY_WORK/planted/dashboard.json"
sed 's/"gridPos"/"gridPosition"/' "$first/dashboard.json" >"$VERIFY_WORK/planted/other.json"
for planted in dashboard other; do
  mkdir -p "$VERIFY_WORK/planted/$planted"
  cp "$VERIFY_WORK/planted/$planted.json" "$VERIFY_WORK/planted/$planted/dashboard.json"
  if dashboard_types "$VERIFY_WORK/planted/$planted" planted >/dev/null; then
    echo "Grafana's types found nothing wrong with a misspelt field ($planted)" >&2
    exit 1
  fi
done

failed=0
check() {
  "$@" || { echo "failed: $*" >&2; failed=$((failed + 1)); }
}
for engine in vllm simulated llama.cpp; do
  folder=$VERIFY_WORK/out/local-$engine
  # paths of the container
  sed -i -e "s#/etc/prometheus/#$folder/#" -e "s#/run/secrets/engine_key#$folder/litellm.yaml#" "$folder/prometheus.yaml"
  check "$promtool" check config "$folder/prometheus.yaml"
  unseen=llm_gpu_xid_errors
  [ "$engine" = vllm ] || unseen=$unseen,llm_gpu_utilization_percent,llm_gpu_memory_percent
  [ "$engine" != llama.cpp ] || unseen=$unseen,llm_kv_cache_percent
  check node scripts/verify/alert-tests.mjs "$folder" "$unseen"
  check "$promtool" test rules "$folder/alert-tests.json"
  check dashboard_types "$folder" "$engine"
done
[ "$failed" -eq 0 ]
