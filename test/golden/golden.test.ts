import { describe, expect, it } from 'vitest';
import { planFile } from '../single-server';
import { written } from '../aws/synthesize';

/** Hashes of the bundle change with every byte of it: its own tests read them. */
const withoutHashes = (text: string) => text.replace(/\b[0-9a-f]{64}\b/g, '<sha256>');

describe('the templates of the examples', () => {
  // `npx vitest run test/golden -u` after a wanted change; the diff is what a review reads
  it('aws-single-server is the one that was last reviewed', async () => {
    const { template } = written(planFile('examples/aws-single-server/llm.yaml'));
    await expect(withoutHashes(JSON.stringify(template, undefined, 1))).toMatchFileSnapshot(
      'aws-single-server.template.json',
    );
  });
});
