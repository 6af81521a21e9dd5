// Mutation tests: changes lib/sizing and lib/cost in a copy, one place at a time, and prints what no unit test notices.
// `npm run mutate -- [sizing|cost] [file.ts ...]`; both folders take about 20 minutes on two cores.
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { Stryker } from '@stryker-mutator/core';

const folders = ['sizing', 'cost'];
/** Hold the parts against each other, the template or the measurements, and are too slow to run a thousand times. */
const notUnitTests = /^(overlay-synth|accuracy|docs|.*\.properties)\.test\.ts$/;
const noticed = ['Killed', 'Timeout'];

const [first, ...others] = process.argv.slice(2);
const chosen = folders.includes(first) ? [first] : folders;
const files = folders.includes(first) ? others : process.argv.slice(2);
for (const folder of chosen) print(folder, await mutants(folder));

async function mutants(folder) {
  const testFiles = readdirSync(`test/${folder}`)
    .filter((name) => name.endsWith('.test.ts') && !notUnitTests.test(name))
    .map((name) => `test/${folder}/${name}`);
  const patterns = files.length > 0 ? files : ['*.ts'];
  const results = await new Stryker({
    mutate: patterns.map((name) => `lib/${folder}/${name}`),
    testFiles,
  }).runMutationTest();
  if (results.length === 0) throw new Error(`no test of lib/${folder} ran`);
  return results.filter(({ status }) => status !== 'Ignored' && !status.endsWith('Error'));
}

function print(folder, results) {
  const byFile = new Map();
  for (const result of results) {
    const name = basename(result.fileName);
    byFile.set(name, [...(byFile.get(name) ?? []), result]);
  }
  for (const [name, ofFile] of byFile) {
    console.log(`  ${name.padEnd(22)} ${score(ofFile)}`);
    for (const { status, location, mutatorName, replacement } of ofFile) {
      if (noticed.includes(status)) continue;
      const { line, column } = location.start;
      console.log(`    ${line}:${column} ${status}, ${mutatorName}: ${replacement}`);
    }
  }
  console.log(`lib/${folder} ${score(results)}`);
}

function score(results) {
  const found = results.filter(({ status }) => noticed.includes(status)).length;
  return `${((100 * found) / results.length).toFixed(1)} % (${found} of ${results.length})`;
}
