import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { UserError } from '../lib/errors';
import { currentFolder } from './current-folder';

/** Names the files of an earlier run, so that a folder with anything else in it is never replaced. */
export const listName = 'llm-constructs.json';
/** `cdk deploy --app DIR` keeps its zipped assets here. */
const cdkCache = '.cache';

/** Named by the shell's convention: 128 and the number of the signal. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Fills a folder whole or not at all: `write` gets a temporary sibling, which then takes the place of `target`.
 * The folder that the user's shell is in keeps its place, and its content is replaced.
 *
 * Folders named in `keep` belong to the user: they are neither foreign nor replaced.
 * A signal to stop removes what was written and ends the process, at the latest when `write` has ended.
 * Throws a UserError when `target` is a file, cannot be written, or holds files that no earlier run wrote.
 */
export async function writeFolder(
  target: string,
  write: (folder: string) => Promise<void>,
  keep: readonly string[] = [],
): Promise<void> {
  refuseForeign(target, keep);
  const full = existsSync(target) ? realpathSync(target) : resolve(target);
  const temporary = temporaryBeside(target, full);
  const stop = (signal: keyof typeof exitCodes) => {
    rmSync(temporary, { recursive: true, force: true });
    process.stderr.write('\nStopped; nothing was written.\n');
    process.exit(exitCodes[signal]);
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    await write(temporary);
    writeFileSync(join(temporary, listName), listOf(temporary));
    // handlers of signals do not run while templates are made: one that came meanwhile runs now
    await turn();
    if (full === currentFolder()) takeContent(temporary, full, keep);
    else takePlace(temporary, full, keep);
  } catch (error) {
    throw writeError(target, error);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

/** Refuses a target that must not be replaced, before any work is done. */
export function refuseForeign(target: string, keep: readonly string[] = []): void {
  if (target === '') throw new UserError('--out is empty. Give it a folder, such as out.');
  const foreign = foreignFiles(target, [cdkCache, ...keep]);
  if (foreign.length === 0) return;
  const shown = foreign.slice(0, 3).join(', ') + (foreign.length > 3 ? ' and more' : '');
  throw new UserError(
    `${target} holds files that llm-constructs did not write (${shown}). ` +
      'Give --out a new or empty folder, or move them away.',
  );
}

/** Up to four files; more are not looked for, because `target` may be a home folder or a whole disk. */
function foreignFiles(target: string, allowed: readonly string[]): string[] {
  try {
    const folder = resolve(target);
    const found = statSync(folder, { throwIfNoEntry: false });
    if (found === undefined) {
      refuseDangling(target);
      return [];
    }
    if (!found.isDirectory()) throw new UserError(`${target} is a file. Give --out a folder.`);
    const ours = new Set(readList(folder));
    const foreign: string[] = [];
    for (const file of filesIn(folder)) {
      if (ours.has(file) || allowed.includes(file.split('/')[0] as string)) continue;
      if (foreign.push(file) > 3) break;
    }
    if (foreign.length === 0) refuseInside(target, realpathSync(folder));
    return foreign;
  } catch (error) {
    throw placeError(target, error);
  }
}

/** A link to nothing: a folder cannot take its place. */
function refuseDangling(target: string): void {
  if (!lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  throw new UserError(
    `${target} is a link to ${readlinkSync(target)}, which does not exist. Make that folder, or give --out another one.`,
  );
}

/** Its folders are replaced: a shell that is in one of them would stay in a removed folder. */
function refuseInside(target: string, full: string): void {
  const here = currentFolder();
  if (!here?.startsWith(`${full}${sep}`)) return;
  throw new UserError(`${here} is inside of ${target}, which is replaced. Go to another folder.`);
}

function readList(folder: string): string[] {
  const file = join(folder, listName);
  if (!existsSync(file)) return [];
  try {
    const { files } = JSON.parse(readFileSync(file, 'utf8')) as { files?: unknown };
    return Array.isArray(files) ? [listName, ...files.map(String)] : [];
  } catch {
    // an unreadable list owns nothing: everything in the folder counts as foreign
    return [];
  }
}

function listOf(folder: string): string {
  return `${JSON.stringify({ writtenBy: 'llm-constructs', files: [...filesIn(folder)].sort() }, null, 2)}\n`;
}

function* filesIn(folder: string, above = ''): Generator<string> {
  const entries = readdirSync(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isDirectory()) yield* filesIn(join(folder, entry.name), `${above}${entry.name}/`);
    else yield `${above}${entry.name}`;
  }
}

function temporaryBeside(target: string, full: string): string {
  try {
    mkdirSync(dirname(full), { recursive: true });
    const temporary = join(dirname(full), `.${basename(full)}-${process.pid}-${Date.now()}`);
    mkdirSync(temporary);
    return temporary;
  } catch (error) {
    throw placeError(target, error);
  }
}

function takePlace(temporary: string, full: string, keep: readonly string[]): void {
  const old = `${temporary}-old`;
  if (existsSync(full)) renameSync(full, old);
  try {
    renameSync(temporary, full);
  } catch (error) {
    if (existsSync(old)) renameSync(old, full);
    throw error;
  }
  for (const name of keep) {
    if (existsSync(join(old, name))) renameSync(join(old, name), join(full, name));
  }
  rmSync(old, { recursive: true, force: true });
}

/** As `takePlace`, entry by entry: the folder itself stays, because a shell is in it. */
function takeContent(temporary: string, full: string, keep: readonly string[]): void {
  const old = `${temporary}-old`;
  mkdirSync(old);
  const moved: [from: string, to: string][] = [];
  const move = (names: readonly string[], from: string, to: string) => {
    for (const name of names) {
      renameSync(join(from, name), join(to, name));
      moved.push([join(from, name), join(to, name)]);
    }
  };
  try {
    const replaced = readdirSync(full).filter((name) => !keep.includes(name));
    move(replaced, full, old);
    move(readdirSync(temporary), temporary, full);
  } catch (error) {
    for (const [from, to] of moved.reverse()) renameSync(to, from);
    throw error;
  }
  rmSync(old, { recursive: true, force: true });
}

const reasons: Record<string, string> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'a part of the path is a file or a link to nothing',
  ELOOP: 'a link in the path leads back to itself',
  EBUSY: 'the folder is in use or a mount point; give a folder inside it',
  ENAMETOOLONG: 'the name is too long',
};

/** The user's fault where the file system says so; anything else is passed on. */
export function writeError(target: string, error: unknown): unknown {
  const reason = reasons[(error as NodeJS.ErrnoException).code ?? ''];
  return reason ? new UserError(`${target} cannot be written: ${reason}. Nothing was changed.`) : error;
}

/** What went wrong before anything was made: there a missing folder is the user's as well. */
function placeError(target: string, error: unknown): unknown {
  const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  return missing
    ? new UserError(`${target} cannot be written: no folder can be made there. Nothing was changed.`)
    : writeError(target, error);
}
