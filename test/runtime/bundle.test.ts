import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bundle, checksumFile } from '../../lib/runtime/bundle';
import { exampleModels, examplePlan } from './example-plan';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const contentOf = (path: string, plan = examplePlan()) =>
  bundle(plan, 'aws').files.find((file) => file.path === path)?.content ?? '';

describe('bundle', () => {
  it('is the same bytes for the same plan', () => {
    expect(bundle(examplePlan(), 'aws')).toEqual(bundle(examplePlan(), 'aws'));
  });

  it('lists every file but itself in SHA256SUMS, sorted, with its checksum', () => {
    const { files, sha256: identity } = bundle(examplePlan(), 'aws');
    const others = files.filter(({ path }) => path !== checksumFile);
    const sums = others.map(({ path, content }) => `${sha256(content)}  ${path}\n`).join('');
    expect(contentOf(checksumFile)).toBe(sums);
    expect(identity).toBe(sha256(sums));
    expect(files.map(({ path }) => path)).toEqual(files.map(({ path }) => path).sort());
  });

  it('is another bundle when one engine flag changes', () => {
    const changed = examplePlan({ models: exampleModels({ maxSequences: 65 }) });
    expect(bundle(changed, 'aws').sha256).not.toBe(bundle(examplePlan(), 'aws').sha256);
  });

  it('ends each file with one line break and keeps to printable ASCII and line breaks', () => {
    for (const { path, content } of bundle(examplePlan(), 'aws').files) {
      expect(content, path).toMatch(/[^\n]\n$/);
      expect(content, path).toMatch(/^[\x20-\x7e\n]*$/);
    }
  });

  it('marks what begins with #! as executable', () => {
    const marked = bundle(examplePlan(), 'aws').files.filter(({ executable }) => executable);
    expect(marked.map(({ path }) => path)).toEqual([
      'boot-failed.sh',
      'boot.sh',
      'compose.sh',
      'enter.sh',
      'install.sh',
      'signal.sh',
    ]);
  });
});
