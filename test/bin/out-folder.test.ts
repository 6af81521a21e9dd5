import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refuseForeign, writeFolder } from '../../bin/out-folder';
import { isUserError } from '../../lib/errors';

let parent: string;
let target: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'out-'));
  target = join(parent, 'out');
});

afterEach(() => rmSync(parent, { recursive: true, force: true }));

async function writeText(text: string) {
  await writeFolder(target, async (folder) => {
    mkdirSync(join(folder, 'deep'), { recursive: true });
    writeFileSync(join(folder, 'deep/a.txt'), text);
  });
}

async function userMessage(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (isUserError(error)) return error.message;
    throw error;
  }
  return 'no error';
}

describe('the output folder', () => {
  it('is written with the list of its files, and nothing stays beside it', async () => {
    await writeText('one');
    expect(readFileSync(join(target, 'deep/a.txt'), 'utf8')).toBe('one');
    const list = JSON.parse(readFileSync(join(target, 'llm-constructs.json'), 'utf8'));
    expect(list.files).toEqual(['deep/a.txt']);
    expect(readdirSync(parent)).toEqual(['out']);
  });

  it('makes missing parents', async () => {
    target = join(parent, 'a/b/out');
    await writeText('one');
    expect(existsSync(join(target, 'deep/a.txt'))).toBe(true);
  });

  it('replaces what an earlier run wrote, with the zipped assets that cdk added', async () => {
    await writeText('one');
    mkdirSync(join(target, '.cache'));
    writeFileSync(join(target, '.cache/asset.zip'), '');
    await writeText('two');
    expect(readFileSync(join(target, 'deep/a.txt'), 'utf8')).toBe('two');
    expect(readdirSync(target).sort()).toEqual(['deep', 'llm-constructs.json']);
  });

  it('fills an empty folder', async () => {
    mkdirSync(target);
    await writeText('one');
    expect(existsSync(join(target, 'deep/a.txt'))).toBe(true);
  });

  it('follows a link instead of replacing it', async () => {
    mkdirSync(join(parent, 'real'));
    symlinkSync(join(parent, 'real'), target);
    await writeText('one');
    expect(readFileSync(join(parent, 'real/deep/a.txt'), 'utf8')).toBe('one');
  });

  it('refuses a file', async () => {
    writeFileSync(target, 'mine');
    expect(await userMessage(() => writeText('one'))).toBe(`${target} is a file. Give --out a folder.`);
    expect(readFileSync(target, 'utf8')).toBe('mine');
  });

  it('refuses a folder with files of others, and names them', async () => {
    await writeText('one');
    writeFileSync(join(target, 'notes.txt'), 'mine');
    expect(await userMessage(() => writeText('two'))).toContain('did not write (notes.txt)');
    expect(readFileSync(join(target, 'deep/a.txt'), 'utf8')).toBe('one');
  });

  it('takes a list that cannot be read as no list', async () => {
    mkdirSync(target);
    writeFileSync(join(target, 'llm-constructs.json'), 'null');
    expect(await userMessage(() => refuseForeign(target))).toContain('did not write (llm-constructs.json)');
  });

  it('refuses a path below a file', async () => {
    writeFileSync(join(parent, 'file'), '');
    target = join(parent, 'file/out');
    expect(await userMessage(() => writeText('one'))).toContain('a part of the path is a file');
  });

  it('leaves the old content and no half-written folder when the work fails', async () => {
    await writeText('one');
    const failing = writeFolder(target, async (folder) => {
      writeFileSync(join(folder, 'half.txt'), '');
      throw new Error('in the middle');
    });
    await expect(failing).rejects.toThrow('in the middle');
    expect(readdirSync(parent)).toEqual(['out']);
    expect(readFileSync(join(target, 'deep/a.txt'), 'utf8')).toBe('one');
  });
});
