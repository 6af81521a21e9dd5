import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** A sentence may be reworded; names, units and ids have no space, but for those of a price list. */
const wording = {
  shouldIgnore({ node, parent }) {
    const sentence = node.type === 'StringLiteral' && node.value.includes(' ');
    return sentence && parent?.key?.name !== 'sku' ? 'wording' : undefined;
  },
};

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, 'wording', wording)];

/** What all mutation runs share; scripts/mutate.mjs adds folder and tests. */
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner', import.meta.filename],
  ignorers: ['wording'],
  coverageAnalysis: 'perTest',
  // what is made at import would run every test once more for each mutant
  ignoreStatic: true,
  vitest: { related: false },
  concurrency: 2,
  timeoutMS: 10_000,
  // rewritten with an API that TypeScript 7 does not have; nothing in it needs to be
  tsconfigFile: 'none.json',
  tempDirName: join(tmpdir(), 'llm-constructs-mutants'),
  ignorePatterns: ['dist', 'out', 'cdk.out', 'docs', 'schema', 'scripts', 'examples', 'test/golden', '.venv'],
  reporters: ['progress-append-only'],
};
