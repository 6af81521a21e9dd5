#!/usr/bin/env bash
# The real Telegraf with the generated configuration on recorded scrapes; where it sends is a server of the test.
# Builds it with Go the first time, which keeps two cores busy for about five minutes.
# RECORD_TELEMETRY=yes writes what was sent to test/telemetry/recorded, with which the ordinary tests compare.
set -euo pipefail
skip() {
  echo "SKIPPED: $1" >&2
  exit 77
}

version=1.37.2
folder=$PWD/.venv/telegraf-$version
# only the plugins of the generated configurations: some dependencies of the others cannot be resolved
tags=custom,inputs.http,parsers.influx,outputs.cloudwatch,outputs.azure_monitor,outputs.stackdriver
if [ ! -x "$folder/telegraf" ]; then
  command -v go >/dev/null || skip 'go is not installed'
  echo "building Telegraf $version into $folder"
  GOBIN=$folder go install -tags "$tags" -ldflags="-s -w -X github.com/influxdata/telegraf/internal.Version=$version" "github.com/influxdata/telegraf/cmd/telegraf@v$version" \
    2>"$VERIFY_WORK/telegraf.log" || { tail -3 "$VERIFY_WORK/telegraf.log" >&2; skip 'Telegraf cannot be built'; }
fi
export TELEGRAF=$folder/telegraf
"$TELEGRAF" --version

node_modules/.bin/vitest run --config vitest.telemetry.config.mts "$@"
