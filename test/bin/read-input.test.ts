import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ran, spec } from './fake-terminal';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'read-'));
  writeFileSync(join(folder, 'llm.yaml'), spec);
  writeFileSync(join(folder, 'picture.yaml'), Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 1]));
  writeFileSync(join(folder, 'latin1.yaml'), Buffer.from([0x6e, 0x61, 0x6d, 0x65, 0x3a, 0x20, 0xe9, 0x74]));
  writeFileSync(join(folder, 'empty.yaml'), '');
  writeFileSync(join(folder, 'huge.yaml'), 'x'.repeat(17 * 1024 * 1024));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the SPEC argument', () => {
  it('takes a path', async () => {
    const path = join(folder, 'llm.yaml');
    const { code, out } = await ran(['validate', path]);
    expect({ code, out }).toEqual({ code: 0, out: `valid: ${path} can be planned\n` });
  });

  it('takes standard input as -', async () => {
    const { code, out } = await ran(['validate', '-'], { input: spec });
    expect({ code, out }).toEqual({ code: 0, out: 'valid: standard input can be planned\n' });
  });

  it.each([
    ['nothing.yaml', 'There is no file'],
    ['llm.yaml/below', 'There is no file'],
    ['', 'is a folder. Give the file in it'],
    ['picture.yaml', 'is not text: it holds zero bytes'],
    ['latin1.yaml', 'is not UTF-8 text. Save it as UTF-8.'],
    ['huge.yaml', 'is larger than 16 MiB'],
    ['empty.yaml', 'empty'],
    ['x'.repeat(300), 'no possible file name'],
    ['a\u0000b', 'no possible file name'],
  ])('%s is refused without a stack, with exit code 1', async (name, message) => {
    const { code, out, err } = await ran(['plan', `${folder}/${name}`]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(message);
    expect(err).not.toContain('    at ');
  });

  // root may read everything, so there is nothing to refuse
  it.skipIf(process.getuid?.() === 0)('names the permission that is missing', async () => {
    const path = join(folder, 'secret.yaml');
    writeFileSync(path, spec);
    chmodSync(path, 0o000);
    const { code, err } = await ran(['plan', path]);
    expect(code).toBe(1);
    expect(err).toContain('may not be read by this user');
  });

  it('reads a stream without end only up to the limit', async () => {
    const stdin = async function* () {
      for (;;) yield Buffer.alloc(1024 * 1024, 'x');
    };
    const { code, err } = await ran(['plan', '-'], { stdin });
    expect(code).toBe(1);
    expect(err).toContain('standard input is larger than 16 MiB.');
  });

  it('names the file, line and column of each problem', async () => {
    const path = join(folder, 'two.yaml');
    writeFileSync(path, spec.replace('cloud: aws', 'cloud: ovh').replace('50', 'many'));
    const { err } = await ran(['plan', path]);
    expect(err).toContain(`2 problems in ${path}`);
    expect(err).toContain(`(${path}:2:`);
    expect(err).toContain(`(${path}:5:`);
  });
});
