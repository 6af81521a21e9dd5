import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { planFile } from '../../lib/plan';
import { text } from '../aws/facts-groups';
import { written } from '../aws/synthesize';

/** Hashes of the bundle change with every byte of it: its own tests read them. */
const withoutHashes = (text: string) => text.replace(/\b[0-9a-f]{64}\b/g, '<sha256>');

const functions = ['Ref', 'Fn::Join', 'Fn::Sub', 'Fn::GetAtt'];

/** Without what stands everywhere and has tests of its own (tags, paths of constructs); references as `<LogicalId>`. */
function shortened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shortened);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && functions.includes(entries[0]?.[0] as string)) return text(value);
  return Object.fromEntries(
    entries
      .filter(([key]) => key !== 'Metadata' && !/^Tag(s|Specifications)$/.test(key))
      .map(([key, entry]) => [key, shortened(entry)]),
  );
}

const examples = readdirSync(join(__dirname, '../../examples'));

describe('the templates of the examples', () => {
  // `npx vitest run test/golden -u` after a wanted change; the diff is what a review reads
  it.each(examples)('%s is the one that was last reviewed', async (name) => {
    const { template } = written(planFile(`examples/${name}/llm.yaml`));
    const read = stringify(shortened(template), { lineWidth: 0, aliasDuplicateObjects: false });
    await expect(withoutHashes(read)).toMatchFileSnapshot(`${name}.template.yaml`);
  });
});
