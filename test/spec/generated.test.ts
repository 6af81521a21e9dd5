import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generatedFiles } from '../../scripts/generate-spec';

const root = join(__dirname, '../..');

describe('generated files', () => {
  it('are the types, the editor schema and three pages', async () => {
    const paths = (await generatedFiles()).map((file) => file.path);
    expect(paths).toEqual([
      'lib/spec/types.ts',
      'schema/llm-constructs.schema.json',
      'docs/spec.md',
      'docs/support.md',
      'docs/alarms.md',
    ]);
  });

  it('are what `npm run generate` writes', async () => {
    for (const { path, content } of await generatedFiles()) {
      expect(readFileSync(join(root, path), 'utf8'), `${path}: run \`npm run generate\``).toBe(content);
    }
  });
});
