#!/usr/bin/env bash
# The packed tarball in projects of users: `cdk init` of today, one of 2024, and an ES-module project.
# Each gets a three-line app, then its own `cdk synth` and `npm test` with the Node of this shell.
set -euo pipefail
repository=$PWD

npm view constructs version >/dev/null 2>&1 || { echo 'SKIPPED: the npm registry cannot be reached' >&2; exit 77; }
npm pack --silent --ignore-scripts --pack-destination "$VERIFY_WORK" >/dev/null
tarball=$(find "$VERIFY_WORK" -maxdepth 1 -name 'llm-constructs-*.tgz')
echo "node $(node --version), $(basename "$tarball"), $(($(wc -c <"$tarball") / 1024)) KiB"

install() {
  npm install --silent --no-audit --no-fund --prefer-offline "$@"
}

own_tests() {
  npm test --silent >test.log 2>&1 || { cat test.log >&2; return 1; }
  grep -E '^(Tests:|# pass|# fail)' test.log
}

# the template of the project must hold the machine of the plan
expect_machine() {
  node - "$1" <<'JS'
const { Resources } = JSON.parse(require('node:fs').readFileSync(process.argv[2], 'utf8'));
const machines = Object.values(Resources).filter(({ Type }) => Type === 'AWS::EC2::LaunchTemplate');
if (machines.length !== 1) throw new Error(`${machines.length} launch templates in ${process.argv[2]}`);
console.log(`${Object.keys(Resources).length} resources, one machine of type ${machines[0].Properties.LaunchTemplateData.InstanceType}`);
JS
}

deployment="plan({ name: 'chat', cloud: 'aws', region: 'us-east-1', models: ['Qwen/Qwen3-8B'], traffic: { concurrentUsers: 50 } })"

add_three_lines() { # FILE: the stack of a cdk init project
  sed -i \
    -e "1i import { plan } from 'llm-constructs';" \
    -e "1i import { SingleServer } from 'llm-constructs/aws';" \
    -e "s|^ *// The code that defines your stack goes here.*|    new SingleServer(this, 'Llm', { plan: $deployment });|" "$1"
  grep -q SingleServer\(this "$1"
}

write_test() { # NAME STACK_FILE CLASS
  cat >"test/$1.test.ts" <<TS
import * as cdk from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { $3 } from '../lib/$2';

test('one machine that heals itself', () => {
  const template = Template.fromStack(new $3(new cdk.App(), 'Test'));
  template.hasResourceProperties('AWS::AutoScaling::AutoScalingGroup', { MaxSize: '1' });
});
TS
}

today() {
  mkdir "$VERIFY_WORK/today" && cd "$VERIFY_WORK/today"
  "$repository/node_modules/.bin/cdk" init app --language typescript --generate-only >../init.log 2>&1
  add_three_lines lib/today-stack.ts
  install "$tarball"
  npx cdk synth --quiet
  expect_machine cdk.out/TodayStack.template.json
  own_tests
  write_test today today-stack TodayStack
  own_tests
}

# the template of July 2024 (commonjs, ts-node, ts-jest, TypeScript 5.5); only the CDK itself must be newer
year2024() {
  mkdir "$VERIFY_WORK/year2024" && cd "$VERIFY_WORK/year2024"
  npx --yes aws-cdk@2.150.0 init app --language typescript --generate-only >../init.log 2>&1
  add_three_lines lib/year2024-stack.ts
  install "$tarball" aws-cdk-lib@2.269.0
  install --save-dev aws-cdk@2.1148.1
  npm run build --silent
  npx cdk synth --quiet
  expect_machine cdk.out/Year2024Stack.template.json
  rm -f ./*/*.js ./*/*.d.ts
  write_test year2024 year2024-stack Year2024Stack
  own_tests
}

esmodules() {
  mkdir "$VERIFY_WORK/esmodules" && cd "$VERIFY_WORK/esmodules"
  cat >package.json <<'JSON'
{ "name": "esmodules", "private": true, "type": "module", "scripts": { "test": "node --test" } }
JSON
  cat >app.js <<JS
import { App, Stack } from 'aws-cdk-lib/core';
import { plan } from 'llm-constructs';
import { SingleServer } from 'llm-constructs/aws';

const app = new App();
const stack = new Stack(app, 'Llm');
export const server = new SingleServer(stack, 'Llm', { plan: $deployment });
JS
  cat >app.test.js <<'JS'
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { server } from './app.js';

test('the network is a public field', () => assert.ok(server.network.vpc));
JS
  install "$tarball" aws-cdk-lib@2 constructs@10
  "$repository/node_modules/.bin/cdk" synth --app 'node app.js' --quiet
  expect_machine cdk.out/Llm.template.json
  own_tests
}

failed=0
for project in today year2024 esmodules; do
  echo "-- $project"
  # in the background, because bash ignores `set -e` on the left of ||
  (set -euo pipefail; "$project") &
  wait $! || { echo "$project failed" >&2; failed=$((failed + 1)); }
done
echo "3 projects, $failed failed"
[ "$failed" -eq 0 ]
