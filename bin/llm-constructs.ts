#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';

// Compiling the bundle takes longer than planning does, so scripts/build.mjs keeps its compiled code beside it.
const bundle = join(__dirname, 'cli.js');
const cache = join(__dirname, 'cli.cache');

type Bundle = (require: NodeJS.Require, filename: string, folder: string) => void;

/** The bundle as a script, with compiled code if V8 takes it: it refuses what another version of it wrote. */
export function compile(): Script {
  const source = readFileSync(bundle, 'utf8');
  return new Script(`(function (require, __filename, __dirname) {${source}\n})`, {
    // kept in the compiled code, which is written before the folder has its last name: the same in every installation
    filename: 'dist/cli.js',
    ...(existsSync(cache) && { cachedData: readFileSync(cache) }),
  });
}

export function start(script: Script): void {
  const run = script.runInThisContext() as Bundle;
  run(nodeModule.createRequire(bundle), bundle, __dirname);
}

if (require.main === module) {
  const { enableCompileCache } = nodeModule as { enableCompileCache?: () => void };
  if (enableCompileCache) {
    // from 22.8 on Node keeps compiled code itself, for each version of it
    enableCompileCache();
    nodeModule.createRequire(bundle)(bundle);
  } else start(compile());
}
