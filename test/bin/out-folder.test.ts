import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
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

  it('refuses an empty name, which would be the current folder', async () => {
    target = '';
    expect(await userMessage(() => writeText('one'))).toBe('--out is empty. Give it a folder, such as out.');
  });

  it('looks at no more of a large folder than it names', async () => {
    mkdirSync(join(target, 'a'), { recursive: true });
    for (const name of ['a/1', 'a/2', 'b', 'c', 'd']) writeFileSync(join(target, name), '');
    expect(await userMessage(() => writeText('one'))).toContain('did not write (a/1, a/2, b and more)');
  });

  it('names what a link to nothing leads to, and a circle of links', async () => {
    symlinkSync(join(parent, 'gone'), target);
    expect(await userMessage(() => writeText('one'))).toBe(
      `${target} is a link to ${join(parent, 'gone')}, which does not exist. Make that folder, or give --out another one.`,
    );
    rmSync(target);
    symlinkSync(target, target);
    expect(await userMessage(() => writeText('one'))).toContain('a link in the path leads back to itself');
  });

  it.runIf(process.platform === 'linux')('refuses a place where the system makes no folders', async () => {
    target = '/proc/llm-constructs-out';
    expect(await userMessage(() => writeText('one'))).toContain('no folder can be made there');
  });
});

/** A program of its own: signals and the current folder are the whole process's. */
function runProgram(write: string, out: string, cwd: string) {
  const program = join(parent, 'program.js');
  const body = `
    import { writeFileSync } from 'node:fs';
    import { writeFolder } from ${JSON.stringify(join(__dirname, '../../bin/out-folder'))};
    writeFolder(${JSON.stringify(out)}, async (folder) => { ${write} }, ['secrets']);`;
  buildSync({
    stdin: { contents: body, loader: 'ts', resolveDir: __dirname },
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'cjs',
  });
  const { status, stderr } = spawnSync(process.execPath, [program], { cwd, encoding: 'utf8' });
  rmSync(program);
  return { status, stderr };
}

describe('a signal to stop', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])(
    'that comes while nothing else can run ends the process and leaves what was there: %s',
    async (signal, code) => {
      await writeText('one');
      const write = `writeFileSync(folder + '/half.txt', ''); process.kill(process.pid, '${signal}');`;
      expect(runProgram(write, target, parent)).toEqual({
        status: code,
        stderr: '\nStopped; nothing was written.\n',
      });
      expect(readdirSync(parent)).toEqual(['out']);
      expect(readFileSync(join(target, 'deep/a.txt'), 'utf8')).toBe('one');
    },
  );
});

describe('the folder that the shell is in', () => {
  const write = `writeFileSync(folder + '/new.txt', 'new');`;

  it('is filled in its place, as often as one likes', async () => {
    await writeText('one');
    mkdirSync(join(target, 'secrets'));
    writeFileSync(join(target, 'secrets/key'), 'mine');
    const { ino } = statSync(target);
    for (const _ of [1, 2]) {
      expect(runProgram(write, '.', target)).toEqual({ status: 0, stderr: '' });
      expect(readdirSync(target).sort()).toEqual(['llm-constructs.json', 'new.txt', 'secrets']);
      expect(statSync(target).ino).toBe(ino);
    }
    expect(readFileSync(join(target, 'secrets/key'), 'utf8')).toBe('mine');
    expect(readdirSync(parent)).toEqual(['out']);
  });

  it('is not removed as a part of the output', async () => {
    await writeText('one');
    const { status, stderr } = runProgram(write, '..', join(target, 'deep'));
    expect(status).toBe(1);
    expect(stderr).toContain('out/deep is inside of .., which is replaced. Go to another folder.');
    expect(readFileSync(join(target, 'deep/a.txt'), 'utf8')).toBe('one');
  });
});
